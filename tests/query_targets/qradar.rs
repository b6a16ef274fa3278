//! `qradar-aql`, and its pipeline `qradar_aql_fields`.

use super::{items, query, query_with};

const ALL: &str = "SELECT * FROM events WHERE ";

#[test]
fn text_is_compared_in_any_case_and_as_it_is() {
    for (written, expected) in [
        ("A: X", "LOWER(A)='x'"),
        ("A: 10.0.0.1", "A='10.0.0.1'"),
        ("A: [X, 5]", "LOWER(A) IN('x', '5')"),
        (r"A|endswith: '\X.exe'", r"LOWER(A) LIKE '%\x.exe'"),
        (r"A|endswith: '\a_b.exe'", r"A IMATCHES '(?s)^.*\\a_b\.exe$'"),
        ("A|contains: '50%'", "A IMATCHES '(?s)^.*50%.*$'"),
        ("A: a_b", "LOWER(A)='a_b'"),
        ("A|contains: \"it's\"", "LOWER(A) LIKE '%it''s%'"),
        ("A|re: \"it's\"", "A MATCHES 'it''s'"),
        ("A|cased: X", "A='X'"),
        ("A|cased: 'X*'", "A LIKE 'X%'"),
        ("A|cased: 'X_*'", "A MATCHES '(?s)^X_.*$'"),
        ("A: '*'", "A IS NOT NULL"),
        ("'a\"b': 5", "\"a\"\"b\"=5"),
        ("Group: 5", "\"Group\"=5"),
        ("sourceip: '10.*'", "LOWER(STR(sourceip)) LIKE '10.%'"),
        ("sourceip: ['fe80::1', '::1']", "sourceip IN('fe80::1', '::1')"),
        ("destinationV6: 'fe80::1'", "destinationV6='fe80::1'"),
        ("sourceip|re: '^10'", "STR(sourceip) MATCHES '^10'"),
        ("sourceip|fieldref: B", "LOWER(STR(sourceip))=LOWER(B)"),
        ("'UTF8(payload)': 5", "UTF8(payload)=5"),
        ("'x) OR (y': 5", "\"x) OR (y\"=5"),
    ] {
        assert_eq!(items("qradar-aql", written), Ok(format!("{ALL}{expected}")), "{written}");
    }
    let words = "detection:\n  k: ['a b', 404, '_']\n  condition: k\n";
    let expected =
        "LOWER(UTF8(payload)) LIKE '%a b%' OR UTF8(payload) LIKE '%404%' OR UTF8(payload) IMATCHES '(?s)^.*_.*$'";
    assert_eq!(query("qradar-aql", "default", words), Ok(format!("{ALL}{expected}")));
}

#[test]
fn the_log_source_decides_where_to_look() {
    for (source, expected) in [
        ("product: windows", "devicetype=12 AND (A=1 OR B=2)"),
        ("product: windows, service: windefend", "devicetype IN(433, 12) AND (A=1 OR B=2)"),
        ("product: gcp, service: gcp.audit", "devicetype IN(449, 442, 461, 455) AND (A=1 OR B=2)"),
        ("category: proxy", "A=1 OR B=2"),
    ] {
        let rule = format!("logsource: {{{source}}}\ndetection:\n  s: {{A: 1}}\n  t: {{B: 2}}\n  condition: s or t\n");
        assert_eq!(query("qradar-aql", "default", &rule), Ok(format!("{ALL}{expected}")), "{source}");
    }
}

#[test]
fn the_pipeline_names_properties() {
    for (item, expected) in [
        ("Image: '*x'", r#"LOWER("Process Path") LIKE '%x' OR LOWER("Process Name") LIKE '%x'"#),
        ("c-uri|endswith: .php", "LOWER(URL) LIKE '%.php%'"),
        ("ScriptBlockText: ['a', '*b*']", "LOWER(Message) LIKE '%a%' OR LOWER(Message) LIKE '%b%'"),
        (r"Payload|contains: 'a\b\'", r"LOWER(UTF8(payload)) LIKE '%a\b\%'"),
        ("a0: x", "LOWER(Command) LIKE '%a0%x%'"),
        ("Hashes|contains: 'IMPHASH=0F'", r#"LOWER("IMP Hash")='0f'"#),
        ("eventSource: s3.amazonaws.com", r#"LOWER(UTF8(payload)) LIKE '%"eventsource"%s3.amazonaws.com%'"#),
    ] {
        let rule = format!("detection:\n  s:\n    {item}\n  condition: s\n");
        let outcome = query_with("qradar-aql", "default", &["qradar_aql_fields"], &rule);
        assert_eq!(outcome, Ok(format!("{ALL}{expected}")), "{item}");
    }
    let unknown = "detection:\n  s: {Unheard: x}\n  condition: s\n";
    assert!(query_with("qradar-aql", "default", &["qradar_aql_fields"], unknown).is_err());
}
