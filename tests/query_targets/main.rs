//! One module for each family of targets: the exact queries of every construct, and what is told
//! where a language cannot say it.

mod crowdstrike;
mod kusto;
mod kusto_pipelines;
mod loki;
mod lucene_formats;
mod netwitness;
mod ppl;
#[path = "../query_support/mod.rs"]
mod query_support;
mod splunk;
mod victorialogs;

use std::sync::Arc;

use purplebook::load;
use purplebook::model::Attack;
use purplebook::query::{Chain, Context, Request, built_in_pipelines, convert, target};
use purplebook::text::FileId;
use query_support::rule;

/// The query of a detection section in a format of a target, or the reason there is none.
fn query(name: &str, format: &str, detection: &str) -> Result<String, String> {
    let rule = rule(&format!("title: Test\nid: 5d1f9c1e-7e0b-4b7a-9c55-000000000001\n{detection}"));
    let mut request = Request::new(target(name).expect("registered"));
    request.format = request.target.format(format).expect("a format");
    let attack = Attack::default();
    let outcome = convert(&rule, &request, &Context::new(&[], &attack));
    outcome.map(|queries| queries.join("\n")).map_err(|why| why.reason)
}

/// The query of `selection`, whose items are `items`.
fn items(name: &str, items: &str) -> Result<String, String> {
    query(name, "default", &format!("detection:\n  selection:\n    {items}\n  condition: selection\n"))
}

/// The query of a rule (without its title) with a pipeline that is built in.
fn with_pipeline(name: &str, pipeline: &str, text: &str) -> Result<String, String> {
    let built_in = built_in_pipelines().iter().find(|built_in| built_in.name == pipeline).expect("built in");
    let (read, findings) = load::pipeline(FileId(0), built_in.text);
    let mut request = Request::new(target(name).expect("registered"));
    request.chain = Arc::new(Chain::new(vec![read.unwrap_or_else(|| panic!("{findings:?}"))]));
    let rule = rule(&format!("title: Test\nid: 5d1f9c1e-7e0b-4b7a-9c55-000000000001\n{text}"));
    let attack = Attack::default();
    let outcome = convert(&rule, &request, &Context::new(&[], &attack));
    outcome.map(|queries| queries.join("\n")).map_err(|why| why.reason)
}
