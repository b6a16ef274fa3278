//! A rule as conditions and templates see it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use minijinja::Value as Jinja;
use minijinja::value::{Object, ObjectRepr};

use crate::model::Value;
use crate::query::detection::{Sigma, StateValue};

use super::{Chain, Trace};

/// Attributes of a rule that are lists, though none be given.
const LISTS: [&str; 4] = ["references", "tags", "falsepositives", "fields"];
/// The other attributes the specification has.
const WORDS: [&str; 10] =
    ["id", "title", "name", "status", "level", "description", "author", "date", "modified", "license"];

/// An attribute of a rule, one that was set before its own; `None` if it has none of the name.
pub(super) fn attribute<'s>(sigma: &'s Sigma<'_>, trace: &'s Trace, name: &str) -> Option<Cow<'s, Value>> {
    if let Some(value) = trace.attributes.get(name) {
        return Some(Cow::Borrowed(value));
    }
    if name == "fields" {
        let fields = sigma.fields.iter().map(|field| Value::Str(field.to_string()));
        return Some(Cow::Owned(Value::Seq(fields.collect())));
    }
    let found = sigma.rule.documents.iter().find_map(|document| document.get(name)).filter(|value| !value.is_null());
    match found {
        Some(list @ Value::Seq(_)) => Some(Cow::Borrowed(list)),
        Some(one) if LISTS.contains(&name) => Some(Cow::Owned(Value::Seq(vec![one.clone()]))),
        Some(value) => Some(Cow::Borrowed(value)),
        None if LISTS.contains(&name) => Some(Cow::Owned(Value::Seq(Vec::new()))),
        None => (name == "taxonomy").then(|| Cow::Owned(Value::from("sigma"))),
    }
}

/// A word that has parts: `rule.level` is `high`, `rule.level.name` is `HIGH`.
#[derive(Debug)]
struct Word {
    text: String,
    parts: Vec<(&'static str, String)>,
}

impl Object for Word {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        let key = key.as_str()?;
        self.parts.iter().find(|(name, _)| *name == key).map(|(_, text)| Jinja::from(text.as_str()))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn word(text: &str, parts: Vec<(&'static str, String)>) -> Jinja {
    Jinja::from_object(Word { text: text.to_owned(), parts })
}

/// `rule` in templates.
pub(super) fn rule(sigma: &Sigma<'_>, trace: &Trace) -> Jinja {
    let mut attributes: BTreeMap<String, Jinja> = BTreeMap::new();
    for name in WORDS.iter().chain(&LISTS).chain(&["taxonomy"]) {
        let value = attribute(sigma, trace, name);
        let value = match (*name, value.as_deref()) {
            ("level" | "status", Some(Value::Str(text))) => word(text, vec![("name", text.to_ascii_uppercase())]),
            ("tags", Some(Value::Seq(tags))) => tags.iter().filter_map(Value::as_str).map(tag).collect(),
            (_, Some(value)) => jinja(value),
            (_, None) => Jinja::from(()),
        };
        attributes.insert((*name).to_owned(), value);
    }
    let part = |part: &Option<Cow<'_, str>>| part.as_deref().map_or(Jinja::from(()), Jinja::from);
    let source = &sigma.logsource;
    let source = [("category", &source.category), ("product", &source.product), ("service", &source.service)];
    let source: BTreeMap<&str, Jinja> = source.into_iter().map(|(name, value)| (name, part(value))).collect();
    attributes.insert("logsource".to_owned(), Jinja::from(source));
    attributes.insert("custom_attributes".to_owned(), Jinja::from(custom(sigma, trace)));
    Jinja::from(attributes)
}

/// Keys the specification does not have, and what pipelines set.
fn custom(sigma: &Sigma<'_>, trace: &Trace) -> BTreeMap<String, Jinja> {
    const KNOWN: [&str; 7] = ["taxonomy", "related", "scope", "logsource", "detection", "action", "correlation"];
    let is_known = |name: &str| [&WORDS[..], &LISTS, &KNOWN].iter().any(|known| known.contains(&name));
    let documents = sigma.rule.documents.iter().filter_map(Value::as_map).flatten();
    let own = documents.filter(|(name, _)| !is_known(name)).map(|(name, value)| (name.clone(), jinja(value)));
    own.chain(trace.attributes.iter().map(|(name, value)| (name.clone(), jinja(value)))).collect()
}

fn tag(text: &str) -> Jinja {
    let (namespace, name) = text.split_once('.').unwrap_or(("", text));
    word(text, vec![("namespace", namespace.to_owned()), ("name", name.to_owned())])
}

/// `pipeline` in templates.
pub(super) fn pipeline(chain: &Chain, sigma: Option<&Sigma<'_>>) -> Jinja {
    let vars: BTreeMap<&str, Jinja> = chain.vars.iter().map(|(name, value)| (name.as_str(), jinja(value))).collect();
    // The mode is for conditions; templates see what pipelines set.
    let settings = sigma.into_iter().flat_map(|sigma| sigma.state.iter()).filter(|(name, _)| *name != "compat");
    let state: BTreeMap<&str, Jinja> = settings.map(|(name, value)| (name, setting(value))).collect();
    Jinja::from(BTreeMap::from([("vars", Jinja::from(vars)), ("state", Jinja::from(state))]))
}

fn setting(value: &StateValue) -> Jinja {
    match value {
        StateValue::Str(text) => Jinja::from(text.as_str()),
        StateValue::Int(i) => Jinja::from(*i),
        StateValue::Bool(flag) => Jinja::from(*flag),
        StateValue::List(texts) => texts.iter().map(|text| Jinja::from(text.as_str())).collect(),
    }
}

fn jinja(value: &Value) -> Jinja {
    match value {
        Value::Null => Jinja::from(()),
        Value::Bool(flag) => Jinja::from(*flag),
        Value::Int(i) => Jinja::from(*i),
        Value::Float(x) => Jinja::from(*x),
        Value::Str(text) => Jinja::from(text.as_str()),
        Value::Seq(items) => items.iter().map(jinja).collect(),
        Value::Map(entries) => {
            let entries: BTreeMap<&str, Jinja> =
                entries.iter().map(|(name, value)| (name.as_str(), jinja(value))).collect();
            Jinja::from(entries)
        }
    }
}
