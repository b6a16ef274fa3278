//! `xpack-watcher`: a command that installs an Elasticsearch watch.
//!
//! Rules of the 2019 language get the command of that time. Rules of Sigma 2.x get one that
//! today's clusters accept: the current path, a quoted here-document (an unquoted one lets the
//! shell eat the backslashes of the query), a time range as long as the interval, the hits
//! themselves, and an action that needs no mail account.

use crate::model::Value;
use crate::query::aggregation::{Aggregation, Comparison};
use crate::query::front::legacy;
use crate::query::reading::Reading;
use crate::query::refusal::{Cause, Documents, Refusal, Spot};
use crate::query::writer::Dialect;
use crate::text::slug;

use super::json::{Json, object, write};
use super::legacy_lucene::Writer;
use super::legacy_text::LegacyDialect as _;
use super::{Format, LegacyTarget, Target, es_qs};

pub(super) const TARGET: Target = Target {
    name: "xpack-watcher",
    title: "X-Pack Watcher",
    description: "curl command that installs an Elasticsearch watch",
    formats: &[Format {
        name: "default",
        description: "the command",
        language: "bash",
        write: modern,
        correlate: None,
    }],
    legacy: Some(LegacyTarget { write: legacy_watches, end: "\n", index_field: false }),
};

pub(super) const INTERVAL: &str = "30m";
const RULER: &str = "================================================================================";

fn modern<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let mut watches = Vec::with_capacity(reading.queries.len());
    for (i, query) in reading.queries.iter().enumerate() {
        let mut id = watch_id(reading);
        if i > 0 {
            id = format!("{id}-{}", i + 1);
        }
        let watch = modern_watch(reading, es_qs::EsQs.query(query)?);
        let mut text = format!(
            "curl -s -XPUT -H 'Content-Type: application/json' --data-binary @- localhost:9200/_watcher/watch/{id} <<'EOF'\n"
        );
        write(&mut text, &watch, 0);
        text.push_str("\nEOF");
        watches.push(text);
    }
    Ok(watches)
}

/// The rule's id, so that a changed rule replaces its own watch; it goes into a command line, so
/// anything that is no UUID does not.
fn watch_id(reading: &Reading<'_>) -> String {
    let id = reading.rule().id.as_deref().unwrap_or_default();
    if !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return id.to_owned();
    }
    let ascii: String =
        slug(&reading.rule().title).chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    if ascii.is_empty() { "sigma-rule".to_owned() } else { ascii }
}

fn modern_watch(reading: &Reading<'_>, query: String) -> Json {
    let query =
        object([("query_string", object([("query", Json::Str(query)), ("analyze_wildcard", Json::Bool(true))]))]);
    let since = format!("now-{INTERVAL}");
    let range = object([("range", object([("@timestamp", object([("gte", Json::Str(since))]))]))]);
    let both = object([("must", Json::Array(vec![query])), ("filter", Json::Array(vec![range]))]);
    let body = object([("size", Json::Int(10)), ("query", object([("bool", both)]))]);
    let request = object([("indices", Json::Array(vec![Json::from("*")])), ("body", body)]);
    let title = reading.rule().title.replace("{{", "{ {");
    let text =
        format!("Sigma rule '{title}': {{{{ctx.payload.hits.total}}}} hits{}", modern_hits(&reading.rule().fields));
    object([
        ("trigger", object([("schedule", object([("interval", Json::from(INTERVAL))]))])),
        ("input", object([("search", object([("request", request)]))])),
        ("condition", object([("compare", object([("ctx.payload.hits.total", object([("gt", Json::Int(0))]))]))])),
        ("actions", object([("log", object([("logging", object([("text", Json::Str(text))]))]))])),
    ])
}

/// A line for each hit: the fields the rule gives, or the whole event.
fn modern_hits(fields: &[String]) -> String {
    let plain = fields.iter().filter(|field| !field.contains(['{', '}']));
    let values: Vec<String> = plain.map(|field| format!("{field}={{{{_source.{field}}}}}")).collect();
    let hit = if values.is_empty() { "{{_source}}".to_owned() } else { values.join(" ") };
    format!("{{{{#ctx.payload.hits.hits}}}}\n{{{{_source.@timestamp}}}} {hit}{{{{/ctx.payload.hits.hits}}}}")
}

/// The part of a 2019 message that lists the hits: the fields given, or whole events.
pub(super) fn legacy_hits(fields: &[String]) -> String {
    let mut text = "{{#ctx.payload.hits.hits}}".to_owned();
    if fields.is_empty() {
        text.push_str("{{_source}}\n");
        text.push_str(RULER);
    } else {
        let width = fields.iter().map(|field| field.chars().count()).max().unwrap_or_default();
        let lines: Vec<String> =
            fields.iter().map(|field| format!("{field:>width$} = {{{{_source.{field}}}}}")).collect();
        text.push_str("Hit on {{_source.@timestamp}}:\n");
        text.push_str(&lines.join("\n"));
        text.push_str(RULER);
    }
    text.push_str("\n{{/ctx.payload.hits.hits}}");
    text
}

fn legacy_watches<'r>(rules: &[legacy::Rule<'r>]) -> Documents<'r> {
    let mut writer = Writer::new(&es_qs::LEGACY);
    let mut watches: Vec<(String, String)> = Vec::with_capacity(rules.len());
    for (i, rule) in rules.iter().enumerate() {
        if let Some(watch) = legacy_watch(&mut writer, rule).map_err(|refusal| (i, refusal))? {
            let id = free_id(watch.0, &watches);
            watches.push((id, watch.1));
        }
    }
    let command = |(id, json): (String, String)| {
        format!(
            "curl -s -XPUT -H 'Content-Type: application/json' --data-binary @- localhost:9200/_xpack/watcher/watch/{id} <<EOF\n{json}\nEOF"
        )
    };
    Ok(watches.into_iter().map(command).collect())
}

/// The id, with the first number behind it that none of the watches has if it is taken.
pub(super) fn free_id(id: String, watches: &[(String, String)]) -> String {
    let is_free = |id: &String| watches.iter().all(|(other, _)| other != id);
    if is_free(&id) {
        return id;
    }
    (2..=watches.len() + 1).map(|number| format!("{id}-{number}")).find(is_free).unwrap_or(id)
}

/// Id and JSON of a rule's watch. Of several conditions each overwrote the watch of the one
/// before it, so the last is the one that counts.
fn legacy_watch<'r>(writer: &mut Writer<'_>, rule: &legacy::Rule<'r>) -> Result<Option<(String, String)>, Refusal<'r>> {
    let Some(Value::Str(title)) = rule.document.get("title") else {
        let refusal = Refusal::broken(Spot::Top("title"), "a watch needs the rule's `title` as its name");
        return Err(refusal.because(Cause::Told));
    };
    let mut last = None;
    for condition in &rule.conditions {
        let Some(query) = writer.query(condition)? else { continue };
        last = Some(legacy_json(rule, title, query, condition)?);
    }
    let Some(json) = last else { return Ok(None) };
    let mut text = String::with_capacity(2048);
    write(&mut text, &json, 0);
    Ok(Some((title.replace(' ', "-").replace(['(', ')'], ""), text)))
}

fn legacy_json<'r>(
    rule: &legacy::Rule<'r>,
    title: &str,
    query: String,
    condition: &legacy::Condition<'r>,
) -> Result<Json, Refusal<'r>> {
    let counting = Counting::of(condition, ".keyword")?;
    let query =
        object([("query_string", object([("query", Json::Str(query)), ("analyze_wildcard", Json::Bool(true))]))]);
    let mut body = vec![("size".to_owned(), Json::Int(0)), ("query".to_owned(), query)];
    body.extend(counting.aggregations().map(|aggregations| ("aggs".to_owned(), aggregations)));
    let indices = rule.indices.iter().map(|name| Json::from(*name)).collect();
    let request = object([("body", Json::Object(body)), ("indices", Json::Array(indices))]);
    let detection = rule.document.get("detection");
    let interval = detection.and_then(|d| d.get("timeframe")).map_or(Json::from(INTERVAL), json_of);
    let text = match counting.buckets() {
        buckets if !buckets.is_empty() => bucket_text(&buckets),
        _ => format!("Hits:\n{}", legacy_hits(&rule.fields_as_written()?)),
    };
    let attachment = object([("data.json", object([("data", object([("format", Json::from("json"))]))]))]);
    let email = object([
        ("to", Json::Null),
        ("subject", Json::Str(format!("Sigma Rule '{title}'"))),
        ("body", Json::Str(text)),
        ("attachments", attachment),
    ]);
    Ok(object([
        ("trigger", object([("schedule", object([("interval", interval)]))])),
        ("input", object([("search", object([("request", request)]))])),
        ("condition", object([("compare", Json::Object(vec![counting.compared()]))])),
        ("actions", object([("send_email", object([("email", email)]))])),
    ]))
}

pub(super) fn json_of(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Int(i) => Json::Int(*i),
        Value::Float(x) => Json::Float(*x),
        Value::Str(text) => Json::Str(text.clone()),
        Value::Seq(items) => Json::Array(items.iter().map(json_of).collect()),
        Value::Map(entries) => Json::Object(entries.iter().map(|(key, value)| (key.clone(), json_of(value))).collect()),
    }
}

/// What an aggregation makes of a watch.
pub(super) struct Counting<'r> {
    /// What stands behind the names of fields.
    suffix: &'static str,
    field: Option<&'r str>,
    by: Option<&'r str>,
    order: &'static str,
    min_doc_count: Option<i64>,
    comparison: Json,
}

impl<'r> Counting<'r> {
    pub(super) fn of(condition: &legacy::Condition<'r>, suffix: &'static str) -> Result<Self, Refusal<'r>> {
        let any = || object([("not_eq", Json::Int(0))]);
        let Some(Aggregation::Count { field, by, comparison, value, .. }) = condition.aggregation else {
            return Ok(Self { suffix, field: None, by: None, order: "", min_doc_count: None, comparison: any() });
        };
        let spot = Spot::Condition(condition.position);
        let number: i64 = value
            .parse()
            .map_err(|_| Refusal::broken(spot, format!("`{value}` in the aggregation is no whole number")))?;
        let (order, min_doc_count, comparison) = match comparison {
            Comparison::Greater => ("desc", Some(number.saturating_add(1)), object([("gt", Json::Int(number))])),
            Comparison::Less => ("asc", None, object([("lt", Json::Int(number))])),
            Comparison::Equal if field.is_none() && by.is_none() => ("", None, any()),
            Comparison::Equal => {
                let reason = "a watch can compare the count of a field's values by `<` and `>`, not by `==`";
                return Err(Refusal::unsupported(spot, reason));
            }
        };
        Ok(Self { suffix, field, by, order, min_doc_count, comparison })
    }

    fn terms(&self, field: &str) -> (String, Json) {
        let mut terms = vec![
            ("field".to_owned(), Json::Str(format!("{field}{}", self.suffix))),
            ("size".to_owned(), Json::Int(10)),
            ("order".to_owned(), object([("_count", Json::from(self.order))])),
        ];
        terms.extend(self.min_doc_count.map(|count| ("min_doc_count".to_owned(), Json::Int(count))));
        ("terms".to_owned(), Json::Object(terms))
    }

    pub(super) fn aggregations(&self) -> Option<Json> {
        let inner = self.field.map(|field| object([("agg", Json::Object(vec![self.terms(field)]))]));
        let Some(by) = self.by else { return inner };
        let mut outer = vec![self.terms(by)];
        outer.extend(inner.map(|inner| ("aggs".to_owned(), inner)));
        Some(object([("by", Json::Object(outer))]))
    }

    /// What is compared, and with what.
    pub(super) fn compared(self) -> (String, Json) {
        (self.path(), self.comparison)
    }

    fn path(&self) -> String {
        if self.field.is_none() && self.by.is_none() {
            return "ctx.payload.hits.total".to_owned();
        }
        let by = if self.by.is_some() { "by.buckets.0." } else { "" };
        let field = if self.field.is_some() { "agg.buckets.0." } else { "" };
        format!("ctx.payload.aggregations.{by}{field}doc_count")
    }

    pub(super) fn buckets(&self) -> Vec<&'static str> {
        match (self.field.is_some(), self.by.is_some()) {
            (true, true) => vec!["aggregations.agg.buckets", "by.buckets"],
            (true, false) => vec!["aggregations.agg.buckets"],
            (false, true) => vec!["aggregations.by.buckets"],
            (false, false) => Vec::new(),
        }
    }
}

pub(super) fn bucket_text(buckets: &[&str]) -> String {
    let opened: Vec<String> = buckets
        .iter()
        .enumerate()
        .map(|(i, name)| format!("{{{{#{name}}}}}\n{} {{{{key}}}} {{{{doc_count}}}}\n", "-".repeat(2 * i)))
        .collect();
    let closed: Vec<String> = buckets.iter().rev().map(|name| format!("{{{{/{name}}}}}\n")).collect();
    format!("Hits:\n{}{}", opened.join("\n"), closed.join("\n"))
}
