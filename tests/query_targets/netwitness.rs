//! `netwitness`

use super::{items, query};

#[test]
fn quotes_and_backslashes_are_escaped() {
    for (written, expected) in [
        (r"A: 'C:\dir\'", r"A = 'C:\\dir\\'"),
        (r#"A: "it's""#, r#"A = "it's""#),
        (r#"A: "it's \"q\"""#, r#"A = 'it\'s "q"'"#),
        (r"A|re: 'it''s \d'", r#"A regex "(?-i)it's \\d""#),
        (r#"A|contains: "a\nb""#, r"A regex '(?is)a\\nb'"),
        (r"A: 'a\*b*c?'", r"A regex '(?is)\\Aa\\*b.*c.\\z'"),
        (r#"A: "\x01""#, r"A regex '(?is)\\A\\x{1}\\z'"),
    ] {
        assert_eq!(items("netwitness", written).as_deref(), Ok(expected), "{written}");
    }
}

#[test]
fn values_of_one_operator_are_a_list() {
    for (written, expected) in [
        ("A: [x, 'y*', 5, '*z', 'w*']", "A = 'x','5' || A begins 'y','w' || A ends 'z'"),
        ("A: [10.0.0.1, 5, x, '*']", "A = '10.0.0.1','5','x' || A exists"),
        ("A: ['10.*', 10.0.0.1]", "A begins '10.' || A = '10.0.0.1'"),
        ("A: ['x?', 'y?', '*']", r"A regex '(?is)\\Ax.\\z' || A regex '(?is)\\Ay.\\z' || A exists"),
        ("A: [10.0.0.1, 'fe80::1', 10.0]", "A = 10.0.0.1,fe80::1,10"),
        ("A|cased: [X, 'Y*']", r"A regex '(?s-i)\\AX\\z' || A regex '(?s-i)\\AY'"),
        ("A|cidr: [10.0.0.0/8, 'fe80::/10']", "A = 10.0.0.0/8 || A = fe80::/10"),
        ("A|windash|contains|all: [' -x', b]", "(A contains ' -x',' /x',' –x',' —x',' ―x') && (A contains 'b')"),
    ] {
        assert_eq!(items("netwitness", written).as_deref(), Ok(expected), "{written}");
    }
}

#[test]
fn what_has_no_text_is_refused() {
    let words = "detection:\n  k: [a]\n  condition: k\n";
    assert!(query("netwitness", "default", words).is_err_and(|why| why.contains("no search over all meta keys")));
    for written in ["Not: x", "'a b': x", "'a=b': [x, y]", "\"a'\": x", "A|fieldref: B", "A|hour: 5"] {
        assert!(items("netwitness", written).is_err(), "{written}");
    }
}
