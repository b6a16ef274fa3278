//! Rules converted to queries, construct by construct.

mod correlations;
mod golden;
mod legacy;
mod legacy_corpus;
mod legacy_targets;
mod modern;
mod modern_corpus;
mod pipelines;
#[path = "../query_support/mod.rs"]
mod query_support;
mod sigmac2020;
