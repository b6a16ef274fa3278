//! `crowdstrike`, and its pipeline `crowdstrike_fdr`.

use super::{items, query, query_with};

#[test]
fn values_stay_themselves_in_a_regular_expression() {
    for (written, expected) in [
        (r"A: 'C:\dir\'", r"A=/^C:\\dir\\$/i"),
        ("A|contains: //x", r"A=/\/\/x/i"),
        (r#"A: "a\nb\x01""#, r"A=/^a\nb\x{1}$/i"),
        (r"A: 'a\*b*c?'", r"A=/^a\*b.*c.$/id"),
        (r"A|re: 'a/b\/c'", r"A=/a\/b\/c/"),
        ("A|re: ''", "A=/(?:)/"),
        ("A|re|i|s: a.b", "A=/a.b/id"),
        ("\"A|re\": \"a\\nb\"", r"A=/a\nb/"),
        ("A: ['*', x]", "A=* or A=/^x$/i"),
        ("A|cased: 'X*'", "A=/^X/"),
        ("in: x", r#""in"=/^x$/i"#),
        // Names of functions are reserved.
        ("Hash: x", r#""Hash"=/^x$/i"#),
        ("count: 5", r#""count"=5"#),
        ("A|re: '(?P<n>a)|[(?<x>](?<m>b)\\(?<o>'", r"A=/(?:a)|[(?<x>](?:b)\(?<o>/"),
        (r#"'a"b\c': x"#, r#""a\"b\\c"=/^x$/i"#),
    ] {
        assert_eq!(items("crowdstrike", written).as_deref(), Ok(expected), "{written}");
    }
    for refused in ["A|re: '(?=a)b'", "A|re: '(a)\\1'"] {
        assert!(items("crowdstrike", refused).is_err(), "{refused}");
    }
}

#[test]
fn networks_stand_where_the_condition_has_them() {
    let detection = "detection:\n  s: {A|cidr: [10.0.0.0/8, 'fe80::/10'], B: x}\n  f: {'a b|cidr': 10.1.0.0/16}\n  \
                     condition: s and not f\n";
    let expected =
        r#"cidr(A, subnet=["10.0.0.0/8", "fe80::/10"]) and B=/^x$/i and not cidr("a b", subnet="10.1.0.0/16")"#;
    assert_eq!(query("crowdstrike", "default", detection).as_deref(), Ok(expected));
}

#[test]
fn the_pipeline_names_events_and_devices() {
    let processes = "event_platform=/^Win$/i event_simpleName=/^ProcessRollup2$/i or \
                     event_simpleName=/^SyntheticProcessRollup2$/i ";
    for (category, item, expected) in [
        ("process_creation", r"Image: 'c:\x'", format!(r"{processes}ImageFileName=/^\\Device\\HarddiskVolume.\\x$/id")),
        (
            "process_creation",
            r"Image|startswith: '\\\\srv\'",
            format!(r"{processes}ImageFileName=/^\\Device\\Mup\\srv\\/i"),
        ),
        ("process_creation", r"Image|contains: ':\x'", format!(r"{processes}ImageFileName=/\\HarddiskVolume.\\x/id")),
        ("process_creation", r"Image: '?:\x'", format!(r"{processes}ImageFileName=/^\\Device\\HarddiskVolume.\\x$/id")),
        ("process_creation", r"ParentImage|endswith: '\x'", format!("{processes}ParentBaseFileName=/^x$/i")),
        ("process_creation", "Hashes|contains: [IMPHASH=1, SHA256=2]", format!("{processes}SHA256HashData=/^2$/i")),
        ("network_connection", "Initiated: 'false'", "event_simpleName=/^NetworkReceiveAcceptIP4$/i".to_owned()),
        (
            "network_connection",
            "DestinationPort: 1",
            "event_platform=/^Win$/i event_simpleName=/^NetworkConnectIP4$/i or \
             event_simpleName=/^NetworkReceiveAcceptIP4$/i RemotePort=1"
                .to_owned(),
        ),
        (
            "dns_query",
            "QueryResults: 1.1.1.1",
            "event_platform=/^Win$/i event_simpleName=/^DnsRequest$/i IP4Records=/1\\.1\\.1\\.1/i or \
             IP6Records=/1\\.1\\.1\\.1/i"
                .to_owned(),
        ),
    ] {
        let rule = format!(
            "logsource: {{category: {category}, product: windows}}\ndetection:\n  s:\n    {item}\n  condition: s\n"
        );
        assert_eq!(query_with("crowdstrike", "default", &["crowdstrike_fdr"], &rule), Ok(expected), "{item}");
    }
    let linux =
        "logsource: {category: process_creation, product: linux}\ndetection:\n  s: {CommandLine: x}\n  condition: s\n";
    let expected = "event_simpleName=/^ProcessRollup2$/i or event_simpleName=/^SyntheticProcessRollup2$/i event_platform=/^Lin$/i \
                    CommandLine=/^x$/i";
    assert_eq!(query_with("crowdstrike", "default", &["crowdstrike_fdr"], linux).as_deref(), Ok(expected));
    for (logsource, item, reason) in [
        (
            "category: process_creation",
            "GrandParentImage: x",
            "process events have no such field (field `GrandParentImage`)",
        ),
        ("category: process_creation", "Hashes: IMPHASH=1", "no hash of a kind the pipeline knows (SHA256)"),
        ("category: network_connection", "DestinationHostname: x", "connections have no such field"),
        ("category: registry_set", "TargetObject: x", "no events that are known here for this log source"),
        ("service: security", "EventID: 4624", "no events that are known here for this log source"),
    ] {
        let rule =
            format!("logsource: {{{logsource}, product: windows}}\ndetection:\n  s:\n    {item}\n  condition: s\n");
        let refused = query_with("crowdstrike", "default", &["crowdstrike_fdr"], &rule).expect_err(item);
        assert!(refused.contains(reason), "{refused}");
    }
    let path = "logsource: {category: process_creation, product: windows}\ndetection:\n  s: {ParentImage: 'C:\\x'}\n  \
                condition: s\n";
    let refused = query_with("crowdstrike", "default", &["crowdstrike_fdr"], path).expect_err("no path");
    assert!(refused.contains("the name of the parent's file only"), "{refused}");
}

#[test]
fn a_line_break_in_a_regular_expression_is_written_as_its_escape() {
    assert_eq!(items("crowdstrike", r#"F|re: "a\r\nb\\\r\\\n""#), Ok(r"F=/a\r\nb\r\n/".to_owned()));
}
