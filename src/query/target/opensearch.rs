//! `opensearch`: what `lucene` writes, in the formats of `OpenSearch`.

use super::lucene::{json, queries, wrapped};
use super::lucene_formats::{dsl, monitor, saved_search};
use super::{Format, Target, ppl};

pub(super) const TARGET: Target = Target {
    name: "opensearch",
    title: "OpenSearch",
    description: "OpenSearch queries in Lucene's syntax and in PPL, monitors and saved searches",
    formats: &[
        Format { name: "default", description: "the query", language: "lucene", write: queries, correlate: None },
        json("dsl", "a search request in OpenSearch's query DSL", |reading| wrapped(reading, dsl)),
        json("dsl_lucene", "the same as `dsl`", |reading| wrapped(reading, dsl)),
        json("monitor_rule", "a monitor of OpenSearch's alerting", |reading| wrapped(reading, monitor)),
        json("dashboards_ndjson", "a saved search that OpenSearch Dashboards imports", |reading| {
            wrapped(reading, saved_search)
        }),
        ppl::FORMAT,
    ],
    legacy: None,
};
