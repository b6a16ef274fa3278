//! `logpoint`

use super::{items, query};

#[test]
fn each_construct_has_its_query() {
    for (written, expected) in [
        ("A: x", r#"A="x""#),
        ("A: 'x?y*'", r#"A="x?y*""#),
        ("A|contains: x", r#"A="*x*""#),
        ("A: ''", r#"A="""#),
        ("A: '-'", r#"A="-""#),
        ("A: -5", "A=-5"),
        ("A: true", r#"A="true""#),
        ("A:", "-A=*"),
        ("A|exists: false", "-A=*"),
        ("A|exists: true", "A=*"),
        ("A|exists|neq: false", "A=*"),
        ("A|neq: x", r#"-A="x""#),
        ("A|neq: [x, y]", r#"-(A IN ["x", "y"])"#),
        ("A: [x, 'y*', 5]", r#"A IN ["x", "y*", 5]"#),
        ("A|contains|all: [x, y]", r#"A="*x*" A="*y*""#),
        ("A: [x, null]", r#"A="x" OR -A=*"#),
        ("A|windash: '-a'", r#"A="-a" OR A="/a" OR A="–a" OR A="—a" OR A="―a""#),
        ("A|windash|neq: '-a'", r#"-(A="-a" OR A="/a" OR A="–a" OR A="—a" OR A="―a")"#),
        ("A|gte: 5", "A >= 5"),
        ("A|cidr: 10.0.0.0/8", r#"A IN ["10.*"]"#),
        ("A|cidr: 10.1.2.252/31", r#"A IN ["10.1.2.252", "10.1.2.253"]"#),
        ("A|cidr: 'fc00::/7'", r#"A IN ["fc??:*", "fd??:*"]"#),
        (
            "A|cidr: '2001:db8:80::/41'",
            r#"A IN ["2001:db8:8?:*", "2001:db8:9?:*", "2001:db8:a?:*", "2001:db8:b?:*", "2001:db8:c?:*", "2001:db8:d?:*", "2001:db8:e?:*", "2001:db8:f?:*"]"#,
        ),
        (r"A|endswith: '\'", r#"A="*\""#),
        (r#"A: 'say "x"'"#, r#"A='say "x"'"#),
        ("A: \"it's\"", r#"A="it's""#),
        ("a-b: x", r#""a-b"="x""#),
        ("Process: x", r#""Process"="x""#),
        ("it's: x", r#""it's"="x""#),
        ("TargetResources.modifiedProperties.newValue|contains: x", r#"targetresources='*"newvalue": "*x*"*'"#),
    ] {
        assert_eq!(items("logpoint", written).as_deref(), Ok(expected), "{written}");
    }
}

/// A search that looks at what the commands make of one field.
fn made(flags: &str, regex: &str, field: &str, stem: &str) -> String {
    format!(
        "\n| process regex(\"{flags}(?P<{stem}_match>{regex})\", {field})\n| process eval(\"{stem}_condition=case(\
         isnotnull({stem}_match) -> 'true', 'false')\")\n| search "
    )
}

#[test]
fn what_a_search_cannot_say_is_left_to_commands() {
    for (written, flags, regex, field, stem) in [
        (r"A|re: '^a\d$'", "", r"^a\d$", "A", "A"),
        ("A|re|i|m: a", "(?im)", "a", "A", "A"),
        ("A|re: '(?i)a'", "(?i)", "a", "A", "A"),
        (r#"A|re: 'a"\"b\\"c'"#, "", r"a\x22\x22b\\\x22c", "A", "A"),
        (r#"A|re: "a\nb""#, "", r"a\x0ab", "A", "A"),
        (r"c-uri|re: a", "", "a", "c-uri", "c_uri"),
        (r"1.b|re: a", "", "a", "1.b", "_1_b"),
        (r"A: 'x\*y'", "(?is)", r"^x\*y$", "A", "A"),
        (r"A: '5\?'", "(?s)", r"^5\?$", "A", "A"),
        (r#"A: "a\"b'c*""#, "(?is)", r"^a\x22b'c", "A", "A"),
        ("A|cased: Xx", "(?s)", "^Xx$", "A", "A"),
    ] {
        let expected = made(flags, regex, field, stem) + &format!("{stem}_condition=\"true\"");
        assert_eq!(items("logpoint", written), Ok(expected), "{written}");
    }
}

#[test]
fn commands_stand_behind_the_terms_that_need_none() {
    let rule = |condition: &str| {
        let selections =
            "detection:\n  a:\n    A: x\n    B: [y, z]\n    C|re: c\n  d:\n    D: 'x\\*'\n  e:\n    C|re: e\n";
        query("logpoint", "default", &format!("{selections}  condition: {condition}\n")).expect("a query")
    };
    assert_eq!(rule("a"), format!("A=\"x\" B IN [\"y\", \"z\"]{}C_condition=\"true\"", made("", "c", "C", "C")));
    assert_eq!(
        rule("d and not e"),
        format!(
            "D=\"x*\"{} {}D_condition=\"true\" -C_condition=\"true\"",
            made("(?is)", r"^x\*$", "D", "D").trim_end_matches("\n| search "),
            made("", "e", "C", "C")
        )
    );
    let both = rule("a or e");
    assert!(both.starts_with("\n| process regex(\"(?P<C_match>c)\", C)"), "{both}");
    assert!(both.contains(") \n| process regex(\"(?P<C_match2>e)\", C)"), "{both}");
    let search = r#"| search (A="x" B IN ["y", "z"] C_condition="true") OR C_condition2="true""#;
    assert!(both.ends_with(search), "{both}");
}

#[test]
fn an_or_needs_no_parentheses_in_an_and() {
    let rule = |condition: &str| {
        let selections = "detection:\n  a:\n    A: 1\n  b:\n    B: 2\n  c:\n    C: 3\n";
        query("logpoint", "default", &format!("{selections}  condition: {condition}\n")).expect("a query")
    };
    assert_eq!(rule("a and (b or c)"), "A=1 B=2 OR C=3");
    assert_eq!(rule("a and b or c"), "(A=1 B=2) OR C=3");
    assert_eq!(rule("not (a and b)"), "-(A=1 B=2)");
    assert_eq!(rule("not (not a) and b"), "-(-A=1) B=2");
}

#[test]
fn words_are_looked_for_in_the_whole_event() {
    for (written, expected) in [
        ("[a, 'b c', 5]", r#""a" OR "b c" OR "5""#),
        ("['a*', 'say \"x\"']", r#""a*" OR 'say "x"'"#),
        ("[\"\\\"'\\n\"]", r#""?'?""#),
    ] {
        let found = query("logpoint", "default", &format!("detection:\n  k: {written}\n  condition: k\n"));
        assert_eq!(found.as_deref(), Ok(expected));
    }
}

#[test]
fn what_the_language_cannot_say_is_refused() {
    for (written, reason) in [
        ("A|fieldref: B", "a Logpoint search cannot express the comparison with the field `B` (`fieldref`)"),
        ("A|hour: 5", "a Logpoint search cannot express a comparison of a part of the time (`hour`)"),
        ("A|wide: x", "a Logpoint search cannot express UTF-16 text that is not base64-encoded"),
        ("A|cidr: '2001:db8::/80'", "the addresses of the network `2001:db8::/80` have no beginning of their own"),
        ("'a\"b': x", "a Logpoint search has no quotes for the name of the field `a\\\"b`"),
        ("'a\"b': [x, y]", "a Logpoint search has no quotes for the name of the field `a\\\"b`"),
        ("a b|re: x", "a Logpoint search cannot look at the field `a b` by a regular expression"),
    ] {
        assert_eq!(items("logpoint", written), Err(reason.to_owned()), "{written}");
    }
}
