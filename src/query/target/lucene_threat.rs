//! The tactics and techniques of a rule as Elastic's detection rules carry them.
//!
//! Names come from the ATT&CK data of the project. A technique stands below each tactic of the
//! rule it belongs to. The reference pairs the first tactic with the first technique and so on,
//! which puts techniques below tactics they have nothing to do with.

use crate::model::{Attack, AttackId, AttackKind, AttackObject, Domain};
use crate::query::reading::Reading;

use super::json::{Json, object};

/// The threat of the rule, for its query with this number.
pub(super) fn threat(reading: &Reading<'_>, number: usize) -> Json {
    let tags = reading.rule().tags.iter().filter_map(|tag| tag.strip_prefix("attack."));
    if !reading.strict() {
        // The reference uses up the tags for the first query.
        let tags = tags.filter(|_| number == 0);
        return Json::Array(pairs(reading.attack, tags).collect());
    }
    let tags: Vec<&str> = tags.collect();
    let mut techniques: Vec<&AttackObject> = Vec::new();
    for technique in tags.iter().filter_map(|tag| current(reading.attack, tag)) {
        if techniques.iter().all(|known| known.id != technique.id) {
            techniques.push(technique);
        }
    }
    let mut tactics: Vec<AttackId> = Vec::new();
    for tactic in tags.iter().flat_map(|tag| tactics_named(reading.attack, tag, &techniques)) {
        if !tactics.contains(&tactic) {
            tactics.push(tactic);
        }
    }
    // A technique that belongs to none of the tactics the rule names brings its own.
    for technique in &techniques {
        if !technique.tactics.iter().any(|tactic| tactics.contains(tactic)) {
            tactics.extend(technique.tactics.first());
        }
    }
    let block = |tactic: &AttackObject| {
        let below: Vec<&AttackObject> =
            techniques.iter().copied().filter(|technique| technique.tactics.contains(&tactic.id)).collect();
        entry(tactic.id, &tactic.name, grouped(reading.attack, &below))
    };
    Json::Array(tactics.iter().filter_map(|id| reading.attack.object(*id)).map(block).collect())
}

/// Whether a tag of the rule is said beside the threat, because it has no place in it.
pub(super) fn tagged(reading: &Reading<'_>, tag: &str) -> bool {
    let Some(name) = tag.strip_prefix("attack.") else { return true };
    if reading.strict() {
        return current(reading.attack, name).is_none() && tactics_named(reading.attack, name, &[]).is_empty();
    }
    // The reference leaves a tag of ATT&CK that is the only one.
    reading.rule().tags.iter().filter(|tag| tag.starts_with("attack.")).count() == 1
}

/// The technique a tag names today.
fn current<'a>(attack: &'a Attack, tag: &str) -> Option<&'a AttackObject> {
    let id: AttackId = tag.parse().ok()?;
    let object = attack.object(id);
    let successor = object
        .and_then(|object| object.successor)
        .or_else(|| attack.old_ids.get(&id.to_string()).and_then(|old| old.successor));
    let object = successor.and_then(|id| attack.object(id)).or(object)?;
    (object.id.kind() == AttackKind::Technique).then_some(object)
}

/// The tactics a tag names today: of a retired one those its techniques went to.
fn tactics_named(attack: &Attack, tag: &str, techniques: &[&AttackObject]) -> Vec<AttackId> {
    let name = tag.replace('_', "-");
    if let Some(tactic) = attack.tactic(Domain::Enterprise, &name) {
        return vec![tactic.id];
    }
    if let Ok(id) = tag.parse::<AttackId>() {
        return if id.kind() == AttackKind::Tactic { vec![id] } else { Vec::new() };
    }
    let Some(heirs) = attack.old_tactics.get(&name) else { return Vec::new() };
    let meant = |id: &AttackId| techniques.iter().any(|technique| technique.tactics.contains(id));
    let meant: Vec<AttackId> = heirs.iter().copied().filter(meant).collect();
    if meant.is_empty() { heirs.iter().copied().take(1).collect() } else { meant }
}

/// Techniques with their sub-techniques below them.
fn grouped(attack: &Attack, techniques: &[&AttackObject]) -> Vec<Json> {
    let mut parents: Vec<(&AttackObject, Vec<Json>)> = Vec::new();
    for technique in techniques {
        let parent = technique.id.parent().and_then(|id| attack.object(id)).unwrap_or(technique);
        let place = parents.iter().position(|(known, _)| known.id == parent.id).unwrap_or_else(|| {
            parents.push((parent, Vec::new()));
            parents.len() - 1
        });
        if parent.id != technique.id {
            parents[place].1.push(object(named(technique)));
        }
    }
    parents.into_iter().map(|(parent, below)| with_sub_techniques(parent, below)).collect()
}

fn with_sub_techniques(parent: &AttackObject, below: Vec<Json>) -> Json {
    let [id, reference, name] = named(parent);
    object([id, reference, name, ("subtechnique", Json::Array(below))])
}

fn named(technique: &AttackObject) -> [(&'static str, Json); 3] {
    let id = technique.id.to_string();
    let reference = format!("https://attack.mitre.org/techniques/{}", id.replace('.', "/"));
    [("id", Json::Str(id)), ("reference", Json::Str(reference)), ("name", Json::Str(technique.name.clone()))]
}

fn entry(tactic: AttackId, name: &str, techniques: Vec<Json>) -> Json {
    let tactic = object([
        ("id", Json::Str(tactic.to_string())),
        ("reference", Json::Str(format!("https://attack.mitre.org/tactics/{tactic}"))),
        ("name", name.into()),
    ]);
    object([("tactic", tactic), ("framework", "MITRE ATT&CK".into()), ("technique", Json::Array(techniques))])
}

/// The reference's pairs: the tags that are no techniques, in order, with those that are.
fn pairs<'t>(attack: &Attack, tags: impl Iterator<Item = &'t str> + Clone) -> impl Iterator<Item = Json> {
    let is_technique = |tag: &&str| tag.parse::<AttackId>().is_ok_and(|id| id.kind() == AttackKind::Technique);
    let tactics = tags.clone().filter(move |tag| !is_technique(tag));
    let techniques = tags.filter(move |tag| is_technique(tag));
    tactics.zip(techniques).filter_map(|(tactic, technique)| {
        let id = attack.tactic(Domain::Enterprise, tactic)?.id;
        let technique = attack.object(technique.parse().ok()?)?;
        Some(entry(id, &title_case(tactic), grouped(attack, &[technique])))
    })
}

/// `Initial-Access` of `initial-access`.
fn title_case(name: &str) -> String {
    let mut title = String::with_capacity(name.len());
    for (i, word) in name.split('-').enumerate() {
        title.push_str(if i > 0 { "-" } else { "" });
        let mut letters = word.chars();
        title.extend(letters.next().map(|c| c.to_ascii_uppercase()));
        title.push_str(letters.as_str());
    }
    title
}
