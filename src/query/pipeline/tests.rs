//! What no target of today shows: references to fields, correlations, what is configured.

use std::sync::Arc;

use super::Chain;
use crate::load;
use crate::load::yaml::{self, YamlLimits};
use crate::model::{Attack, LogSource, Origin, Rule, RuleKind, Value};
use crate::query::correlation::Condition;
use crate::query::detection::{Detection, Sigma, StateValue};
use crate::query::front::modern;
use crate::query::library::Context;
use crate::query::reading::Compat;
use crate::query::resolve;
use crate::query::test::Test;
use crate::text::FileId;

fn rule(text: &str) -> Rule {
    let (documents, _) = yaml::read(text, FileId(0), &YamlLimits::default());
    let documents: Vec<Value> = documents.into_iter().map(|document| document.value).collect();
    let text_of = |key: &str| documents[0].get(key).and_then(Value::scalar_text);
    let named = documents[0].get("correlation").and_then(|section| section.get("rules"));
    let refers_to = named.and_then(Value::as_seq).unwrap_or_default().iter().filter_map(Value::scalar_text);
    Rule {
        origin: Origin {
            file: FileId(0),
            document: 0,
            path: "r.yml".to_owned(),
            within: "r.yml".to_owned(),
            stem: "r".to_owned(),
            lists: Vec::new(),
        },
        ordinal: 0,
        kind: if named.is_some() { RuleKind::Correlation } else { RuleKind::Detection },
        id: None,
        title: "T".to_owned(),
        name: text_of("name"),
        description: None,
        status: None,
        level: None,
        author: None,
        license: None,
        date: None,
        modified: None,
        references: Vec::new(),
        tags: Vec::new(),
        falsepositives: Vec::new(),
        fields: Vec::new(),
        logsources: vec![(0, LogSource::default())],
        related: Vec::new(),
        refers_to: refers_to.collect(),
        data_needed: Vec::new(),
        enrichments: Vec::new(),
        documents,
    }
}

fn chain(text: &str) -> Chain {
    let (pipeline, findings) = load::pipeline(FileId(0), text);
    Chain::new(vec![pipeline.unwrap_or_else(|| panic!("{findings:?}"))])
}

/// Each item as `field: values`, those of an alternative in brackets.
fn shown(sigma: &Sigma<'_>) -> String {
    fn value(test: &Test) -> String {
        match test {
            Test::FieldRef(other) => {
                let (start, end) = (if other.open_start { "*" } else { "" }, if other.open_end { "*" } else { "" });
                format!("{start}<{}>{end}", other.field)
            }
            Test::Match(pattern) => super::strings::plain(pattern).into_owned(),
            Test::Any(tests) => format!("any({})", tests.iter().map(value).collect::<Vec<_>>().join(" ")),
            other => format!("{other:?}"),
        }
    }
    fn detection(of: &Detection<'_>) -> String {
        match of {
            Detection::Item(item) => {
                let values: Vec<String> = item.values.iter().map(value).collect();
                format!("{}: {}", item.field.as_deref().unwrap_or("-"), values.join(" "))
            }
            Detection::All(children) => children.iter().map(detection).collect::<Vec<_>>().join(", "),
            Detection::Any(children) => {
                format!("[{}]", children.iter().map(detection).collect::<Vec<_>>().join(" | "))
            }
        }
    }
    sigma.detections.iter().map(|named| detection(&named.detection)).collect::<Vec<_>>().join("; ")
}

/// The items of a rule after a pipeline.
fn applied(detection: &str, pipeline: &str) -> String {
    let rule = rule(&format!("detection:\n  sel: {detection}\n  condition: sel\n"));
    let chain = chain(pipeline);
    let mut sigma = modern::read(&rule, &rule.documents[0], Compat::Strict).unwrap_or_else(|why| panic!("{why:?}"));
    match chain.apply(&mut sigma, Compat::Strict) {
        Ok(_) => shown(&sigma),
        Err(why) => format!("refused: {}", why.locate(&rule, 0, &rule.documents[0]).reason),
    }
}

const MAPPING: &str = "transformations:\n- id: m\n  type: field_name_mapping\n  mapping: {A: a1, B: [b1, b2]}\n";

#[test]
fn a_field_that_is_compared_with_is_mapped_too() {
    for (detection, expected) in [
        ("{X|fieldref: A, Y|fieldref: B}", "X: <a1>, Y: <b1> <b2>"),
        ("{B|fieldref: A}", "[b1: <a1> | b2: <a1>]"),
        ("{Q|fieldref|startswith: B}", "Q: <b1>* <b2>*"),
        ("{Q|fieldref|all: [A, B]}", "Q: <a1> any(<b1> <b2>)"),
        ("{Q|fieldref: Z}", "Q: <Z>"),
    ] {
        assert_eq!(applied(detection, MAPPING), expected, "{detection}");
    }
}

#[test]
fn conditions_on_names_look_at_the_field_that_is_compared_with() {
    let pipeline = |rest: &str| {
        format!("transformations:\n- {rest}\n  field_name_conditions: [{{type: include_fields, fields: [A]}}]\n")
    };
    let prefix = pipeline("type: field_name_prefix\n  prefix: p.");
    assert_eq!(applied("{B|fieldref: A, A|fieldref: B}", &prefix), "B: <p.A>, p.A: <B>");
    let drop = pipeline("type: drop_detection_item");
    assert_eq!(applied("{B|fieldref: A, A: x, C: y}", &drop), ", , C: y");
    let failure = pipeline("type: detection_item_failure\n  message: never");
    assert_eq!(applied("{B|fieldref: A}", &failure), "refused: never (field `B`)");
}

#[test]
fn only_names_nothing_was_applied_to_get_a_prefix() {
    let pipeline = format!(
        "{MAPPING}- type: field_name_prefix\n  prefix: w.\n  field_name_conditions: [{{type: processing_item_applied, \
         processing_item_id: m}}]\n  field_name_cond_not: true\n"
    );
    assert_eq!(applied("{A: x, C|fieldref: Z, D: y}", &pipeline), "a1: x, w.C: <w.Z>, w.D: y");
}

#[test]
fn too_many_values_are_refused() {
    let values = (0..200).map(|i| i.to_string()).collect::<Vec<_>>().join(", ");
    let pipeline = format!("vars: {{v: [{values}]}}\ntransformations: [{{type: value_placeholders}}]\n");
    assert_eq!(applied("{A|expand: '%v%%v%%v%'}", &pipeline), "refused: the item gets more than 10000 values");
}

#[test]
fn configured_values_fill_what_pipelines_leave() {
    let rule = rule("detection:\n  sel: {'A|expand': ['%x%-%y%', '%z%']}\n  condition: sel\n");
    let values = |name: &str, values: &[&str]| (name.to_owned(), values.iter().map(|v| (*v).to_owned()).collect());
    let pipeline = "vars: {x: own}\ntransformations: [{type: value_placeholders, include: [x]}]\n";
    let chain = chain(pipeline).placeholders([values("x", &["no"]), values("y", &["1", "2*"])]);
    let mut sigma = modern::read(&rule, &rule.documents[0], Compat::Strict).unwrap_or_else(|why| panic!("{why:?}"));
    assert!(chain.apply(&mut sigma, Compat::Strict).is_ok());
    assert_eq!(shown(&sigma), "A: own-1 own-2* %z%");
}

const BELOW: [&str; 2] = [
    "name: a\nlogsource: {product: windows, category: process_creation}\ndetection: {sel: {A: x}, condition: sel}\n",
    "name: b\nlogsource: {product: linux}\ndetection: {sel: {B: y}, condition: sel}\n",
];
const CORRELATION: &str = "correlation:\n  type: value_count\n  rules: [a, b]\n  group-by: [A, U]\n  timespan: 5m\n  \
                           aliases: {U: {a: A, b: B}}\n  condition: {field: A, gte: 3}\n";

/// The items of both rules, what is grouped by, counted, the fields of the alias, and the state.
fn correlated(pipeline: &str) -> String {
    let rules: Vec<Rule> = BELOW.iter().chain(&[CORRELATION]).map(|text| rule(text)).collect();
    let attack = Attack::default();
    let context = Context::new(&rules, &attack);
    let shelf = resolve::gather(&rules[2], &context).unwrap_or_else(|why| panic!("{why:?}"));
    let chain = chain(pipeline);
    let mut correlation =
        resolve::correlation(&rules[2], &shelf, &context, Compat::Strict).unwrap_or_else(|why| panic!("{why:?}"));
    if let Err(why) = chain.apply_to_correlation(&mut correlation, Compat::Strict) {
        return format!("refused: {}", why.locate(&rules[2], 0, &rules[2].documents[0]).reason);
    }
    let below: Vec<String> = correlation
        .rules
        .iter()
        .map(|referred| match &referred.what {
            crate::query::correlation::What::Events(sigma) => shown(sigma),
            crate::query::correlation::What::Correlation(_) => String::new(),
        })
        .collect();
    let Condition::Bounds { fields, .. } = &correlation.condition else { return String::new() };
    let alias: Vec<&str> = correlation.aliases[0].fields.iter().map(|(_, field)| field.as_ref()).collect();
    let state = correlation.state.get("k").map(|value| match value {
        StateValue::Str(text) => text.clone(),
        other => format!("{other:?}"),
    });
    let group = correlation.group_by.join(" ");
    format!(
        "{} / {group} / {} / {} / {}",
        below.join("; "),
        fields.join(" "),
        alias.join(" "),
        state.unwrap_or_default()
    )
}

#[test]
fn correlations_name_fields_as_their_rules_do() {
    let mapping = "type: field_name_mapping, mapping: {A: a1, B: b1}";
    let windows = "rule_conditions: [{type: logsource, product: windows}]";
    let transformations = |items: &[String]| {
        items.iter().fold("transformations:\n".to_owned(), |text, item| text + &format!("- {{{item}}}\n"))
    };
    for (items, expected) in [
        (vec![mapping.to_owned()], "a1: x; b1: y / a1 U / a1 / a1 b1 / "),
        (vec![format!("{mapping}, {windows}")], "a1: x; B: y / a1 U / a1 / a1 B / "),
        (
            vec![format!("{mapping}, rule_conditions: [{{type: logsource, product: mac}}]")],
            "A: x; B: y / A U / A / A B / ",
        ),
        (
            vec!["type: field_name_prefix, prefix: p., rule_conditions: [{type: is_sigma_rule}]".to_owned()],
            "p.A: x; p.B: y / A U / A / A B / ",
        ),
        (
            vec![
                format!("type: set_state, key: k, val: v, {windows}"),
                format!("type: add_condition, conditions: {{Q: 1}}, {windows}"),
            ],
            "A: x; Q: Number(Int(1)); B: y / A U / A / A B / v",
        ),
        (
            vec!["type: field_name_mapping, mapping: {A: [a1, a2]}".to_owned()],
            "refused: a pipeline gives the field `A` of an alias several names",
        ),
        (
            vec![
                "type: rule_failure, message: no linux here, rule_conditions: [{type: logsource, product: linux}]"
                    .to_owned(),
            ],
            "refused: the rule `b`, which the correlation names, has no query: no linux here",
        ),
        (
            vec!["type: rule_failure, message: never, rule_conditions: [{type: is_sigma_correlation_rule}]".to_owned()],
            "refused: never",
        ),
    ] {
        assert_eq!(correlated(&transformations(&items)), expected, "{items:?}");
    }
}

#[test]
fn a_chain_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&Arc::new(Chain::default()));
    assert!(Chain::default().is_empty() && Chain::new(Vec::new()).is_empty());
    assert!(!chain(MAPPING).is_empty());
}
