//! The page of a rule: ATC's table, the rule, its queries, and the way to data and tests.

use crate::graph::{DataGap, EdgeKind, Node, Via};
use crate::model::{Origin, Rule, RuleKind};
use crate::site::{Badge, Block, Fact, FactValue, Inline, Page, PageKind, RouteId, Section, Subject, Tone};
use crate::text::SafeUrl;

use super::customer::named_in;
use super::parts::{
    code, first_sentence, level_tone, list_fact, list_or_reason, references_fact, section, table, text_fact, texts_fact,
};
use super::{SiteView, rule_events, rule_related, rule_way};

pub(super) fn page(view: &SiteView<'_>, route: RouteId, index: u32) -> Page {
    let rule = &view.graph.corpus().rules[index as usize];
    let kicker = match rule.kind {
        RuleKind::Detection => "Detection rule",
        RuleKind::Correlation => "Correlation rule",
        RuleKind::Filter => "Filter",
    };
    let mut page = view.blank(route, PageKind::Rule, kicker, rule.title.clone());
    page.summary = first_sentence(rule.description.as_deref().unwrap_or_default());
    page.breadcrumbs = view.crumbs(Some(("Detection Rules", Subject::Index(crate::model::Kind::Rule))));
    let level = rule.level.as_deref().map(|level| Badge { text: level.to_owned(), tone: level_tone(level) });
    let status = rule.status.as_deref().map(|status| Badge { text: status.to_owned(), tone: Tone::Neutral });
    page.badges = level.into_iter().chain(status).collect();
    page.way = rule_way::way(view, route, rule, index);
    page.facts = facts(view, rule, index);
    page.sections = sections(view, rule, index);
    page.credits = vec![credit(rule)];
    if rule.tags.iter().any(|tag| tag.to_ascii_lowercase().starts_with("attack.")) {
        page.credits.push(view.attack_credit());
    }
    page
}

fn facts(view: &SiteView<'_>, rule: &Rule, index: u32) -> Vec<Fact> {
    let node = Node::Rule(index);
    let tagged = |kind| tagged(view, node, kind);
    let data = view.graph.to(node, EdgeKind::NeedsData).map(|to| vec![view.link(to)]).collect();
    let triggers: Vec<_> = view.graph.to(node, EdgeKind::TestedBy).map(|to| vec![view.link(to)]).collect();
    let enrichments = view.graph.to(node, EdgeKind::UsesEnrichment).map(|to| vec![view.link(to)]).collect();
    let gap = view.graph.data_gap(index);
    [
        text_fact("description", "Description", rule.description.as_deref()),
        Some(list_or_reason("tactic", "ATT&CK Tactic", tagged(EdgeKind::HasTactic), "The rule has no tactic tag")),
        Some(list_or_reason(
            "technique",
            "ATT&CK Technique",
            tagged(EdgeKind::HasTechnique),
            "The rule has no technique tag",
        )),
        list_fact("group", "ATT&CK Group", tagged(EdgeKind::HasGroup)),
        list_fact("software", "ATT&CK Software", tagged(EdgeKind::HasSoftware)),
        list_fact("attack-other", "ATT&CK, other", tagged(EdgeKind::HasOther)),
        Some(list_or_reason("data-needed", "Data Needed", data, gap_in_words(view, gap))),
        list_fact("enrichment", "Enrichment", enrichments),
        Some(list_or_reason("trigger", "Trigger", triggers, no_trigger(view, node))),
        text_fact("level", "Severity Level", rule.level.as_deref()),
        texts_fact("falsepositives", "False Positives", &rule.falsepositives),
        text_fact("status", "Development Status", rule.status.as_deref()),
        references_fact(&rule.references),
        text_fact("author", "Author", rule.author.as_deref()),
        text_fact("date", "Created", rule.date.as_deref()),
        text_fact("modified", "Modified", rule.modified.as_deref()),
        rule.id.as_ref().map(|id| Fact {
            key: "id",
            label: "Rule ID",
            value: FactValue::One(vec![Inline::Code(id.clone())]),
        }),
        log_sources(rule),
        texts_fact("other-tags", "Other Tags", &other_tags(rule)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Links to tagged objects, saying so where a tag uses a retired name.
pub(super) fn tagged(view: &SiteView<'_>, node: Node, kind: EdgeKind) -> Vec<Vec<Inline>> {
    let edges = view.graph.edges(node, kind).iter();
    edges
        .map(|edge| {
            let mut line = vec![view.link(edge.to)];
            match &edge.via {
                Via::Retired { id, .. } => line.push(Inline::text(format!(" (tagged {id}, since replaced)"))),
                Via::RetiredTactic(name) => line.push(Inline::text(format!(" (tagged {name}, since split)"))),
                Via::Direct | Via::Spelling(_) => {}
            }
            line
        })
        .collect()
}

pub(super) fn no_trigger(view: &SiteView<'_>, node: Node) -> &'static str {
    if view.graph.edges(node, EdgeKind::HasTechnique).is_empty() {
        "The rule has no technique to test"
    } else {
        "There is no test of the rule's techniques yet"
    }
}

/// Why a rule has no Data Needed, as its page says it.
pub(super) fn gap_in_words(view: &SiteView<'_>, gap: Option<&DataGap>) -> String {
    match gap {
        None => "The rule asks for no event of its own".to_owned(),
        Some(DataGap::Event { source, events }) => {
            format!("No Data Needed describes event {} of {source}", events.join(", "))
        }
        Some(DataGap::LogSource { source }) => format!("No Data Needed serves {source}"),
        Some(DataGap::Fields { source, missing, nearest }) => {
            let nearest =
                nearest.map_or_else(String::new, |i| format!("; {} comes nearest", view.label(Node::DataNeeded(i))));
            format!("No Data Needed of {source} carries {}{nearest}", missing.join(", "))
        }
    }
}

fn log_sources(rule: &Rule) -> Option<Fact> {
    let mut lines: Vec<Vec<Inline>> = Vec::new();
    for (_, source) in &rule.logsources {
        let parts = [("product", &source.product), ("category", &source.category), ("service", &source.service)];
        let words: Vec<String> =
            parts.into_iter().filter_map(|(name, part)| Some(format!("{name}: {}", part.as_ref()?))).collect();
        let line = vec![Inline::text(words.join(", "))];
        if !words.is_empty() && !lines.contains(&line) {
            lines.push(line);
        }
    }
    list_fact("logsource", "Log Source", lines)
}

/// Tags that name no ATT&CK object.
fn other_tags(rule: &Rule) -> Vec<String> {
    let other = |tag: &&String| !tag.to_ascii_lowercase().starts_with("attack.");
    rule.tags.iter().filter(other).cloned().collect()
}

fn sections(view: &SiteView<'_>, rule: &Rule, index: u32) -> Vec<Section> {
    let node = Node::Rule(index);
    let text = view.rule_text(index);
    let mut sections = vec![
        section("detection-rules", "Detection Rules", None, Vec::new()),
        Section {
            level: 3,
            ..section("sigma-rule", "Sigma rule", None, vec![code("yaml", &rule.origin.within, text)])
        },
    ];
    let queries = (view.queries)(index);
    if !queries.is_empty() {
        let blocks = vec![Block::Queries(queries)];
        sections.push(Section { level: 3, ..section("queries", "Queries", None, blocks) });
    }
    sections.extend(data_path(view, node));
    sections.extend(rule_way::test_section(view, rule, node));
    sections.extend(rule_events::section_of(view, node));
    sections.extend(view.link_section(
        "refers-to",
        if rule.kind == RuleKind::Filter { "Rules it filters" } else { "Rules it correlates" },
        &view.graph.to(node, EdgeKind::RefersTo).collect::<Vec<_>>(),
    ));
    sections.extend(view.link_section(
        "used-by",
        "Correlations and filters that use it",
        &view.graph.from(node, EdgeKind::RefersTo),
    ));
    sections.extend(named_in(view, node, EdgeKind::HasRule));
    sections.extend(rule_related::related(view, rule, node));
    if !rule.fields.is_empty() {
        let fields = rule.fields.iter().map(|field| vec![Inline::Code(field.clone())]).collect();
        sections.push(section("fields", "Fields to look at", None, vec![Block::List(fields)]));
    }
    sections
}

/// The part of a file that holds `count` documents from the origin's on.
///
/// A line that starts with `---` ends a document wherever it stands (YAML 1.2.2, 9.1.4), so the
/// parts can be told without parsing.
pub(super) fn documents_of<'t>(text: &'t str, origin: &Origin, count: usize) -> &'t str {
    let mut starts = vec![0];
    let mut at = 0;
    let mut seen_content = false;
    for line in text.split_inclusive('\n') {
        let marker =
            line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
        if marker {
            if seen_content {
                starts.push(at + line.len());
            } else {
                starts[0] = at + line.len();
            }
        } else if !line.trim().is_empty() && !line.trim_start().starts_with('#') {
            seen_content = true;
        }
        if marker {
            seen_content = true;
        }
        at += line.len();
    }
    let first = origin.document as usize;
    if starts.len() == 1 || (first == 0 && count >= starts.len()) {
        return text;
    }
    let start = starts.get(first).copied().unwrap_or(0);
    let end = match starts.get(first + count) {
        // Without the marker line itself.
        Some(next) => text[..*next].trim_end_matches('\n').rfind('\n').map_or(start, |i| i + 1),
        None => text.len(),
    };
    text.get(start..end.max(start)).unwrap_or(text)
}

/// Data Needed with the Logging Policies that switch it on.
fn data_path(view: &SiteView<'_>, node: Node) -> Option<Section> {
    let data: Vec<Node> = view.graph.to(node, EdgeKind::NeedsData).collect();
    if data.is_empty() {
        return None;
    }
    let columns = [("Data Needed", false), ("Channel", false), ("Event", false), ("Switched on by", false)];
    let rows = data.iter().map(|dn| {
        let entity = &view.graph.corpus().data_needed[dn.index()];
        let policies: Vec<Inline> = view.graph.to(*dn, EdgeKind::LoggedBy).map(|to| view.link(to)).collect();
        let policies = if policies.is_empty() { vec![Inline::text("no Logging Policy yet")] } else { policies };
        vec![
            vec![view.link(*dn)],
            vec![Inline::text(entity.channel.clone().unwrap_or_default())],
            vec![Inline::text(entity.event_ids.join(", "))],
            policies,
        ]
    });
    let mut blocks = vec![table(&columns, rows.collect())];
    if let Some(gap) = view.graph.data_gap(node.index() as u32) {
        let rest = format!("Not all of it is known here: {}", gap_in_words(view, Some(gap)));
        blocks.push(Block::Notice(Tone::Caution, vec![Inline::text(rest)]));
    }
    Some(Section { linked: true, ..section("data", "Where the data comes from", Some(data.len()), blocks) })
}

/// Author and licence: the Detection Rule License asks for both wherever a rule is reproduced.
fn credit(rule: &Rule) -> Vec<Inline> {
    let author = rule.author.as_deref().unwrap_or("an unnamed author");
    let mut line = vec![Inline::text(format!("Rule by {author}, licence "))];
    let (name, url) = match rule.license.as_deref() {
        None => ("Detection Rule License 1.1", Some("https://github.com/SigmaHQ/Detection-Rule-License")),
        Some(license) => (license, None),
    };
    line.push(match url.and_then(SafeUrl::external) {
        Some(url) => Inline::Link(name.to_owned(), crate::site::LinkTarget::Url(url)),
        None => Inline::text(name),
    });
    line.push(Inline::text("; the queries are made from it"));
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::FileId;

    fn origin(document: u32) -> Origin {
        Origin {
            file: FileId(0),
            document,
            path: "a.yml".to_owned(),
            within: "a.yml".to_owned(),
            stem: "a".to_owned(),
            lists: Vec::new(),
        }
    }

    #[test]
    fn a_rule_shows_its_own_documents() {
        let text = "title: a\n---\ntitle: b\n---\ntitle: c\n";
        assert_eq!(documents_of(text, &origin(0), 1), "title: a\n");
        assert_eq!(documents_of(text, &origin(1), 1), "title: b\n");
        assert_eq!(documents_of(text, &origin(2), 1), "title: c\n");
        assert_eq!(documents_of(text, &origin(0), 3), text);
        let led = "---\ntitle: a\n---\ntitle: b\n";
        assert_eq!(documents_of(led, &origin(1), 1), "title: b\n");
        assert_eq!(documents_of(led, &origin(0), 1), "title: a\n");
    }
}
