//! `loki`

use super::{items, query};

const SOURCE: &str = r#"{job=~".+"}"#;

/// The filter after the parser.
fn filter(written: &str) -> String {
    let query = items("loki", written).expect(written);
    query.strip_prefix(&format!("{SOURCE} | logfmt | ")).expect("parsed lines").to_owned()
}

fn condition(sections: &str, condition: &str) -> String {
    let text = query("loki", "default", &format!("detection:\n{sections}  condition: {condition}\n"));
    text.expect(condition).strip_prefix(SOURCE).expect("streams").to_owned()
}

#[test]
fn values_and_names_stay_what_they_are() {
    for (written, expected) in [
        (r#"A: 'x"y\z'"#, r#"A=~`(?i)^x"y\\z$`"#),
        ("A: 'a`b\"c\\d'", r#"A=~"(?i)^a`b\"c\\\\d$""#),
        (r#"A: "l1\nl2\r\t\0""#, r"A=~`(?i)^l1\nl2\r\t\x00$`"),
        (r#"A|cased: "l1\nl2\0""#, r#"A="l1\nl2\u0000""#),
        (r"A|contains: 'a\*b\?'", r"A=~`(?is).*a\*b\?.*`"),
        ("A: '**'", "A!=``"),
        ("A: '?*'", "A=~`(?is)^..*`"),
        ("'a b.c-d:e': x", "a_b_c_d_e=~`(?i)^x$`"),
        ("1a: x", "_1a=~`(?i)^x$`"),
    ] {
        assert_eq!(filter(written), expected, "{written}");
    }
}

#[test]
fn a_word_of_the_language_is_no_name() {
    assert_eq!(filter("and: x"), "label_format sigma_and=`{{ .and }}` | sigma_and=~`(?i)^x$`");
    assert_eq!(
        filter("{or|fieldref: by, or: x}"),
        "label_format sigma_or=`{{ .or }}`,sigma_match_1=`{{ if and .sigma_or .by (eq (lower .by) (lower \
         .sigma_or)) }}true{{ end }}` | sigma_match_1=`true` and sigma_or=~`(?i)^x$`"
    );
}

#[test]
fn negations_stand_at_the_comparisons() {
    let s = "  s:\n    A: x\n    B|cidr: 10.0.0.0/8\n    C|gt: 5\n  t:\n    D: 7\n";
    let number = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$";
    assert_eq!(
        condition(s, "t and s"),
        format!(" | logfmt | D=`7` and A=~`(?i)^x$` and B=ip(\"10.0.0.0/8\") and C=~`{number}` and C>5")
    );
    assert_eq!(
        condition(s, "t and not s"),
        format!(" | logfmt | D=`7` and (A!~`(?i)^x$` or B!=ip(\"10.0.0.0/8\") or B=`` or C!~`{number}` or C<=5)")
    );
    let cidr = "  s:\n    A: x\n  f:\n    B|cidr: 10.0.0.0/8\n";
    assert_eq!(condition(cidr, "s and not f"), " | logfmt | A=~`(?i)^x$` and (B!=ip(\"10.0.0.0/8\") or B=``)");
    let windash = "  s:\n    A: x\n    B|windash: ' -y'\n";
    assert_eq!(
        condition(windash, "s"),
        r" | logfmt | A=~`(?i)^x$` and (B=~`(?i)^\ \-y$` or B=~`(?i)^\ /y$` or B=~`(?i)^\ –y$` or B=~`(?i)^\ —y$` or B=~`(?i)^\ ―y$`)"
    );
}

#[test]
fn words_without_a_field_filter_lines() {
    let words = "  k: [one, 'two \"three\"']\n  j: ['C:\\Users']\n  s:\n    A: x\n";
    for (written, expected) in [
        ("k", r#" |~ `(?i)one|two\ \\?"three\\?"`"#),
        ("not k", r#" !~ `(?i)one` !~ `(?i)two\ \\?"three\\?"`"#),
        ("s and j", r" |~ `(?i)C:\\\\?Users` | logfmt | A=~`(?i)^x$`"),
        (
            "s or j",
            r" | logfmt | label_format sigma_line=`{{ __line__ }}` | A=~`(?i)^x$` or sigma_line=~`(?i)(?s:.*)(?:C:\\\\?Users)(?s:.*)`",
        ),
        (
            "s and not (j and k)",
            r#" | logfmt | label_format sigma_line=`{{ __line__ }}` | A=~`(?i)^x$` and (sigma_line!~`(?i)(?s:.*)(?:C:\\\\?Users)(?s:.*)` or sigma_line!~`(?i)(?s:.*)(?:one)(?s:.*)` and sigma_line!~`(?i)(?s:.*)(?:two\ \\?"three\\?")(?s:.*)`)"#,
        ),
    ] {
        assert_eq!(condition(words, written), expected, "{written}");
    }
    assert_eq!(condition("  k:\n    '|re': ['a|b', '^c']\n  j: [x]\n", "k and j"), " |~ `(?:a|b)|^c` |~ `(?i)x`");
}

#[test]
fn regular_expressions_are_those_of_re2() {
    for (written, expected) in [
        ("A|re: '^a$'", "A=~`^a$`"),
        ("A|re|m: '^a$'", "A=~`(?m)(?s:.*)^a$(?s:.*)`"),
        ("A|re: 'a|b$'", "A=~`(?s:.*)(?:a|b$)(?s:.*)`"),
        (r"A|re: '\<a'", r"A=~`(?s:.*)\<a(?s:.*)`"),
        (r"A|re: 'a\x41\.'", r"A=~`(?s:.*)a\x41\.(?s:.*)`"),
    ] {
        assert_eq!(filter(written), expected, "{written}");
    }
    for (written, reason) in [
        ("A|re: '(?=a)b'", "look-around, including look-ahead and look-behind, is not supported"),
        ("A|re: 'a{1001}'", "nothing may be repeated more than 1,000 times"),
        (r"A|re: '\u0041'", r"it knows no escape `\u`"),
        ("A|re: '(?x)a b'", "it knows no flags but `i`, `m`, `s` and `U`"),
    ] {
        let why = items("loki", written).expect_err(written);
        assert_eq!(why, format!("Loki does not take the regular expression: {reason}"));
    }
}

#[test]
fn a_long_row_of_values_is_one_expression() {
    use std::fmt::Write as _;
    let mut values = String::new();
    for i in 0..300 {
        let _ = write!(values, "'*v{i}', ");
    }
    let text = filter(&format!("A: [{values} 'a?', '*']"));
    assert!(text.starts_with("A=~`(?is)(?:.*v0$|.*v1$|"), "{text}");
    assert!(text.ends_with("|.*v299$|^a.$)` or A!=``"), "{text}");
}

#[test]
fn streams_and_parser_are_those_of_the_log_source() {
    for (logsource, start) in [
        ("product: windows", r#"{job=~"eventlog|winlog|windows|fluentbit.*"} | json | "#),
        ("product: azure", r#"{job="logstash"} | json | "#),
        ("product: aws", r#"{job=~".+"} | json | "#),
        ("product: linux", r#"{job=~".+"} | logfmt | "#),
    ] {
        let text = format!("logsource:\n  {logsource}\ndetection:\n  s:\n    A: 1\n  condition: s\n");
        assert_eq!(query("loki", "default", &text), Ok(format!("{start}A=`1`")));
    }
}
