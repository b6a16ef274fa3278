//! One module for each family of targets: the exact queries of every construct, and what is told
//! where a language cannot say it.

mod crowdstrike;
mod kusto;
mod kusto_pipelines;
mod logpoint;
mod loki;
mod lucene_formats;
mod lucene_pipelines;
mod lucene_regex;
mod netwitness;
mod ppl;
mod qradar;
#[path = "../query_support/mod.rs"]
mod query_support;
mod reference;
mod splunk;
mod victorialogs;

use std::path::Path;

use purplebook::config::{PipelineChoice, QueryChoice, QueryConfig};
use purplebook::model::Attack;
use purplebook::query::{Context, convert};
use purplebook::requests::requests;
use purplebook::source::SourceSet;
use query_support::rule;

/// The query of a detection section in a format of a target, or the reason there is none.
fn query(name: &str, format: &str, detection: &str) -> Result<String, String> {
    query_with(name, format, &[], detection)
}

/// The same through pipelines of ours.
fn query_with(name: &str, format: &str, pipelines: &[&str], detection: &str) -> Result<String, String> {
    converted(name, format, pipelines, "strict", detection)
}

/// The same in the mode `compat`.
fn converted(name: &str, format: &str, pipelines: &[&str], compat: &str, detection: &str) -> Result<String, String> {
    let rule = rule(&format!("title: Test\nid: 5d1f9c1e-7e0b-4b7a-9c55-000000000001\n{detection}"));
    let choice = QueryChoice {
        target: name.to_owned(),
        title: String::new(),
        format: Some(format.to_owned()),
        pipelines: pipelines.iter().map(|name| PipelineChoice::BuiltIn((*name).to_owned())).collect(),
    };
    let config = QueryConfig { show: vec![choice], compat: compat.to_owned(), ..QueryConfig::default() };
    let mut sources = SourceSet::new(Vec::new(), Vec::new());
    let (requests, findings) = requests(&config, Path::new(""), &mut sources).expect("built in");
    assert!(findings.is_empty(), "{findings:?}");
    let attack = Attack::default();
    let outcome = convert(&rule, &requests[0], &Context::new(&[], &attack));
    outcome.map(|queries| queries.join("\n")).map_err(|why| why.reason)
}

/// The query of `selection`, whose items are `items`.
fn items(name: &str, items: &str) -> Result<String, String> {
    query(name, "default", &format!("detection:\n  selection:\n    {items}\n  condition: selection\n"))
}
