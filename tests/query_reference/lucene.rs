//! Elasticsearch and OpenSearch.

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
];

/// Lucene matches a regular expression against the whole value, and has its own syntax for them.
fn lucene(difference: &Difference<'_>) -> Option<&'static str> {
    difference.regex().then_some("a regular expression in Lucene's own syntax, or none if it has no such thing")
}
