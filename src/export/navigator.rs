//! Layers of the ATT&CK Navigator (layer format 4.5): the whole, of each ATT&CK object, and by
//! platform, log source and Customer.
//!
//! A colour stands for the state of a technique as on our own matrix, the score is the number of
//! rules, and the comment has all figures. Techniques without anything are left out of the whole,
//! and are the gaps in the layer of a group.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::{Value, json};

use crate::graph::{Coverage, CoverageState, Node};
use crate::model::{AttackKind, AttackObject, Domain, Status};
use crate::site::exports::{Layer, layer};
use crate::site::{ObjectLayer, SiteView};
use crate::text::counted;

use super::Export;

/// The releases of the Navigator and of its format that this is written for.
const NAVIGATOR: &str = "5.1.0";
const FORMAT: &str = "4.5";

/// The colour of a gap: a technique of a group or another object that nothing is there for.
const GAP: &str = "#f5b7b1";

pub(super) fn layers(view: &SiteView<'_>) -> Vec<Export> {
    let mut out: Vec<Export> = Domain::ALL.into_iter().map(|domain| whole(view, domain)).collect();
    let objects = view.graph.corpus().attack.objects.par_iter().enumerate();
    out.par_extend(objects.flat_map_iter(|(i, object)| of_object(view, Node::Attack(i as u32), object)));
    out.extend(narrowed(view));
    out
}

fn colour(state: CoverageState) -> &'static str {
    match state {
        CoverageState::Full => "#b794e6",
        CoverageState::Rule => "#ddccf2",
        CoverageState::TestOnly => "#f7dc9b",
        CoverageState::Nothing => "",
    }
}

fn comment(coverage: Coverage) -> String {
    let Coverage { rules, tests, data } = coverage;
    format!("{}, {}, {data} Data Needed", counted(rules, "rule"), counted(tests, "test"))
}

fn entry(view: &SiteView<'_>, node: Node, id: &str, coverage: Coverage, colour: &str, domain: Domain) -> Value {
    let mut entry = json!({
        "techniqueID": id,
        "score": coverage.rules,
        "color": colour,
        "comment": comment(coverage),
        "enabled": true,
        "showSubtechniques": has_covered_subs(view, node, domain),
    });
    let page = view.plan.node(node).map(|route| view.plan.routes().path(route).with_extension("html"));
    if let (Some(base), Some(page)) = (view.config.base_url.as_deref(), page) {
        let url = format!("{}/{page}", base.trim_end_matches('/'));
        entry["links"] = json!([{ "label": "Rules and tests", "url": url }]);
    }
    entry
}

/// Whether the sub-techniques of a technique are worth being unfolded.
fn has_covered_subs(view: &SiteView<'_>, node: Node, domain: Domain) -> bool {
    view.graph.sub_techniques(node).into_iter().any(|sub| {
        view.graph.coverage(sub).state() != CoverageState::Nothing
            && view.graph.attack(sub).is_some_and(|object| object.domains.contains(&domain))
    })
}

fn document(view: &SiteView<'_>, name: &str, description: &str, domain: Domain, techniques: &[Value]) -> Value {
    let version = &view.graph.corpus().attack.version;
    let legend = |state: CoverageState| json!({ "label": state.title(), "color": colour(state) });
    let mut legend: Vec<Value> =
        CoverageState::ALL.into_iter().filter(|state| *state != CoverageState::Nothing).map(legend).collect();
    legend.push(json!({ "label": "no rule and no test", "color": GAP }));
    json!({
        "name": name,
        "versions": {
            "attack": version.split('.').next().unwrap_or(version),
            "navigator": NAVIGATOR,
            "layer": FORMAT,
        },
        "domain": format!("{}-attack", domain.key()),
        "description": description,
        "sorting": 0,
        "layout": { "layout": "side", "showID": true, "showName": true },
        "hideDisabled": false,
        "techniques": techniques,
        "legendItems": legend,
    })
}

/// The current techniques of a domain, by id.
fn techniques<'a>(view: &SiteView<'a>, domain: Domain) -> Vec<(Node, &'a AttackObject)> {
    let counts =
        |(_, object): &(Node, &AttackObject)| object.status == Status::Active && object.domains.contains(&domain);
    let mut all: Vec<(Node, &AttackObject)> = view.graph.attack_nodes(AttackKind::Technique).filter(counts).collect();
    all.sort_by_key(|(_, object)| object.id);
    all
}

fn whole(view: &SiteView<'_>, domain: Domain) -> Export {
    let all = techniques(view, domain);
    let covered = all.iter().map(|(node, object)| (*node, object, view.graph.coverage(*node)));
    let shown: Vec<Value> = covered
        .filter(|(node, _, coverage)| {
            coverage.state() != CoverageState::Nothing || has_covered_subs(view, *node, domain)
        })
        .map(|(node, object, coverage)| {
            entry(view, node, &object.id.to_string(), coverage, colour(coverage.state()), domain)
        })
        .collect();
    let description =
        format!("What {} has for each technique: rules, tests and the data they need.", view.config.title);
    let name = format!("{}: {}", view.config.title, domain.title());
    Export::json(layer(&Layer::Domain(domain)), &document(view, &name, &description, domain, &shown))
}

/// The layers of an object: a technique of it that nothing is there for is a gap.
fn of_object(view: &SiteView<'_>, node: Node, object: &AttackObject) -> Vec<Export> {
    let layer_of = |ObjectLayer { which, domain, techniques }: ObjectLayer| {
        let entries: Vec<Value> = techniques
            .into_iter()
            .filter_map(|to| Some((to, view.graph.attack(to)?.id)))
            .map(|(to, id)| {
                let coverage = view.graph.coverage(to);
                let state = coverage.state();
                let colour = if state == CoverageState::Nothing { GAP } else { colour(state) };
                entry(view, to, &id.to_string(), coverage, colour, domain)
            })
            .collect();
        let of = match object.id.kind() {
            AttackKind::Technique => format!("{} and what is below it", object.name),
            AttackKind::Tactic => format!("The techniques of {}", object.name),
            AttackKind::DataComponent => format!("The techniques an analytic can detect with {}", object.name),
            AttackKind::Mitigation => format!("The techniques {} addresses", object.name),
            _ => format!("The techniques {} uses", object.name),
        };
        let name = format!("{} ({}): {}", object.name, object.id, view.config.title);
        let description = format!("{of}, and what {} has for them.", view.config.title);
        Export::json(layer(&which), &document(view, &name, &description, domain, &entries))
    };
    view.object_layers(node).into_iter().map(layer_of).collect()
}

/// The layers of platforms and log sources, counted from what the matrix can be narrowed to.
fn narrowed(view: &SiteView<'_>) -> Vec<Export> {
    let domain = Domain::Enterprise;
    let choices = view.matrix_choices(domain);
    let nodes: Vec<Node> = techniques(view, domain).into_iter().map(|(node, _)| node).collect();
    let by_id: BTreeMap<String, Node> =
        nodes.iter().filter_map(|node| Some((view.graph.attack(*node)?.id.to_string(), *node))).collect();
    let write = |which: &Layer, what: &str, counts: &[Coverage]| -> Export {
        let entries: Vec<Value> = choices
            .techniques
            .iter()
            .zip(counts)
            .filter(|(_, coverage)| coverage.state() != CoverageState::Nothing)
            .filter_map(|(id, coverage)| {
                Some(entry(view, *by_id.get(id)?, id, *coverage, colour(coverage.state()), domain))
            })
            .collect();
        let name = format!("{}: {what}", view.config.title);
        let description = format!("What {} has for {what}.", view.config.title);
        Export::json(layer(which), &document(view, &name, &description, domain, &entries))
    };
    let nodes_of = |ids: &[String]| ids.iter().map(|id| by_id.get(id).copied()).collect::<Vec<_>>();
    let place = |list: &[String], name: &String| list.iter().position(|known| known == name);
    let one = |(which, what): &(Layer, String)| {
        let counts = match which {
            Layer::Platform(name) => choices.on_platform(place(&choices.platforms, name)?),
            Layer::LogSource(name) => choices.of_source(place(&choices.sources, name)?),
            Layer::Customer(stem) => of_customer(view, stem, &nodes_of(&choices.techniques))?,
            Layer::Domain(_) | Layer::Object(_) | Layer::ObjectIn(..) => return None,
        };
        Some(write(which, what, &counts))
    };
    view.narrowed_layers(&choices).par_iter().filter_map(one).collect()
}

/// What the rules of a Customer cover, with the tests there are for it.
fn of_customer(view: &SiteView<'_>, stem: &str, techniques: &[Option<Node>]) -> Option<Vec<Coverage>> {
    let position = view.graph.corpus().customers.iter().position(|customer| customer.origin.stem == stem)?;
    let rules = view.graph.rules_of_customer(Node::Customer(u32::try_from(position).ok()?));
    let of = |node: Node| Some(view.graph.coverage_by(node, &rules).0).filter(|coverage| coverage.rules > 0);
    Some(techniques.iter().map(|node| node.and_then(of).unwrap_or_default()).collect())
}
