//! The format `ppl` of `opensearch`: every construct in strict text.

use super::query;

fn condition(items: &str) -> Result<String, String> {
    let detection = format!("logsource:\n  product: windows\ndetection:\n  s:\n    {items}\n  condition: s\n");
    query("opensearch", "ppl", &detection).map(|query| without_source(&query))
}

fn without(items: &str) -> Result<String, String> {
    let detection = format!("logsource:\n  product: windows\ndetection:\n  s:\n    {items}\n  condition: not s\n");
    query("opensearch", "ppl", &detection).map(|query| without_source(&query))
}

fn without_source(query: &str) -> String {
    query.strip_prefix("source=windows-* | where ").expect("a source").to_owned()
}

#[test]
fn text_is_found_in_any_case() {
    for (items, expected) in [
        ("A: Xy", r#"LIKE(A, "Xy")"#),
        ("A: '4688'", r#"A="4688""#),
        ("A: ''", r#"A="""#),
        ("A: [x, y]", r#"LIKE(A, "x") OR LIKE(A, "y")"#),
        ("A: ['1', '2']", r#"A in ("1", "2")"#),
        ("A: [1, 2]", "A in (1, 2)"),
        ("A: ['1', 2]", r#"A="1" OR A=2"#),
        ("A|cased: Xy", r#"A="Xy""#),
        ("A|cased|contains: Xy", r#"LIKE(A, "%Xy%", true)"#),
        ("A: '*'", "isnotnull(A)"),
        ("A: 'a?b*'", r#"LIKE(A, "a_b%")"#),
        ("A: 'a_b%c'", r#"LIKE(A, "a\_b\%c")"#),
        ("A: '1_%'", r#"A="1_%""#),
        ("A: '10.*'", r#"LIKE(cast(A as string), "10.%")"#),
        ("A|fieldref: B", "lower(A)=lower(B)"),
        ("A|fieldref|startswith: B", "locate(lower(B), lower(A))=1"),
        ("A|fieldref|endswith: B", "right(lower(A), length(B))=lower(B)"),
        ("A|fieldref|contains: B", "locate(lower(B), lower(A))>0"),
        ("A: true", "A=true"),
        ("A|week: 5", "week(A, 3)=5"),
    ] {
        assert_eq!(condition(items).as_deref(), Ok(expected), "{items}");
    }
}

#[test]
fn backslashes_and_quotes_come_through() {
    for (items, expected) in [
        (r"A: 'C:\Windows\cmd.exe'", r#"LIKE(A, "C:\\\\Windows\\\\cmd.exe")"#),
        (r"A: '1\2'", r#"A="1\\2""#),
        (r#"A|contains: 'a"b\c'"#, r#"LIKE(A, "%a\"b\\\\c%")"#),
        // As searches of the index these would find `%` and nothing else.
        (r"A: '\Temp\\*'", r#"regexp_match(A, "(?i)^\\\\Temp\\\\")"#),
        (r"A: 'x\_y'", r#"regexp_match(A, "(?i)^x\\\\_y$")"#),
        (r"A: 'é\\*'", r#"regexp_match(A, "(?u)(?i)^é\\\\")"#),
        (r"A|contains: '\Temp\\*\x\'", r#"regexp_match(A, "(?is)\\\\Temp\\\\.*\\\\x\\\\")"#),
        (r#"A|re: 'a\s"b'"#, r#"regexp_match(A, "a\\s\"b")"#),
        ("A|re|i|m: a", r#"regexp_match(A, "(?im)a")"#),
        (r#"A: "1\n2""#, "A=\"1\n2\""),
    ] {
        assert_eq!(condition(items).as_deref(), Ok(expected), "{items}");
    }
}

#[test]
fn a_negation_keeps_events_without_the_field() {
    for (items, expected) in [
        ("A: x", r#"NOT (isnotnull(A) AND LIKE(A, "x"))"#),
        ("A: [x, 'y*']", r#"NOT (isnotnull(A) AND (LIKE(A, "x") OR LIKE(A, "y%")))"#),
        ("A: [1, 2]", "NOT (isnotnull(A) AND A in (1, 2))"),
        ("A: [x, null]", r#"NOT (isnotnull(A) AND LIKE(A, "x") OR isnull(A))"#),
        ("A|windash: '-1'", r#"NOT (isnotnull(A) AND (A="-1" OR A="/1" OR A="–1" OR A="—1" OR A="―1"))"#),
        ("A: null", "NOT isnull(A)"),
        ("A|fieldref: B", "NOT (isnotnull(A) AND isnotnull(B) AND lower(A)=lower(B))"),
        ("{A: x, B: 1}", r#"NOT (isnotnull(A) AND LIKE(A, "x") AND isnotnull(B) AND B=1)"#),
    ] {
        assert_eq!(without(items).as_deref(), Ok(expected), "{items}");
    }
}

#[test]
fn words_are_searched_in_all_fields() {
    assert_eq!(
        condition("- 'a b'\n    - 5").as_deref(),
        Ok(r#"query_string(["*"], "\"a b\" OR /.*[aA] [bB].*/") OR query_string(["*"], "5")"#)
    );
}

#[test]
fn names_stand_in_back_ticks_or_are_refused() {
    for (items, expected) in
        [("'a.b': 1", "`a.b`=1"), ("a-b|cidr: 10.0.0.0/8", "cidrmatch(`a-b`, \"10.0.0.0/8\")"), ("Not: 1", "`Not`=1")]
    {
        assert_eq!(condition(items).as_deref(), Ok(expected), "{items}");
    }
    assert_eq!(condition("'a`b': 1"), Err("a PPL query cannot name the field `a`b`".to_owned()));
}

#[test]
fn the_log_source_names_the_indices() {
    let from = |logsource: &str| {
        let detection = format!("logsource: {logsource}\ndetection:\n  s: {{A: 1}}\n  condition: s\n");
        query("opensearch", "ppl", &detection)
    };
    assert_eq!(from("{category: c, service: s, product: p}").as_deref(), Ok("source=p-c-s-* | where A=1"));
    assert_eq!(from("{product: Win Dows}").as_deref(), Ok("source=`win dows-*` | where A=1"));
    assert_eq!(from("{product: gcp, service: gcp.audit}").as_deref(), Ok("source=gcp-gcp.audit-* | where A=1"));
    assert!(from("{product: 'a`b'}").is_err());
}
