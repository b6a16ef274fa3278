//! Correlation rules (Sigma correlation rules specification 2.1).

use std::borrow::Cow;

use crate::model::{Rule, Value};
use crate::query::correlation::{
    Alias, Bound, Condition, Correlation, CorrelationKind, Referred, TimeUnit, Timespan, What,
};
use crate::query::detection::{Expression, State};
use crate::query::refusal::{Refusal, Spot};
use crate::query::test::{Comparison, Number};

use super::{condition, modifier};

type Entry = (String, Value);

/// Keys of the section; anything else is a slip that would change what fires.
const KEYS: [&str; 7] = ["type", "rules", "group-by", "timespan", "condition", "aliases", "generate"];

/// Keys of a condition of numbers.
const BOUNDS: [(&str, Bound); 6] = [
    ("gt", Bound::Comparison(Comparison::Greater)),
    ("gte", Bound::Comparison(Comparison::GreaterOrEqual)),
    ("lt", Bound::Comparison(Comparison::Less)),
    ("lte", Bound::Comparison(Comparison::LessOrEqual)),
    ("eq", Bound::Equal),
    ("neq", Bound::NotEqual),
];

/// Reads a correlation; `resolve` finds the rules it names.
pub(in crate::query) fn read<'r>(
    rule: &'r Rule,
    document: &'r Value,
    mut resolve: impl FnMut(&'r str, Spot<'r>) -> Result<(&'r Rule, What<'r>), Refusal<'r>>,
) -> Result<Correlation<'r>, Refusal<'r>> {
    let top = Spot::Top("correlation");
    let entries = document
        .get("correlation")
        .and_then(Value::as_map)
        .ok_or_else(|| Refusal::broken(top, "`correlation` must be a mapping"))?;
    if let Some(entry) = entries.iter().find(|(key, _)| !KEYS.contains(&key.as_str())) {
        let refusal = Refusal::broken(Spot::Entry(entry), format!("`{}` is no key of a correlation", entry.0));
        let near = KEYS.iter().map(|key| (strsim::damerau_levenshtein(key, &entry.0), *key)).min();
        return Err(match near {
            Some((distance, key)) if distance <= 2 => refusal.help(format!("did you mean `{key}`?")),
            _ => refusal,
        });
    }
    let section = Section { entries };
    let (kind, kind_spot) = section.kind()?;
    let rules = section.texts("rules")?;
    if rules.is_empty() {
        return Err(Refusal::broken(section.spot("rules"), "a correlation needs `rules` to correlate"));
    }
    let mut referred = Vec::with_capacity(rules.len());
    for (reference, spot) in rules {
        let (rule, what) = resolve(reference, spot)?;
        referred.push(Referred { reference, rule, what, spot });
    }
    let (condition, condition_spot) = section.condition(kind, referred.len())?;
    Ok(Correlation {
        rule,
        kind,
        kind_spot,
        rules: referred,
        group_by: section.texts("group-by")?.into_iter().map(|(field, _)| Cow::Borrowed(field)).collect(),
        timespan: section.timespan()?,
        condition,
        condition_spot,
        aliases: section.aliases()?,
        state: State::default(),
    })
}

/// Whether a rule a correlation names still gives a query of its own.
pub(in crate::query) fn generates(rule: &Rule) -> bool {
    let generate = |document: &Value| document.get("correlation")?.get("generate").cloned();
    rule.documents.iter().find_map(generate) == Some(Value::Bool(true))
}

struct Section<'r> {
    entries: &'r [Entry],
}

impl<'r> Section<'r> {
    fn get(&self, key: &str) -> Option<&'r Entry> {
        self.entries.iter().find(|entry| entry.0 == key && !entry.1.is_null())
    }

    fn value(&self, key: &str) -> Spot<'r> {
        self.get(key).map_or(Spot::Top("correlation"), |entry| Spot::Item(&entry.1))
    }

    fn spot(&self, key: &str) -> Spot<'r> {
        self.get(key).map_or(Spot::Top("correlation"), Spot::Entry)
    }

    fn kind(&self) -> Result<(CorrelationKind, Spot<'r>), Refusal<'r>> {
        let spot = self.value("type");
        let name = self.get("type").and_then(|entry| entry.1.as_str());
        let name = name.ok_or_else(|| Refusal::broken(spot, "a correlation needs a `type`"))?;
        let found = CorrelationKind::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, kind)| (*kind, spot)).ok_or_else(|| {
            let near = CorrelationKind::ALL.iter().map(|(known, _)| (strsim::damerau_levenshtein(known, name), *known));
            let refusal = Refusal::broken(spot, format!("`{name}` is no type of correlation"));
            match near.min() {
                Some((distance, known)) if distance <= 3 => refusal.help(format!("did you mean `{known}`?")),
                _ => refusal,
            }
        })
    }

    /// A text or a list of texts, each with its place.
    fn texts(&self, key: &str) -> Result<Vec<(&'r str, Spot<'r>)>, Refusal<'r>> {
        let Some(entry) = self.get(key) else { return Ok(Vec::new()) };
        let values = match &entry.1 {
            Value::Seq(items) => items.as_slice(),
            value => std::slice::from_ref(value),
        };
        let text = |value: &'r Value| {
            let wrong = || {
                let reason = format!("`{key}` of a correlation lists texts, this is {}", value.type_name());
                Refusal::broken(Spot::Item(value), reason)
            };
            value.as_str().map(|text| (text, Spot::Item(value))).ok_or_else(wrong)
        };
        values.iter().map(text).collect()
    }

    fn timespan(&self) -> Result<Timespan, Refusal<'r>> {
        let spot = self.value("timespan");
        let entry = self.get("timespan").ok_or_else(|| Refusal::broken(spot, "a correlation needs a `timespan`"))?;
        let text = entry.1.scalar_text().unwrap_or_default();
        let parsed = text.char_indices().next_back().and_then(|(at, letter)| {
            let unit = match letter {
                's' => TimeUnit::Second,
                'm' => TimeUnit::Minute,
                'h' => TimeUnit::Hour,
                'd' => TimeUnit::Day,
                'w' => TimeUnit::Week,
                'M' => TimeUnit::Month,
                'y' => TimeUnit::Year,
                _ => return None,
            };
            let count = text[..at].parse().ok().filter(|count| *count > 0)?;
            Some(Timespan { count, unit })
        });
        parsed.ok_or_else(|| {
            Refusal::broken(spot, format!("`{text}` is no timespan"))
                .help("write a number and one of `s`, `m`, `h`, `d`, `w`, `M`, `y`: `15m`")
        })
    }

    fn condition(&self, kind: CorrelationKind, rules: usize) -> Result<(Condition<'r>, Spot<'r>), Refusal<'r>> {
        let Some(entry) = self.get("condition") else {
            if !kind.is_temporal() {
                let reason = format!("a correlation of type `{}` needs a `condition`", kind.name());
                return Err(Refusal::broken(Spot::Top("correlation"), reason));
            }
            let all = Number::Int(i64::try_from(rules).unwrap_or(i64::MAX));
            let bounds = vec![(Bound::Comparison(Comparison::GreaterOrEqual), all)];
            return Ok((Condition::Bounds { bounds, fields: Vec::new(), percentile: 50 }, Spot::Top("correlation")));
        };
        let spot = Spot::Entry(entry);
        let condition = match &entry.1 {
            Value::Map(entries) => bounds(entries, kind, spot)?,
            text @ Value::Str(_) if kind.is_temporal() => {
                Condition::Rules(self.rules_condition(text, Spot::Item(text))?)
            }
            Value::Str(_) => {
                let reason = format!("the condition of a `{}` is a mapping such as `gte: 5`", kind.name());
                return Err(Refusal::broken(spot, reason));
            }
            other => {
                let reason = format!("the condition of a correlation is a mapping, this is {}", other.type_name());
                return Err(Refusal::broken(spot, reason));
            }
        };
        Ok((condition, spot))
    }

    /// An expression over the names of the rules.
    fn rules_condition(&self, text: &'r Value, spot: Spot<'r>) -> Result<Expression<'r>, Refusal<'r>> {
        let (mut expression, _) = condition(text, spot)?;
        let rules = self.texts("rules")?;
        number(&mut expression, &|name| rules.iter().position(|(rule, _)| *rule == name), spot)?;
        Ok(expression)
    }

    fn aliases(&self) -> Result<Vec<Alias<'r>>, Refusal<'r>> {
        let Some(entry) = self.get("aliases") else { return Ok(Vec::new()) };
        let wrong = |entry| Refusal::broken(Spot::Entry(entry), "`aliases` are names, each with a field for each rule");
        let rules = self.texts("rules")?;
        let aliases = entry.1.as_map().ok_or_else(|| wrong(entry))?;
        let alias = |alias: &'r Entry| {
            let fields = alias.1.as_map().ok_or_else(|| wrong(alias))?;
            let field = |field: &'r Entry| {
                if rules.iter().all(|(rule, _)| *rule != field.0) {
                    let reason = format!("the alias `{}` names `{}`, which `rules` does not list", alias.0, field.0);
                    return Err(Refusal::broken(Spot::Entry(field), reason));
                }
                let name = field.1.as_str().ok_or_else(|| wrong(field))?;
                Ok((field.0.as_str(), Cow::Borrowed(name)))
            };
            Ok(Alias { name: &alias.0, fields: fields.iter().map(field).collect::<Result<_, _>>()? })
        };
        aliases.iter().map(alias).collect()
    }
}

/// Turns names into the numbers of the rules.
fn number<'r>(
    expression: &mut Expression<'r>,
    position: &impl Fn(&str) -> Option<usize>,
    spot: Spot<'r>,
) -> Result<(), Refusal<'r>> {
    match expression {
        Expression::Name(name) => {
            let found = position(name);
            let reason = || format!("the condition names `{name}`, which `rules` does not list");
            *expression = Expression::Detection(found.ok_or_else(|| Refusal::broken(spot, reason()))?);
            Ok(())
        }
        Expression::Not(child) | Expression::In(_, child) => number(child, position, spot),
        Expression::And(children) | Expression::Or(children) => {
            children.iter_mut().try_for_each(|child| number(child, position, spot))
        }
        Expression::Of { .. } | Expression::Detection(_) => {
            let reason = "the condition of a correlation combines rules by `and`, `or` and `not`";
            Err(Refusal::broken(spot, reason))
        }
    }
}

fn bounds<'r>(entries: &'r [Entry], kind: CorrelationKind, spot: Spot<'r>) -> Result<Condition<'r>, Refusal<'r>> {
    let (mut bounds, mut fields, mut percentile) = (Vec::new(), Vec::new(), 50);
    for entry in entries {
        let (key, value) = entry;
        if let Some((_, bound)) = BOUNDS.iter().find(|(name, _)| name == key) {
            let number = modifier::number(value).ok_or_else(|| {
                let reason = format!("`{key}` needs a number, this is {}", value.type_name());
                Refusal::broken(Spot::Item(value), reason)
            })?;
            bounds.push((*bound, number));
            continue;
        }
        match (key.as_str(), value) {
            ("field", Value::Str(field)) => fields.push(Cow::Borrowed(field.as_str())),
            ("field", Value::Seq(items)) if items.iter().all(|item| item.as_str().is_some()) => {
                fields.extend(items.iter().filter_map(Value::as_str).map(Cow::Borrowed));
            }
            ("percentile", Value::Int(n @ 0..=100)) => percentile = u8::try_from(*n).unwrap_or(50),
            ("percentile", _) => {
                return Err(Refusal::broken(Spot::Entry(entry), "`percentile` is a whole number from 0 to 100"));
            }
            ("field", _) => {
                return Err(Refusal::broken(Spot::Entry(entry), "`field` is the name of a field, or a list of them"));
            }
            _ => {
                let reason = format!("`{key}` is no key of a correlation's condition");
                return Err(Refusal::broken(Spot::Entry(entry), reason)
                    .help("it has bounds (`gt`, `gte`, `lt`, `lte`, `eq`, `neq`), `field` and `percentile`"));
            }
        }
    }
    if bounds.is_empty() {
        return Err(Refusal::broken(spot, "the condition has no bound such as `gte: 5`"));
    }
    let counts_matches = kind == CorrelationKind::EventCount || kind.is_temporal();
    if !counts_matches && fields.is_empty() {
        let reason = format!("a `{}` needs the `field` whose values it looks at", kind.name());
        return Err(Refusal::broken(spot, reason));
    }
    Ok(Condition::Bounds { bounds, fields, percentile })
}
