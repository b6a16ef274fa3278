//! The fields of ATT&CK objects.

use serde::Serialize;

use crate::graph::{Coverage, Detection, Node};
use crate::model::{AttackKind, AttackObject, Domain, SoftwareKind, Status};
use crate::site::SiteView;
use crate::site::exports::layer;

use super::super::object::Object;

#[derive(Serialize)]
struct Covered {
    state: &'static str,
    rules: usize,
    tests: usize,
    data_needed: usize,
}

impl From<Coverage> for Covered {
    fn from(coverage: Coverage) -> Self {
        let Coverage { rules, tests, data } = coverage;
        Self { state: coverage.state().key(), rules, tests, data_needed: data }
    }
}

/// A detection strategy, which has no file of its own.
#[derive(Serialize)]
struct Strategy<'a> {
    id: String,
    title: &'a str,
    url: Option<String>,
    techniques: Vec<String>,
    analytics: Vec<Analytic<'a>>,
}

#[derive(Serialize)]
struct Analytic<'a> {
    id: String,
    platforms: &'a [String],
    data_components: Vec<String>,
    log_sources: Vec<&'a str>,
}

fn strategies<'a>(view: &SiteView<'a>, detections: Vec<Detection>) -> Vec<Strategy<'a>> {
    let graph = view.graph;
    let id = |node: Node| graph.attack(node).map(|object| object.id.to_string());
    let analytic = |node: Node| {
        let object = graph.attack(node)?;
        let data_components = graph.components_of(node).filter_map(id).collect();
        let log_sources = graph.log_sources_of(node).collect();
        Some(Analytic { id: object.id.to_string(), platforms: &object.platforms, data_components, log_sources })
    };
    let strategy = |detection: Detection| {
        let object = graph.attack(detection.strategy)?;
        Some(Strategy {
            id: object.id.to_string(),
            title: &object.name,
            url: object.id.url(),
            techniques: detection.techniques.into_iter().filter_map(id).collect(),
            analytics: detection.analytics.into_iter().filter_map(analytic).collect(),
        })
    };
    detections.into_iter().filter_map(strategy).collect()
}

pub(super) fn fields(view: &SiteView<'_>, node: Node, object: &AttackObject, out: &mut Object) {
    let status = match object.status {
        Status::Active => "active",
        Status::Deprecated => "deprecated",
        Status::Revoked => "revoked",
    };
    out.put("status", status);
    out.put("domains", &object.domains.iter().map(|domain: &Domain| domain.key()).collect::<Vec<_>>());
    out.put("aliases", &object.aliases);
    out.put("description", &object.description);
    match object.id.kind() {
        AttackKind::Tactic => out.put("short_name", &object.short_name),
        AttackKind::Technique => {
            out.put("platforms", &object.platforms);
            out.put("coverage", &Covered::from(view.graph.coverage(node)));
            out.put("coverage_with_sub_techniques", &Covered::from(view.graph.coverage_with_subs(node)));
            out.put("detection_strategies", &strategies(view, view.graph.detections_of(node)));
        }
        AttackKind::DataComponent => {
            out.put("detection_strategies", &strategies(view, view.graph.detections_with(node)));
        }
        AttackKind::Group => {
            let own = view.object_layers(node).into_iter().next();
            out.put("layer", &own.map(|own| layer(&own.which).to_string()));
        }
        AttackKind::Software => {
            let kind = object.software_kind.map(|kind| match kind {
                SoftwareKind::Malware => "malware",
                SoftwareKind::Tool => "tool",
            });
            out.put("type", &kind);
            out.put("platforms", &object.platforms);
        }
        AttackKind::Campaign => {
            out.put("first_seen", &object.first_seen);
            out.put("last_seen", &object.last_seen);
        }
        _ => {}
    }
    let layers = view.object_layers(node).into_iter().map(|own| layer(&own.which).to_string());
    out.put("layers", &layers.collect::<Vec<_>>());
}
