//! How ATT&CK says a technique is detected: its detection strategies, their analytics by platform,
//! and the data components each analytic needs.

use crate::graph::{Detection, Node};
use crate::model::AttackObject;
use crate::site::{Block, Inline, LinkTarget, Section};
use crate::text::SafeUrl;

use super::SiteView;
use super::attack_text::AttackText;
use super::parts::{section, table};

/// The section of a technique's page; `None` where ATT&CK has no strategy for it.
pub(super) fn strategies(view: &SiteView<'_>, text: &mut AttackText<'_, '_>, technique: Node) -> Option<Section> {
    let detections = view.graph.detections_of(technique);
    let mut blocks = Vec::new();
    for Detection { strategy, analytics, .. } in &detections {
        let Some(object) = view.graph.attack(*strategy) else { continue };
        blocks.push(Block::Line(vec![upstream(object, format!("{}: {}", object.id, object.name))]));
        if !analytics.is_empty() {
            blocks.push(analytic_table(view, analytics));
        }
        for analytic in analytics.iter().filter_map(|analytic| view.graph.attack(*analytic)) {
            if let Some(words) = text.words_of(analytic) {
                let platforms = analytic.platforms.join(", ");
                let name = if platforms.is_empty() { String::new() } else { format!(" ({platforms})") };
                blocks.push(Block::Line(vec![Inline::text(format!("{}{name}", analytic.id))]));
                blocks.push(words);
            }
        }
    }
    let title = "Detection strategies of ATT&CK";
    (!blocks.is_empty()).then(|| section("detection-strategies", title, Some(detections.len()), blocks))
}

/// A row for each analytic; with the log sources where a bundle names them.
fn analytic_table(view: &SiteView<'_>, analytics: &[Node]) -> Block {
    let rows: Vec<Vec<Vec<Inline>>> = analytics
        .iter()
        .filter_map(|node| {
            let object = view.graph.attack(*node)?;
            Some(vec![
                vec![Inline::text(object.id.to_string())],
                object.platforms.iter().map(Inline::text).collect(),
                view.graph.components_of(*node).map(|component| view.link(component)).collect(),
                log_sources(view, *node),
            ])
        })
        .collect();
    let columns = [("Analytic", false), ("Platforms", false), ("Data components", false), ("Log sources", false)];
    let shown = if rows.iter().any(|row| !row[3].is_empty()) { 4 } else { 3 };
    let rows = rows.into_iter().map(|row| row.into_iter().take(shown).collect()).collect();
    table(&columns[..shown], rows)
}

/// The logs an analytic reads, in ATT&CK's words.
fn log_sources(view: &SiteView<'_>, analytic: Node) -> Vec<Inline> {
    view.graph.log_sources_of(analytic).map(Inline::text).collect()
}

/// A link to the page of an object on attack.mitre.org.
pub(super) fn upstream(object: &AttackObject, label: String) -> Inline {
    match object.id.url().as_deref().and_then(SafeUrl::external) {
        Some(url) => Inline::Link(label, LinkTarget::Url(url)),
        None => Inline::Text(label),
    }
}
