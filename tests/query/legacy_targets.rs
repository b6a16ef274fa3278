//! The targets that came from the 2019 converter: what they write of its language, with and
//! without a configuration, and of Sigma 2.x.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::query_support::{convert, convert_request, rule};
use purplebook::load::sigmac_config;
use purplebook::query::{Request, legacy_stdout, target};
use purplebook::report::Code;
use purplebook::text::FileId;

const TARGETS: [&str; 5] = ["legacy-splunk", "legacy-logpoint", "legacy-qradar", "legacy-powershell", "legacy-grep"];

/// What the converter printed, without what stood around each PowerShell filter and AQL search.
fn old(name: &str, text: &str, config: Option<&str>) -> String {
    let config = config.map(|text| sigmac_config(FileId(0), text).0.expect("sound"));
    let stdout = legacy_stdout(&rule(text), target(name).expect("registered"), config.as_ref());
    let stdout = stdout.strip_suffix('\n').unwrap_or(&stdout);
    stdout
        .replace("Get-WinEvent | where {", "")
        .replace(" } | select TimeCreated,Id,RecordId,ProcessId,MachineName,Message", "")
        .replace("SELECT UTF8(payload) as search_payload from events where ", "")
}

fn today(name: &str, detection: &str) -> Result<String, String> {
    let text = format!(
        "title: T\nid: 5f0f7f12-0000-4000-8000-000000000000\ndetection:\n  s:\n    {detection}\n  condition: s\n"
    );
    let queries = convert(&rule(&text), target(name).expect("registered")).map_err(|why| why.reason)?;
    Ok(queries.join("\n"))
}

#[test]
fn each_target_has_its_own_operators() {
    let definitions = "a: {A: 1}\n  b: {'B c': 'x y'}\n  n: {N: null}\n  w: [foo, 'b*r']\n  l: {L: [p, 'q*']}\n  e: {EventID: [1, 2]}";
    let written = |condition: &str| {
        TARGETS.map(|name| old(name, &format!("detection:\n  {definitions}\n  condition: {condition}\n"), None))
    };
    for (condition, expected) in [
        (
            "a and not b",
            [
                r#"(A="1" NOT (B c="x y"))"#,
                r#"(A="1"  -(B c="x y"))"#,
                r#"(A='1' and not ("B c"='x y'))"#,
                r#"($_.message -match "A.*1" -and  -not ($_.message -match "B c.*x y"))"#,
                r"grep -P '^(?:.*(?=.*1)(?=.*(?!.*(?:.*(?=.*x y)))))'",
            ],
        ),
        ("n", [r#"NOT N="*""#, "-N=*", "N is null", r#"-not N="*""#, ""]),
        (
            "w",
            [
                r#"("foo" OR "b*r")"#,
                r#"("foo" OR "b*r")"#,
                "(UTF8(payload) ilike '%foo%' or UTF8(payload) ilike '%b*r%')",
                r#"($_.message -match "foo" -or $_.message -match "b*r")"#,
                "grep -P '^(?:.*(?:.*foo|.*b.*r))'",
            ],
        ),
        (
            "l",
            [
                r#"(L="p" OR L="q*")"#,
                r#"L IN ["p", "q*"]"#,
                "(L = 'p' or L ilike 'q%')",
                r#"($_.message -match "p" -or $_.message -match "L.*q.*")"#,
                "grep -P '^(?:.*p|.*q.*)'",
            ],
        ),
        (
            "e",
            [
                r#"(EventID="1" OR EventID="2")"#,
                r#"EventID IN ["1", "2"]"#,
                "(EventID = '1' or EventID = '2')",
                r#"($_.ID -eq "1" -or $_.ID -eq "2")"#,
                "grep -P '^(?:.*1|.*2)'",
            ],
        ),
    ] {
        assert_eq!(written(condition), expected, "{condition}");
    }
}

#[test]
fn values_are_escaped_as_each_target_did() {
    for (value, expected) in [
        (
            r#"a\b"c"#,
            [
                r#"F="a\\b\"c""#,
                r#"F="a\\b\"c""#,
                r#"F='a\b\"c'"#,
                r#"$_.message -match "F.*a\\b\"c""#,
                r#"grep -P '^a\b"c'"#,
            ],
        ),
        (r"a\\b", [r#"F="a\\b""#, r#"F="a\\b""#, r"F='a\\b'", r#"$_.message -match "F.*a\\b""#, r"grep -P '^a\\b'"]),
        (
            r"\*+.",
            [
                r#"F="\*+.""#,
                r#"F="\*+.""#,
                r"F ilike '\%+.'",
                r#"$_.message -match "F.*\\.*\+.""#,
                r"grep -P '^\.*+\.'",
            ],
        ),
        (r"\\*", [r#"F="\\*""#, r#"F="\\*""#, r"F ilike '\\%'", r#"$_.message -match "F.*\\.*""#, r"grep -P '^\\.*'"]),
    ] {
        let text = format!("detection:\n  s:\n    F: '{value}'\n  condition: s\n");
        assert_eq!(TARGETS.map(|name| old(name, &text, None)), expected, "{value}");
    }
}

#[test]
fn aggregations_are_counted_where_the_target_could() {
    let written = |condition: &str, timeframe: &str| {
        let text = format!("detection:\n  s: {{A: 1}}\n  timeframe: {timeframe}\n  condition: s | {condition}\n");
        TARGETS.map(|name| old(name, &text, None))
    };
    assert_eq!(
        written("count() by Y > 5", "24h"),
        [
            r#"A="1" | eventstats count as val by Y| search val > 5"#,
            r#"A="1" | chart count() as val by Y | search val > 5"#,
            " SELECT count(None) as agg_val from events where A='1' group by Y having agg_val > 5 LAST 24 hours",
            r#"$_.message -match "A.*1" }  | group-object Y | where { $_.count -gt 5 } | select name,count | sort -desc"#,
            "grep -P '^1'",
        ]
    );
    assert_eq!(
        written("count(X) by Y < 5", "2w"),
        [
            r#"A="1" | eventstats dc(X) as val by Y | search val < 5"#,
            r#"A="1" | chart count(X) as val by Y | search val < 5"#,
            " SELECT count(X) as agg_val from events where A='1' group by Y having agg_val < 5 LAST 2 months",
            "$_.message -match \"A.*1\" }  | select Y, X | group Y | foreach { [PSCustomObject]@{'Y'=$_.name;'Count'=($_.group.X | sort -u).count} }  | sort count -desc | where { $_.count -lt 5 }",
            "grep -P '^1'",
        ]
    );
    assert_eq!(
        written("max(X) > 5", "1h")[..4],
        [
            r#"A="1" | eventstats max(X) as val | search val > 5"#,
            r#"A="1" | chart max(X) as val | search val > 5"#,
            "SELECT max(X) as agg_val from events whereA='1' group by X having agg_val > 5",
            "",
        ]
    );
    assert_eq!(written("near s", "1h"), ["", "", "", "", "grep -P '^1'"]);
    assert_eq!(written("COUNT() > 5", "1h"), [""; 5]);
    assert_eq!(written("count() by Y > 5", "soon")[2], "");
}

#[test]
fn a_configuration_names_fields_and_log_sources() {
    let config = "defaultindex: d\nfieldmappings:\n  A: a.a\n  B: [b1, b2]\n  U: {EventID=1: one, EventID=2: two, default: other}\n\
                  logsources:\n  w: {product: windows, service: sysmon, index: [i, j], conditions: {chan: 'X y'}}\n";
    let written = |source: &str, rest: &str| {
        let text = format!("title: T\nlogsource: {{product: windows{source}}}\n{rest}");
        [TARGETS[0], "es-qs"].map(|name| old(name, &text, Some(config)))
    };
    let sysmon = ", service: sysmon";
    for (source, rest, expected) in [
        ("", "detection:\n  s: {A: 1}\n  condition: s\n", [r#"a.a="1""#, r#"a.a:"1""#]),
        (
            sysmon,
            "detection:\n  s: {A: 1}\n  condition: s\n",
            [r#"(chan="X y" (index="i" OR index="j") a.a="1")"#, r#"(chan:"X\ y" AND a.a:"1")"#],
        ),
        (
            sysmon,
            "detection:\n  s: {A: 1}\n  t: {C: 2}\n  condition: s or t\n",
            [
                r#"((chan="X y" (index="i" OR index="j")) (a.a="1" OR C="2"))"#,
                r#"(chan:"X\ y" AND (a.a:"1" OR C:"2"))"#,
            ],
        ),
        (
            "",
            "detection:\n  s: {B: [x, y]}\n  condition: not s\n",
            [r#"NOT (((b1="x" OR b1="y") OR (b2="x" OR b2="y")))"#, r#"NOT ((b1:("x" "y") OR b2:("x" "y")))"#],
        ),
        (
            "",
            "detection:\n  s: {B: null}\n  condition: s\n",
            [r#"(NOT b1="*" NOT b2="*")"#, "(NOT _exists_:b1 AND NOT _exists_:b2)"],
        ),
        (
            "",
            "detection:\n  s: {U: x, EventID: 2}\n  o: {EventID: 1}\n  condition: s\n",
            [r#"((one="x" OR two="x") EventID="2")"#, r#"((one:"x" OR two:"x") AND EventID:"2")"#],
        ),
        ("", "detection:\n  s: {U: x}\n  condition: s\n", [r#"other="x""#, r#"other:"x""#]),
        (
            "",
            "fields: [A, B, Z]\ndetection:\n  s: {C: 1}\n  condition: s | count(A) by C > 2\n",
            [r#"C="1" | eventstats dc(a.a) as val by C | search val > 2 | table a.a,b1,b2,Z"#, ""],
        ),
        ("", "detection:\n  s: {C: 1}\n  condition: s | count(B) by C > 2\n", ["", ""]),
    ] {
        assert_eq!(written(source, rest), expected, "{source} {rest}");
    }
    let watch = |source: &str| {
        let text =
            format!("title: T\nlogsource: {{product: windows{source}}}\ndetection:\n  s: {{A: 1}}\n  condition: s\n");
        old("xpack-watcher", &text, Some(config))
    };
    assert!(watch("").contains("\"indices\": [\n          \"d\"\n"));
    assert!(watch(sysmon).contains("\"indices\": [\n          \"i\",\n          \"j\"\n"));
}

#[test]
fn a_request_carries_its_configuration() {
    let config = sigmac_config(FileId(0), "fieldmappings: {A: B}\n").0.expect("sound");
    let rule = rule("detection:\n  s: {A: 1}\n  condition: s\n");
    let request = Request { config: Some(Arc::new(config)), ..Request::new(target("graylog").expect("registered")) };
    assert_eq!(convert_request(&rule, &request), Ok(vec!["B:\"1\"".to_owned()]));
    assert_eq!(convert(&rule, target("graylog").expect("registered")), Ok(vec!["A:\"1\"".to_owned()]));
}

#[test]
fn a_rule_of_today_is_sent_to_the_target_of_today() {
    let text = "title: T\nid: 5f0f7f12-0000-4000-8000-000000000000\ndetection:\n  s: {A|contains: x}\n  condition: s\n";
    for (name, modern) in
        [("legacy-splunk", "splunk"), ("legacy-logpoint", "logpoint"), ("legacy-qradar", "qradar-aql")]
    {
        let why = convert(&rule(text), target(name).expect("registered")).expect_err("of today");
        assert_eq!(why.code, Code::NotConvertible);
        assert_eq!(why.reason, format!("`{name}` writes rules of the language of 2019 only"));
        assert_eq!(why.help, Some(format!("for rules of today use the target `{modern}`")));
    }
}

#[test]
fn powershell_filters_objects_by_their_properties() {
    for (detection, expected) in [
        (r"Image|endswith: '\cmd.exe'", r"$_.Image -like '*\cmd.exe'"),
        ("A: it's", "$_.A -eq 'it''s'"),
        ("A: '\u{2019}'", "$_.A -eq '\u{2019}\u{2019}'"),
        ("A|cased: X", "$_.A -ceq 'X'"),
        ("A|contains: 'a[1]'", r"$_.A -match '(?s)^.*a\[1\].*\z'"),
        (r"A: 'a\*b?'", r"$_.A -match '(?s)^a\*b.\z'"),
        ("A: 5", "$_.A -eq 5"),
        ("A: null", "$null -eq $_.A"),
        ("A|exists: true", "$null -ne $_.A"),
        ("event.code: [x, y]", "$_.'event.code' -eq 'x' -or $_.'event.code' -eq 'y'"),
        ("A|re: 'x.*y$'", "$_.A -cmatch 'x.*y$'"),
        ("A|re|i: x", "$_.A -cmatch '(?i)x'"),
        ("A|lt: 3", "($null -ne $_.A -and $null -ne ($_.A -as [double]) -and ($_.A -as [double]) -lt 3)"),
        ("A|fieldref: B", "$_.A -eq $_.B"),
        ("'|contains': foo", "@($_.PSObject.Properties.Value) -like '*foo*'"),
    ] {
        assert_eq!(today("legacy-powershell", detection), Ok(format!("Where-Object {{ {expected} }}")), "{detection}");
    }
    let mixed = "title: T\nid: 5f0f7f12-0000-4000-8000-000000000000\ndetection:\n  s: {A|contains: [x, y], B: 1}\n  n: {C: null}\n  f: {D: 2}\n  condition: s and not n or not f\n";
    let query = convert(&rule(mixed), target("legacy-powershell").expect("registered")).expect("sayable");
    assert_eq!(
        query,
        [
            "Where-Object { (($_.A -like '*x*' -or $_.A -like '*y*') -and $_.B -eq 1 -and $null -ne $_.C) -or -not ($_.D -eq 2) }"
        ]
    );
    let refused = today("legacy-powershell", "A|cidr: 10.0.0.0/8").expect_err("no networks");
    assert_eq!(refused, "a PowerShell filter cannot express this comparison");
}

/// The lines grep finds with the command; `None` with a printed line where there is no such grep.
fn grepped(command: &str, lines: &str) -> Option<String> {
    let child = Command::new("sh").args(["-c", command]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        println!("skipped: there is no shell");
        return None;
    };
    child.stdin.take().expect("piped").write_all(lines.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    if output.status.code().is_none_or(|code| code > 1) {
        println!("skipped: grep cannot read Perl's expressions");
        return None;
    }
    Some(String::from_utf8(output.stdout).expect("text"))
}

#[test]
fn grep_finds_what_the_rule_asks_for() {
    let lines = [
        r"1 Image=C:\Windows\cmd.exe CommandLine=net user",
        r"2 Image=C:\Windows\CMD.EXE CommandLine=whoami",
        r"3 Image=C:\Windows\cmdXexe CommandLine=it's $HOME [x]",
        r"4 EventID=4624 user=admin",
        r"5 EventID=14624 user=guest",
    ];
    let all = lines.iter().fold(String::new(), |mut all, line| {
        let _ = writeln!(all, "{line}");
        all
    });
    for (rest, found) in [
        (r"s: {Image|endswith: '\cmd.exe'}~s", "12"),
        (r"s: {Image|endswith|cased: '\cmd.exe'}~s", "1"),
        (r"s: {Image|endswith: 'cmd?exe'}~s", "123"),
        (r"s: {Image|endswith: '\cmd.exe', CommandLine: '*user'}~s", "1"),
        (r"s: {Image|endswith: '\cmd.exe'}, f: {CommandLine|contains: WHOAMI}~s and not f", "1"),
        (r"s: {A: ['whoami', 'n*t us?r']}~s", "12"),
        (r#"s: {A: "it's $HOME [x]"}~s"#, "3"),
        ("s: {EventID: 4624}~s", "4"),
        ("s: {EventID: 4624}~not s", "1235"),
        (r"s: {A|re: 'user=(adm|gu)[a-z]+'}~s", "45"),
        (r"s: {A|re: 'USER='}~s", ""),
        (r"s: {A|re|i: 'USER='}~s", "45"),
        ("s: {A: [admin, guest], B: 4624}~s", "4"),
        ("s: {A: admin}, t: {A: guest}, u: {B: 4624}~(s or t) and u or not s and not t and not u", "1234"),
        ("s: [whoami, admin]~s", "24"),
    ] {
        let (definitions, condition) = rest.split_once('~').expect("both");
        let text = format!(
            "title: T\nid: 5f0f7f12-0000-4000-8000-000000000000\ndetection: {{{definitions}, condition: '{condition}'}}\n"
        );
        let commands = convert(&rule(&text), target("legacy-grep").expect("registered")).expect(rest);
        let Some(output) = grepped(&commands[0], &all) else { return };
        let numbers: String = output.lines().map(|line| &line[..1]).collect();
        assert_eq!(numbers, found, "{rest}: {}", commands[0]);
    }
}

#[test]
fn grep_refuses_what_only_a_field_can_answer() {
    for detection in [
        "A: null",
        "A|exists: true",
        "A|gt: 3",
        "A|cidr: 10.0.0.0/8",
        "A: ''",
        "A: '*'",
        "A: \"a\\nb\"",
        "A: \"a*\\n\"",
    ] {
        let why = today("legacy-grep", detection).expect_err(detection);
        assert_eq!(why, "a grep pattern cannot express this comparison", "{detection}");
    }
    let why = today("legacy-grep", "A|fieldref: B").expect_err("no fields");
    assert_eq!(why, "a grep pattern cannot express the comparison with the field `B` (`fieldref`)");
    for regex in ["^a", "a$", r"(a)\1", r"a\z", r"\Qa", r"a\"] {
        let why = today("legacy-grep", &format!("A|re: '{regex}'")).expect_err(regex);
        assert!(
            why.starts_with("a grep pattern over lines cannot express") || why.contains("regular expression"),
            "{why}"
        );
    }
    for regex in ["[^a]b", "a|b", r"\d+"] {
        assert!(today("legacy-grep", &format!("A|re: '{regex}'")).is_ok(), "{regex}");
    }
}
