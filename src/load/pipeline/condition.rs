//! Conditions of processing items, and how they are joined.

use crate::model::Value;
use crate::model::pipeline::{
    Comparison, Conditions, FieldCondition, FieldSet, Formula, ItemCondition, Join, RuleCondition, StateCondition,
};
use crate::text::YamlPath;

use super::expression;
use super::regex;
use super::table::{Reader, Table, unknown_type};

/// A kind of conditions: its keys and types.
pub(super) struct Kind {
    list: &'static str,
    operator: &'static str,
    negation: &'static str,
    expression: &'static str,
    noun: &'static str,
    types: &'static [&'static str],
}

/// Conditions on the rule.
pub(super) const RULE: Kind = Kind {
    list: "rule_conditions",
    operator: "rule_cond_op",
    negation: "rule_cond_not",
    expression: "rule_cond_expr",
    noun: "condition on rules",
    types: &[
        "logsource",
        "contains_detection_item",
        "contains_field",
        "is_sigma_rule",
        "is_sigma_correlation_rule",
        "processing_item_applied",
        "processing_state",
        "rule_attribute",
        "tag",
    ],
};

/// Conditions on items.
pub(super) const ITEM: Kind = Kind {
    list: "detection_item_conditions",
    operator: "detection_item_cond_op",
    negation: "detection_item_cond_not",
    expression: "detection_item_cond_expr",
    noun: "condition on detection items",
    types: &[
        "match_string",
        "match_value",
        "is_null",
        "contains_wildcard",
        "processing_item_applied",
        "processing_state",
    ],
};

/// Conditions on names of fields.
pub(super) const FIELD: Kind = Kind {
    list: "field_name_conditions",
    operator: "field_name_cond_op",
    negation: "field_name_cond_not",
    expression: "field_name_cond_expr",
    noun: "condition on names of fields",
    types: &["include_fields", "exclude_fields", "processing_item_applied", "processing_state"],
};

/// Reads the conditions of `kind` of a processing item.
pub(super) fn conditions<C>(
    reader: &mut Reader<'_>,
    table: &mut Table<'_>,
    kind: &Kind,
    read: fn(&mut Reader<'_>, &mut Table<'_>, &str) -> Option<C>,
) -> Conditions<C> {
    let mut conditions = Conditions::default();
    let operator = table.choice(reader, kind.operator, &[("and", false), ("or", true)]);
    conditions.negated = table.flag(reader, kind.negation);
    let expression_path = table.path.clone().key(kind.expression);
    let expression = table.text(reader, kind.expression);
    if operator.is_some() && expression.is_some() {
        let message = format!("`{}` and `{}` exclude each other", kind.expression, kind.operator);
        reader.bad(expression_path.clone(), message);
    }
    let mut names = Vec::new();
    match table.take(kind.list) {
        None | Some((Value::Null, _)) => {}
        Some((Value::Seq(items), path)) => {
            if expression.is_some() {
                let message = format!("with `{}`, `{}` must be a mapping from names", kind.expression, kind.list);
                reader.bad(path.clone(), message);
                return conditions;
            }
            for (i, item) in items.iter().enumerate() {
                conditions.list.extend(condition(reader, kind, path.clone().index(i), item, read));
            }
        }
        Some((Value::Map(entries), path)) => {
            if expression.is_none() {
                let message = format!("`{}` must be a list unless `{}` joins them", kind.list, kind.expression);
                reader.bad(path.clone(), message);
            }
            for (name, item) in entries {
                names.push(name.as_str());
                conditions.list.extend(condition(reader, kind, path.clone().key(name.clone()), item, read));
            }
        }
        Some((other, path)) => reader.wrong(path, "a list", other),
    }
    conditions.join = match &expression {
        None if operator == Some(true) => Join::Any,
        None => Join::All,
        Some(text) => match expression::parse(text, &names) {
            Ok(formula) => {
                unused(reader, kind, table, &names, &formula);
                Join::Formula(formula)
            }
            Err(why) => {
                reader.bad(expression_path, format!("`{text}` is no expression over conditions: {why}"));
                Join::All
            }
        },
    };
    conditions
}

fn unused(reader: &mut Reader<'_>, kind: &Kind, table: &Table<'_>, names: &[&str], formula: &Formula) {
    for (_, name) in names.iter().enumerate().filter(|(i, _)| !formula.names(*i)) {
        let path = table.path.clone().key(kind.list).key_of((*name).to_owned());
        reader.bad(path, format!("`{}` does not use the condition `{name}`", kind.expression));
    }
}

fn condition<C>(
    reader: &mut Reader<'_>,
    kind: &Kind,
    path: YamlPath,
    value: &Value,
    read: fn(&mut Reader<'_>, &mut Table<'_>, &str) -> Option<C>,
) -> Option<C> {
    let mut table = Table::of(reader, path, value, "a condition")?;
    let (name, path) = table.type_name(reader, "a condition")?;
    if !kind.types.contains(&name.as_str()) {
        let others = [&RULE, &ITEM, &FIELD].map(|kind| (kind.noun, kind.types));
        unknown_type(reader, path, (kind.noun, &name), kind.types, &others);
        return None;
    }
    let condition = read(reader, &mut table, &name);
    table.finish(reader, &format!("the condition `{name}`"));
    condition
}

/// Reads a condition on the rule of a known type.
pub(super) fn rule(reader: &mut Reader<'_>, table: &mut Table<'_>, name: &str) -> Option<RuleCondition> {
    Some(match name {
        "logsource" => {
            let (category, product, service) = log_source(reader, table, "the condition `logsource`")?;
            RuleCondition::LogSource { category, product, service }
        }
        "contains_detection_item" => {
            let field = field(reader, table, "the condition `contains_detection_item`")?;
            let (value, path) = table.require(reader, "the condition `contains_detection_item`", "value")?;
            if matches!(value, Value::Seq(_) | Value::Map(_)) {
                reader.wrong(path, "text, a number or a boolean", value);
            }
            RuleCondition::ContainsDetectionItem { field, value: value.clone() }
        }
        "contains_field" => RuleCondition::ContainsField(field(reader, table, "the condition `contains_field`")?),
        "is_sigma_rule" => RuleCondition::IsRule,
        "is_sigma_correlation_rule" => RuleCondition::IsCorrelation,
        "processing_item_applied" => RuleCondition::ItemApplied(applied(reader, table)?),
        "processing_state" => RuleCondition::State(state(reader, table)?),
        "rule_attribute" => attribute(reader, table)?,
        _ => {
            let tag = table.required_text(reader, "the condition `tag`", "tag")?;
            if !tag.contains('.') {
                let message = format!("`{tag}` is no tag: a namespace and a dot come first");
                reader.bad(table.path.clone().key("tag"), message);
            }
            RuleCondition::Tag(tag)
        }
    })
}

/// The parts of a log source, of which one must be given.
pub(super) fn log_source(
    reader: &mut Reader<'_>,
    table: &mut Table<'_>,
    noun: &str,
) -> Option<(Option<String>, Option<String>, Option<String>)> {
    let mut part = |key| table.text(reader, key);
    let parts = (part("category"), part("product"), part("service"));
    if parts == (None, None, None) {
        reader.bad(table.path.clone(), format!("{noun} needs one of `category`, `product` and `service`"));
        return None;
    }
    Some(parts)
}

/// A field that may be null, for keywords.
#[expect(clippy::option_option, reason = "no field at all is something else than the field of keywords")]
fn field(reader: &mut Reader<'_>, table: &mut Table<'_>, noun: &str) -> Option<Option<String>> {
    match table.require(reader, noun, "field")? {
        (Value::Null, _) => Some(None),
        (value, path) => reader.scalar(path, value).map(Some),
    }
}

fn applied(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Option<String> {
    table.required_text(reader, "the condition `processing_item_applied`", "processing_item_id")
}

fn state(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Option<StateCondition> {
    let noun = "the condition `processing_state`";
    let key = table.required_text(reader, noun, "key");
    let value = table.require(reader, noun, "val").map(|(value, _)| value.clone());
    let comparison = table.choice(reader, "op", &Comparison::ALL[..6]).unwrap_or(Comparison::Equal);
    Some(StateCondition { key: key?, value: value?, comparison })
}

/// Levels from the lowest to the highest.
pub(super) const LEVELS: [&str; 5] = ["informational", "low", "medium", "high", "critical"];
/// States from the lowest to the highest.
pub(super) const STATUSES: [&str; 5] = ["unsupported", "deprecated", "experimental", "test", "stable"];

fn attribute(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Option<RuleCondition> {
    let noun = "the condition `rule_attribute`";
    let attribute = table.required_text(reader, noun, "attribute");
    let value = table.require(reader, noun, "value");
    let comparison = table.choice(reader, "op", &Comparison::ALL).unwrap_or(Comparison::Equal);
    let (attribute, (value, path)) = (attribute?, value?);
    let text = value.scalar_text().unwrap_or_default();
    let known = |names: &[&str]| names.contains(&text.to_ascii_lowercase().as_str());
    let problem = match attribute.as_str() {
        _ if matches!(value, Value::Seq(_) | Value::Map(_) | Value::Null) => Some("text or a number"),
        "level" if !known(&LEVELS) => Some("a level of Sigma"),
        "status" if !known(&STATUSES) => Some("a status of Sigma"),
        "date" | "modified" if !is_date(&text) => Some("a date as `2024-12-31`"),
        _ => None,
    };
    match problem {
        None => Some(RuleCondition::Attribute { attribute, value: value.clone(), comparison }),
        Some(expected) if text.is_empty() => {
            reader.wrong(path, expected, value);
            None
        }
        Some(expected) => {
            reader.bad(path, format!("`value` for `{attribute}` must be {expected}, not `{text}`"));
            None
        }
    }
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(i, byte)| if matches!(i, 4 | 7) { *byte == b'-' } else { byte.is_ascii_digit() })
}

/// Reads a condition on detection items of a known type.
pub(super) fn item(reader: &mut Reader<'_>, table: &mut Table<'_>, name: &str) -> Option<ItemCondition> {
    let noun = format!("the condition `{name}`");
    let any_or_all = |reader: &mut Reader<'_>, table: &mut Table<'_>| {
        table.require(reader, &noun, "cond")?;
        table.choice(reader, "cond", &[("any", false), ("all", true)])
    };
    Some(match name {
        "match_string" => {
            let all = any_or_all(reader, table);
            let negated = table.flag(reader, "negate");
            let regex = compiled(reader, table, &noun, "pattern", regex::at_start);
            ItemCondition::MatchString { all: all?, regex: regex?, negated }
        }
        "match_value" => {
            let all = any_or_all(reader, table);
            let (value, path) = table.require(reader, &noun, "value")?;
            if matches!(value, Value::Seq(_) | Value::Map(_)) {
                reader.wrong(path, "text, a number or a boolean", value);
            }
            ItemCondition::MatchValue { all: all?, value: value.clone() }
        }
        "is_null" => ItemCondition::IsNull { all: any_or_all(reader, table)? },
        "contains_wildcard" => ItemCondition::ContainsWildcard { all: any_or_all(reader, table)? },
        "processing_item_applied" => ItemCondition::ItemApplied(applied(reader, table)?),
        _ => ItemCondition::State(state(reader, table)?),
    })
}

/// Reads a condition on names of fields of a known type.
pub(super) fn field_name(reader: &mut Reader<'_>, table: &mut Table<'_>, name: &str) -> Option<FieldCondition> {
    Some(match name {
        "include_fields" => FieldCondition::Include(field_set(reader, table, name)?),
        "exclude_fields" => FieldCondition::Exclude(field_set(reader, table, name)?),
        "processing_item_applied" => FieldCondition::ItemApplied(applied(reader, table)?),
        _ => FieldCondition::State(state(reader, table)?),
    })
}

fn field_set(reader: &mut Reader<'_>, table: &mut Table<'_>, name: &str) -> Option<FieldSet> {
    let regexes = table.choice(reader, "mode", &[("plain", false), ("re", true)]).unwrap_or(false);
    let fields = table.required_texts(reader, &format!("the condition `{name}`"), "fields")?;
    let mut set = FieldSet::default();
    if !regexes {
        set.names.extend(fields);
        return Some(set);
    }
    for (i, field) in fields.iter().enumerate() {
        match regex::at_start(field) {
            Ok(regex) => set.patterns.push(regex),
            Err(why) => {
                let path = table.path.clone().key("fields").index(i);
                reader.bad(path, format!("`{field}` is no regular expression: {why}"));
            }
        }
    }
    Some(set)
}

/// The regular expression under `key`.
pub(super) fn compiled(
    reader: &mut Reader<'_>,
    table: &mut Table<'_>,
    noun: &str,
    key: &'static str,
    compile: fn(&str) -> Result<fancy_regex::Regex, String>,
) -> Option<fancy_regex::Regex> {
    let source = table.required_text(reader, noun, key)?;
    match compile(&source) {
        Ok(regex) => Some(regex),
        Err(why) => {
            reader.bad(table.path.clone().key(key), format!("`{source}` is no regular expression: {why}"));
            None
        }
    }
}
