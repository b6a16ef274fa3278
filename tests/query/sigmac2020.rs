//! What the converter of 2020 printed for ATC's pages, construct by construct. All recorded outputs
//! are compared with the pages they stand on, in the tests of the profile `atc-2022`.

use std::collections::BTreeMap;

use crate::query_support::rule;
use purplebook::model::SigmacConfig;
use purplebook::query::sigmac2020::{BACKENDS, printed};
use purplebook::requests::configs_of_2020;

/// What every backend prints, with ATC's configurations.
fn all(text: &str) -> BTreeMap<&'static str, String> {
    let configs: BTreeMap<&str, SigmacConfig> = configs_of_2020();
    printed(&rule(text), "rules/r.yml", |name| configs.get(name)).into_iter().collect()
}

/// What a backend prints for a detection section.
fn of(backend: &str, detection: &str) -> String {
    all(&format!("title: T\nid: i\ndetection: {{{detection}}}\n"))[backend].clone()
}

fn unsupported(reason: &str) -> String {
    format!(
        "An unsupported feature is required for this Sigma rule (rules/r.yml): {reason}\nFeel free to contribute for fun \
         and fame, this is open source :) -> https://github.com/Neo23x0/sigma"
    )
}

#[test]
fn every_configuration_is_sound() {
    let configs = configs_of_2020();
    let mut wanted: Vec<&str> = BACKENDS.iter().filter_map(|backend| backend.config).collect();
    wanted.sort_unstable();
    wanted.dedup();
    assert_eq!(configs.into_keys().collect::<Vec<_>>(), wanted);
}

#[test]
fn modifiers_change_values() {
    let graylog = |comparison: &str| of("graylog", &format!("s: {{{comparison}}}, condition: s"));
    for (comparison, expected) in [
        ("A|contains: x", "A.keyword:*x*"),
        ("A|contains: ['*x', y]", "A.keyword:(*x* *y*)"),
        ("A|startswith: x", "A.keyword:x*"),
        ("A|endswith: 1", "A.keyword:*1"),
        (r"A|contains: '\x\'", r"A.keyword:*\\x\*"),
        ("A|contains|all: [x, y]", "(A.keyword:*x* AND A.keyword:*y*)"),
        ("A|all: [x]", "A:\"x\""),
        ("A|all: x", "A:\"x\""),
        ("A|re: '[a]/b'", "A:/[a]/b/"),
        ("A|base64: foobar", "A:\"Zm9vYmFy\""),
        ("A|base64offset|contains: foobar", "A.keyword:(*Zm9vYmFy* *Zvb2Jhc* *mb29iYX*)"),
        ("A|wide|base64: ab", "A:\"YQBiAA==\""),
        ("A|utf16be|base64: ab", "A:\"AGEAYg==\""),
        ("A|utf16|base64: ab", "A:\"\\/\\/5hAGIA\""),
    ] {
        assert_eq!(graylog(comparison), expected, "{comparison}");
    }
    for (comparison, reason) in [
        ("A|cidr: 10.0.0.0/8", "the modifier `cidr` of `A` was not known in 2020"),
        ("A|contains: null", "a modifier needs text, this is nothing"),
        ("A: {B: c}", "the values of `A` must be text or numbers, this is a mapping"),
    ] {
        assert_eq!(graylog(comparison), format!("Failed to parse Sigma file rules/r.yml: {reason}"));
    }
}

#[test]
fn values_that_grow_without_end_are_refused() {
    let detection = format!("s: {{A{}: x}}, condition: s", "|base64offset".repeat(40));
    assert!(of("grep", &detection).ends_with("of `A` makes too much of its values"));
}

#[test]
fn lucene_differs_from_that_of_2019() {
    for (detection, es_qs, graylog) in [
        ("s: {A: [x y, 2]}, condition: s", r#"A:("x\ y" OR "2")"#, r#"A:("x y" "2")"#),
        ("s: {A: [x y, z*]}, condition: s", r"A.keyword:(x\ y OR z*)", "A.keyword:(x y z*)"),
        (r"s: {A: 'a\\*'}, condition: s", r"A.keyword:a\\*", r"A.keyword:a\\*"),
        (r"s: {A: 'a\*'}, condition: s", r#"A:"a\*""#, r#"A:"a\*""#),
        ("s: {A: <1>}, condition: s", r#"A:"<1>""#, r#"A:"<1>""#),
        (
            "a: {A: 1}, b: {B: 2}, condition: a and not b",
            r#"(A:"1" AND (NOT (B:"2")))"#,
            r#"(A:"1" AND (NOT (B:"2")))"#,
        ),
        ("a: {A: null}, condition: a", "NOT _exists_:A", "NOT _exists_:A"),
        ("a: [x y, 'z*'], condition: a", r"\*.keyword:(*x\ y* OR *z*)", r"\*.keyword:(*x y* OR *z*)"),
        ("a: {A: 1}, b: [x], condition: a and b", r#"(A:"1" AND "x")"#, r#"(A:"1" AND "x")"#),
        (
            "a: {A: 1}, b: [x], condition: a and not b",
            r#"(A:"1" AND (NOT \*.keyword:(*x*)))"#,
            r#"(A:"1" AND (NOT \*.keyword:(*x*)))"#,
        ),
        ("a: [x], b: [y], condition: a and b", r"\*.keyword:(*x* AND *y*)", r"\*.keyword:(*x* AND *y*)"),
        ("a: [x, 2], condition: a", "(x OR 2)", "(x OR 2)"),
        ("a: {EventID: 1}, condition: a", r#"winlog.event_id:"1""#, r#"EventID:"1""#),
    ] {
        assert_eq!(of("es-qs", detection), es_qs, "{detection}");
        assert_eq!(of("graylog", detection), graylog, "{detection}");
    }
}

#[test]
fn the_log_of_a_document_is_the_log_of_the_next() {
    let text = "title: T\nlogsource: {product: windows, service: powershell-classic}\n\
                detection: {s: {EventID: 400}, condition: s}\n---\n\
                logsource: {product: windows, category: process_creation}\n\
                detection: {s: {A: x}, condition: s}\n";
    let end = "| select TimeCreated,Id,RecordId,ProcessId,MachineName,Message";
    let expected = format!(
        "Get-WinEvent -LogName Windows PowerShell | where {{($_.ID -eq \"400\") }} {end}\n\
         Get-WinEvent -LogName Windows PowerShell | where {{$_.message -match \"A.*x\" }} {end}"
    );
    let written = all(&format!("action: global\n---\n{text}"));
    assert_eq!(written["powershell"], expected);
    assert_eq!(written["splunk"], "(source=\"Windows PowerShell\" EventCode=\"400\")\nA=\"x\"");
    assert_eq!(written["grep"], "grep -P '^400'\ngrep -P '^x'");
}

#[test]
fn grep_is_quoted_for_the_shell() {
    assert_eq!(of("grep", r#"s: {A: "it's+"}, condition: s"#), r#"grep -P '^it'"'"'s\+'"#);
    assert_eq!(of("grep", "s: {A: null}, condition: s"), "grep -P '^(?!A)'");
}

#[test]
fn searches_have_the_names_of_their_products() {
    let text = "title: T\nlogsource: {product: windows, service: security}\nfields: [EventID, User]\n\
                detection: {s: {EventID: [1, 2], UserName: x}, condition: s}\n";
    let written = all(text);
    assert_eq!(
        written["splunk"],
        "(source=\"WinEventLog:Security\" (EventCode=\"1\" OR EventCode=\"2\") UserName=\"x\") | table EventCode,User"
    );
    assert_eq!(
        written["logpoint"],
        "(event_source=\"Microsoft-Windows-Security-Auditing\" event_id IN [\"1\", \"2\"] (caller_user=\"x\" OR \
         target_user=\"x\" OR user=\"x\" OR member=\"x\"))"
    );
}

#[test]
fn other_logs_of_windows_have_their_names() {
    let of = |service: &str| {
        all(&format!(
            "title: T\nlogsource: {{product: windows, service: {service}}}\ndetection: {{s: {{EventID: 1}}, condition: s}}\n"
        ))
    };
    let written = of("ntlm");
    assert_eq!(written["es-qs"], r#"(winlog.channel:"Microsoft\-Windows\-NTLM\/Operational" AND winlog.event_id:"1")"#);
    assert_eq!(written["splunk"], r#"(source="Microsoft-Windows-NTLM/Operational" EventCode="1")"#);
    assert_eq!(written["logpoint"], r#"(event_source="Microsoft-Windows-NTLM/Operational" event_id="1")"#);
    assert!(written["powershell"].starts_with("Get-WinEvent -LogName Microsoft-Windows-NTLM/Operational | where"));
    // Two of the configurations knew the log only of the category `dns`.
    let written = of("dns-server");
    assert_eq!(written["es-qs"], r#"(winlog.channel:"DNS\ Server" AND winlog.event_id:"1")"#);
    assert_eq!(written["splunk"], r#"EventCode="1""#);
    assert_eq!(written["logpoint"], r#"(event_source="DNS Server" event_id="1")"#);
    assert!(written["powershell"].starts_with("Get-WinEvent | where {$_.ID"));
}

#[test]
fn a_watch_for_each_condition() {
    let text = "title: A (b) c\ndetection: {s: {A: 1}, t: {B: 2}, condition: [s | count(C) by D > 3, t]}\n";
    let written = all(text)["xpack-watcher"].clone();
    let watches: Vec<&str> = written.split("curl ").skip(1).collect();
    assert_eq!(watches.len(), 2, "{written}");
    assert!(watches[0].contains("_watcher/watch/A-b-c <<EOF\n{\n  \"metadata\": {\n    \"title\": \"A (b) c\""));
    assert!(watches[1].contains("_watcher/watch/A-b-c-2 <<EOF\n"));
    assert!(watches[0].contains("\"field\": \"D\","), "{}", watches[0]);
    assert!(watches[0].contains("\"gte\": \"now-30m/m\""), "{}", watches[0]);
    assert!(watches[1].ends_with("}\nEOF\n"), "{}", watches[1]);
}

#[test]
fn what_cannot_be_said_is_an_error_message() {
    let regex = "s: {A|re: x}, condition: s";
    let map_values = "Backend does not support map values of type <class 'sigma.parser.modifiers.type.SigmaRegularExpressionModifier'>";
    assert_eq!(of("powershell", regex), unsupported(map_values));
    assert_eq!(of("splunk", regex), unsupported("Type modifier 're' is not supported by backend"));
    assert_eq!(of("logpoint", regex), unsupported("Type modifier 're' is not supported by backend"));
    assert_eq!(of("grep", regex), unsupported("Node type not implemented for this backend"));
    let list = "s: {A: [x, null]}, condition: s";
    for backend in ["es-qs", "xpack-watcher", "graylog", "splunk", "logpoint", "grep"] {
        assert_eq!(of(backend, list), unsupported("List values must be strings or numbers"), "{backend}");
    }
    assert!(of("powershell", list).contains(r#"($_.message -match "x" -or $_.message -match "None")"#));
    let near = "s: {A: x}, condition: s | near t";
    assert_eq!(of("es-qs", near), unsupported("Aggregations not implemented for this backend"));
    assert_eq!(of("graylog", near), unsupported("Aggregations not implemented for this backend"));
    let no_near = "The 'near' aggregation operator is not yet implemented for this backend";
    assert_eq!(of("splunk", near), unsupported(no_near));
    assert_eq!(of("logpoint", near), unsupported(no_near));
    assert_eq!(of("powershell", near), unsupported("Only COUNT aggregation function is implemented for this backend"));
    assert_eq!(of("grep", near), "grep -P '^x'");
    let several = "s: {A: x}, condition: s | count(UserName) by B > 1";
    assert_eq!(of("logpoint", several), unsupported("Field mappings in aggregations must be single valued"));
    let broken = of("splunk", "s: {A: x}, condition: t");
    assert_eq!(broken, "Failed to parse Sigma file rules/r.yml: the condition names `t`, which is not defined");
}

#[test]
fn a_global_document_alone_has_no_query() {
    let written = all("action: global\ntitle: T\ndetection: {s: {A: x}, condition: s}\n");
    assert!(written.values().all(String::is_empty), "{written:?}");
}
