//! Correlations and filters: what they do to the rules they name, and what is wrong with them.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const BASE: &str = "title: Base\nname: base\nid: 0f2b4c1e-5a7d-4c3b-9e8f-1a2b3c4d5e6f\nlogsource:\n  product: windows\n  \
                    category: process_creation\ndetection:\n  selection:\n    Image|endswith: \\cmd.exe\n  condition: \
                    selection\n";

/// Exit code, output and messages of converting files.
fn convert(target: &str, files: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let folder = TempDir::new().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("writable");
    }
    run(folder.path(), target)
}

fn run(folder: &Path, target: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_purplebook"));
    let out = command.args(["convert", "-t", target, "."]).current_dir(folder).output().expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (out.status.code(), text(out.stdout), text(out.stderr))
}

fn filter(rules: &str, logsource: &str, rest: &str) -> String {
    format!("title: Ours\nlogsource:\n{logsource}\nfilter:\n  rules: {rules}\n{rest}")
}

const WINDOWS: &str = "  product: windows\n  category: process_creation";
const ADMINS: &str = "  selection:\n    User|startswith: adm\n  condition: not selection\n";

#[test]
fn a_filter_narrows_the_rules_it_names() {
    for (rules, logsource, expected) in [
        ("[base]", WINDOWS, "Image:*\\\\cmd.exe AND (NOT User:adm*)\n"),
        ("[0F2B4C1E-5A7D-4C3B-9E8F-1A2B3C4D5E6F]", "  product: windows", "Image:*\\\\cmd.exe AND (NOT User:adm*)\n"),
        ("any", WINDOWS, "Image:*\\\\cmd.exe AND (NOT User:adm*)\n"),
        ("[other]", WINDOWS, "Image:*\\\\cmd.exe\n"),
        ("[base]", "  product: linux", "Image:*\\\\cmd.exe\n"),
        ("[base]", "  product: windows\n  service: sysmon", "Image:*\\\\cmd.exe\n"),
    ] {
        let files = [("base.yml", BASE), ("filter.yml", &filter(rules, logsource, ADMINS))];
        assert_eq!(convert("lucene", &files), (Some(0), expected.to_owned(), String::new()), "{rules} {logsource}");
    }
}

#[test]
fn names_of_a_filter_are_its_own() {
    let mut rule = BASE.replace("condition: selection", "condition: 1 of them");
    rule.push_str("  _private:\n    A: b\n");
    let filter = filter("[base]", WINDOWS, "  selection:\n    B: c\n  condition: selection\n");
    let (_, out, _) = convert("lucene", &[("base.yml", &rule), ("filter.yml", &filter)]);
    assert_eq!(out, "Image:*\\\\cmd.exe AND B:c\n");
}

#[test]
fn a_rule_whose_filter_is_broken_has_no_query() {
    let broken = filter("[base]", WINDOWS, "  selection:\n    A: b\n  condition: not selektion\n");
    let (code, out, err) = convert("lucene", &[("base.yml", BASE), ("filter.yml", &broken)]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    let told = "filter.yml:9:14: error[PB401] the filter `Ours` cannot be read: the condition names `selektion`, which is \
                not defined";
    assert!(err.contains(told) && err.contains("did you mean `selection`?"), "{err}");
    assert!(err.ends_with("1 error in 1 file\n"), "once, however many rules it applies to: {err}");
    let (code, _, alone) = convert("lucene", &[("filter.yml", &broken)]);
    assert_eq!((code, alone), (Some(1), err), "without any rule, too");
}

fn correlation(body: &str) -> String {
    format!("title: Many\ncorrelation:\n{body}")
}

#[test]
fn a_broken_correlation_is_refused_at_its_key() {
    let rest = "  rules: [base]\n  timespan: 5m\n";
    for (body, message, place) in [
        (
            "  type: event_cout\n  rules: [base]\n  timespan: 5m\n".to_owned(),
            "`event_cout` is no type of correlation",
            "3:9",
        ),
        (format!("  type: event_count\n{rest}"), "a correlation of type `event_count` needs a `condition`", "2:1"),
        (
            format!("  type: event_count\n{rest}  condition:\n    gte: many\n"),
            "`gte` needs a number, this is text",
            "7:10",
        ),
        (
            format!("  type: event_count\n{rest}  condition:\n    gtee: 5\n"),
            "`gtee` is no key of a correlation's condition",
            "7:5",
        ),
        (
            format!("  type: value_count\n{rest}  condition:\n    gte: 5\n"),
            "a `value_count` needs the `field` whose values it looks at",
            "6:3",
        ),
        ("  type: temporal\n  rules: [base]\n  timespan: 5x\n".to_owned(), "`5x` is no timespan", "5:13"),
        (
            "  type: temporal\n  rules: [base]\n  timepan: 5m\n".to_owned(),
            "`timepan` is no key of a correlation",
            "5:3",
        ),
        (
            "  type: temporal\n  rules: [bse]\n  timespan: 5m\n".to_owned(),
            "the correlation names `bse`, which no rule is called",
            "4:11",
        ),
        (
            format!("  type: temporal\n{rest}  condition: base and not bas\n"),
            "the condition names `bas`, which `rules` does not list",
            "6:14",
        ),
        (
            format!("  type: temporal\n{rest}  aliases:\n    user:\n      bass: User\n"),
            "the alias `user` names `bass`, which `rules` does not list",
            "8:7",
        ),
        (format!("  type: temporal\n{rest}"), "the target cannot correlate events, only find single ones", "2:1"),
    ] {
        let (code, _, err) = convert(
            if message.starts_with("the target") { "lucene" } else { "esql" },
            &[("base.yml", BASE), ("many.yml", &correlation(&body))],
        );
        assert_eq!(code, Some(1), "{body}");
        assert!(err.contains(message) && err.contains(&format!("many.yml:{place}")), "{body}\n{err}");
    }
}

#[test]
fn correlations_that_name_each_other_end() {
    let one = "title: One\nname: one\ncorrelation:\n  type: temporal\n  rules: [two]\n  timespan: 5m\n";
    let two = one.replace("One", "Two").replace("one", "zwei").replace("[two]", "[one]").replace("zwei", "two");
    let (code, _, err) = convert("esql", &[("one.yml", one), ("two.yml", &two)]);
    assert_eq!(code, Some(0), "each only feeds the other: {err}");
    let both = [("one.yml", format!("{one}  generate: true\n")), ("two.yml", format!("{two}  generate: true\n"))];
    let (code, _, err) = convert("esql", &[("one.yml", &both[0].1), ("two.yml", &both[1].1)]);
    assert_eq!(code, Some(1));
    assert!(err.contains("which leads back to itself"), "{err}");
}

const OTHER: &str = "title: Other\nname: other\nid: 1f2b4c1e-5a7d-4c3b-9e8f-1a2b3c4d5e6f\nlogsource:\n  product: \
                     windows\n  category: process_creation\ndetection:\n  selection:\n    CommandLine: x\n  condition: \
                     selection\n";

/// The query of a correlation of two rules, or of `base` alone.
fn correlated(target: &str, body: &str) -> String {
    let files = [("base.yml", BASE), ("other.yml", OTHER), ("many.yml", &correlation(body))];
    let (_, out, err) = convert(target, &files);
    // A rule that feeds no correlation is an alert of its own.
    let out = out.strip_suffix("CommandLine=\"x\"\n").unwrap_or(&out).to_owned();
    format!("{out}{}", err.lines().find_map(|line| line.split("[PB402] ").nth(1)).unwrap_or_default())
}

#[test]
fn splunk_counts_in_spans_of_time() {
    let rest = "  rules: [base]\n  group-by: [User, Logon Id]\n  timespan: 5m\n";
    for (body, expected) in [
        (
            format!("  type: event_count\n{rest}  condition:\n    gte: 5\n"),
            "Image=\"*\\\\cmd.exe\"\n\n| bin _time span=5m\n| stats count as event_count by _time User \"Logon Id\"\n\n\
             | search event_count >= 5\n",
        ),
        (
            format!("  type: value_count\n{rest}  condition:\n    field: Host\n    gt: 5\n    lt: 9\n"),
            "Image=\"*\\\\cmd.exe\"\n\n| bin _time span=5m\n| stats dc(Host) as value_count by _time User \"Logon Id\"\n\n\
             | search value_count > 5 value_count < 9\n",
        ),
        (
            format!("  type: value_percentile\n{rest}  condition:\n    field: Bytes\n    percentile: 95\n    gte: 5\n"),
            "Image=\"*\\\\cmd.exe\"\n\n| bin _time span=5m\n| stats perc95(Bytes) as value_percentile by _time User \"Logon \
             Id\"\n\n| search value_percentile >= 5\n",
        ),
        (
            "  type: temporal\n  rules: [base, other]\n  timespan: 1M\n  group-by: [user]\n  aliases:\n    user:\n      base: \
             User\n      other: SubjectUser\n"
                .to_owned(),
            "| multisearch\n[ search Image=\"*\\\\cmd.exe\" | eval event_type=\"base\" | rename User as user ]\n[ search \
             CommandLine=\"x\" | eval event_type=\"other\" | rename SubjectUser as user ]\n\n| bin _time span=1mon\n| stats \
             dc(event_type) as event_type_count by _time user\n\n| search event_type_count >= 2\n",
        ),
        (
            "  type: temporal\n  rules: [base, other]\n  timespan: 1h\n  condition: base and not other\n".to_owned(),
            "| multisearch\n[ search Image=\"*\\\\cmd.exe\" | eval event_type=\"base\" ]\n[ search CommandLine=\"x\" | eval \
             event_type=\"other\" ]\n\n| bin _time span=1h\n| stats values(event_type) as event_types by _time\n\n| search \
             (event_types=\"base\" NOT event_types=\"other\")\n",
        ),
        (
            "  type: temporal\n  rules: [base]\n  timespan: 5m\n  group-by: [user]\n  aliases:\n    user:\n      base: User\n"
                .to_owned(),
            "Image=\"*\\\\cmd.exe\" | eval event_type=\"base\" | rename User as user\n\n| bin _time span=5m\n| stats \
             dc(event_type) as event_type_count by _time user\n\n| search event_type_count >= 1\n",
        ),
        (
            "  type: temporal_ordered\n  rules: [base, other]\n  timespan: 2M\n  group-by: [User, Logon Id]\n".to_owned(),
            "| multisearch\n[ search Image=\"*\\\\cmd.exe\" | eval event_type=\"base\" ]\n[ search CommandLine=\"x\" | eval \
             event_type=\"other\" ]\n\n| sort 0 _time\n| eval sequence_start=if(event_type=\"base\", _time, null())\n| \
             streamstats current=f window=0 max(sequence_start) as sequence_start by User \"Logon Id\"\n\n| where \
             event_type=\"other\" AND _time<=relative_time(sequence_start, \"+2mon\")\n",
        ),
        (
            "  type: temporal_ordered\n  rules: [base, other]\n  timespan: 1h\n  condition: {gte: 1}\n".to_owned(),
            "a Splunk search for rules in an order looks for all of them",
        ),
    ] {
        assert_eq!(correlated("splunk", &body), expected, "{body}");
    }
}

#[test]
fn crowdstrike_counts_in_spans_of_time() {
    let start = "Image=/\\\\cmd\\.exe$/i\n| timebucket := @timestamp - (@timestamp % 300000)\n| groupBy([timebucket, User, \
                 \"Logon Id\"], function=";
    let rest = "  rules: [base]\n  group-by: [User, Logon Id]\n  timespan: 5m\n";
    for (body, expected) in [
        ("type: event_count", "count(as=event_count), limit=max)\n| event_count>=5 event_count!=9\n"),
        (
            "type: value_count",
            "count(Bytes, distinct=true, as=value_count), limit=max)\n| value_count>=5 value_count!=9\n",
        ),
        ("type: value_sum", "sum(Bytes, as=value_sum), limit=max)\n| value_sum>=5 value_sum!=9\n"),
        (
            "type: value_median",
            "percentile(Bytes, percentiles=[50], as=value), limit=max)\n| value_50>=5 value_50!=9\n",
        ),
    ] {
        let field = if body.ends_with("event_count") { "" } else { "    field: Bytes\n" };
        let body = format!("  {body}\n{rest}  condition:\n{field}    gte: 5\n    neq: 9\n");
        let (_, out, err) = convert("crowdstrike", &[("base.yml", BASE), ("many.yml", &correlation(&body))]);
        assert_eq!((out, err), (format!("{start}{expected}"), String::new()), "{body}");
    }
    let two = correlation("  type: temporal\n  rules: [base, other]\n  timespan: 1h\n");
    let (_, out, _) = convert("crowdstrike", &[("base.yml", BASE), ("other.yml", OTHER), ("two.yml", &two)]);
    let (image, line) = ("Image=/\\\\cmd\\.exe$/i", "CommandLine=/^x$/i");
    assert_eq!(
        out,
        format!(
            "({image}) or ({line})\n| case {{ {image} | event_type := \"base\"; {line} | event_type := \"other\"; }}\n| \
             timebucket := @timestamp - (@timestamp % 3600000)\n| groupBy([timebucket], function=count(event_type, \
             distinct=true, as=event_type_count), limit=max)\n| event_type_count>=2\n"
        )
    );
    let months = correlation("  type: event_count\n  rules: [base]\n  timespan: 1M\n  condition: {gte: 5}\n");
    let (code, _, err) = convert("crowdstrike", &[("base.yml", BASE), ("many.yml", &months)]);
    assert!(code == Some(1) && err.contains("no fixed length"), "{err}");
}

#[test]
fn esql_counts_in_buckets_of_time() {
    let start = "from * metadata _id, _index, _version | where to_lower(Image) like \"*\\\\\\\\cmd.exe\"\n";
    let bucket = "| eval timebucket=date_trunc(5minutes, @timestamp) | stats";
    let rest = "  rules: [base]\n  group-by: [User, Logon Id]\n  timespan: 5m\n";
    for (body, expected) in [
        (
            format!("  type: event_count\n{rest}  condition:\n    gte: 5\n"),
            format!("{start}{bucket} event_count=count() by timebucket, User, `Logon Id`\n| where event_count >= 5\n"),
        ),
        (
            format!("  type: value_avg\n{rest}  condition:\n    field: Bytes\n    gt: 5\n    neq: 9\n"),
            format!(
                "{start}{bucket} value_avg=avg(Bytes) by timebucket, User, `Logon Id`\n| where value_avg > 5 and value_avg != \
                 9\n"
            ),
        ),
    ] {
        let (_, out, err) = convert("esql", &[("base.yml", BASE), ("many.yml", &correlation(&body))]);
        assert_eq!((out, err), (expected, String::new()), "{body}");
    }
    let two = correlation("  type: temporal\n  rules: [base, other]\n  timespan: 1h\n");
    let (_, out, _) = convert("esql", &[("base.yml", BASE), ("other.yml", OTHER), ("two.yml", &two)]);
    let (image, line) = ("to_lower(Image) like \"*\\\\\\\\cmd.exe\"", "to_lower(CommandLine)==\"x\"");
    assert_eq!(
        out,
        format!(
            "from * metadata _id, _index, _version | where ({image}) or ({line})\n| eval event_type=case({image}, \"base\", \
             {line}, \"other\")\n| eval timebucket=date_trunc(1hours, @timestamp) | stats \
             event_type_count=count_distinct(event_type) by timebucket\n| where event_type_count >= 2\n"
        )
    );
}
