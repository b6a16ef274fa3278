//! `xpack-watcher`: a watch for each condition, named by the rule's id, with what it is about.

use crate::model::Value;
use crate::query::front::legacy::{Condition, Rule};
use crate::query::refusal::{Cause, Refusal, Spot};
use crate::query::target::json::{Json, object, pretty};
use crate::query::target::legacy_text::LegacyDialect as _;
use crate::query::target::xpack_watcher::{Counting, INTERVAL, bucket_text, free_id, json_of, legacy_hits};

use super::lucene::{ELASTICSEARCH, Lucene};
use super::{Backend, Printed};

pub(super) const BACKEND: Backend =
    Backend { name: "xpack-watcher", config: Some("winlogbeat"), write: watches, end: "\n", index_field: false };

/// Watches were printed at the end, so that those of the documents before the one at fault were.
fn watches<'r>(rules: &[Rule<'r>]) -> Printed<'r> {
    let mut lucene = Lucene::new(&ELASTICSEARCH);
    let mut watches: Vec<(String, String)> = Vec::with_capacity(rules.len());
    let mut failure = None;
    'rules: for (i, rule) in rules.iter().enumerate() {
        for condition in &rule.conditions {
            match watch(&mut lucene, rule, condition) {
                Ok(Some((id, json))) => {
                    let id = free_id(id, &watches);
                    watches.push((id, json));
                }
                Ok(None) => {}
                Err(refusal) => {
                    failure = Some((i, refusal));
                    break 'rules;
                }
            }
        }
    }
    let command = |(id, json): (String, String)| {
        format!(
            "curl -s -XPUT -H 'Content-Type: application/json' --data-binary @- localhost:9200/_watcher/watch/{id} <<EOF\n{json}\nEOF"
        )
    };
    Printed { texts: watches.into_iter().map(command).collect(), failure }
}

/// Id and JSON of a condition's watch.
fn watch<'r>(
    lucene: &mut Lucene<'_>,
    rule: &Rule<'r>,
    condition: &Condition<'r>,
) -> Result<Option<(String, String)>, Refusal<'r>> {
    let text = |key: &str| rule.document.get(key).and_then(Value::as_str);
    let title = text("title").unwrap_or_default();
    let id = text("id").map_or_else(|| title.replace(' ', "-").replace(['(', ')'], ""), str::to_owned);
    if id.is_empty() {
        let refusal = Refusal::broken(Spot::Top("title"), "a watch needs the rule's `id` or `title` as its name");
        return Err(refusal.because(Cause::Told));
    }
    let Some(query) = lucene.query(condition)? else { return Ok(None) };
    Ok(Some((id, pretty(&json(rule, title, &query, condition)?))))
}

fn json<'r>(rule: &Rule<'r>, title: &str, query: &str, condition: &Condition<'r>) -> Result<Json, Refusal<'r>> {
    let counting = Counting::of(condition, "")?;
    let about = |key: &str| rule.document.get(key).map_or(Json::from(""), json_of);
    let metadata = object([
        ("title", Json::from(title)),
        ("description", about("description")),
        ("tags", about("tags")),
        ("query", Json::from(query)),
    ]);
    let string = object([("query", Json::from(query)), ("analyze_wildcard", Json::Bool(true))]);
    // The field is not the one of Elasticsearch's shippers, and the time never that of the schedule.
    let since = object([("gte", Json::Str(format!("now-{INTERVAL}/m")))]);
    let both = object([
        ("must", Json::Array(vec![object([("query_string", string)])])),
        ("filter", object([("range", object([("timestamp", since)]))])),
    ]);
    let mut body = vec![("size".to_owned(), Json::Int(0)), ("query".to_owned(), object([("bool", both)]))];
    body.extend(counting.aggregations().map(|aggregations| ("aggs".to_owned(), aggregations)));
    let indices = rule.indices.iter().map(|name| Json::from(*name)).collect();
    let request = object([("body", Json::Object(body)), ("indices", Json::Array(indices))]);
    let interval = rule.document.get("detection").and_then(|detection| detection.get("timeframe"));
    let text = match counting.buckets() {
        buckets if !buckets.is_empty() => bucket_text(&buckets),
        _ => format!("Hits:\n{}", legacy_hits(&rule.fields_as_written()?)),
    };
    let attachment = object([("data.json", object([("data", object([("format", Json::from("json"))]))]))]);
    let email = object([
        ("to", Json::from("root@localhost")),
        ("subject", Json::Str(format!("Sigma Rule '{title}'"))),
        ("body", Json::Str(text)),
        ("attachments", attachment),
    ]);
    let schedule = object([("interval", interval.map_or(Json::from(INTERVAL), json_of))]);
    let (path, comparison) = counting.compared();
    Ok(object([
        ("metadata", metadata),
        ("trigger", object([("schedule", schedule)])),
        ("input", object([("search", object([("request", request)]))])),
        ("condition", object([("compare", Json::Object(vec![(path, comparison)]))])),
        ("actions", object([("send_email", object([("email", email)]))])),
    ]))
}
