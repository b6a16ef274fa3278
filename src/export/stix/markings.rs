//! Markings: the Traffic Light Protocol as content has it, and licences of rules.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::thehive::colour;
use super::{Base, NO_TIME};

/// The markings of STIX 2.1 itself (7.2.1.4), which have these ids everywhere: colour, id.
const TLP: [(&str, &str); 4] = [
    ("white", "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"),
    ("green", "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"),
    ("amber", "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"),
    ("red", "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"),
];

/// The marking of a colour as somebody wrote it. What TLP 1 has not goes with the stricter colour.
pub(super) fn tlp(written: Option<&str>) -> Option<String> {
    let name = match colour(written)?.as_str() {
        "CLEAR" | "WHITE" => "white",
        "GREEN" => "green",
        "AMBER" => "amber",
        "AMBER+STRICT" | "AMBER-STRICT" | "RED" => "red",
        _ => return None,
    };
    TLP.iter().find(|(known, _)| *known == name).map(|(_, id)| (*id).to_owned())
}

/// The marking that says the licence of a rule.
pub(super) fn license(base: &Base<'_, '_>, license: &str) -> String {
    base.id("marking-definition", &format!("license {license}"))
}

/// The objects of the markings that are used.
pub(super) fn all(base: &Base<'_, '_>, used: &BTreeSet<&str>) -> Vec<Value> {
    let colours = TLP.iter().filter(|(_, id)| used.contains(id)).map(|(name, id)| {
        json!({
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": id,
            "created": "2017-01-20T00:00:00.000Z",
            "definition_type": "tlp",
            "name": format!("TLP:{}", name.to_uppercase()),
            "definition": { "tlp": name },
        })
    });
    let rules = &base.view.graph.corpus().rules;
    let licenses: BTreeSet<&str> = rules.iter().map(|rule| rule.license_or_default()).collect();
    let licenses = licenses.into_iter().map(|name| (license(base, name), name)).map(|(id, name)| {
        json!({
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": id,
            "created": NO_TIME,
            "created_by_ref": base.identity,
            "definition_type": "statement",
            "definition": { "statement": format!("Licence of the rule: {name}") },
        })
    });
    colours.chain(licenses).collect()
}
