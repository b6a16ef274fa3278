//! What a Lucene query is wrapped in: the query DSL, what Kibana and `OpenSearch` Dashboards
//! import, and the rules of their detection engines.
//!
//! Keys stand in the order Sigma's reference converter writes them. Lines of NDJSON are one line.

use crate::model::Rule;
use crate::query::reading::Reading;

use super::json::{Json, line, object, pretty};
use super::lucene_threat::{tagged, threat};

/// The indices a search looks into unless the user changes it.
const INDEX: &str = "beats-*";

/// The indices of Elastic's own detection rules.
const INDICES: [&str; 9] = [
    "apm-*-transaction*",
    "auditbeat-*",
    "endgame-*",
    "filebeat-*",
    "logs-*",
    "packetbeat-*",
    "traces-apm*",
    "winlogbeat-*",
    "-*elastic-cloud-logs-*",
];

/// A format: the text for the query with this number.
pub(super) type Wrap = fn(&Reading<'_>, usize, String) -> String;

/// Elasticsearch's query DSL.
pub(super) fn dsl(_: &Reading<'_>, _: usize, query: String) -> String {
    pretty(&search(query))
}

fn search(query: String) -> Json {
    let must = Json::Array(vec![query_string(query)]);
    object([("query", object([("bool", object([("must", must)]))]))])
}

fn query_string(query: String) -> Json {
    object([("query_string", object([("query", Json::Str(query)), ("analyze_wildcard", Json::Bool(true))]))])
}

/// A saved search, which Kibana and Dashboards import.
pub(super) fn saved_search(reading: &Reading<'_>, number: usize, query: String) -> String {
    let rule = reading.rule();
    let highlight = object([
        ("pre_tags", Json::Array(vec!["@kibana-highlighted-field@".into()])),
        ("post_tags", Json::Array(vec!["@/kibana-highlighted-field@".into()])),
        ("fields", object([("*", object([]))])),
        ("require_field_match", Json::Bool(false)),
        ("fragment_size", Json::Int(2_147_483_647)),
    ]);
    let source = object([
        ("index", INDEX.into()),
        ("filter", Json::Array(Vec::new())),
        ("highlight", highlight),
        ("query", query_string(query)),
    ]);
    let attributes = object([
        ("title", title(rule)),
        ("description", description(reading, "")),
        ("hits", Json::Int(0)),
        ("columns", Json::Array(Vec::new())),
        ("sort", Json::Array(vec!["@timestamp".into(), "desc".into()])),
        ("version", Json::Int(1)),
        ("kibanaSavedObjectMeta", object([("searchSourceJSON", Json::Str(line(&source)))])),
    ]);
    let reference = object([
        ("id", INDEX.into()),
        ("name", "kibanaSavedObjectMeta.searchSourceJSON.index".into()),
        ("type", "index-pattern".into()),
    ]);
    line(&object([
        ("id", Json::Str(id(reading, number))),
        ("type", "search".into()),
        ("attributes", attributes),
        ("references", Json::Array(vec![reference])),
    ]))
}

/// A detection rule as Kibana's alerting takes it.
pub(super) fn siem_rule(reading: &Reading<'_>, number: usize, query: String) -> String {
    let rule = reading.rule();
    let (score, severity) = match rule.level.as_deref() {
        Some("informational") => (0, "low"),
        level => risk(level),
    };
    let params = object([
        ("author", author(rule)),
        ("description", description(reading, "No description")),
        ("ruleId", Json::Str(id(reading, number))),
        ("falsePositives", texts(&rule.falsepositives)),
        ("from", "now-5m".into()),
        ("immutable", Json::Bool(false)),
        ("license", license(rule)),
        ("outputIndex", "".into()),
        ("meta", object([("from", "1m".into())])),
        ("maxSignals", Json::Int(100)),
        ("riskScore", Json::Int(score)),
        ("riskScoreMapping", Json::Array(Vec::new())),
        ("severity", severity.into()),
        ("severityMapping", Json::Array(Vec::new())),
        ("threat", threat(reading, number)),
        ("to", "now".into()),
        ("references", texts(&rule.references)),
        ("version", Json::Int(1)),
        ("exceptionsList", Json::Array(Vec::new())),
        ("relatedIntegrations", Json::Array(Vec::new())),
        ("requiredFields", Json::Array(Vec::new())),
        ("setup", "".into()),
        ("type", "query".into()),
        ("language", "lucene".into()),
        ("index", Json::Array(INDICES.map(Json::from).into())),
        ("query", Json::Str(query)),
        ("filters", Json::Array(Vec::new())),
    ]);
    pretty(&object([
        ("name", title(rule)),
        ("consumer", "siem".into()),
        ("enabled", Json::Bool(true)),
        ("throttle", Json::Null),
        ("schedule", object([("interval", "5m".into())])),
        ("params", params),
        ("rule_type_id", "siem.queryRule".into()),
        ("tags", tags(rule, |tag| tagged(reading, tag))),
        ("notify_when", "onActiveAlert".into()),
        ("actions", Json::Array(Vec::new())),
    ]))
}

/// A detection rule as Kibana's detection engine imports it.
pub(super) fn siem_rule_ndjson(reading: &Reading<'_>, number: usize, query: String) -> String {
    let rule = reading.rule();
    let (score, severity) = match rule.level.as_deref() {
        // A severity that the detection engine does not know.
        Some("informational") if !reading.strict() => (1, "informational"),
        Some("informational") => (1, "low"),
        level => risk(level),
    };
    let id = id(reading, number);
    line(&object([
        ("id", Json::Str(id.clone())),
        ("name", title(rule)),
        ("enabled", Json::Bool(true)),
        ("throttle", "no_actions".into()),
        ("interval", "5m".into()),
        ("author", author(rule)),
        ("description", description(reading, "No description")),
        ("rule_id", Json::Str(id)),
        ("false_positives", texts(&rule.falsepositives)),
        ("from", "now-5m".into()),
        ("immutable", Json::Bool(false)),
        ("license", license(rule)),
        ("output_index", "".into()),
        ("meta", object([("from", "1m".into())])),
        ("max_signals", Json::Int(100)),
        ("risk_score", Json::Int(score)),
        ("risk_score_mapping", Json::Array(Vec::new())),
        ("severity", severity.into()),
        ("severity_mapping", Json::Array(Vec::new())),
        ("threat", threat(reading, number)),
        ("tags", tags(rule, |tag| tagged(reading, tag))),
        ("to", "now".into()),
        ("references", texts(&rule.references)),
        ("version", Json::Int(1)),
        ("exceptions_list", Json::Array(Vec::new())),
        ("related_integrations", Json::Array(Vec::new())),
        ("required_fields", Json::Array(Vec::new())),
        ("setup", "".into()),
        ("type", "query".into()),
        ("language", "lucene".into()),
        ("index", Json::Array(INDICES.map(Json::from).into())),
        ("query", Json::Str(query)),
        ("filters", Json::Array(Vec::new())),
        ("actions", Json::Array(Vec::new())),
    ]))
}

/// A monitor of `OpenSearch`'s alerting.
pub(super) fn monitor(reading: &Reading<'_>, number: usize, query: String) -> String {
    let rule = reading.rule();
    let severity = match rule.level.as_deref() {
        Some("high") => 2,
        Some("medium") => 3,
        Some("low") => 4,
        Some("informational") => 5,
        _ => 1,
    };
    let Json::Object(search) = search(query) else { return String::new() };
    let search = [("size".to_owned(), Json::Int(1))].into_iter().chain(search).collect();
    let input =
        object([("search", object([("indices", Json::Array(vec![INDEX.into()])), ("query", Json::Object(search))]))]);
    let condition = object([("source", "ctx.results[0].hits.total.value > 0".into()), ("lang", "painless".into())]);
    let trigger = object([
        ("name", "generated-trigger".into()),
        ("severity", Json::Int(severity)),
        ("condition", object([("script", condition)])),
        ("actions", Json::Array(Vec::new())),
    ]);
    let period = object([("interval", Json::Int(5)), ("unit", "MINUTES".into())]);
    // The reference leaves the threat out whatever the tags say; they are all among the tags.
    let about = object([("rule_id", Json::Str(id(reading, number))), ("threat", Json::Array(Vec::new()))]);
    pretty(&object([
        ("type", "monitor".into()),
        ("name", title(rule)),
        ("description", description(reading, "")),
        ("enabled", Json::Bool(true)),
        ("schedule", object([("period", period)])),
        ("inputs", Json::Array(vec![input])),
        ("tags", tags(rule, |_| true)),
        ("triggers", Json::Array(vec![trigger])),
        ("sigma_meta_data", about),
        ("references", texts(&rule.references)),
    ]))
}

fn title(rule: &Rule) -> Json {
    Json::Str(format!("SIGMA - {}", rule.title))
}

/// Objects of the same id replace each other, so every one has its own; a rule without an id is
/// known by its file.
fn id(reading: &Reading<'_>, number: usize) -> String {
    let rule = reading.rule();
    match (&rule.id, reading.strict()) {
        (Some(id), false) => id.clone(),
        (None, false) => "None".to_owned(),
        (id, true) => {
            let id = id.as_ref().unwrap_or(&rule.origin.stem);
            if number == 0 { id.clone() } else { format!("{id}-{}", number + 1) }
        }
    }
}

/// The description; `none` where there is none, which is nothing at all in the reference's
/// saved searches and monitors.
fn description(reading: &Reading<'_>, none: &str) -> Json {
    match &reading.rule().description {
        Some(text) => Json::Str(text.clone()),
        None if none.is_empty() && !reading.strict() => Json::Null,
        None => none.into(),
    }
}

fn risk(level: Option<&str>) -> (i64, &'static str) {
    match level {
        Some("medium") => (47, "medium"),
        Some("high") => (73, "high"),
        Some("critical") => (99, "critical"),
        _ => (21, "low"),
    }
}

fn author(rule: &Rule) -> Json {
    Json::Array(rule.author.as_deref().map(Json::from).into_iter().collect())
}

fn license(rule: &Rule) -> Json {
    rule.license.as_deref().unwrap_or("DRL").into()
}

fn texts(texts: &[String]) -> Json {
    Json::Array(texts.iter().map(|text| Json::from(text.as_str())).collect())
}

/// The tags that are wanted, a hyphen after their namespace.
fn tags(rule: &Rule, wanted: impl Fn(&str) -> bool) -> Json {
    let tags = rule.tags.iter().filter(|tag| wanted(tag));
    Json::Array(tags.map(|tag| Json::Str(tag.replacen('.', "-", 1))).collect())
}
