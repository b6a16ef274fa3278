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
        why: detection_rule,
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
    difference.regex().then_some("a regular expression in Lucene's own syntax, or none if it has no such thing")
}

/// Which technique stands below which tactic, and which tags are left, is ATT&CK's to say. All
/// else is the reference's.
fn detection_rule(difference: &Difference<'_>) -> Option<&'static str> {
    let (Some([reference]), Some([ours])) = (difference.reference, difference.ours) else { return lucene(difference) };
    // Between these keys the threat and the tags stand.
    let cut = |text: &str, from: &str, to: &str| -> Option<(String, String)> {
        let (before, rest) = text.split_once(from)?;
        let (inner, after) = rest.split_once(to)?;
        Some((inner.to_owned(), [before, after].concat()))
    };
    let parts = |text: &str| -> Option<(String, String, String)> {
        let (threat, rest) = cut(text, "\"threat\":", "\"to\":")?;
        let (tags, rest) = cut(&rest, "\"tags\":", "\"notify_when\":")?;
        Some((threat, tags, rest))
    };
    let (theirs, ours) = (parts(reference)?, parts(ours)?);
    match (theirs.2 == ours.2, theirs.0 == ours.0) {
        (false, _) => lucene(difference),
        (true, false) => Some("techniques below the tactics they belong to, and tactics by their names"),
        (true, true) => Some("tags of ATT&CK that have no place in the threat are kept"),
    }
}
