//! Which pages there are, and where: fixed before anything is rendered.

use std::collections::HashMap;

use crate::graph::{Graph, Node};
use crate::model::{AttackKind, Domain, Kind};
use crate::text::fold_path;

use super::{OutPath, RouteId, RouteTable};

/// What a page is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The first page.
    Home,
    /// The matrix of a domain.
    Matrix(Domain),
    /// The list of all entities of a kind.
    Index(Kind),
    /// The list of all ATT&CK objects of a kind.
    AttackIndex(AttackKind),
    /// Sources and licences.
    Credits,
    /// An entity or ATT&CK object.
    Node(Node),
}

/// Two pages that wanted one file; the second was given another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision {
    /// The page that has the path.
    pub first: Subject,
    /// The page that was given another one.
    pub second: Node,
    /// The path both wanted.
    pub wanted: OutPath,
    /// The path the second has now.
    pub given: OutPath,
}

/// Every page of the site.
#[derive(Debug, Default)]
pub struct SitePlan {
    routes: RouteTable,
    subjects: Vec<Subject>,
    by_subject: HashMap<Subject, RouteId>,
    /// Pages that were given another name than they wanted, in page order.
    pub collisions: Vec<Collision>,
}

/// The kinds of ATT&CK objects that have pages, in navigation order, with their folder.
pub(super) const ATTACK_FOLDERS: [(AttackKind, &str); 6] = [
    (AttackKind::Tactic, "Tactics"),
    (AttackKind::Technique, "Techniques"),
    (AttackKind::Group, "Groups"),
    (AttackKind::Software, "Software"),
    (AttackKind::Mitigation, "Mitigations"),
    (AttackKind::Campaign, "Campaigns"),
];

impl SitePlan {
    /// The addresses of all pages.
    pub fn routes(&self) -> &RouteTable {
        &self.routes
    }

    /// What a page is made from.
    ///
    /// # Panics
    /// If the route is of another plan.
    pub fn subject(&self, route: RouteId) -> Subject {
        self.subjects[route.0 as usize]
    }

    /// The page of a subject, if it has one.
    pub fn route(&self, subject: Subject) -> Option<RouteId> {
        self.by_subject.get(&subject).copied()
    }

    /// The page of an entity or ATT&CK object, if it has one.
    pub fn node(&self, node: Node) -> Option<RouteId> {
        self.route(Subject::Node(node))
    }

    /// How many pages there are.
    pub fn len(&self) -> usize {
        self.subjects.len()
    }

    /// Whether there is no page.
    pub fn is_empty(&self) -> bool {
        self.subjects.is_empty()
    }
}

/// Plans the site. `taken` are the paths of files that are copied as they are.
pub fn plan<'a>(graph: &Graph, taken: impl Iterator<Item = &'a str>) -> SitePlan {
    let mut planner = Planner::default();
    for path in taken {
        planner.files.insert(fold_path(path));
    }
    let corpus = graph.corpus();
    planner.fixed(Subject::Home, "", "index");
    planner.fixed(Subject::Credits, "", "credits");
    for domain in Domain::ALL {
        planner.fixed(Subject::Matrix(domain), "Matrix", domain.key());
    }
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Page) {
        planner.fixed(Subject::Index(kind), kind.folder(), "index");
    }
    for (kind, folder) in ATTACK_FOLDERS {
        planner.fixed(Subject::AttackIndex(kind), folder, "index");
    }
    for (i, rule) in (0..).zip(&corpus.rules) {
        let name = match rule.ordinal {
            0 => rule.origin.stem.clone(),
            n => format!("{}_{}", rule.origin.stem, n + 1),
        };
        planner.entity(Node::Rule(i), Kind::Rule.folder(), &name);
    }
    let mut stems = |kind: Kind, stems: Vec<&str>| {
        for (i, stem) in (0..).zip(stems) {
            planner.entity(Node::of(kind, i), kind.folder(), stem);
        }
    };
    stems(Kind::DataNeeded, corpus.data_needed.iter().map(|x| x.origin.stem.as_str()).collect());
    stems(Kind::LoggingPolicy, corpus.logging_policies.iter().map(|x| x.origin.stem.as_str()).collect());
    stems(Kind::Enrichment, corpus.enrichments.iter().map(|x| x.origin.stem.as_str()).collect());
    stems(Kind::Trigger, corpus.triggers.iter().map(|x| x.origin.stem.as_str()).collect());
    stems(Kind::ResponseAction, corpus.response_actions.iter().map(|x| x.origin.stem.as_str()).collect());
    stems(Kind::ResponsePlaybook, corpus.response_playbooks.iter().map(|x| x.origin.stem.as_str()).collect());
    for (i, object) in (0..).zip(&corpus.attack.objects) {
        if let Some((_, folder)) = ATTACK_FOLDERS.iter().find(|(kind, _)| *kind == object.id.kind()) {
            planner.entity(Node::Attack(i), folder, &object.id.to_string());
        }
    }
    for (i, page) in (0..).zip(&corpus.pages) {
        // A page `index` at the top is the text of the home page, not a page of its own.
        if !page.draft && !is_home(&page.origin.within) {
            planner.free_page(Node::Page(i), &page.origin.within);
        }
    }
    planner.finish()
}

/// Whether a free page is the text of the home page.
pub(super) fn is_home(within: &str) -> bool {
    within.eq_ignore_ascii_case("index.md")
}

/// `name` with a suffix that survives the limit on a path's part.
fn with_suffix(name: &str, suffix: &str) -> String {
    if suffix.is_empty() { name.to_owned() } else { format!("{}{suffix}", &name[..name.floor_char_boundary(80)]) }
}

#[derive(Default)]
struct Planner {
    paths: Vec<OutPath>,
    subjects: Vec<Subject>,
    /// Who has a path, by its folded form.
    owners: HashMap<String, Subject>,
    /// Copied files, folded, with extension.
    files: std::collections::HashSet<String>,
    collisions: Vec<Collision>,
}

impl Planner {
    fn fixed(&mut self, subject: Subject, folder: &'static str, name: &str) {
        self.add(subject, OutPath::sanitised(folder, name));
    }

    fn add(&mut self, subject: Subject, path: OutPath) {
        self.owners.insert(fold_path(path.as_str()), subject);
        self.paths.push(path);
        self.subjects.push(subject);
    }

    fn entity(&mut self, node: Node, folder: &'static str, name: &str) {
        self.claim(node, &|suffix| OutPath::sanitised(folder, &with_suffix(name, suffix)));
    }

    fn free_page(&mut self, node: Node, within: &str) {
        let bare = within.strip_suffix(".md").unwrap_or(within);
        self.claim(node, &|suffix| OutPath::of_file(&format!("{bare}{suffix}")));
    }

    /// Gives `node` the path of the empty suffix or, where that is taken, of the first free number.
    fn claim(&mut self, node: Node, path: &dyn Fn(&str) -> OutPath) {
        let wanted = path("");
        let Some(first) = self.owner(&wanted) else {
            self.add(Subject::Node(node), wanted);
            return;
        };
        let mut number = 2u32;
        let given = loop {
            let candidate = path(&format!("_{number}"));
            if self.owner(&candidate).is_none() {
                break candidate;
            }
            number += 1;
        };
        self.collisions.push(Collision { first, second: node, wanted, given: given.clone() });
        self.add(Subject::Node(node), given);
    }

    fn owner(&self, path: &OutPath) -> Option<Subject> {
        let folded = fold_path(path.as_str());
        if let Some(owner) = self.owners.get(&folded) {
            return Some(*owner);
        }
        let file = ["html", "md"].iter().any(|extension| self.files.contains(&format!("{folded}.{extension}")));
        file.then_some(Subject::Home)
    }

    fn finish(self) -> SitePlan {
        let by_subject = self.subjects.iter().zip(0..).map(|(subject, i)| (*subject, RouteId(i))).collect();
        SitePlan {
            routes: RouteTable::new(self.paths),
            subjects: self.subjects,
            by_subject,
            collisions: self.collisions,
        }
    }
}
