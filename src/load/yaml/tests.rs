//! What findings of YAML files say, and where they point.

use super::*;

fn values(text: &str) -> Vec<Value> {
    let (documents, findings) = read(text, FileId(0), &YamlLimits::default());
    assert!(findings.is_empty(), "{findings:?}");
    documents.into_iter().map(|document| document.value).collect()
}

/// The values of the mapping in `text`, shown.
fn shown(text: &str) -> String {
    let values = values(text);
    let entries = values[0].as_map().expect("a mapping");
    entries.iter().map(|(key, value)| format!("{key}={value:?}")).collect::<Vec<_>>().join(" ")
}

/// Code, message and marked text of each finding of a file that is not all right.
fn problems(text: &str) -> Vec<String> {
    let (_, findings) = read(text, FileId(0), &YamlLimits::default());
    let show = |finding: &Finding| {
        let marked = match &finding.at {
            At::Span(span) => {
                format!("{}..{} {:?}", span.start, span.end, &text[span.start as usize..span.end as usize])
            }
            At::File(_) => "file".to_owned(),
            At::Yaml(place) => place.path.to_string(),
        };
        format!("{} {marked}: {}", finding.code, finding.message)
    };
    findings.iter().map(show).collect()
}

#[test]
fn plain_scalars_are_resolved_by_yaml_1_1_and_quoted_ones_are_text() {
    assert_eq!(
        shown("a: yes\nb: 'yes'\nc: \"off\"\nd: off\ne: |-\n  yes\nf: !!str yes\ng: &x !!str no\nh: &y no"),
        r#"a=Bool(true) b=Str("yes") c=Str("off") d=Bool(false) e=Str("yes") f=Str("yes") g=Str("no") h=Bool(false)"#
    );
    assert_eq!(
        shown("a: 0777\nb: '0777'\nc: 1_000\nd: 1:30\ne: \"1:30\"\nf: 2019-01-01\ng: é"),
        r#"a=Int(511) b=Str("0777") c=Int(1000) d=Int(90) e=Str("1:30") f=Str("2019-01-01") g=Str("é")"#
    );
    assert_eq!(shown("{\"a\":yes,'b':[no]}"), "a=Bool(true) b=Seq([Bool(false)])");
}

#[test]
fn numbers_are_resolved_by_their_text() {
    assert_eq!(
        shown("a: 1e3\nb: 1000.0\nc: 0o17\nd: 15\ne: -.5\nf: 18446744073709551615\ng: '1e3'\nh: [1.5e3, {i: 2.5}]"),
        r#"a=Str("1e3") b=Float(1000.0) c=Str("0o17") d=Int(15) e=Str("-.5") f=Str("18446744073709551615") g=Str("1e3") h=Seq([Str("1.5e3"), Map([("i", Float(2.5))])])"#
    );
    assert_eq!(shown("a: !!float 3\nb: !!int '3'\nc: 0o7"), r#"a=Float(3.0) b=Int(3) c=Str("0o7")"#);
    assert_eq!(values("a: 1\n---\nb: 1e3\n")[1], Value::Map(vec![("b".into(), "1e3".into())]));
}

#[test]
fn keys_are_text_as_written() {
    assert_eq!(shown("yes: 1\n4688: 2\n~: 3\n'': 4\n0x1F: 5"), "yes=Int(1) 4688=Int(2) ~=Int(3) =Int(4) 0x1F=Int(5)");
}

#[test]
fn documents_are_counted_with_empty_ones() {
    let kinds: Vec<_> = values("---\n---\na: 1\n...\n---\n- x\n").iter().map(Value::type_name).collect();
    assert_eq!(kinds, ["nothing", "a mapping", "a list"]);
    assert_eq!(values(""), [Value::Null]);
    assert_eq!(values("# only a comment\n"), [Value::Null]);
}

#[test]
fn line_ends_and_anchors() {
    assert_eq!(shown("a: yes\r\nb: |\r\n  x\r\n  y\r\n"), r#"a=Bool(true) b=Str("x\ny\n")"#);
    assert_eq!(shown("a: &x yes\nb: *x\nc: [*x]"), "a=Bool(true) b=Bool(true) c=Seq([Bool(true)])");
}

#[test]
fn merge_keys_merge_before_own_keys_and_the_first_mapping_wins() {
    assert_eq!(
        shown("x: &x {a: 1, b: 2}\ny:\n  b: 3\n  <<: *x\n").split_once(" y=").map(|p| p.1),
        Some(r#"Map([("a", Int(1)), ("b", Int(3))])"#)
    );
    assert_eq!(shown("<<: [{a: 1}, {a: 2, b: 2}]\nc: 3"), "a=Int(1) b=Int(2) c=Int(3)");
    assert_eq!(shown("<<: {a: 1}\n<<: {a: 2}"), "a=Int(2)");
    assert_eq!(shown("'<<': {a: 1}"), r#"<<=Map([("a", Int(1))])"#);
    assert_eq!(problems("a: 1\n<<: 3\n"), ["PB004 <<: `<<` merges a mapping or a list of mappings, not a number"]);
}

#[test]
fn a_repeated_key_keeps_its_first_place_and_last_value() {
    let text = "a: 1\nb: 2\n'a': 3\nc:\n  - {d: 1, d: 2}\n";
    let (documents, _) = read(text, FileId(0), &YamlLimits::default());
    let keys: Vec<_> = documents[0].value.as_map().expect("map").iter().map(|(k, v)| format!("{k}={v:?}")).collect();
    assert_eq!(keys, ["a=Int(3)", "b=Int(2)", r#"c=Seq([Map([("d", Int(2))])])"#]);
    assert_eq!(
        problems(text),
        [
            "PB006 11..12 \"a\": the key `a` is given twice; the later value wins",
            "PB006 31..32 \"d\": the key `d` is given twice; the later value wins"
        ]
    );
    let long: String = (0..40).map(|i| format!("k{}: {i}\n", i % 39)).collect::<Vec<_>>().concat();
    assert_eq!(problems(&long).len(), 1);
}

#[test]
fn malformed_files_say_where() {
    assert_eq!(
        problems("title: a: b\n"),
        ["PB001 8..9 \":\": not valid YAML: mapping values are not allowed in this context"]
    );
    assert_eq!(
        problems("é: x\n\tb: y\n"),
        ["PB001 6..7 \"\\t\": not valid YAML: found a tab character that violates indentation"]
    );
    assert_eq!(problems("a: *b\n"), ["PB001 3..4 \"*\": not valid YAML: unknown anchor"]);
    assert_eq!(problems("a: [1\n"), ["PB001 6..6 \"\": not valid YAML: did not find expected ',' or ']'"]);
    assert_eq!(problems("a: b\u{0}c\n"), ["PB001 4..5 \"\\0\": not valid YAML: control characters are not allowed"]);
    assert_eq!(problems("a: 'x\n"), ["PB001 6..6 \"\": not valid YAML: found unexpected end of stream"]);
    assert_eq!(problems("? [a]\n: b\n").len(), 1);
    assert_eq!(problems("a: !!bool maybe\n").len(), 1);
    assert_eq!(
        problems("a: !foo x\n"),
        ["PB004 : the tag `!foo` has no meaning here; the value is read as if it had none"]
    );
    let (documents, _) = read("a: 1\n---\nb: [\n", FileId(0), &YamlLimits::default());
    assert_eq!(documents, []);
}

#[test]
fn limits_are_findings() {
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert_eq!(problems(&deep(64)), [""; 0]);
    assert_eq!(problems(&deep(65)), ["PB003 64..65 \"[\": nesting is deeper than 64 levels"]);
    assert_eq!(problems(&deep(100_000)).len(), 1);
    assert_eq!(problems(&"- ".repeat(100_000)).len(), 1);
    assert_eq!(problems(&"{a: ".repeat(100_000)).len(), 1);
    assert_eq!(problems(&"a: b\n---\n".repeat(65)), ["PB003 file: the file holds more than 64 YAML documents"]);
    assert_eq!(problems(&format!("a: {}\n", "x".repeat(300_000))), ["PB003 3..4 \"x\": a text is longer than 256 KiB"]);
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for i in 1..12 {
        let items = vec![format!("*a{}", i - 1); 9].join(",");
        bomb.extend([format!("a{i}: &a{i} [{items}]\n")]);
    }
    let found = problems(&bomb);
    assert!(found.len() == 1 && found[0].starts_with("PB003"), "{found:?}");
    assert_eq!(problems("a: &a [*a]\n").len(), 1);
}

#[test]
fn brackets_within_texts_do_not_nest() {
    let many = "[{".repeat(20_000);
    for text in [
        format!("a: \"{many}\"\n"),
        format!("a: '{many}'\n"),
        format!("a: x{many}\n"),
        format!("a: |\n  {many}\nb: >-\n  {many}\n"),
        format!("# {many}\na: b\n"),
        format!("a: [{}]\n", "[], {},".repeat(20_000)),
    ] {
        assert_eq!(problems(&text), [""; 0], "{}", &text[..20]);
    }
    // Closing ones within texts close nothing.
    let hidden = problems(&format!("é: {}", "[\"]\",".repeat(50_000)));
    assert!(hidden.len() == 1 && hidden[0].ends_with("\"[\": nesting is deeper than 64 levels"), "{hidden:?}");
    let mistake = problems(&format!("a: b: \"{many}\"\n"));
    assert_eq!(mistake, ["PB001 4..5 \":\": not valid YAML: mapping values are not allowed in this context"]);
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "[-a-z0-9:\\[\\]{}&*!|>'\"%@?,# \t\n\r~<.é\u{0}]{0,80}") {
        let (documents, findings) = read(&text, FileId(0), &YamlLimits::default());
        proptest::prop_assert!(!documents.is_empty() || !findings.is_empty());
        let _ = findings.len();
    }
}
