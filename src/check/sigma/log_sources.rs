//! Log sources that Sigma's taxonomy does not list, where a slip is more likely than a source of
//! one's own: a word near a known one, or a category or service its known product does not have.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::config::nearest;
use crate::model::Rule;
use crate::report::{Code, Finding, Findings};
use crate::text::YamlPath;

use super::place;

/// What the taxonomy lists of one product; of none under the empty name.
#[derive(Default)]
struct Parts {
    category: BTreeSet<&'static str>,
    service: BTreeSet<&'static str>,
}

/// What the taxonomy lists.
pub(super) struct Known {
    products: BTreeMap<&'static str, Parts>,
}

/// All of it.
pub(super) static KNOWN: LazyLock<Known> = LazyLock::new(Known::new);

impl Known {
    fn new() -> Self {
        let mut products: BTreeMap<&str, Parts> = BTreeMap::new();
        let table = include_str!("../../../data/sigma-logsources.tsv");
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            let mut next = || columns.next().unwrap_or_default();
            let (product, category, service) = (next(), next(), next());
            let parts = products.entry(product).or_default();
            parts.category.extend(Some(category).filter(|category| !category.is_empty()));
            parts.service.extend(Some(service).filter(|service| !service.is_empty()));
        }
        Self { products }
    }

    pub(super) fn check(&self, rule: &Rule, findings: &mut Findings) {
        for (i, source) in &rule.logsources {
            let document = rule.origin.document.saturating_add(u32::try_from(*i).unwrap_or(u32::MAX));
            let mut found = |part: &'static str, message: String, help: Option<String>| {
                let at = place(rule, document, YamlPath::field("logsource").key(part));
                let finding = Finding::new(Code::UnknownLogSource, at, message);
                findings.push(match help {
                    Some(help) => finding.help(help),
                    None => finding,
                });
            };
            let meant = |near: &str| Some(format!("did you mean `{near}`?"));
            let product = source.product.as_deref().unwrap_or_default();
            let Some(parts) = self.products.get(product) else {
                let names = self.products.keys().copied().filter(|name| !name.is_empty());
                // A product of one's own has categories and services of its own.
                if let Some(near) = nearest(product, names) {
                    found("product", format!("Sigma's taxonomy has no product `{product}`"), meant(near));
                }
                continue;
            };
            let of = if product.is_empty() { String::new() } else { format!(" of `{product}`") };
            // Some categories are those of any product (`dns`, `process_creation`).
            let general = self.products.get("").map(|parts| &parts.category);
            let kinds = [("category", &source.category, &parts.category), ("service", &source.service, &parts.service)];
            for (part, value, own) in kinds {
                let Some(value) = value else { continue };
                let is_general = part == "category" && general.is_some_and(|general| general.contains(value.as_str()));
                if own.contains(value.as_str()) || is_general {
                    continue;
                }
                let near = nearest(value, own.iter().copied());
                // Without a product anything may be meant.
                if near.is_some() || !product.is_empty() {
                    let message = format!("Sigma's taxonomy has no {part} `{value}`{of}");
                    found(part, message, near.and_then(meant));
                }
            }
        }
    }
}
