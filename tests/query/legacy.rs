//! The language of February 2019, quirk by quirk.

use crate::query_support::{convert, rule};
use purplebook::query::{legacy_stdout, target};
use purplebook::report::Code;

fn stdout(name: &str, text: &str) -> String {
    legacy_stdout(&rule(text), target(name).expect("registered"), None)
}

fn query(condition: &str) -> String {
    let definitions = "a: {A: 1}\n  b: {B: 1}\n  two: {C: 1, D: 2}\n  none: {N: null}\n  words: [foo, bar]";
    stdout("es-qs", &format!("detection:\n  {definitions}\n  condition: {condition}\n"))
}

#[test]
fn the_optimizer_decides_the_parentheses() {
    for (condition, expected) in [
        ("a", "A:\"1\"\n"),
        ("two", "(C:\"1\" AND D:\"2\")\n"),
        ("a and b and two", "(A:\"1\" AND B:\"1\" AND C:\"1\" AND D:\"2\")\n"),
        ("a or (b and two)", "(A:\"1\" OR (B:\"1\" AND C:\"1\" AND D:\"2\"))\n"),
        ("a and not two", "(A:\"1\" AND NOT (C:\"1\" AND D:\"2\"))\n"),
        ("a and not none", "(A:\"1\" AND NOT (NOT _exists_:N))\n"),
        ("a and a", "A:\"1\"\n"),
        ("(a and b) or (a and two)", "(A:\"1\" AND (B:\"1\" OR (C:\"1\" AND D:\"2\")))\n"),
        ("words", "(foo OR bar)\n"),
        ("all of words", "(foo AND bar)\n"),
        ("a and words", "(A:\"1\" AND (\"foo\" OR \"bar\"))\n"),
        ("1 of two", "(C:\"1\" AND D:\"2\")\n"),
        ("NOT a", "NOT (A:\"1\")\n"),
    ] {
        assert_eq!(query(condition), expected, "{condition}");
    }
}

#[test]
fn the_tokenizer_knows_no_word_boundaries() {
    let text = |name: &str| format!("detection:\n  {name}: {{A: 1}}\n  condition: {name}\n");
    for name in ["original", "minimal", "android", "bytes", "notepad", "a-b"] {
        assert_eq!(stdout("es-qs", &text(name)), "", "{name}");
    }
    // The converter of that time fails on them, so today's language reads them.
    let queries = convert(&rule(&text("original")), target("es-qs").expect("registered")).expect("sound");
    assert_eq!(queries, ["A:1"]);
    for condition in ["((a and b))", "a | count() >= 5", "2 of them", "a b", "a and", "c", "", "()"] {
        assert_eq!(query(condition), "", "{condition}");
    }
}

#[test]
fn values_are_escaped_and_quoted_at_once() {
    let value = |value: &str| stdout("es-qs", &format!("detection:\n  s:\n    F: {value}\n  condition: s\n"));
    for (written, expected) in [
        (r"'a b=c'", r#"F:"a\ b\=c""#),
        (r"'C:\x'", r#"F:"C\:\\x""#),
        (r"'a\\b'", r#"F:"a\\b""#),
        (r"'a\*b'", r#"F:"a\*b""#),
        (r"'*\u'", r"F.keyword:*\\u"),
        (r"'*\\u'", r"F.keyword:*\\\u"),
        (r"'<a>'", r#"F:"a""#),
        (r"'a && b || c & d'", r#"F:"a\ \&&\ b\ \||\ c\ &\ d""#),
        ("['x*', 'y z']", r"F.keyword:(x* y\ z)"),
        ("''", r#"F:"""#),
        ("true", ""),
    ] {
        assert_eq!(value(written).trim_end_matches('\n'), expected, "{written}");
    }
    let graylog = stdout("graylog", "detection:\n  s:\n    F: ['x* y=', 5]\n  condition: s\n");
    assert_eq!(graylog, "F:(\"x* y=\" \"5\")\n");
}

#[test]
fn keywords_are_quoted_by_what_was_written_before_them() {
    let rule = "detection:\n  s: {F: 1}\n  w: ['a b', c]\n  condition: ";
    assert_eq!(stdout("es-qs", &format!("{rule}w and s\n")), "((a\\ b OR c) AND F:\"1\")\n");
    assert_eq!(stdout("es-qs", &format!("{rule}s and w\n")), "(F:\"1\" AND (\"a\\ b\" OR \"c\"))\n");
    let file = "action: global\ntitle: T\n---\ndetection:\n  s: {F: 1}\n  condition: s\n---\ndetection:\n  w: [x y]\n  condition: w\n";
    assert_eq!(stdout("es-qs", file), "F:\"1\"\n\"x\\ y\"\n");
}

#[test]
fn the_global_document_wins() {
    let file = "action: global\ndetection:\n  s: {A: global}\n  condition: s\n---\ndetection:\n  s: {A: own, B: 1}\n---\naction: repeat\ndetection:\n  s: {B: 2}\n---\naction: reset\n---\ndetection:\n  t: {C: 1}\n  condition: t\n";
    assert_eq!(stdout("graylog", file), "(A:\"global\" AND B:\"1\")\n(A:\"global\" AND B:\"2\")\nC:\"1\"\n");
    assert_eq!(stdout("graylog", "action: repeat\ndetection:\n  s: {A: 1}\n  condition: s\n"), "");
}

#[test]
fn targets_of_today_read_the_2019_language_too() {
    let file = "detection:\n  s: {A: ['x*', y z], B: null}\n  w: [foo]\n  condition: s and not w\n";
    let queries = convert(&rule(file), target("lucene").expect("registered")).expect("sound");
    assert_eq!(queries, [r#"(A:(x* OR "y z")) AND (NOT _exists_:B) AND (NOT *foo*)"#]);
    assert_eq!(stdout("lucene", file), "");
    let why = convert(
        &rule("detection:\n  s: {A: 1}\n  condition: s | count() > 3\n"),
        target("lucene").expect("registered"),
    );
    assert_eq!(why.expect_err("an aggregation").at.path.to_string(), "detection.condition");
}

#[test]
fn an_aggregation_silences_the_whole_file() {
    let file = "action: global\ntitle: T\n---\ndetection:\n  s: {A: 1}\n  condition: s\n---\ndetection:\n  s: {B: 1}\n  condition: s | count(X) by Y > 3\n";
    assert_eq!(stdout("es-qs", file), "");
    let why = convert(&rule(file), target("es-qs").expect("registered")).expect_err("an aggregation");
    assert_eq!(
        (why.code, why.at.document, why.at.path.to_string().as_str()),
        (Code::NotConvertible, 2, "detection.condition")
    );
    let watch = stdout("xpack-watcher", file);
    for part in [
        "\"ctx.payload.aggregations.by.buckets.0.agg.buckets.0.doc_count\": {\n        \"gt\": 3\n",
        "\"field\": \"Y.keyword\"",
        "\"min_doc_count\": 4",
        "/_xpack/watcher/watch/T-2 <<EOF\n",
    ] {
        assert!(watch.contains(part), "{part}\n{watch}");
    }
    assert!(watch.ends_with("\nEOF\n\n"));
}

#[test]
fn a_culprit_in_a_global_document_is_shown_there() {
    let file = "action: global\ndetection:\n  condition: x\n---\ndetection:\n  s: {A: 1}\n";
    let why = convert(&rule(file), target("graylog").expect("registered")).expect_err("unknown name");
    assert_eq!(why.reason, "the condition names `x`, which is not defined");
    assert_eq!((why.at.document, why.at.path.to_string().as_str()), (0, "detection.condition"));
}

#[test]
fn a_rule_that_detects_nothing_says_so() {
    let only_global = rule("action: global\ntitle: Nothing\ndetection:\n  a: {A: 1}\n  condition: a\n");
    let refused = convert(&only_global, target("es-qs").expect("registered")).expect_err("no document detects");
    assert_eq!(refused.code, Code::BrokenDetection);
    assert_eq!(
        refused.reason,
        "`action: global` only adds to the documents after it, and none of them detects anything"
    );
}
