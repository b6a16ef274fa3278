//! What a processing item does to a rule.

use std::collections::HashMap;

use fancy_regex::Regex;

use super::{Conditions, FieldCondition, FormatText, ItemCondition, RuleCondition};
use crate::model::Value;

/// A transformation and when it is applied.
#[derive(Debug, Clone)]
pub struct ProcessingItem {
    /// How `processing_item_applied` names it.
    pub id: Option<String>,
    /// What it does.
    pub transformation: Transformation,
    /// For which rules.
    pub rule_conditions: Conditions<RuleCondition>,
    /// For which items of them.
    pub item_conditions: Conditions<ItemCondition>,
    /// For which fields.
    pub field_conditions: Conditions<FieldCondition>,
}

/// What is done, by the name pipelines have for it.
#[derive(Debug, Clone)]
pub enum Transformation {
    /// `field_name_mapping`: a field is called otherwise; several names are alternatives.
    FieldNameMapping(HashMap<String, Vec<String>>),
    /// `field_name_prefix_mapping`: the first prefix that fits is replaced.
    FieldNamePrefixMapping(Vec<(String, Vec<String>)>),
    /// `field_name_prefix`
    FieldNamePrefix(String),
    /// `field_name_suffix`
    FieldNameSuffix(String),
    /// `drop_detection_item`
    DropDetectionItem,
    /// `hashes_fields`: one field of several hashes becomes a field for each kind.
    HashesFields(HashFields),
    /// `extract_fields`: the named groups of a regular expression become fields.
    ExtractFields {
        /// Anchored at the start; has named groups.
        regex: Regex,
        /// What stands before each group's name.
        prefix: String,
        /// Whether values that do not match stay.
        preserve_unmatched: bool,
    },
    /// `wildcard_placeholders`: placeholders become `*`.
    WildcardPlaceholders(PlaceholderChoice),
    /// `value_placeholders`: placeholders become the values of variables.
    ValuePlaceholders(PlaceholderChoice),
    /// `query_expression_placeholders`: a placeholder becomes an expression of the target.
    QueryExpressionPlaceholders {
        /// Which.
        which: PlaceholderChoice,
        /// Text of the query with `{field}` and `{id}`.
        expression: FormatText,
        /// The `id` of a placeholder; its name if it is not here.
        mapping: HashMap<String, String>,
    },
    /// `add_condition`: something more that must match.
    AddCondition {
        /// Its name, empty if it has none, and a mapping or list as in a rule's detection.
        conditions: (String, Value),
        /// Whether `$category`, `$product` and `$service` are replaced.
        template: bool,
        /// Whether it must not match.
        negated: bool,
    },
    /// `change_logsource`: the log source is replaced as a whole.
    ChangeLogSource {
        /// `process_creation` …
        category: Option<String>,
        /// `windows` …
        product: Option<String>,
        /// `sysmon` …
        service: Option<String>,
    },
    /// `add_field`: to the rule's list of fields.
    AddField(Vec<String>),
    /// `remove_field`: from that list.
    RemoveField(Vec<String>),
    /// `set_field`: that list.
    SetField(Vec<String>),
    /// `replace_string`
    ReplaceString {
        /// What is looked for.
        regex: Regex,
        /// What it becomes.
        replacement: Replacement,
        /// Whether only text between wildcards is looked at.
        skip_special: bool,
        /// Whether wildcards of the replacement are wildcards then.
        interpret_special: bool,
    },
    /// `map_string`: a value becomes another, or several.
    MapString(HashMap<String, Vec<String>>),
    /// `set_state`
    SetState {
        /// The setting.
        key: String,
        /// Its value.
        value: Value,
    },
    /// `regex`: text becomes a regular expression.
    Regex(RegexMethod),
    /// `set_value`: text with wildcards, a number, a boolean or null.
    SetValue(Value),
    /// `convert_type`
    ConvertType(NumberOrText),
    /// `case`
    Case(Case),
    /// `strict_field_mapping_failure`: the rule is refused if a field was not mapped.
    StrictFieldMappingFailure,
    /// `rule_failure`: the rule is refused.
    RuleFailure(String),
    /// `detection_item_failure`: a rule with such an item is refused.
    DetectionItemFailure(String),
    /// `set_custom_attribute`: for conditions and templates.
    SetCustomAttribute {
        /// Its name.
        attribute: String,
        /// Its value.
        value: Value,
    },
    /// `nest`: several, under the same conditions on the rule.
    Nest(Vec<ProcessingItem>),
}

/// Parameters of `hashes_fields`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashFields {
    /// Kinds of hashes that become fields, in upper case.
    pub algorithms: Vec<String>,
    /// What stands before the kind in the name of the field.
    pub prefix: String,
    /// Whether the kind is left out of the name.
    pub drop_algorithm: bool,
    /// Fields that hold hashes.
    pub fields: Vec<String>,
}

/// Placeholders, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceholderChoice {
    /// All.
    All,
    /// These.
    Only(Vec<String>),
    /// All but these.
    Except(Vec<String>),
}

impl PlaceholderChoice {
    /// Whether the placeholder `name` is meant.
    pub fn includes(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|other| other == name),
            Self::Except(names) => names.iter().all(|other| other != name),
        }
    }
}

/// What a match of a regular expression becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement(pub Vec<ReplacementPart>);

/// A piece of a replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplacementPart {
    /// Text.
    Text(String),
    /// What a group of the match holds; 0 is the whole match.
    Group(usize),
}

/// How text becomes a regular expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegexMethod {
    /// Case matters.
    Plain,
    /// A flag says that it does not.
    IgnoreCaseFlag,
    /// Both cases of each letter are in brackets.
    IgnoreCaseBrackets,
}

/// What values are converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberOrText {
    /// `num`
    Number,
    /// `str`
    Text,
}

/// How letters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// `lower`
    Lower,
    /// `upper`
    Upper,
    /// `snake_case`: an underscore before each capital, then in small letters.
    Snake,
}
