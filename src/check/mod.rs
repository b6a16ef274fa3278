//! Checks that need the whole picture; each adds to the findings and changes nothing.
//!
//! A check is a function over [`CheckInput`], registered in [`CHECKS`]; none depends on another
//! or on the order. References are never parsed again here: `graph` kept what it could not
//! resolve, with the place.

mod attack;
mod attack_tags;
mod attack_version;
mod commands;
pub mod coverage;
mod duplicates;
pub mod external;
mod log_data;
mod markdown;
pub mod policy;
mod references;
mod sigma;
pub mod site_links;
mod tags;
mod triggers;

use std::sync::Arc;

use rayon::prelude::*;

use crate::config::CoverageConfig;
use crate::graph::Graph;
use crate::model::Rule;
use crate::report::Findings;
use crate::site::{LinkIndex, SitePlan};
use crate::text::FileId;

/// What checks look at.
pub struct CheckInput<'a> {
    /// The linked content.
    pub graph: &'a Graph,
    /// Where everything is.
    pub plan: &'a SitePlan,
    /// Where links between content files lead.
    pub links: &'a LinkIndex<'a>,
    /// For each rule, what [`rule`] found.
    pub of_rules: &'a [Arc<Findings>],
    /// What the content must cover.
    pub coverage: &'a CoverageConfig,
    /// The configuration file, where it is among the sources.
    pub config_file: Option<FileId>,
}

/// All checks.
const CHECKS: &[fn(&CheckInput<'_>, &mut Findings)] = &[
    references::check,
    attack::check,
    attack_version::check,
    attack_tags::check,
    tags::check,
    sigma::check,
    triggers::check,
    commands::check,
    duplicates::ids,
    duplicates::titles,
    duplicates::paths,
    markdown::check,
    log_data::check,
    coverage::rules,
    coverage::tactics,
];

/// What is wrong with a rule by itself, whatever else there is. Each has to be read again, and is
/// worth being remembered while it does not change.
pub fn rule(rule: &Rule) -> Findings {
    sigma::of_rule(rule)
}

/// Runs all checks, in parallel; what they find stands in their order.
pub fn check(input: &CheckInput<'_>) -> Findings {
    let found = CHECKS.par_iter().map(|check| {
        let mut findings = Findings::new();
        check(input, &mut findings);
        findings
    });
    let mut findings = Findings::new();
    found.collect::<Vec<_>>().into_iter().for_each(|found| findings.append(found));
    findings
}
