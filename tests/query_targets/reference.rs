//! The mode `pysigma`: what no published rule asks for is the reference's text too, its mistakes
//! among it.

use super::converted;

fn reference(target: &str, format: &str, items: &str) -> Result<String, String> {
    let body = format!("logsource: {{category: c}}\ndetection:\n  s: {items}\n  condition: s\n");
    converted(target, format, &[], "pysigma", &body)
}

#[test]
fn lists_forget_the_case_of_their_values() {
    let two = "{A|cased: [x, y]}";
    for (target, expected) in [
        ("lucene", "A:(x OR y)"),
        ("splunk", r#"A IN ("x", "y")"#),
        ("kusto", r#"A in~ ("x", "y")"#),
        ("esql", r#"from * metadata _id, _index, _version | where A in ("x", "y")"#),
        ("eql", r#"any where A like~ ("x", "y")"#),
    ] {
        assert_eq!(reference(target, "default", two).as_deref(), Ok(expected), "{target}");
    }
    for target in ["lucene", "splunk", "kusto", "esql"] {
        assert!(reference(target, "default", "{A|cased: x}").is_err(), "{target}");
    }
}

#[test]
fn values_that_a_modifier_makes_of_text_in_exact_case_are_in_any() {
    for (target, expected) in [
        ("lucene", r"A:(\-x OR \/x OR –x OR —x OR ―x)"),
        ("splunk", r#"A="-x" OR A="/x" OR A="–x" OR A="—x" OR A="―x""#),
    ] {
        assert_eq!(reference(target, "default", "{A|cased|windash: '-x'}").as_deref(), Ok(expected), "{target}");
    }
}

#[test]
fn words_keep_their_own_wildcards() {
    for (target, items, expected) in [
        ("lucene", "['b*', '*c']", "*b** OR **c*"),
        ("kusto", "['?a', 'b?']", r#""*a" or "b*""#),
        ("kusto", "{'|re|i': 'a\"b\\d'}", r#"_=~(?i)a\"b\\d"#),
        ("splunk", "{'|re|i': 'a\"b\\d'}", r#"(?i)a\"b\\d"#),
    ] {
        assert_eq!(reference(target, "default", items).as_deref(), Ok(expected), "{target}: {items}");
    }
    assert!(reference("lucene", "default", "{'|re': a}").is_err());
}

#[test]
fn white_space_other_than_spaces_is_left_as_it_is() {
    for (value, expected) in [(r"a\tb", "A:a\tb"), (r"a\tb*", "A:a\tb*"), (r"a\r b", "A:\"a\r b\"")] {
        assert_eq!(reference("lucene", "default", &format!("{{A: \"{value}\"}}")).as_deref(), Ok(expected), "{value}");
    }
}

#[test]
fn ppl_moves_wildcards_between_the_wrong_quotes() {
    for (items, expected) in [
        ("{A|contains: ['a\"b', 'c']}", r#"LIKE(A, "%a\"b"%) OR LIKE(A, %"c"%)"#),
        ("{A: 'a\"*b*'}", r#"LIKE(A, "a\%"b%")"#),
        ("['a\"b*', '*c*']", r#""a\"b"% OR %"c%""#),
        ("{A|re: 'a\"b', B|contains: x}", r#"match(A, 'a"b') AND LIKE(B, %"x"%)"#),
        ("{A|cased|contains: 'a\"b'}", r#"LIKE(A, "%a\"b"%, true)"#),
        (r"{A: 'C:\x_y\\*'}", r#"LIKE(A, "C:x\_y%")"#),
    ] {
        let expected = format!("source=c-* | where {expected}");
        assert_eq!(reference("opensearch", "ppl", items), Ok(expected), "{items}");
    }
}
