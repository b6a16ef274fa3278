//! The pages of Data Needed, Logging Policies and Enrichments.

use crate::graph::{EdgeKind, Node};
use crate::model::{Kind, LogSource};
use crate::site::{Block, Inline, Page, PageKind, RouteId, Section, Stat, Subject};

use super::SiteView;
use super::customer::named_in;
use super::parts::{code, first_sentence, list_fact, list_or_reason, references_fact, section, text_fact, texts_fact};

pub(super) fn data_needed(view: &SiteView<'_>, route: RouteId, index: u32) -> Page {
    let dn = &view.graph.corpus().data_needed[index as usize];
    let node = Node::DataNeeded(index);
    let mut page = view.blank(route, PageKind::DataNeeded, "Data Needed", dn.title.clone());
    page.summary = first_sentence(dn.description.as_deref().unwrap_or_default());
    page.breadcrumbs = view.crumbs(Some((Kind::DataNeeded.title(), Subject::Index(Kind::DataNeeded))));
    let policies = links(view, node, EdgeKind::LoggedBy);
    page.facts = [
        text_fact("author", "Author", dn.author.as_deref()),
        text_fact("description", "Description", dn.description.as_deref()),
        Some(list_or_reason("logging-policy", "Logging Policy", policies, "No Logging Policy switches it on yet")),
        list_fact("mitigation-policy", "Mitigation Policy", links(view, node, EdgeKind::Records)),
        references_fact(&dn.references),
        text_fact("category", "Category", dn.category.as_deref()),
        text_fact("platform", "Platform", dn.platform.as_deref()),
        text_fact("type", "Type", dn.log_type.as_deref()),
        text_fact("channel", "Channel", dn.channel.as_deref()),
        text_fact("provider", "Provider", dn.provider.as_deref()),
        texts_fact("event-id", "Event ID", &dn.event_ids),
        list_fact("logsource", "Sigma Log Source", dn.logsources.iter().map(log_source).collect()),
        list_fact("fields", "Fields", dn.fields.iter().map(|field| vec![Inline::Code(field.clone())]).collect()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let samples = [("raw-log", "Raw Log", &dn.sample), ("enriched-log", "Enriched Log", &dn.enriched_sample)];
    let samples: Vec<Section> = samples
        .into_iter()
        .filter_map(|(anchor, title, text)| {
            let text = text.as_deref().filter(|text| !text.trim().is_empty())?;
            Some(Section { level: 3, ..section(anchor, title, None, vec![code(sample_language(text), "", text)]) })
        })
        .collect();
    if !samples.is_empty() {
        page.sections.push(section("log-samples", "Log Samples", None, Vec::new()));
        page.sections.extend(samples);
    }
    let rules = view.graph.rules_of(node, EdgeKind::NeedsData);
    page.sections.extend(view.rule_section("rules", "Rules that need it", &rules));
    page.sections.extend(super::rule_events::of_data(view, node));
    page.sections.extend(view.seen_section("techniques", "Techniques seen through it", &rules));
    page.sections.extend(view.link_section(
        "enriched-by",
        "Enrichments that add to it",
        &view.graph.from(node, EdgeKind::Enriches),
    ));
    page.sections.extend(view.link_section(
        "enriches",
        "Enrichments that take from it",
        &view.graph.from(node, EdgeKind::EnrichesFrom),
    ));
    page.sections.extend(view.link_section(
        "actions",
        "Response Actions that ask for it",
        &view.graph.from(node, EdgeKind::AsksFor),
    ));
    page.sections.extend(named_in(view, node, EdgeKind::TakesData));
    page
}

pub(super) fn logging_policy(view: &SiteView<'_>, route: RouteId, index: u32) -> Page {
    let lp = &view.graph.corpus().logging_policies[index as usize];
    let node = Node::LoggingPolicy(index);
    let mut page = view.blank(route, PageKind::LoggingPolicy, "Logging Policy", lp.title.clone());
    page.summary = first_sentence(lp.description.as_deref().unwrap_or_default());
    page.breadcrumbs = view.crumbs(Some((Kind::LoggingPolicy.title(), Subject::Index(Kind::LoggingPolicy))));
    page.facts = [
        text_fact("author", "Author", lp.author.as_deref()),
        text_fact("description", "Description", lp.description.as_deref()),
        text_fact("default", "Default", lp.default.as_deref()),
        text_fact("volume", "Event Volume", lp.volume.as_deref()),
        texts_fact("event-id", "EventID", &lp.event_ids),
        references_fact(&lp.references),
    ]
    .into_iter()
    .flatten()
    .collect();
    page.sections.extend(text_section(
        view,
        route,
        node,
        ("configuration", "Configuration"),
        lp.configuration.as_deref(),
    ));
    let data = view.graph.from(node, EdgeKind::LoggedBy);
    page.sections.extend(view.link_section("data", "Data Needed it switches on", &data));
    let mut rules: Vec<u32> = data.iter().flat_map(|dn| view.graph.rules_of(*dn, EdgeKind::NeedsData)).collect();
    rules.sort_unstable();
    rules.dedup();
    page.sections.extend(lost(view, node, &rules));
    page.sections.extend(view.rule_section("rules", "Rules that take its data", &rules));
    page.sections.extend(named_in(view, node, EdgeKind::TakesPolicy));
    page
}

/// What there would be no more if the log were switched off: rules none of whose data comes from
/// elsewhere, and techniques only such rules detect.
fn lost(view: &SiteView<'_>, policy: Node, rules: &[u32]) -> Option<Section> {
    if rules.is_empty() {
        return None;
    }
    let is_its_own = |data: Node| {
        let mut policies = view.graph.to(data, EdgeKind::LoggedBy);
        policies.len() > 0 && policies.all(|other| other == policy)
    };
    let is_lost = |rule: &u32| view.graph.to(Node::Rule(*rule), EdgeKind::NeedsData).all(is_its_own);
    let lost: Vec<u32> = rules.iter().copied().filter(is_lost).collect();
    let is_left = |technique: &Node| {
        let rules = view.graph.rules_of(*technique, EdgeKind::HasTechnique);
        rules.iter().all(|rule| lost.binary_search(rule).is_ok())
    };
    let gaps: Vec<Node> = techniques(view, &lost).into_iter().filter(is_left).collect();
    let stat = |value: usize, label: &str| Stat { value: value.to_string(), label: label.to_owned(), target: None };
    let stats = vec![
        stat(rules.len(), "rules take its data"),
        stat(lost.len(), "rules have no other"),
        stat(gaps.len(), "techniques only these detect"),
    ];
    let mut blocks = vec![Block::Stats(stats)];
    if !gaps.is_empty() {
        let mut line = vec![Inline::text("No rule would be left for ")];
        for (i, gap) in gaps.iter().enumerate() {
            line.extend((i > 0).then(|| Inline::text(", ")));
            line.push(view.link(*gap));
        }
        line.push(Inline::text("."));
        blocks.push(Block::Line(line));
    }
    Some(section("lost", "What is lost without it", None, blocks))
}

pub(super) fn enrichment(view: &SiteView<'_>, route: RouteId, index: u32) -> Page {
    let en = &view.graph.corpus().enrichments[index as usize];
    let node = Node::Enrichment(index);
    let mut page = view.blank(route, PageKind::Enrichment, "Enrichment", en.title.clone());
    page.summary = first_sentence(en.description.as_deref().unwrap_or_default());
    page.breadcrumbs = view.crumbs(Some((Kind::Enrichment.title(), Subject::Index(Kind::Enrichment))));
    page.facts = [
        text_fact("description", "Description", en.description.as_deref()),
        list_fact("data-needed", "Data Needed", links(view, node, EdgeKind::EnrichesFrom)),
        list_fact("data-to-enrich", "Data to enrich", links(view, node, EdgeKind::Enriches)),
        references_fact(&en.references),
        text_fact("author", "Author", en.author.as_deref()),
        list_fact("requirements", "Requirements", links(view, node, EdgeKind::Requires)),
        list_fact("new-fields", "New fields", en.new_fields.iter().map(|f| vec![Inline::Code(f.clone())]).collect()),
    ]
    .into_iter()
    .flatten()
    .collect();
    page.sections.extend(text_section(view, route, node, ("config", "Config"), en.config.as_deref()));
    let rules = view.graph.rules_of(node, EdgeKind::UsesEnrichment);
    page.sections.extend(view.rule_section("rules", "Rules that use it", &rules));
    page.sections.extend(view.link_section(
        "required-by",
        "Enrichments that require it",
        &view.graph.from(node, EdgeKind::Requires),
    ));
    page
}

/// Where edges of a kind lead, as one link a line.
pub(super) fn links(view: &SiteView<'_>, node: Node, kind: EdgeKind) -> Vec<Vec<Inline>> {
    view.graph.to(node, kind).map(|to| vec![view.link(to)]).collect()
}

/// An author's Markdown as a section; `None` where it is empty.
pub(super) fn text_section(
    view: &SiteView<'_>,
    route: RouteId,
    node: Node,
    (anchor, title): (&str, &str),
    text: Option<&str>,
) -> Option<Section> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    Some(section(anchor, title, None, vec![view.prose(route, node, text)]))
}

/// The techniques rules are tagged with, each once.
pub(super) fn techniques(view: &SiteView<'_>, rules: &[u32]) -> Vec<Node> {
    let mut found: Vec<Node> =
        rules.iter().flat_map(|rule| view.graph.to(Node::Rule(*rule), EdgeKind::HasTechnique)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn log_source(source: &LogSource) -> Vec<Inline> {
    let parts = [("product", &source.product), ("category", &source.category), ("service", &source.service)];
    let words: Vec<String> =
        parts.into_iter().filter_map(|(name, part)| Some(format!("{name}: {}", part.as_ref()?))).collect();
    vec![Inline::text(words.join(", "))]
}

/// The highlighter's language for a sample event.
fn sample_language(text: &str) -> &'static str {
    match text.trim_start().trim_start_matches("- ").chars().next() {
        Some('<') => "xml",
        Some('{' | '[') => "json",
        _ => "log",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_told_by_their_first_character() {
        assert_eq!(sample_language("- <Event>"), "xml");
        assert_eq!(sample_language(" {\"a\": 1}"), "json");
        assert_eq!(sample_language("type=EXECVE"), "log");
    }
}
