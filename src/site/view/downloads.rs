//! The page of all files for other programs.

use crate::graph::Node;
use crate::model::{AttackKind, Domain, Kind, Status};
use crate::site::exports::{self, Index, Layer, Schema, TableForm, layer};
use crate::site::{Inline, OutPath, Page, PageKind, RouteId, Subject, matrix_picture};

use super::SiteView;
use super::parts::{section, table};

type Row = Vec<Vec<Inline>>;

pub(super) fn page(view: &SiteView<'_>, route: RouteId) -> Page {
    let mut page = view.blank(route, PageKind::Downloads, "Data", "Downloads".to_owned());
    page.summary.push_str("Tables, layers of the ATT&CK Navigator and other files for programs.");
    page.breadcrumbs = view.crumbs(None);
    let file = |path: &OutPath, what: &str| -> Row {
        let name = path.as_str().rsplit('/').next().unwrap_or_default().to_owned();
        vec![vec![Inline::Link(name, view.file(route, path))], vec![Inline::text(what)]]
    };
    let columns = [("File", false), ("What it is", false)];
    let mut add = |anchor: &str, title: &str, rows: Vec<Row>| {
        if !rows.is_empty() {
            page.sections.push(section(anchor, title, Some(rows.len()), vec![table(&columns, rows)]));
        }
    };
    let mut api = vec![file(&exports::api_index(), "Where a client begins: all kinds, with their lists")];
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_listed()) {
        api.push(file(&exports::api_list(kind.key()), &format!("All {}", kind.title())));
    }
    api.extend(exports::attack_tables().filter_map(|(kind, title)| {
        Some(file(&exports::api_list(exports::attack_key(kind)?), &format!("All {title} of ATT&CK")))
    }));
    add("api", "JSON of everything", api);
    add("layers", "Layers of the ATT&CK Navigator", layers(view, &file));
    add("tables", "Tables", tables(view, &file));
    let bundle =
        file(&exports::knowledge_base(), "Rules as indicators, responses as courses of action, and techniques");
    add("stix", "STIX 2.1", vec![bundle]);
    add("thehive", "Case templates of TheHive", case_templates(view, &file));
    let indices = Index::ALL.into_iter().flat_map(|index| {
        let what = match index {
            Index::Rules => "A document for each rule, with ATC's fields",
            Index::Techniques => "A document for each technique, with its coverage",
        };
        [file(&exports::documents(index), what), file(&exports::index_template(index), "The template of their index")]
    });
    add("elasticsearch", "Documents for Elasticsearch", indices.collect());
    let schemas = Schema::ALL.map(|schema| file(&exports::schema(schema), schema.title()));
    add("schemas", "JSON Schemas", schemas.into());
    let pictures = Domain::ALL.map(|domain| file(&matrix_picture(domain), &format!("The {} matrix", domain.title())));
    add("pictures", "Pictures", pictures.into());
    let mut others = vec![file(&exports::llms(), "The way into the Markdown pages, for language models")];
    if view.config.base_url.is_some() {
        others.push(file(&exports::feed(), "The rules changed last, as an Atom feed"));
        others.push(file(&exports::sitemap(), "The addresses of all pages, for search engines"));
    }
    add("others", "For readers of other kinds", others);
    page
}

fn layers(view: &SiteView<'_>, file: &dyn Fn(&OutPath, &str) -> Row) -> Vec<Row> {
    let mut rows: Vec<Row> = Domain::ALL
        .into_iter()
        .map(|domain| file(&layer(&Layer::Domain(domain)), &format!("All of {}", domain.title())))
        .collect();
    rows.extend(
        view.narrowed_layers(&view.matrix_choices(Domain::Enterprise))
            .iter()
            .map(|(which, what)| file(&layer(which), what)),
    );
    // Those of other objects are on the page of each.
    let mut groups: Vec<(Node, _)> = view.graph.attack_nodes(AttackKind::Group).collect();
    groups.sort_by_key(|(_, object)| object.id);
    for (node, object) in groups {
        rows.extend(view.object_layers(node).iter().map(|own| file(&layer(&own.which), &object.name)));
    }
    rows
}

fn tables(view: &SiteView<'_>, file: &dyn Fn(&OutPath, &str) -> Row) -> Vec<Row> {
    let mut rows = Vec::new();
    let there = |subject: Subject| view.plan.route(subject).is_some();
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_listed() && view.count(*kind) > 0) {
        rows.extend(TableForm::ALL.map(|form| file(&exports::table(kind, form), kind.title())));
    }
    for (kind, title) in exports::attack_tables().filter(|(kind, _)| there(Subject::AttackIndex(*kind))) {
        if view.graph.attack_nodes(kind).any(|(_, object)| object.status == Status::Active) {
            let what = format!("{title} of ATT&CK");
            rows.extend(TableForm::ALL.map(|form| file(&exports::attack_table(kind, form), &what)));
        }
    }
    rows.push(file(&exports::analytics(), "From tactic and technique to rule, data, log and response, as ATC has it"));
    rows.push(file(&exports::pivoting(), "Which events have a field, as ATC has it"));
    rows
}

fn case_templates(view: &SiteView<'_>, file: &dyn Fn(&OutPath, &str) -> Row) -> Vec<Row> {
    let playbooks = (0..).zip(&view.graph.corpus().response_playbooks);
    playbooks
        .filter_map(|(i, playbook)| Some(file(&view.plan.case_template(Node::ResponsePlaybook(i))?, &playbook.title)))
        .collect()
}
