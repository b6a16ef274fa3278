//! Transformations: their types, and the parameters of each.

use std::collections::HashMap;

use crate::model::Value;
use crate::model::pipeline::{
    Case, HashFields, NumberOrText, PlaceholderChoice, ProcessingItem, RegexMethod, Transformation,
};
use crate::report::Code;
use crate::text::YamlPath;

use super::condition::{self, FIELD, ITEM, RULE, compiled, conditions, log_source};
use super::format;
use super::output;
use super::regex;
use super::table::{Reader, Table, unknown_type};

/// All types a file can use.
pub(super) const TYPES: &[&str] = &[
    "add_condition",
    "add_field",
    "case",
    "change_logsource",
    "convert_type",
    "detection_item_failure",
    "drop_detection_item",
    "extract_fields",
    "field_name_mapping",
    "field_name_prefix",
    "field_name_prefix_mapping",
    "field_name_suffix",
    "hashes_fields",
    "map_string",
    "nest",
    "query_expression_placeholders",
    "regex",
    "remove_field",
    "replace_string",
    "rule_failure",
    "set_custom_attribute",
    "set_field",
    "set_state",
    "set_value",
    "strict_field_mapping_failure",
    "value_placeholders",
    "wildcard_placeholders",
];

/// Types pySigma has and a file alone cannot use here, why, and what to do.
const OUTSIDE: &[(&str, &str, &str)] = &[
    (
        "field_name_transform",
        "needs a function of a Python program, which a file cannot hold",
        "write the names out with `field_name_mapping`",
    ),
    ("command_placeholders", "runs a program, and converting rules here runs none", VARIABLES),
    (
        "file_placeholders",
        "reads a file at the time of conversion, and converting rules here reads rules only",
        VARIABLES,
    ),
    ("http_placeholders", "asks a server, and nothing here talks to a network", VARIABLES),
];
const VARIABLES: &str = "put the values under `vars` and use `value_placeholders`";

/// Nesting of `nest`.
const MAX_DEPTH: usize = 16;

/// Reads one processing item.
pub(super) fn item(reader: &mut Reader<'_>, path: YamlPath, value: &Value) -> Option<ProcessingItem> {
    let mut table = Table::of(reader, path, value, "a transformation")?;
    let (name, type_path) = table.type_name(reader, "a transformation")?;
    if let Some((_, why, help)) = OUTSIDE.iter().find(|(outside, ..)| *outside == name) {
        let message = format!("the transformation `{name}` {why}");
        reader.report_with(Code::PipelineNeedsMore, type_path, message, Some((*help).to_owned()));
        return None;
    }
    if !TYPES.contains(&name.as_str()) {
        let others = [("postprocessing", output::POSTPROCESSING), ("finalizers", output::FINALIZERS)];
        unknown_type(reader, type_path, ("transformation", &name), TYPES, &others);
        return None;
    }
    let id = table.text(reader, "id");
    let rule_conditions = conditions(reader, &mut table, &RULE, condition::rule);
    let item_conditions = conditions(reader, &mut table, &ITEM, condition::item);
    let field_conditions = conditions(reader, &mut table, &FIELD, condition::field_name);
    let noun = format!("the transformation `{name}`");
    let mut one = One { reader, table, noun: &noun };
    let transformation = one.read(&name);
    let One { reader, table, .. } = one;
    table.finish(reader, &noun);
    Some(ProcessingItem { id, transformation: transformation?, rule_conditions, item_conditions, field_conditions })
}

/// A transformation being read.
struct One<'o, 'f, 'a> {
    reader: &'o mut Reader<'f>,
    table: Table<'a>,
    noun: &'o str,
}

impl One<'_, '_, '_> {
    /// The transformation of a known type.
    fn read(&mut self, name: &str) -> Option<Transformation> {
        Some(match name {
            "add_field" => Transformation::AddField(self.texts("field")?),
            "remove_field" => Transformation::RemoveField(self.texts("field")?),
            "set_field" => Transformation::SetField(self.texts("fields")?),
            "field_name_mapping" => Transformation::FieldNameMapping(self.mapping()?.into_iter().collect()),
            "field_name_prefix_mapping" => Transformation::FieldNamePrefixMapping(self.mapping()?),
            "map_string" => Transformation::MapString(self.mapping()?.into_iter().collect()),
            "field_name_prefix" => Transformation::FieldNamePrefix(self.text("prefix")?),
            "field_name_suffix" => Transformation::FieldNameSuffix(self.text("suffix")?),
            "rule_failure" => Transformation::RuleFailure(self.text("message")?),
            "detection_item_failure" => Transformation::DetectionItemFailure(self.text("message")?),
            "drop_detection_item" => Transformation::DropDetectionItem,
            "strict_field_mapping_failure" => Transformation::StrictFieldMappingFailure,
            "wildcard_placeholders" => Transformation::WildcardPlaceholders(self.placeholders()),
            "value_placeholders" => Transformation::ValuePlaceholders(self.placeholders()),
            "query_expression_placeholders" => self.expression_placeholders()?,
            "change_logsource" => {
                let (category, product, service) = log_source(self.reader, &mut self.table, self.noun)?;
                Transformation::ChangeLogSource { category, product, service }
            }
            "add_condition" => self.add_condition()?,
            "hashes_fields" => self.hashes()?,
            "extract_fields" => self.extract()?,
            "replace_string" => self.replace()?,
            "set_state" => {
                let key = self.text("key");
                let value = self.value("val");
                if value.as_ref().is_some_and(|value| matches!(value, Value::Map(_))) {
                    return self.bad("val", "`val` must be text, a number, a boolean or a list, not a mapping");
                }
                Transformation::SetState { key: key?, value: value? }
            }
            "set_custom_attribute" => {
                let attribute = self.text("attribute");
                let value = self.value("value");
                Transformation::SetCustomAttribute { attribute: attribute?, value: value? }
            }
            "set_value" => Transformation::SetValue(self.set_value()?),
            "convert_type" => {
                self.table.require(self.reader, self.noun, "target_type")?;
                let types = [("str", NumberOrText::Text), ("num", NumberOrText::Number)];
                Transformation::ConvertType(self.table.choice(self.reader, "target_type", &types)?)
            }
            "case" => {
                let methods = [("lower", Case::Lower), ("upper", Case::Upper), ("snake_case", Case::Snake)];
                Transformation::Case(self.table.choice(self.reader, "method", &methods).unwrap_or(Case::Lower))
            }
            "regex" => {
                let methods = [
                    ("plain", RegexMethod::Plain),
                    ("ignore_case_flag", RegexMethod::IgnoreCaseFlag),
                    ("ignore_case_brackets", RegexMethod::IgnoreCaseBrackets),
                ];
                let method = self.table.choice(self.reader, "method", &methods);
                Transformation::Regex(method.unwrap_or(RegexMethod::IgnoreCaseBrackets))
            }
            _ => self.nest()?,
        })
    }

    fn text(&mut self, key: &'static str) -> Option<String> {
        self.table.required_text(self.reader, self.noun, key)
    }

    fn texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        self.table.required_texts(self.reader, self.noun, key)
    }

    fn value(&mut self, key: &'static str) -> Option<Value> {
        self.table.require(self.reader, self.noun, key).map(|(value, _)| value.clone())
    }

    /// Reports a value that cannot be used.
    fn bad<T>(&mut self, key: &'static str, message: impl Into<String>) -> Option<T> {
        self.reader.bad(self.table.path.clone().key(key), message);
        None
    }

    /// `mapping`: from a name to one or several, in the order of the file; null maps nothing.
    fn mapping(&mut self) -> Option<Vec<(String, Vec<String>)>> {
        let (value, path) = self.table.require(self.reader, self.noun, "mapping")?;
        let Some(entries) = value.as_map() else {
            self.reader.wrong(path, "a mapping", value);
            return None;
        };
        let mut mapping = Vec::with_capacity(entries.len());
        for (from, to) in entries.iter().filter(|(_, to)| !to.is_null()) {
            let path = path.clone().key(from.clone());
            match self.reader.texts(&path, to) {
                Some(names) if names.is_empty() => self.reader.bad(path, format!("`{from}` is mapped to nothing")),
                Some(names) => mapping.push((from.clone(), names)),
                None => {}
            }
        }
        Some(mapping)
    }

    fn placeholders(&mut self) -> PlaceholderChoice {
        let include = self.table.texts(self.reader, "include");
        let exclude = self.table.texts(self.reader, "exclude");
        match (include, exclude) {
            (None, None) => PlaceholderChoice::All,
            (Some(names), None) => PlaceholderChoice::Only(names),
            (None, Some(names)) => PlaceholderChoice::Except(names),
            (Some(_), Some(_)) => {
                self.bad::<()>("exclude", "`include` and `exclude` exclude each other");
                PlaceholderChoice::All
            }
        }
    }

    fn expression_placeholders(&mut self) -> Option<Transformation> {
        let which = self.placeholders();
        let expression = self.text("expression");
        let mut mapping = HashMap::new();
        if let Some((value, path)) = self.table.take("mapping") {
            match value.as_map() {
                Some(entries) => {
                    for (name, id) in entries {
                        let id = self.reader.scalar(path.clone().key(name.clone()), id);
                        mapping.extend(id.map(|id| (name.clone(), id)));
                    }
                }
                None => self.reader.wrong(path, "a mapping", value),
            }
        }
        match format::parse(&expression?, &["field", "id"]) {
            Ok(expression) => Some(Transformation::QueryExpressionPlaceholders { which, expression, mapping }),
            Err(why) => self.bad("expression", why),
        }
    }

    fn add_condition(&mut self) -> Option<Transformation> {
        let name = self.table.text(self.reader, "name");
        let template = self.table.flag(self.reader, "template");
        let negated = self.table.flag(self.reader, "negated");
        let conditions = self.value("conditions")?;
        match &conditions {
            Value::Map(entries) if entries.is_empty() => self.bad("conditions", "`conditions` is empty"),
            Value::Seq(items) if items.is_empty() => self.bad("conditions", "`conditions` is empty"),
            Value::Map(_) | Value::Seq(_) => {
                // A section of a rule has a condition, which this name must not be taken for.
                let name = name.filter(|name| name != "condition" && name != "timeframe");
                let conditions = (name.unwrap_or_default(), conditions);
                Some(Transformation::AddCondition { conditions, template, negated })
            }
            other => {
                self.bad("conditions", format!("`conditions` must be a mapping of fields, not {}", other.type_name()))
            }
        }
    }

    fn hashes(&mut self) -> Option<Transformation> {
        let prefix = self.table.text(self.reader, "field_prefix").unwrap_or_default();
        let drop_algorithm = self.table.flag(self.reader, "drop_algo_prefix");
        let fields = self.table.texts(self.reader, "field_to_parse");
        let algorithms = self.texts("valid_hash_algos")?;
        Some(Transformation::HashesFields(HashFields {
            algorithms: algorithms.iter().map(|name| name.to_ascii_uppercase()).collect(),
            prefix,
            drop_algorithm,
            fields: fields.unwrap_or_else(|| vec!["Hashes".to_owned(), "Hash".to_owned()]),
        }))
    }

    fn extract(&mut self) -> Option<Transformation> {
        let prefix = self.table.text(self.reader, "field_prefix");
        let preserve_unmatched = self.table.flag(self.reader, "preserve_unmatched");
        let regex = compiled(self.reader, &mut self.table, self.noun, "regex", regex::at_start)?;
        if regex.capture_names().flatten().next().is_none() {
            return self.bad("regex", "the regular expression has no named group `(?P<field>…)`");
        }
        let prefix = prefix.map(|prefix| format!("{prefix}.")).unwrap_or_default();
        Some(Transformation::ExtractFields { regex, prefix, preserve_unmatched })
    }

    fn replace(&mut self) -> Option<Transformation> {
        let skip_special = self.table.flag(self.reader, "skip_special");
        let interpret_special = self.table.flag(self.reader, "interpret_special");
        let replacement = self.text("replacement");
        let regex = compiled(self.reader, &mut self.table, self.noun, "regex", regex::search)?;
        let text = replacement?;
        let replacement = match regex::replacement(&text, &regex) {
            Ok(replacement) => replacement,
            Err(why) => return self.bad("replacement", format!("`{text}` is no replacement: {why}")),
        };
        Some(Transformation::ReplaceString { regex, replacement, skip_special, interpret_special })
    }

    /// The value with its forced type.
    fn set_value(&mut self) -> Option<Value> {
        let force =
            self.table.choice(self.reader, "force_type", &[("str", NumberOrText::Text), ("num", NumberOrText::Number)]);
        let value = self.value("value")?;
        match (&value, force) {
            (Value::Seq(_) | Value::Map(_), _) => self
                .bad("value", format!("`value` must be text, a number, a boolean or null, not {}", value.type_name())),
            (Value::Null, Some(_)) => self.bad("force_type", "`force_type` is for text and numbers only"),
            (Value::Bool(flag), Some(NumberOrText::Text)) => {
                Some(Value::Str(if *flag { "True" } else { "False" }.to_owned()))
            }
            (Value::Bool(flag), Some(NumberOrText::Number)) => Some(Value::Int(i64::from(*flag))),
            (scalar, Some(NumberOrText::Text)) => scalar.scalar_text().map(Value::Str),
            (Value::Str(text), Some(NumberOrText::Number)) => match number(text) {
                Some(number) => Some(number),
                None => self.bad("value", format!("`{text}` is no number")),
            },
            (_, None | Some(NumberOrText::Number)) => Some(value),
        }
    }

    fn nest(&mut self) -> Option<Transformation> {
        let (value, path) = self.table.require(self.reader, self.noun, "items")?;
        if path.steps().len() / 2 > MAX_DEPTH {
            self.reader.bad(path, format!("`nest` is nested deeper than {MAX_DEPTH} levels"));
            return None;
        }
        let Some(items) = value.as_seq() else {
            self.reader.wrong(path, "a list", value);
            return None;
        };
        let read = |(i, value)| item(self.reader, path.clone().index(i), value);
        Some(Transformation::Nest(items.iter().enumerate().filter_map(read).collect()))
    }
}

/// A number written as text.
fn number(text: &str) -> Option<Value> {
    let text = text.trim();
    let finite = |number: &f64| number.is_finite();
    text.parse().ok().map(Value::Int).or_else(|| text.parse().ok().filter(finite).map(Value::Float))
}
