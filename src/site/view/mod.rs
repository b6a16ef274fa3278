//! What each page shows: the graph as [`Page`]s. One file per family of pages.

mod adversary;
mod answers;
mod attack_text;
mod catalogue;
mod coverage;
mod credits;
mod customer;
mod data_component;
mod detection;
mod downloads;
mod free;
mod gaps;
mod home;
mod matrix;
mod matrix_choices;
mod mitigation;
mod object_layers;
mod parts;
mod platforms;
mod response;
mod rule;
mod rule_events;
mod rule_related;
mod rule_way;
mod tactic;
mod technique;
mod telemetry;
mod trigger;

pub use credits::notice;
pub use object_layers::ObjectLayer;

use std::collections::BTreeSet;

use crate::config::SiteConfig;
use crate::graph::{Graph, Node};
use crate::model::{AttackKind, Customer, Domain, Kind};
use crate::text::{FileId, SafeUrl};

use super::exports::{self, Layer};
use super::plan::{ATTACK_FOLDERS, AttackFolder};
use super::{
    Fact, Frame, Inline, LinkIndex, LinkTarget, MatrixChoices, MatrixColumn, NavGroup, NavItem, OutPath, Page,
    PageKind, Query, RouteId, SitePlan, Subject,
};

/// The ATT&CK Navigator as MITRE hosts it.
const NAVIGATOR: &str = "https://mitre-attack.github.io/attack-navigator/";

/// Everything pages are made from.
pub struct SiteView<'a> {
    /// The linked content.
    pub graph: &'a Graph,
    /// Where everything is.
    pub plan: &'a SitePlan,
    /// Where the links of free pages lead.
    pub links: &'a LinkIndex<'a>,
    /// The queries of the rule with this index, as its page shows them.
    pub queries: &'a (dyn Fn(u32) -> Vec<Query> + Sync),
    /// The text of a source file.
    pub text: &'a (dyn Fn(FileId) -> &'a str + Sync),
    /// Site-wide choices.
    pub config: &'a SiteConfig,
}

impl SiteView<'_> {
    /// The page of a route.
    pub fn page(&self, route: RouteId) -> Page {
        match self.plan.subject(route) {
            Subject::Home => home::page(self, route),
            Subject::Credits => credits::page(self, route),
            Subject::Coverage => coverage::page(self, route),
            Subject::Downloads => downloads::page(self, route),
            Subject::Matrix(domain) => matrix::page(self, route, domain),
            Subject::Index(kind) => catalogue::kind(self, route, kind),
            Subject::AttackIndex(kind) => catalogue::attack(self, route, kind),
            Subject::Node(node) => {
                let mut page = self.node_page(route, node);
                page.facts.extend(self.files_of(route, node));
                page
            }
            Subject::OldTactic(i) => tactic::old(self, route, i),
        }
    }

    fn node_page(&self, route: RouteId, node: Node) -> Page {
        match node {
            Node::Rule(i) => rule::page(self, route, i),
            Node::DataNeeded(i) => telemetry::data_needed(self, route, i),
            Node::LoggingPolicy(i) => telemetry::logging_policy(self, route, i),
            Node::Enrichment(i) => telemetry::enrichment(self, route, i),
            Node::Trigger(i) => trigger::page(self, route, i),
            Node::ResponseAction(i) => response::action(self, route, i),
            Node::ResponsePlaybook(i) => response::playbook(self, route, i),
            Node::ResponseStage(i) => response::stage(self, route, i),
            Node::MitigationSystem(i) => mitigation::system(self, route, i),
            Node::MitigationPolicy(i) => mitigation::mitigation_policy(self, route, i),
            Node::HardeningPolicy(i) => mitigation::hardening_policy(self, route, i),
            Node::UseCase(i) => customer::use_case(self, route, i),
            Node::Customer(i) => customer::customer(self, route, i),
            // No page is planned for it.
            Node::RecordedEvent(_) => self.blank(route, PageKind::Free, "", self.label(node)),
            Node::Page(i) => free::page(self, route, i),
            Node::Attack(i) => {
                let object = &self.graph.corpus().attack.objects[i as usize];
                match object.id.kind() {
                    AttackKind::Tactic => tactic::page(self, route, node, object),
                    AttackKind::Technique => technique::page(self, route, node, object),
                    AttackKind::Mitigation => adversary::mitigation(self, route, node, object),
                    AttackKind::DataComponent => data_component::page(self, route, node, object),
                    _ => adversary::page(self, route, node, object),
                }
            }
        }
    }

    /// A link to a page with its own label; plain text where the node has no page.
    pub(super) fn link(&self, node: Node) -> Inline {
        self.link_as(self.label(node), node)
    }

    /// A link to a page with another label.
    pub(super) fn link_as(&self, label: String, node: Node) -> Inline {
        match self.plan.node(node) {
            Some(route) => Inline::page(label, route),
            None => Inline::text(label),
        }
    }

    /// What a node is called in a list: its title, or id and name.
    pub fn label(&self, node: Node) -> String {
        let corpus = self.graph.corpus();
        let i = node.index();
        match node {
            Node::Rule(_) => corpus.rules[i].title.clone(),
            Node::DataNeeded(_) => corpus.data_needed[i].title.clone(),
            Node::LoggingPolicy(_) => corpus.logging_policies[i].title.clone(),
            Node::Enrichment(_) => corpus.enrichments[i].title.clone(),
            Node::Trigger(_) => {
                let trigger = &corpus.triggers[i];
                format!("{}: {}", trigger.technique, trigger.display_name)
            }
            Node::RecordedEvent(_) => corpus.recorded_events[i].origin.path.clone(),
            Node::ResponseAction(_) => corpus.response_actions[i].title.clone(),
            Node::ResponsePlaybook(_) => corpus.response_playbooks[i].title.clone(),
            Node::ResponseStage(_) => {
                let stage = &corpus.response_stages[i];
                stage.id.as_ref().map_or_else(|| stage.title.clone(), |id| format!("{id}: {}", stage.title))
            }
            Node::MitigationSystem(_) => corpus.mitigation_systems[i].title.clone(),
            Node::MitigationPolicy(_) => corpus.mitigation_policies[i].title.clone(),
            Node::HardeningPolicy(_) => corpus.hardening_policies[i].title.clone(),
            Node::UseCase(_) => corpus.use_cases[i].title.clone(),
            Node::Customer(_) => corpus.customers[i].title.clone(),
            Node::Page(_) => corpus.pages[i].title.clone(),
            Node::Attack(_) => {
                let object = &corpus.attack.objects[i];
                format!("{}: {}", object.id, object.name)
            }
        }
    }

    /// The text of a rule as its author wrote it, without the other rules of its file.
    pub fn rule_text(&self, index: u32) -> &str {
        let rule = &self.graph.corpus().rules[index as usize];
        rule::documents_of((self.text)(rule.origin.file), &rule.origin, rule.documents.len())
    }

    /// Why Data Needed of a rule are missing, if any are.
    pub fn data_gap(&self, index: u32) -> Option<String> {
        self.graph.data_gap(index).map(|gap| rule::gap_in_words(self, Some(gap)))
    }

    /// The address of a node's page for programs: absolute where the configuration says where the site
    /// will be, or else from the top of the site.
    pub fn address(&self, node: Node) -> Option<String> {
        let page = self.plan.routes().address(self.plan.node(node)?);
        let base = self.config.base_url.as_deref().map(|base| base.trim_end_matches('/'));
        Some(base.map_or_else(|| format!("{page}.html"), |base| format!("{base}/{page}.html")))
    }

    /// How many entities of a kind have a page in the site.
    pub fn count(&self, kind: Kind) -> usize {
        let corpus = self.graph.corpus();
        match kind {
            Kind::Rule => corpus.rules.len(),
            Kind::DataNeeded => corpus.data_needed.len(),
            Kind::LoggingPolicy => corpus.logging_policies.len(),
            Kind::Enrichment => corpus.enrichments.len(),
            Kind::Trigger => corpus.triggers.len(),
            Kind::RecordedEvent => corpus.recorded_events.len(),
            Kind::ResponseAction => corpus.response_actions.len(),
            Kind::ResponsePlaybook => corpus.response_playbooks.len(),
            Kind::ResponseStage => corpus.response_stages.len(),
            Kind::MitigationSystem => corpus.mitigation_systems.len(),
            Kind::MitigationPolicy => corpus.mitigation_policies.len(),
            Kind::HardeningPolicy => corpus.hardening_policies.len(),
            Kind::UseCase => corpus.use_cases.len(),
            Kind::Customer => corpus.customers.len(),
            Kind::Page => (0..).zip(&corpus.pages).filter(|(i, _)| self.plan.node(Node::Page(*i)).is_some()).count(),
        }
    }

    /// The way from the home page to an index.
    pub(super) fn crumbs(&self, index: Option<(&str, Subject)>) -> Vec<(String, RouteId)> {
        let home = self.plan.route(Subject::Home).map(|route| ("Home".to_owned(), route));
        let index = index.and_then(|(title, subject)| Some((title.to_owned(), self.plan.route(subject)?)));
        home.into_iter().chain(index).collect()
    }

    /// The matrix of a domain as its page shows it.
    pub fn matrix(&self, domain: Domain) -> Vec<MatrixColumn> {
        matrix::columns(self, domain)
    }

    /// What that matrix can be narrowed to.
    pub fn matrix_choices(&self, domain: Domain) -> MatrixChoices {
        matrix_choices::choices(self, domain)
    }

    /// The layers of platforms, log sources and Customers of the Enterprise matrix that have anything in them,
    /// each with a name; `choices` are those of that matrix.
    pub fn narrowed_layers(&self, choices: &MatrixChoices) -> Vec<(Layer, String)> {
        let mut layers = matrix_choices::layers(choices);
        let customers = self.customer_layers();
        layers.extend(customers.map(|(i, which)| (which, self.graph.corpus().customers[i as usize].title.clone())));
        layers
    }

    /// The layers of Customers that have rules. Of names that would be one file the first has it.
    fn customer_layers(&self) -> impl Iterator<Item = (u32, Layer)> {
        let mut taken = BTreeSet::new();
        let layer = move |(i, customer): (u32, &Customer)| {
            let which = Layer::Customer(customer.origin.stem.clone());
            let has_rules = !self.graph.rules_of_customer(Node::Customer(i)).is_empty();
            (has_rules && taken.insert(exports::layer(&which))).then_some((i, which))
        };
        (0..).zip(&self.graph.corpus().customers).filter_map(layer)
    }

    /// The files for other programs that are about a node alone.
    fn files_of(&self, route: RouteId, node: Node) -> Option<Fact> {
        let files =
            [(self.plan.entity_file(node), "JSON"), (self.plan.case_template(node), "Case template of TheHive")];
        let links = files
            .into_iter()
            .filter_map(|(file, label)| Some(vec![Inline::Link(label.to_owned(), self.file(route, &file?))]));
        let mut links: Vec<Vec<Inline>> = links.collect();
        let layers = self.object_layers(node);
        for layer in &layers {
            let mut label = "Navigator layer".to_owned();
            if layers.len() > 1 {
                label = format!("{label}, {}", layer.domain.title());
            }
            links.push(self.layer_line(route, label, &layer.which));
        }
        if let Node::Customer(i) = node {
            let own = self.customer_layers().find(|(of, _)| *of == i);
            links.extend(own.map(|(_, which)| self.layer_line(route, "Navigator layer".to_owned(), &which)));
        }
        parts::list_fact("files", "For Programs", links)
    }

    /// A link to a layer; where the site's own address is known, one more that opens it in MITRE's Navigator,
    /// which fetches it from there.
    fn layer_line(&self, route: RouteId, label: String, which: &Layer) -> Vec<Inline> {
        let file = exports::layer(which);
        let mut line = vec![Inline::Link(label, self.file(route, &file))];
        if let Some((base, navigator)) = self.config.base_url.as_deref().zip(SafeUrl::external(NAVIGATOR)) {
            let address =
                format!("{}/{}", base.trim_end_matches('/'), SafeUrl::from_path(file.as_str(), None).as_str());
            let open = LinkTarget::Url(navigator.with_fragment("layerURL", &address));
            line.extend([
                Inline::text(" ("),
                Inline::Link("open in the Navigator".to_owned(), open),
                Inline::text(")"),
            ]);
        }
        line
    }

    /// A link from the page `from` to a file of the site that is no page.
    fn file(&self, from: RouteId, file: &OutPath) -> LinkTarget {
        LinkTarget::Url(self.plan.routes().file_href(from, file))
    }

    /// What all pages share.
    pub fn frame(&self) -> Frame {
        let attack = &self.graph.corpus().attack;
        let route = |subject| self.plan.route(subject).unwrap_or(RouteId(0));
        Frame {
            title: self.config.title.clone(),
            base_url: self.config.base_url.clone(),
            edit_url: self.config.edit_url.clone(),
            history_url: self.config.history_url.clone(),
            home: route(Subject::Home),
            credits: route(Subject::Credits),
            nav: self.navigation(),
            attack: format!("MITRE ATT&CK® {}", attack.version),
        }
    }

    fn navigation(&self) -> Vec<NavGroup> {
        let kind = |kind: Kind| {
            let count = self.count(kind);
            let target = self.plan.route(Subject::Index(kind)).filter(|_| count > 0)?;
            Some(NavItem { title: kind.title().to_owned(), target, count: Some(count) })
        };
        let kinds = |kinds: &[Kind]| kinds.iter().filter_map(|k| kind(*k)).collect::<Vec<_>>();
        let attack = ATTACK_FOLDERS.iter().filter_map(|folder| {
            let target = self.plan.route(Subject::AttackIndex(folder.kind))?;
            Some(NavItem { title: folder.title.to_owned(), target, count: None })
        });
        let matrix = self.plan.route(Subject::Matrix(Domain::Enterprise));
        let matrix = matrix.map(|target| NavItem { title: "Matrix".to_owned(), target, count: None });
        let coverage = self.plan.route(Subject::Coverage);
        let coverage = coverage.map(|target| NavItem { title: "Coverage".to_owned(), target, count: None });
        let downloads = self.plan.route(Subject::Downloads);
        let downloads = downloads.map(|target| NavItem { title: "Downloads".to_owned(), target, count: None });
        let groups = [
            ("Guide", free::navigation(self)),
            ("Detection", kinds(&[Kind::Rule, Kind::DataNeeded, Kind::LoggingPolicy, Kind::Enrichment])),
            ("Monitoring", kinds(&[Kind::Customer, Kind::UseCase])),
            ("Testing", kinds(&[Kind::Trigger])),
            ("Response", kinds(&[Kind::ResponsePlaybook, Kind::ResponseAction, Kind::ResponseStage])),
            ("Mitigation", kinds(&[Kind::MitigationPolicy, Kind::HardeningPolicy, Kind::MitigationSystem])),
            ("ATT&CK", matrix.into_iter().chain(coverage).chain(attack).collect()),
            ("Data", downloads.into_iter().collect()),
        ];
        let filled = groups.into_iter().filter(|(_, items)| !items.is_empty());
        filled.map(|(title, items)| NavGroup { title, items }).collect()
    }
}
