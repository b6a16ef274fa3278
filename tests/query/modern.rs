//! Sigma 2.x rules as users paste their queries, and what they are told when there is none.

use std::sync::Arc;

use crate::query_support::{convert, rule};
use purplebook::model::{Corpus, Rule};
use purplebook::query::{Request, compile, target};
use purplebook::report::Code;

const ID: &str = "title: Test\nid: 5d1f9c1e-7e0b-4b7a-9c55-000000000001\n";

/// The queries of a detection section, one a line.
fn query(name: &str, detection: &str) -> String {
    let rule = rule(&format!("{ID}{detection}"));
    convert(&rule, target(name).expect("registered")).expect(detection).join("\n")
}

/// Code, reason, YAML path and help of a refusal.
fn refusal(name: &str, detection: &str) -> (Code, String, String, Option<String>) {
    let rule = rule(&format!("{ID}{detection}"));
    let why = convert(&rule, target(name).expect("registered")).expect_err(detection);
    (why.code, why.reason, why.at.path.to_string(), why.help)
}

/// The query of `selection`, whose only item is `item`.
fn item(name: &str, item: &str) -> String {
    query(name, &format!("detection:\n  selection:\n    {item}\n  condition: selection\n"))
}

#[test]
fn values_are_quoted_and_patterns_escaped() {
    for (written, es_qs, graylog) in [
        (r"Image: C:\a b\x.exe", r#"Image:"C:\\a b\\x.exe""#, r#"Image:"C:\\a b\\x.exe""#),
        (r#"A: 'say "hi"'"#, r#"A:"say \"hi\"""#, r#"A:"say \"hi\"""#),
        (r"Image|endswith: \cmd.exe", r"Image.keyword:*\\cmd.exe", r"Image:*\\cmd.exe"),
        ("A|contains: 'x (y) && z'", r"A.keyword:*x\ \(y\)\ \&\&\ z*", r"A:*x\ \(y\)\ \&\&\ z*"),
        ("A|startswith: '-e'", r"A.keyword:\-e*", r"A:\-e*"),
        (r"A: 'a\*b?c'", r"A.keyword:a\*b?c", r"A:a\*b?c"),
        (r"A: 'a\*b'", r#"A:"a*b""#, r#"A:"a*b""#),
        ("A: <b>", r#"A:"<b>""#, r#"A:"<b>""#),
        ("A: ''", r#"A.keyword:"""#, r#"A:"""#),
        ("EventID: 4624", "EventID:4624", "EventID:4624"),
        ("A: -5", r"A:\-5", r"A:\-5"),
        ("A: 1.5", "A:1.5", "A:1.5"),
        ("A: true", "A:true", "A:true"),
        ("A:", "NOT _exists_:A", "NOT _exists_:A"),
        ("my field: x", r#"my\ field:"x""#, r#"my\ field:"x""#),
        ("a:b: x", r#"a\:b:"x""#, r#"a\:b:"x""#),
        ("A|contains: 17", "A.keyword:*17*", "A:*17*"),
    ] {
        assert_eq!((item("es-qs", written), item("graylog", written)), (es_qs.to_owned(), graylog.to_owned()));
    }
}

#[test]
fn each_value_of_a_list_means_what_it_means_alone() {
    let list = "A:\n      - 'x*'\n      - y\n      - 3\n      - '*z'";
    assert_eq!(item("es-qs", list), r#"A.keyword:(x* OR *z) OR A:("y" OR 3)"#);
    assert_eq!(item("graylog", list), r#"A:(x* OR "y" OR 3 OR *z)"#);
    assert_eq!(item("es-qs", "A|all:\n      - 'x*'\n      - y"), r#"A.keyword:x* AND A:"y""#);
    assert_eq!(item("es-qs", "A: []"), "NOT _exists_:A");
    assert_eq!(item("es-qs", "A: ['', null, x]"), r#"A.keyword:"" OR (NOT _exists_:A) OR A:"x""#);
}

#[test]
fn modifiers_become_what_the_engine_knows() {
    for (written, expected) in [
        ("A|re: '^ab+c$'", "A.keyword:/ab+c/"),
        ("A|re: 'a/b'", r"A.keyword:/.*a\/b.*/"),
        ("A|re|i: 'ab'", "A.keyword:/.*[aA][bB].*/"),
        ("A|re|startswith: 'ab'", "A.keyword:/.*ab.*/"),
        ("A|cidr: 10.0.0.0/8", r#"A:"10.0.0.0/8""#),
        ("A|cidr: fe80::/10", r#"A:"fe80::/10""#),
        ("A|gt: 5", "A:>5"),
        ("A|gte: 5", "A:>=5"),
        ("A|lt: -5", "A:<-5"),
        ("A|lte: 1.5", "A:<=1.5"),
        ("A|exists: true", "_exists_:A"),
        ("A|exists: false", "NOT _exists_:A"),
        ("A|neq: x", r#"NOT A:"x""#),
        ("A|neq: [x, y]", r#"NOT A:("x" OR "y")"#),
        ("A|neq: null", "_exists_:A"),
        ("A|windash|contains: ' -f'", r"A.keyword:(*\ \-f* OR *\ \/f* OR *\ –f* OR *\ —f* OR *\ ―f*)"),
        ("A|windash: x-y", r#"A:"x-y""#),
        ("A|base64: foo", r#"A:"Zm9v""#),
        ("A|base64offset|contains: foobar", "A.keyword:(*Zm9vYmFy* OR *Zvb2Jhc* OR *mb29iYX*)"),
        ("A|wide|base64: cmd", r#"A:"YwBtAGQA""#),
        ("A|utf16le|base64: ü", r#"A:"/AA=""#),
        ("A|utf16|base64: a", r#"A:"//5hAA==""#),
        ("A|utf16be|base64: a", r#"A:"AGE=""#),
    ] {
        assert_eq!(item("es-qs", written), expected, "{written}");
    }
}

#[test]
fn negations_inside_an_or_are_grouped() {
    let detection = "detection:
  a: {A: 1}
  b: {B: null}
  c: {C: 1, D: 2}
  condition: ";
    for (condition, expected) in [
        ("a or not c", "A:1 OR (NOT (C:1 AND D:2))"),
        ("a and not c", "A:1 AND NOT (C:1 AND D:2)"),
        ("a or b", "A:1 OR (NOT _exists_:B)"),
        ("a and b", "A:1 AND NOT _exists_:B"),
        ("a and not b", "A:1 AND _exists_:B"),
        ("not not a", "NOT (NOT A:1)"),
        ("a and (b or c)", "A:1 AND ((NOT _exists_:B) OR (C:1 AND D:2))"),
        ("(a and b) and c", "A:1 AND NOT _exists_:B AND C:1 AND D:2"),
        ("not (a or c)", "NOT (A:1 OR (C:1 AND D:2))"),
        ("((a) or ((c)))", "A:1 OR (C:1 AND D:2)"),
    ] {
        assert_eq!(query("es-qs", &format!("{detection}{condition}\n")), expected, "{condition}");
    }
}

#[test]
fn lucene_is_for_unanalyzed_fields() {
    for (written, expected) in [
        ("A: x y", r#"A:"x y""#),
        ("A: x-y", r"A:x\-y"),
        ("A|contains: x y", r"A:*x\ y*"),
        ("A: ''", r#"A:"""#),
        ("A: [x, 'y*', 3]", "A:(x OR y* OR 3)"),
        ("A|cidr: 10.0.0.0/8", r"A:10.0.0.0\/8"),
        ("A|cidr: 'fe80::/10'", r"A:fe80\:\:\/10"),
        ("A|re: '^x$'", "A:/x/"),
        ("A|gte: 5", "A:>=5"),
        ("A|neq: null", "_exists_:A"),
    ] {
        assert_eq!(item("lucene", written), expected, "{written}");
    }
    let detection = "detection:\n  a: {A: 1}\n  b: {B: null}\n  condition: not a and b\n";
    assert_eq!(query("lucene", detection), "(NOT A:1) AND (NOT _exists_:B)");
}

#[test]
fn selectors_follow_document_order_and_leave_private_names_alone() {
    let detection = "detection:
  sel_z: {Z: 1}
  sel_a: {A: 1}
  _sel_x: {X: 1}
  other-one: {O|contains: x}
  timeframe: 5m
  condition: ";
    for (condition, expected) in [
        ("1 of sel_*", "Z:1 OR A:1"),
        ("any of sel_*", "Z:1 OR A:1"),
        ("all of sel_*", "Z:1 AND A:1"),
        ("1 of them", "Z:1 OR A:1 OR O.keyword:*x*"),
        ("all of _sel*", "X:1"),
        ("other-one and _sel_x", "O.keyword:*x* AND X:1"),
    ] {
        assert_eq!(query("es-qs", &format!("{detection}{condition}\n")), expected, "{condition}");
    }
}

#[test]
fn keywords_are_searched_as_words_and_as_parts_of_values() {
    let detection = "detection:\n  keywords:\n    - mimikatz\n    - '\\Temp\\x y'\n    - 'a*b'\n    - 4624\n  condition: keywords\n";
    assert_eq!(query("es-qs", detection), r#"*mimikatz* OR "\\Temp\\x y" OR *\\Temp\\x\ y* OR *a*b* OR 4624"#);
    assert_eq!(query("graylog", detection), r#"*mimikatz* OR "\\Temp\\x y" OR *a*b* OR 4624"#);
    let all = "detection:\n  keywords:\n    '|all':\n      - foo\n      - a.b\n  condition: keywords\n";
    assert_eq!(query("es-qs", all), r#"*foo* AND ("a.b" OR *a.b*)"#);
}

#[test]
fn a_list_of_mappings_is_an_or_and_a_list_of_conditions_gives_a_query_each() {
    let detection =
        "detection:\n  s:\n    - A: 1\n      B: 2\n    - C: 3\n  t: {D: 4}\n  condition:\n    - s\n    - s and t\n";
    assert_eq!(query("es-qs", detection), "(A:1 AND B:2) OR C:3\n((A:1 AND B:2) OR C:3) AND D:4");
}

#[test]
fn collections_let_the_own_value_win() {
    let rule = rule(
        "action: global\nid: x\ndetection:\n  s: {A|contains: global}\n  condition: s\n---\ndetection:\n  s: {A|contains: own}\n---\ndetection:\n  s: {B: 1}\n",
    );
    let queries = convert(&rule, target("graylog").expect("registered")).expect("sound");
    assert_eq!(queries, ["A:*own*", "A:*global* AND B:1"]);
}

#[test]
fn a_watch_is_a_command_the_shell_leaves_alone() {
    let rule = rule(
        "title: It's (a) {{test}}\nid: 5d1f9c1e-7e0b-4b7a-9c55-000000000001\nfields: [Image, User]\ndetection:\n  s:\n    Image|endswith: \\cmd.exe\n  condition: s\n",
    );
    let watch = convert(&rule, target("xpack-watcher").expect("registered")).expect("sound").remove(0);
    let (command, json) = watch.split_once('\n').expect("lines");
    assert_eq!(
        command,
        "curl -s -XPUT -H 'Content-Type: application/json' --data-binary @- localhost:9200/_watcher/watch/5d1f9c1e-7e0b-4b7a-9c55-000000000001 <<'EOF'"
    );
    let json: serde_json::Value = serde_json::from_str(json.strip_suffix("\nEOF").expect("an end")).expect("JSON");
    let body = &json["input"]["search"]["request"]["body"];
    assert_eq!(body["query"]["bool"]["must"][0]["query_string"]["query"], r"Image.keyword:*\\cmd.exe");
    assert_eq!(body["query"]["bool"]["filter"][0]["range"]["@timestamp"]["gte"], "now-30m");
    assert_eq!(
        json["actions"]["log"]["logging"]["text"],
        "Sigma rule 'It's (a) { {test}}': {{ctx.payload.hits.total}} hits{{#ctx.payload.hits.hits}}\n{{_source.@timestamp}} Image={{_source.Image}} User={{_source.User}}{{/ctx.payload.hits.hits}}"
    );
}

#[test]
fn the_name_of_a_watch_cannot_reach_the_shell() {
    let rule = rule("title: $(reboot) `x`\nid: '; reboot'\ndetection:\n  s: {A: 1}\n  condition: s\n");
    let watch = convert(&rule, target("xpack-watcher").expect("registered")).expect("sound").remove(0);
    assert!(watch.lines().next().expect("a line").ends_with("/_watcher/watch/reboot-x <<'EOF'"), "{watch}");
}

#[test]
fn what_cannot_be_said_names_the_key() {
    let at = |item: &str| refusal("es-qs", &format!("detection:\n  s:\n    B: 1\n    {item}\n  condition: s\n"));
    for (written, reason, path) in [
        (
            "A|fieldref: B",
            "a Kibana query cannot express the comparison with the field `B` (`fieldref`)",
            "detection.s.A|fieldref",
        ),
        ("A|cased: B", "a Kibana query cannot express a comparison in exact case (`cased`)", "detection.s.A|cased"),
        (
            "A|hour: 3",
            "a Kibana query cannot express a comparison of a part of the time (`hour`)",
            "detection.s.A|hour",
        ),
        ("A|expand: '%admins%'", "the placeholder `%admins%` has no values", "detection.s.A|expand"),
        ("A|wide: x", "a Kibana query cannot express UTF-16 text that is not base64-encoded", "detection.s.A|wide"),
        (r"A|re: '\bx'", "a Lucene regular expression has no word boundary (`\\b`)", "detection.s.A|re"),
    ] {
        let (code, found, place, _) = at(written);
        assert_eq!((code, found.as_str(), place.as_str()), (Code::NotConvertible, reason, path), "{written}");
    }
}

#[test]
fn what_expands_beyond_measure_is_refused_at_its_key() {
    let list = |value: &str, n: usize| format!("[{}]", vec![value; n].join(", "));
    let nested = vec!["base64"; 17].join("|");
    let long = "x".repeat(200_000);
    for (key, value, reason) in [
        (
            "A|windash|contains",
            format!("'{}'", " -a".repeat(20_000)),
            "modifier `windash` expands the value to more than 1024 KiB",
        ),
        (
            "A|windash|contains",
            "' -a -b -c -d -e'".to_owned(),
            "modifier `windash` expands the value to more than 1024",
        ),
        (
            "A|windash|base64offset|contains",
            "' -a -b -c -d'".to_owned(),
            "modifier `base64offset` expands the value to more than 1024",
        ),
        (
            "A|windash|base64offset|contains",
            list("' -a -b'", 20_000),
            "the rule expands to more than 10000 comparisons",
        ),
        ("A|all", list("x", 20_000), "the rule expands to more than 10000 comparisons"),
        (
            "A|base64|base64|base64|base64|base64|base64",
            format!("'{long}'"),
            "modifier `base64` expands the value to more than 1024 KiB",
        ),
        (
            "A|base64offset|base64offset|base64offset",
            format!("'{long}'"),
            "modifier `base64offset` expands the value to more than 1024 KiB",
        ),
    ] {
        for name in ["es-qs", "xpack-watcher", "graylog"] {
            let (code, found, place, _) =
                refusal(name, &format!("detection:\n  s:\n    {key}: {value}\n  condition: s\n"));
            assert_eq!((code, found.as_str()), (Code::NotConvertible, reason), "{key}");
            assert_eq!(place, format!("detection.s.{key}"));
        }
    }
    let (code, found, ..) = refusal("es-qs", &format!("detection:\n  s:\n    A|{nested}: x\n  condition: s\n"));
    assert_eq!((code, found.as_str()), (Code::BrokenDetection, "the key has more than 16 modifiers"));
    let most = query("es-qs", "detection:\n  s:\n    A|windash: ' -a -b -c -d'\n  condition: s\n");
    assert_eq!(most.matches("OR").count(), 624);
}

#[test]
fn a_broken_detection_names_the_token_and_its_place() {
    let condition =
        |text: &str| format!("detection:\n  selection: {{A: 1}}\n  filter: {{B: 1}}\n  condition: {text}\n");
    for (text, reason, help) in [
        ("selektion", "the condition names `selektion`, which is not defined", Some("did you mean `selection`?")),
        (
            "selection AND filter",
            "unexpected `AND` in the condition",
            Some("operators of a condition are written in lower case"),
        ),
        ("selection and", "the condition ends after `and`", None),
        ("(selection", "a `(` in the condition has no `)`", None),
        ("selection)", "a `)` in the condition has no `(` before it", None),
        ("selection filter", "unexpected `filter` in the condition", None),
        ("2 of them", "`2 of` is no operator of the condition", Some("Sigma knows `1 of`, `any of` and `all of`")),
        ("1 of foo*", "the condition names `foo*`, which no detection matches", None),
        (
            "sel*",
            "`sel*` in the condition is a pattern without `1 of` or `all of`",
            Some("write `1 of` or `all of` before it"),
        ),
        ("selection & filter", "unexpected `&` in the condition", None),
        ("''", "the condition is empty", None),
        ("12", "a condition must be text, this is a number", None),
    ] {
        let expected =
            (Code::BrokenDetection, reason.to_owned(), "detection.condition".to_owned(), help.map(str::to_owned));
        assert_eq!(refusal("es-qs", &condition(text)), expected, "{text}");
    }
    let second = "detection:\n  a: {A: 1}\n  condition:\n    - a\n    - b\n";
    assert_eq!(refusal("es-qs", second).2, "detection.condition[1]");
}

#[test]
fn a_broken_item_names_its_key() {
    let at = |item: &str| refusal("graylog", &format!("detection:\n  s:\n    - B: 1\n      {item}\n  condition: s\n"));
    for (written, reason, help) in [
        ("A|contain: x", "`contain` is no modifier of Sigma", Some("did you mean `contains`?")),
        ("A|contains|re: x", "modifier `re` must come first", None),
        ("A|contains: null", "modifier `contains` needs text, its value is nothing", None),
        ("A|gt: x", "modifier `gt` needs a number, its value is text", None),
        ("A|i: x", "modifier `i` must follow `re`", None),
        ("A|exists: 1", "modifier `exists` needs `true` or `false`, its value is a number", None),
        ("A|cidr: 10.0.0.1/8", "`10.0.0.1/8` is no IP network: bits right of the first 8 are set", None),
        ("A|cidr: 10.0.0.0/33", "`10.0.0.0/33` is no IP network", None),
        ("A|base64: 'a*'", "modifier `base64` cannot encode a value with wildcards", None),
        ("A: {B: 1}", "the value of `A` must be text or a number, this is a mapping", None),
    ] {
        let (code, found, path, advice) = at(written);
        let key = written.split(": ").next().expect("a key");
        assert_eq!((code, found.as_str(), advice.as_deref()), (Code::BrokenDetection, reason, help), "{written}");
        assert_eq!(path, format!("detection.s[0].{key}"));
    }
}

#[test]
fn rules_with_modifiers_are_told_of_the_aggregation_sigma_gave_up() {
    let (code, reason, path, help) =
        refusal("es-qs", "detection:\n  s: {A|contains: x}\n  condition: s | count() > 5\n");
    assert_eq!((code, path.as_str()), (Code::NotConvertible, "detection.condition"));
    assert_eq!(reason, "the condition has an aggregation (`|`), which Sigma 2.x gave up");
    assert_eq!(help.as_deref(), Some("write a correlation rule that counts the matches of this one"));
}

#[test]
fn one_finding_for_each_rule_and_reason() {
    let rules = vec![
        rule(&format!("{ID}detection:\n  s: {{A: 1}}\n  condition: t\n")),
        rule(&format!("{ID}detection:\n  s: {{A|fieldref: B}}\n  condition: s\n")),
        rule("title: Old\ndetection:\n  s: {A: 1}\n  condition: s | count() > 5\n"),
        rule(&format!("{ID}correlation:\n  type: temporal\n  rules: [named]\n  timespan: 5m\n")),
        Rule { name: Some("named".to_owned()), ..rule(&format!("{ID}detection:\n  s: {{A: 1}}\n  condition: s\n")) },
    ];
    let corpus = Corpus { rules: rules.into_iter().map(Arc::new).collect(), ..Corpus::default() };
    let names = ["es-qs", "xpack-watcher", "graylog", "lucene"];
    let all = names.map(|name| Request::new(target(name).expect("registered")));
    let found: Vec<String> =
        compile(&corpus, &all).findings().iter().map(|f| format!("{} {}", f.code, f.message)).collect();
    assert_eq!(
        found,
        [
            "PB401 the condition names `t`, which is not defined",
            "PB402 no query for es-qs, xpack-watcher, graylog, lucene: a Kibana query cannot express the comparison with the field `B` (`fieldref`)",
            "PB402 no query for es-qs, graylog, lucene: a query string cannot count or relate events, as the aggregation of the condition asks",
            "PB402 no query for es-qs, xpack-watcher, graylog, lucene: the target cannot correlate events, only find single ones",
        ]
    );
}
