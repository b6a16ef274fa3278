//! Configurations of 2019 by file text: what is read, and every mistake at its place.

use crate::model::{FieldMapping, MappingCase, Value};
use crate::text::{At, FileId};

use super::{shipped_sigmac_config, sigmac_config, sigmac_configs};

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_configuration_is_read_in_its_own_order() {
    let text = "title: Ours\ndefaultindex: [a-*, b-*, a-*]\nfieldmappings:\n  B: [b2, b1]\n  A: a\n  C: null\n  D: {EventID=1: x, default: [y, z]}\nlogsources:\n  w: {product: windows, index: i, conditions: {ch: X, n: [1, 2]}}\n";
    let (config, findings) = sigmac_config(FileId(0), text);
    assert!(findings.is_empty(), "{findings:?}");
    let config = config.expect("sound");
    assert_eq!(config.title.as_deref(), Some("Ours"));
    assert_eq!(config.default_index, strings(&["a-*", "b-*"]));
    let case = MappingCase { field: "EventID".to_owned(), value: "1".to_owned(), names: strings(&["x"]) };
    let fields: Vec<(&str, &FieldMapping)> = config.fields.iter().map(|(k, v)| (k.as_str(), v)).collect();
    assert_eq!(
        fields,
        [
            ("A", &FieldMapping::Names(strings(&["a"]))),
            ("B", &FieldMapping::Names(strings(&["b2", "b1"]))),
            ("D", &FieldMapping::Conditional { cases: vec![case], default: strings(&["y", "z"]) }),
        ]
    );
    let source = &config.log_sources[0];
    assert_eq!((source.product.as_deref(), &source.indices), (Some("windows"), &strings(&["i"])));
    assert_eq!(source.conditions[0], ("ch".to_owned(), Value::Str("X".to_owned())));
}

#[test]
fn every_mistake_is_found_at_its_place_and_the_rest_is_not_used() {
    for (text, expected) in [
        (
            "fieldmapping: {A: a}\n",
            "fieldmapping: PB811 a configuration has no key `fieldmapping` (did you mean `fieldmappings`?)",
        ),
        ("- a\n", ": PB812 a configuration must be a mapping, this is a list"),
        (
            "fieldmappings: [a]\n",
            "fieldmappings: PB812 `fieldmappings` must be a mapping from fields to names, not a list",
        ),
        (
            "fieldmappings:\n  A: 5\n",
            "fieldmappings.A: PB812 `fieldmappings.A` must be a name or a list of names, not a number",
        ),
        (
            "fieldmappings: {A: [a, [b]]}\n",
            "fieldmappings.A[1]: PB812 `fieldmappings.A[1]` must be a name or a list of names, not a list",
        ),
        (
            "fieldmappings:\n  A: []\n",
            "fieldmappings.A: PB812 an empty list would take every comparison of the field out of a rule",
        ),
        (
            "fieldmappings:\n  A:\n    EventID: a\n",
            "fieldmappings.A.EventID: PB812 `EventID` is neither `default` nor a condition such as `EventID=1`",
        ),
        (
            "logsources:\n  w:\n    index: i\n",
            "logsources.w: PB812 a log source needs one of `category`, `product` and `service`",
        ),
        (
            "logsources:\n  w: {product: x, definitions: x}\n",
            "logsources.w.definitions: PB811 a log source of a configuration has no key `definitions` (its keys are \
             `category`, `product`, `service`, `conditions` and `index`)",
        ),
        (
            "logsources:\n  w: {product: 5, service: x}\n",
            "logsources.w.product: PB812 `logsources.w.product` must be text, not a number",
        ),
        (
            "logsources:\n  w: {product: w, conditions: {a: null}}\n",
            "logsources.w.conditions.a: PB812 `logsources.w.conditions.a` must be text, a whole number or a list of \
             them, not nothing",
        ),
        ("title: A\n---\ntitle: B\n", ": PB812 a file holds one configuration, this is a second document"),
    ] {
        let (config, findings) = sigmac_config(FileId(0), text);
        assert_eq!(config, None, "{text}");
        let said = findings.iter().map(|finding| {
            let At::Yaml(place) = &finding.at else { panic!("{finding:?}") };
            let help = finding.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            format!("{}: {} {}{help}", place.path, finding.code, finding.message)
        });
        assert_eq!(said.collect::<Vec<_>>(), [expected], "{text}");
    }
}

#[test]
fn what_comes_with_the_program_is_sound() {
    for name in sigmac_configs() {
        let text = shipped_sigmac_config(name).expect("listed");
        let (config, findings) = sigmac_config(FileId(0), text);
        assert!(findings.is_empty(), "{name}: {findings:?}");
        assert!(config.is_some_and(|config| !config.fields.is_empty() && !config.log_sources.is_empty()), "{name}");
    }
    assert_eq!(shipped_sigmac_config("other"), None);
}
