//! `victorialogs`

use super::{items, query};

#[test]
fn each_construct_has_its_query() {
    for (written, expected) in [
        ("A: x", r#"A:~"(?i)^x$""#),
        ("A: '127.0.0.1'", r#"A:="127.0.0.1""#),
        ("A: 'x*'", r#"A:~"(?i)^x""#),
        ("A: '10.*'", r#"A:="10."*"#),
        ("A: '*x'", r#"A:~"(?i)x$""#),
        ("A: '*x**'", r#"A:~"(?i)x""#),
        ("A|contains: '.'", r#"A:~"\\.""#),
        ("A: 'x*y'", r#"A:~"(?is)^x.*y$""#),
        ("A|contains: 'x.*y?'", r#"A:~"(?is)x\\..*y.""#),
        ("A: '?'", r#"A:~"(?s)^.$""#),
        ("A: '*'", "A:*"),
        ("A: '***'", "A:*"),
        ("A: ''", r#"A:="""#),
        (r"A: 'a\*b'", r#"A:~"(?i)^a\\*b$""#),
        ("A: 5", "A:=5"),
        ("A: -1.5", r#"A:="-1.5""#),
        ("A: true", "A:=true"),
        ("A:", r#"A:"""#),
        ("A|neq: x", r#"NOT A:~"(?i)^x$""#),
        ("A: [x, y, 5]", r#"A:~"(?i)^x$|^y$|^5$""#),
        ("A: [5, -6, '7']", r#"A:in(5, "-6", "7")"#),
        ("A: [x, 'y*', 'z?z']", r#"A:~"(?is)^x$|^y|^z.z$""#),
        ("A: ['5', '6*']", r#"A:~"^5$|^6""#),
        ("A: [x, '', '*']", r#"A:~"(?is)^x$|^$|.""#),
        ("A: [x, null]", r#"A:~"(?i)^x$" OR A:"""#),
        ("A|all: ['*x', 'y*']", r#"A:~"(?i)x$" AND A:~"(?i)^y""#),
        ("A|cased: x", r#"A:="x""#),
        ("A|cased: 'x*'", r#"A:="x"*"#),
        ("A|contains|cased: x", r#"A:~"x""#),
        ("A|cased: 'x*y'", r#"A:~"(?s)^x.*y$""#),
        ("A|cased: [x, y]", r#"A:in("x", "y")"#),
        ("A|cased: [x, 'y*']", r#"A:="x" OR A:="y"*"#),
        ("A|re: '^a\"\\d'", r#"A:~"^a\"\\d""#),
        ("A|re|i|m|s: a", r#"A:~"(?ims)a""#),
        (r"A|re: '\<a\>'", r#"A:~"\\<a\\>""#),
        ("A|cidr: 10.0.0.0/8", r#"A:ipv4_range("10.0.0.0/8")"#),
        ("A|cidr: fe80::/10", r#"A:ipv6_range("fe80::/10")"#),
        ("A|gte: 5", "A:>=5"),
        ("A|lt: -1.5", "A:<-1.5"),
        ("A|exists: true", "A:*"),
        ("A|exists: false", "NOT A:*"),
        ("A|exists|neq: false", "A:*"),
        ("A|fieldref: B", "A:* AND A:eq_field(B)"),
        ("A|fieldref|neq: b-c", r#"NOT (A:* AND A:eq_field("b-c"))"#),
        ("A|windash: '-a'", r#"A:~"(?i)^-a$|^/a$|^–a$|^—a$|^―a$""#),
        ("A|windash|neq: '-a'", r#"NOT A:~"(?i)^-a$|^/a$|^–a$|^—a$|^―a$""#),
        ("A|windash|contains: a", r#"A:~"(?i)a""#),
        ("A|base64offset|contains: foo", r#"A:~"(?i)Zm9v|Zvb|mb2""#),
        ("a-b|cidr: 10.0.0.0/8", r#""a-b":ipv4_range("10.0.0.0/8")"#),
        ("a.b: 5", "a.b:=5"),
        ("größe: 5", r#""größe":=5"#),
        ("Not: 5", r#""Not":=5"#),
        ("count: 5", r#""count":=5"#),
        (r"it's\: 5", r#""it's\\":=5"#),
        (r#"A: "q\"\\\\\n\tü`'\0""#, r#"A:~"(?i)^q\"\\\\\n\tü`'\u0000$""#),
        (r"A|endswith: '\'", r#"A:~"\\\\$""#),
        (r"A|startswith: '1\'", r#"A:="1\\"*"#),
    ] {
        assert_eq!(items("victorialogs", written).as_deref(), Ok(expected), "{written}");
    }
}

#[test]
fn words_without_a_field_are_looked_for_in_all_fields() {
    for (written, expected) in [
        ("[a, 'b c']", r#"*:~"(?i)a" OR *:~"(?i)b c""#),
        ("['a*b']", r#"*:~"(?is)a.*b""#),
        ("['*a']", r#"*:~"(?i)a""#),
        ("[404, -5]", r#"*:404 OR *:"-5""#),
        ("['*']", "*"),
        ("{'|re': '^a'}", r#"*:~"^a""#),
        ("{'|cased': a}", r#"*:~"a""#),
    ] {
        let found = query("victorialogs", "default", &format!("detection:\n  k: {written}\n  condition: k\n"));
        assert_eq!(found.as_deref(), Ok(expected));
    }
}

#[test]
fn parts_stand_in_parentheses_where_they_must() {
    let rule = |condition: &str| {
        let selections = "detection:\n  a:\n    A: 1\n  b:\n    B: 2\n  c:\n    C: [3, 4]\n";
        query("victorialogs", "default", &format!("{selections}  condition: {condition}\n")).expect("a query")
    };
    assert_eq!(rule("a and b or c"), "A:=1 AND B:=2 OR C:in(3, 4)");
    assert_eq!(rule("a and (b or c)"), "A:=1 AND (B:=2 OR C:in(3, 4))");
    assert_eq!(rule("a and c"), "A:=1 AND (C:in(3, 4))");
    assert_eq!(rule("not (a or b)"), "NOT (A:=1 OR B:=2)");
    assert_eq!(rule("not (not a)"), "NOT (NOT A:=1)");
    assert_eq!(rule("(not a) or b"), "NOT A:=1 OR B:=2");
    let mixed = "detection:\n  a:\n    A: x\n  b:\n    A|cased: y\n  c:\n    C: 5\n  condition: c and (a or b)\n";
    let found = query("victorialogs", "default", mixed);
    assert_eq!(found.as_deref(), Ok(r#"C:=5 AND (A:~"(?i)^x$" OR A:="y")"#));
}

#[test]
fn what_the_language_cannot_say_is_refused() {
    let regex = |why: &str| Err(format!("VictoriaLogs does not take the regular expression: {why}"));
    for (written, reason) in [
        ("A|re: '(?=a)b'", regex("look-around, including look-ahead and look-behind, is not supported")),
        ("A|re: '(a)\\1'", regex("backreferences are not supported")),
        ("A|re: 'a{1001}'", regex("nothing may be repeated more than 1,000 times")),
        ("A|re: '(?x)a b'", regex("it knows no flags but `i`, `m`, `s` and `U`")),
        ("A|re: '[a-z&&b]'", regex("it knows no operators between classes")),
        ("A|re: '\\u0041'", regex("it knows no escape `\\u`")),
        ("A|wide: x", Err("a LogsQL query cannot express UTF-16 text that is not base64-encoded".to_owned())),
        ("A|hour: 5", Err("a LogsQL query cannot express a comparison of a part of the time (`hour`)".to_owned())),
        (
            "A|fieldref|startswith: B",
            Err("a LogsQL query cannot express the comparison with the field `B` (`fieldref`)".to_owned()),
        ),
        ("A|expand: '%x%'", Err("the placeholder `%x%` has no values".to_owned())),
    ] {
        assert_eq!(items("victorialogs", written), reason);
    }
}
