//! Each mistake a pipeline can have, with its place and what is said of it.

use super::pipeline;
use crate::model::pipeline::{
    Comparison, Conditions, FieldCondition, Finalizer, Formula, ItemCondition, Join, Pipeline, Postprocessing,
    RuleCondition, Transformation,
};
use crate::text::{At, FileId};

/// What is said of a pipeline: `path: code message (help)`, one a line.
fn said(text: &str) -> String {
    let (pipeline, findings) = pipeline(FileId(0), text);
    assert_eq!(pipeline.is_none(), !findings.is_empty(), "{text}");
    let line = |finding: &crate::report::Finding| {
        let path = match &finding.at {
            At::Yaml(place) => place.path.to_string(),
            other => format!("{other:?}"),
        };
        let help = finding.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{path}: {} {}{help}\n", finding.code, finding.message)
    };
    findings.iter().map(line).collect()
}

/// The finding for a pipeline of one transformation.
fn transformation(text: &str) -> String {
    said(&format!("transformations:\n  - {}\n", text.replace('\n', "\n    ")))
}

fn sound(text: &str) -> Pipeline {
    let (pipeline, findings) = pipeline(FileId(0), text);
    pipeline.unwrap_or_else(|| panic!("{findings:?}"))
}

#[test]
fn the_head_of_a_pipeline_is_read() {
    let read = sound("name: n\npriority: 20\nallowed_backends: [splunk]\nvars: {a: [1, x]}\ntransformations:\n");
    assert_eq!((read.name.as_deref(), read.priority), (Some("n"), 20));
    assert!(read.allows("splunk") && !read.allows("esql") && Pipeline::default().allows("esql"));
    assert_eq!(read.vars["a"].as_seq().map(<[_]>::len), Some(2));
}

#[test]
fn keys_nobody_knows_are_told() {
    assert_eq!(said("nmae: x\n"), "nmae: PB801 a pipeline has no key `nmae` (did you mean `name`?)\n");
    assert_eq!(
        transformation("type: field_name_prefix\nprefix: a\nrule_condition: []"),
        "transformations[0].rule_condition: PB801 the transformation `field_name_prefix` has no key `rule_condition` \
         (did you mean `rule_conditions`?)\n"
    );
    assert_eq!(
        transformation(
            "type: rule_failure\nmessage: m\nrule_conditions: [{type: logsource, product: x, definition: y}]"
        ),
        "transformations[0].rule_conditions[0].definition: PB801 the condition `logsource` has no key `definition` \
         (its keys are `type`, `category`, `product` and `service`)\n"
    );
    assert_eq!(
        said("finalizers: [{type: concat, id: x}]\n"),
        "finalizers[0].id: PB801 the finalizer `concat` has no key `id` \
         (its keys are `type`, `separator`, `prefix` and `suffix`)\n"
    );
}

#[test]
fn types_nobody_knows_are_told() {
    for (text, message) in [
        (
            "transformations: [{type: field_name_maping}]",
            "`field_name_maping` is no type of transformation (did you mean `field_name_mapping`?)",
        ),
        ("transformations: [{type: embed}]", "`embed` is no type of transformation (it is a type of postprocessing)"),
        (
            "transformations: [{type: MyOwnClass}]",
            "`MyOwnClass` is no type of transformation (a type that exists only as a class of a program's code cannot be used from a file)",
        ),
        ("postprocessing: [{type: concat}]", "`concat` is no type of postprocessing (it is a type of finalizers)"),
        ("finalizers: [{type: jsn}]", "`jsn` is no type of finalizer (did you mean `json`?)"),
    ] {
        let given = said(text);
        assert!(given.ends_with(&format!("[0].type: PB802 {message}\n")), "{text}: {given}");
    }
    assert_eq!(
        transformation("type: drop_detection_item\nfield_name_conditions: [{type: logsource}]"),
        "transformations[0].field_name_conditions[0].type: PB802 `logsource` is no type of condition on names of \
         fields (it is a type of condition on rules)\n"
    );
}

#[test]
fn what_a_file_cannot_hold_is_told() {
    for (name, message) in [
        ("field_name_transform", "needs a function of a Python program"),
        ("http_placeholders", "asks a server"),
        ("command_placeholders", "runs a program"),
        ("file_placeholders", "reads a file"),
    ] {
        let given = transformation(&format!("type: {name}\nurl: x"));
        let begin = format!("transformations[0].type: PB804 the transformation `{name}` {message}");
        assert!(given.starts_with(&begin) && given.lines().count() == 1, "{given}");
    }
    let given = said("finalizers: [{type: template, template: x, path: templates}]");
    assert!(given.starts_with("finalizers[0].path: PB804 `path` cannot be used: "), "{given}");
}

#[test]
fn wrong_values_are_told() {
    for (text, message) in [
        (
            "type: field_name_mapping",
            "transformations[0]: PB803 the transformation `field_name_mapping` needs `mapping`",
        ),
        (
            "type: field_name_mapping\nmapping: [a]",
            "transformations[0].mapping: PB803 `transformations[0].mapping` must be a mapping, not a list",
        ),
        ("type: field_name_mapping\nmapping: {a: []}", "transformations[0].mapping.a: PB803 `a` is mapped to nothing"),
        (
            "type: field_name_mapping\nmapping: {a: {b: c}}",
            "transformations[0].mapping.a: PB803 `transformations[0].mapping.a` must be a list of texts, not a mapping",
        ),
        ("id: x", "transformations[0]: PB803 a transformation needs `type`"),
        (
            "type: case\nmethod: title",
            "transformations[0].method: PB803 `method` is one of `lower`, `upper` and `snake_case`, not `title`",
        ),
        (
            "type: change_logsource",
            "transformations[0]: PB803 the transformation `change_logsource` needs one of `category`, `product` and `service`",
        ),
        ("type: set_value\nvalue: x\nforce_type: num", "transformations[0].value: PB803 `x` is no number"),
        (
            "type: set_value\nvalue: [1]",
            "transformations[0].value: PB803 `value` must be text, a number, a boolean or null, not a list",
        ),
        (
            "type: convert_type\ntarget_type: int",
            "transformations[0].target_type: PB803 `target_type` is one of `str` and `num`, not `int`",
        ),
        (
            "type: replace_string\nregex: '('\nreplacement: x",
            "transformations[0].regex: PB803 `(` is no regular expression: ",
        ),
        (
            "type: replace_string\nregex: a\nreplacement: '\\1'",
            "transformations[0].replacement: PB803 `\\1` is no replacement: the pattern has no group 1",
        ),
        (
            "type: extract_fields\nregex: (a)",
            "transformations[0].regex: PB803 the regular expression has no named group",
        ),
        (
            "type: value_placeholders\ninclude: [a]\nexclude: [b]",
            "transformations[0].exclude: PB803 `include` and `exclude` exclude each other",
        ),
        (
            "type: add_condition\nconditions: x",
            "transformations[0].conditions: PB803 `conditions` must be a mapping of fields, not text",
        ),
        ("type: nest", "transformations[0]: PB803 the transformation `nest` needs `items`"),
        (
            "type: query_expression_placeholders\nexpression: '{field} {x}'",
            "transformations[0].expression: PB803 `{x}` is none of `{field}`, `{id}`",
        ),
        (
            "type: rule_failure\nmessage: m\nrule_cond_op: xor",
            "transformations[0].rule_cond_op: PB803 `rule_cond_op` is one of `and` and `or`, not `xor`",
        ),
        (
            "type: rule_failure\nmessage: m\nrule_cond_not: 'no'",
            "transformations[0].rule_cond_not: PB803 `transformations[0].rule_cond_not` must be `true` or `false`, not text",
        ),
        (
            "type: rule_failure\nmessage: m\nrule_conditions: {a: {type: is_sigma_rule}}",
            "transformations[0].rule_conditions: PB803 `rule_conditions` must be a list unless `rule_cond_expr` joins them",
        ),
        (
            "type: rule_failure\nmessage: m\nrule_cond_expr: a\nrule_conditions: [{type: is_sigma_rule}]",
            "transformations[0].rule_conditions: PB803 with `rule_cond_expr`, `rule_conditions` must be a mapping from names",
        ),
        (
            "type: rule_failure\nmessage: m\nrule_cond_expr: a and c\nrule_conditions: {a: {type: is_sigma_rule}}",
            "transformations[0].rule_cond_expr: PB803 `a and c` is no expression over conditions: it names `c`, which is no condition here",
        ),
        (
            "type: rule_failure\nmessage: m\nrule_cond_expr: a\nrule_conditions: {a: {type: is_sigma_rule}, b: {type: is_sigma_rule}}",
            "transformations[0].rule_conditions.b: PB803 `rule_cond_expr` does not use the condition `b`",
        ),
        (
            "type: rule_failure\nmessage: m\nrule_conditions: [{type: tag, tag: x}]",
            "transformations[0].rule_conditions[0].tag: PB803 `x` is no tag: a namespace and a dot come first",
        ),
        (
            "type: rule_failure\nmessage: m\nrule_conditions: [{type: rule_attribute, attribute: level, value: hot}]",
            "transformations[0].rule_conditions[0].value: PB803 `value` for `level` must be a level of Sigma, not `hot`",
        ),
        (
            "type: rule_failure\nmessage: m\nrule_conditions: [{type: rule_attribute, attribute: date, value: 2024/1/2}]",
            "transformations[0].rule_conditions[0].value: PB803 `value` for `date` must be a date as `2024-12-31`, not `2024/1/2`",
        ),
        (
            "type: rule_failure\nmessage: m\nrule_conditions: [{type: processing_state, key: k, val: 1, op: in}]",
            "transformations[0].rule_conditions[0].op: PB803 `op` is one of ",
        ),
        (
            "type: case\ndetection_item_conditions: [{type: match_string, cond: some, pattern: x}]",
            "transformations[0].detection_item_conditions[0].cond: PB803 `cond` is one of `any` and `all`, not `some`",
        ),
        (
            "type: case\nfield_name_conditions: [{type: include_fields, fields: ['['], mode: re}]",
            "transformations[0].field_name_conditions[0].fields[0]: PB803 `[` is no regular expression: ",
        ),
    ] {
        let given = transformation(text);
        assert!(given.starts_with(message) && given.lines().count() == 1, "{text}:\n{given}");
    }
    for (text, message) in [
        ("[]", ": PB803 a pipeline must be a mapping, this is a list"),
        ("transformations: x", "transformations: PB803 `transformations` must be a list, not text"),
        ("vars: [1]", "vars: PB803 `vars` must be a mapping, not a list"),
        ("priority: high", "priority: PB803 `priority` must be a whole number, not `high`"),
        ("name: a\n---\nname: b", ": PB803 a file holds one pipeline, this is a second document"),
        (
            "postprocessing: [{type: json, json_template: '{'}]",
            "postprocessing[0].json_template: PB803 this is no JSON: ",
        ),
        (
            "postprocessing: [{type: template, template: '{{ x'}]",
            "postprocessing[0].template: PB803 this is no Jinja template: ",
        ),
        (
            "postprocessing: [{type: simple_template, template: '{x}'}]",
            "postprocessing[0].template: PB803 `{x}` is none of `{query}`, `{rule}`, `{pipeline}`",
        ),
    ] {
        let given = said(text);
        assert!(given.starts_with(message) && given.lines().count() == 1, "{text}:\n{given}");
    }
    assert!(said("").contains("PB007 the file is empty"));
}

#[test]
fn conditions_are_read_with_their_join() {
    let read = sound(
        "transformations:\n\
         - type: field_name_prefix\n  prefix: p\n\
         \u{20} rule_conditions:\n    a: {type: logsource, product: windows}\n    b: {type: rule_attribute, attribute: level, value: high, op: gte}\n\
         \u{20} rule_cond_expr: a and not b\n  rule_cond_not: true\n\
         \u{20} detection_item_conditions: [{type: match_string, cond: any, pattern: '^x'}, {type: is_null, cond: all}]\n\
         \u{20} detection_item_cond_op: or\n\
         \u{20} field_name_conditions: [{type: exclude_fields, fields: ['\\w+\\.', x], mode: re}]\n",
    );
    let item = &read.transformations[0];
    let Conditions { list, join, negated } = &item.rule_conditions;
    assert!(matches!(&list[0], RuleCondition::LogSource { product: Some(product), .. } if product == "windows"));
    assert!(matches!(&list[1], RuleCondition::Attribute { comparison: Comparison::GreaterOrEqual, .. }));
    let expected = Formula::All(vec![Formula::Condition(0), Formula::Not(Box::new(Formula::Condition(1)))]);
    assert_eq!((join, *negated), (&Join::Formula(expected), true));
    assert_eq!(item.item_conditions.join, Join::Any);
    assert!(matches!(item.item_conditions.list[1], ItemCondition::IsNull { all: true }));
    assert!(matches!(&item.field_conditions.list[0], FieldCondition::Exclude(set) if set.patterns.len() == 2));
}

#[test]
fn all_types_are_read() {
    let read = sound(
        "transformations:\n\
         - {type: nest, items: [{type: set_state, key: k, val: [a]}, {type: strict_field_mapping_failure}]}\n\
         - {type: hashes_fields, valid_hash_algos: [md5]}\n\
         - {type: set_value, value: 5, force_type: str}\n\
         - {type: extract_fields, regex: '(?P<u>.)', field_prefix: q}\n\
         postprocessing:\n\
         - {type: nest, items: [{type: embed, prefix: a}]}\n\
         - {type: replace, pattern: (a), replacement: '\\1'}\n\
         finalizers:\n\
         - {type: nested, finalizers: [{type: concat}, {type: yaml}, {type: json, indent: 2}]}\n",
    );
    assert!(matches!(&read.transformations[0].transformation, Transformation::Nest(items) if items.len() == 2));
    assert!(matches!(&read.transformations[1].transformation, Transformation::HashesFields(hashes)
        if hashes.algorithms == ["MD5"] && hashes.fields == ["Hashes", "Hash"]));
    assert!(
        matches!(&read.transformations[2].transformation, Transformation::SetValue(value) if value.as_str() == Some("5"))
    );
    assert!(
        matches!(&read.transformations[3].transformation, Transformation::ExtractFields { prefix, .. } if prefix == "q.")
    );
    assert!(matches!(&read.postprocessing[0].postprocessing, Postprocessing::Nest(items) if items.len() == 1));
    assert!(matches!(&read.finalizers[0], Finalizer::Nested(list) if list.len() == 3));
}

#[test]
fn deep_nesting_ends() {
    let mut text = String::from("transformations: [");
    for _ in 0..25 {
        text.push_str("{type: nest, items: [");
    }
    text.push_str(&"]}".repeat(25));
    text.push(']');
    assert!(said(&text).contains("`nest` is nested deeper than 16 levels"));
}
