//! `kusto`

use super::{items, query};

#[test]
fn each_construct_has_its_query() {
    for (written, expected) in [
        ("A: x", r#"A =~ "x""#),
        ("A: 'x*'", r#"A startswith "x""#),
        ("A: '*x'", r#"A endswith "x""#),
        ("A: '*x**'", r#"A contains "x""#),
        ("A: 'x*y'", r#"A matches regex "(?is)^x.*y$""#),
        ("A|contains: 'x.*y?'", r#"A matches regex "(?is)x\\..*y.""#),
        ("A: '*'", "isnotempty(A)"),
        ("A: ''", r#"A =~ """#),
        ("A: 5", "A == 5"),
        ("A: -1.5", "A == -1.5"),
        ("A: true", "tobool(A) == true"),
        ("A:", "isempty(A)"),
        ("A|neq: x", r#"not(A =~ "x")"#),
        ("A: [x, y, 5]", r#"A in~ ("x", "y", "5")"#),
        ("A: [5, 6]", "A in (5, 6)"),
        ("A: [x, 'y*', 'z?z']", r#"A in~ ("x") or A startswith "y" or A matches regex "(?is)^z.z$""#),
        ("A|all: [x, y]", r#"A =~ "x" and A =~ "y""#),
        ("A|contains|all: [x, y]", r#"A contains "x" and A contains "y""#),
        ("A: [x, null]", r#"A =~ "x" or isempty(A)"#),
        ("A|cased: x", r#"A == "x""#),
        ("A|cased: 'x*'", r#"A startswith_cs "x""#),
        ("A|contains|cased: x", r#"A contains_cs "x""#),
        ("A|cased: 'x*y'", r#"A matches regex "(?s)^x.*y$""#),
        ("A|re: '^a\"\\d'", r#"A matches regex "^a\"\\d""#),
        ("A|re|i|m|s: a", r#"A matches regex "(?ims)a""#),
        (r"A|re: '\<a\>'", r#"A matches regex "<a>""#),
        ("A|cidr: 10.0.0.0/8", r#"ipv4_is_in_range(A, "10.0.0.0/8")"#),
        ("A|cidr: fe80::/10", r#"ipv6_is_in_range(A, "fe80::/10")"#),
        ("A|gte: 5", "A >= 5"),
        ("A|exists: true", "isnotempty(A)"),
        ("A|exists: false", "isempty(A)"),
        ("A|fieldref: B", "(isnotempty(B) and A =~ B)"),
        ("A|fieldref|startswith: b-c", "(isnotempty(['b-c']) and A startswith ['b-c'])"),
        ("A|hour: 5", "hourofday(todatetime(A)) == 5"),
        ("A|hour|lt: 5", "hourofday(todatetime(A)) < 5"),
        ("A|minute: 5", r#"datetime_part("minute", todatetime(A)) == 5"#),
        ("A|windash: '-a'", r#"A =~ "-a" or A =~ "/a" or A =~ "–a" or A =~ "—a" or A =~ "―a""#),
        ("A|base64offset|contains: foo", r#"A contains "Zm9v" or A contains "Zvb" or A contains "mb2""#),
        ("a-b: x", r#"['a-b'] =~ "x""#),
        ("a.b: ['x*', 'y*']", r#"['a.b'] startswith "x" or ['a.b'] startswith "y""#),
        (r"it's\: x", r#"['it\'s\\'] =~ "x""#),
        (r#"A: "q\"\\\\\n\tü""#, r#"A =~ "q\"\\\n\tü""#),
        (r"A|endswith: '\'", r#"A endswith "\\""#),
    ] {
        assert_eq!(items("kusto", written).as_deref(), Ok(expected), "{written}");
    }
}

#[test]
fn words_without_a_field_are_looked_for_in_all_columns() {
    for (written, expected) in [
        ("[a, 'b c']", r#"* contains "a" or * contains "b c""#),
        ("['a*b']", r#"* matches regex "(?is)a.*b""#),
        ("[404]", r#"* has "404""#),
        ("{'|re': '^a'}", r#"* matches regex "^a""#),
    ] {
        let found = query("kusto", "default", &format!("detection:\n  keywords: {written}\n  condition: keywords\n"));
        assert_eq!(found.as_deref(), Ok(expected));
    }
}

#[test]
fn nothing_under_a_negation_is_null() {
    let rule = |condition: &str| {
        let selections = "detection:\n  a:\n    A|cidr: 10.0.0.0/8\n  b:\n    B|gt: 5\n  c:\n    C: x\n";
        query("kusto", "default", &format!("{selections}  condition: {condition}\n")).expect("a query")
    };
    let range = r#"ipv4_is_in_range(A, "10.0.0.0/8")"#;
    assert_eq!(rule("a and b"), format!("{range} and B > 5"));
    assert_eq!(rule("c and not a"), format!(r#"C =~ "x" and (not(coalesce({range}, false)))"#));
    assert_eq!(rule("not (a or b)"), format!("not((coalesce({range}, false) or coalesce(B > 5, false)))"));
    assert_eq!(rule("(not c) and a"), format!(r#"(not(C =~ "x")) and {range}"#));
    assert_eq!(rule("not (a and not c)"), format!(r#"not((coalesce({range}, false) and (not(C =~ "x"))))"#));
}

#[test]
fn long_chains_are_written_in_groups() {
    let words: Vec<String> = (0..450).map(|i| format!("'*{i}*'")).collect();
    let found = items("kusto", &format!("A: [{}]", words.join(", "))).expect("a query");
    assert!(found.starts_with(r#"(A contains "0" or "#), "{found}");
    assert!(found.contains(r#"A contains "199") or (A contains "200" or "#), "{found}");
    assert!(found.ends_with(r#"A contains "449")"#), "{found}");
}

#[test]
fn what_the_language_cannot_say_is_refused() {
    for (written, reason) in [
        ("A|wide: x", "a KQL query cannot express UTF-16 text that is not base64-encoded"),
        (
            "A|re: '(?=a)b'",
            "Kusto does not take the regular expression: look-around, including look-ahead and look-behind, is not \
             supported",
        ),
        ("A|re: '(a)\\1'", "Kusto does not take the regular expression: backreferences are not supported"),
        ("A|expand: '%x%'", "the placeholder `%x%` has no values"),
    ] {
        assert_eq!(items("kusto", written), Err(reason.to_owned()));
    }
}
