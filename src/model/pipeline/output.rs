//! What is done to the text of queries.

use std::fmt;
use std::sync::Arc;

use fancy_regex::Regex;

use super::{Conditions, Replacement, RuleCondition};
use crate::model::Value;

/// A change to the text of a query and when it is made.
#[derive(Debug, Clone)]
pub struct PostprocessingItem {
    /// How `processing_item_applied` names it.
    pub id: Option<String>,
    /// What is done.
    pub postprocessing: Postprocessing,
    /// For which rules.
    pub rule_conditions: Conditions<RuleCondition>,
}

/// A change to the text of a query, by the name pipelines have for it.
#[derive(Debug, Clone)]
pub enum Postprocessing {
    /// `embed`: text before and after it.
    Embed {
        /// Before.
        prefix: String,
        /// After.
        suffix: String,
    },
    /// `simple_template`: text with `{query}`, `{rule.…}` and `{pipeline.…}`.
    SimpleTemplate(FormatText),
    /// `template`: Jinja.
    Template(Template),
    /// `json`: the query takes the place of `%QUERY%` in a JSON document.
    Json(JsonTemplate),
    /// `replace`
    Replace {
        /// What is looked for.
        regex: Regex,
        /// What it becomes.
        replacement: Replacement,
    },
    /// `nest`: several, under the same conditions.
    Nest(Vec<PostprocessingItem>),
}

/// Text with fields in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatText(pub Vec<FormatPart>);

/// A piece of such a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormatPart {
    /// Text.
    Text(String),
    /// A value.
    Field(FormatField),
}

/// A value in a text, and how it is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatField {
    /// The way to it: a name, then names, keys or positions.
    pub steps: Vec<String>,
    /// Whether it is shown as a program would write it (`!r`).
    pub quoted: bool,
    /// Where the filling is not.
    pub align: Align,
    /// What it is filled up with.
    pub fill: char,
    /// Characters it has at least.
    pub width: usize,
    /// Characters it has at most.
    pub precision: Option<usize>,
}

/// The side a value keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// `<`
    Left,
    /// `>`
    Right,
    /// `^`
    Middle,
}

/// A JSON document in which texts that are exactly `%QUERY%` become the query.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonTemplate(pub Value);

/// What is made of all queries of an output, by the name pipelines have for it.
#[derive(Debug, Clone)]
pub enum Finalizer {
    /// `concat`
    Concat {
        /// Between two queries.
        separator: String,
        /// Before the first.
        prefix: String,
        /// After the last.
        suffix: String,
    },
    /// `json`: a list, on one line or indented.
    Json {
        /// Spaces per level.
        indent: Option<usize>,
    },
    /// `yaml`: a list.
    Yaml,
    /// `template`: Jinja with `queries` and `pipeline`.
    Template(Template),
    /// `nested`: several, one after the other.
    Nested(Vec<Finalizer>),
}

/// A compiled Jinja template.
#[derive(Clone)]
pub struct Template(Arc<minijinja::Environment<'static>>);

/// The only template of an environment.
const NAME: &str = "template";

impl Template {
    /// Compiles `source` in `environment`.
    ///
    /// # Errors
    /// If it is no Jinja template; with what is wrong, and the line.
    pub fn compile(
        mut environment: minijinja::Environment<'static>,
        source: String,
        escape_html: bool,
    ) -> Result<Self, minijinja::Error> {
        let escape = if escape_html { minijinja::AutoEscape::Html } else { minijinja::AutoEscape::None };
        environment.set_auto_escape_callback(move |_| escape.clone());
        environment.add_template_owned(NAME, source)?;
        Ok(Self(Arc::new(environment)))
    }

    /// The text for `context`.
    ///
    /// # Errors
    /// If an expression of it cannot be evaluated.
    pub fn render(&self, context: minijinja::Value) -> Result<String, minijinja::Error> {
        self.0.get_template(NAME)?.render(context)
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = self.0.get_template(NAME).map(|template| template.source().to_owned()).unwrap_or_default();
        f.debug_tuple("Template").field(&source).finish()
    }
}
