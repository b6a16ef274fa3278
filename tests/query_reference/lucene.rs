//! Elasticsearch and `OpenSearch`.

use super::{Difference, Record};

pub(crate) static RECORDS: &[Record] = &[
    Record { file: "lucene", target: "lucene", format: "default", pipelines: &[], why: lucene, never: &[] },
    Record { file: "lucene_dsl", target: "lucene", format: "dsl", pipelines: &[], why: lucene, never: &[] },
    Record {
        file: "opensearch_lucene",
        target: "opensearch",
        format: "default",
        pipelines: &[],
        why: lucene,
        never: &[],
    },
    Record {
        file: "lucene_ecs",
        target: "lucene",
        format: "default",
        pipelines: &["ecs_windows"],
        why: lucene,
        never: &[],
    },
    Record {
        file: "lucene_siem_rule",
        target: "lucene",
        format: "siem_rule",
        pipelines: &["ecs_windows"],
        why: lucene,
        never: &[],
    },
    Record {
        file: "lucene_kibana_ndjson",
        target: "lucene",
        format: "kibana_ndjson",
        pipelines: &["ecs_windows"],
        why: lucene,
        never: &[],
    },
    Record {
        file: "opensearch_monitor_rule",
        target: "opensearch",
        format: "monitor_rule",
        pipelines: &["ecs_windows"],
        why: lucene,
        never: &[],
    },
];

/// Lucene matches a regular expression against the whole value, and has its own syntax for them.
fn lucene(difference: &Difference<'_>) -> Option<&'static str> {
    let ours = difference.ours.unwrap_or_default().concat();
    if ours.contains("\"threat\"") && !difference.regex() {
        return Some("techniques under the tactics they are of, not under all that the rule names");
    }
    difference.regex().then_some("a regular expression in Lucene's own syntax, or none if it has no such thing")
}
