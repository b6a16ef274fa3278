//! Which pages there are, and where: fixed before anything is rendered.

use std::collections::HashMap;

use crate::graph::Node;
use crate::model::{AttackKind, Domain, Kind};
use crate::text::fold_path;

use super::entity_files::EntityFiles;
use super::places::Places;
use super::plan_input::{Named, PlanInput};
use super::{OutPath, RouteId, RouteTable, exports};

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
    /// The files for other programs.
    Downloads,
    /// What is covered, and the gaps.
    Coverage,
    /// An entity or ATT&CK object.
    Node(Node),
    /// A tactic's short name that ATT&CK no longer uses, by its position in
    /// [`crate::model::Attack::old_tactics`].
    OldTactic(u32),
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
    copied: Vec<OutPath>,
    entity_files: EntityFiles,
    /// Pages that were given another name than they wanted, in page order.
    pub collisions: Vec<Collision>,
}

/// A kind of ATT&CK object that has pages.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttackFolder {
    pub(super) kind: AttackKind,
    /// The folder of its pages.
    pub(super) name: &'static str,
    /// What all of them are called.
    pub(super) title: &'static str,
}

impl AttackFolder {
    const fn new(kind: AttackKind, name: &'static str, title: &'static str) -> Self {
        Self { kind, name, title }
    }

    /// The folder of a kind.
    pub(super) fn of(kind: AttackKind) -> Option<Self> {
        ATTACK_FOLDERS.into_iter().find(|folder| folder.kind == kind)
    }
}

/// The kinds of ATT&CK objects that have pages, in navigation order.
pub(super) const ATTACK_FOLDERS: [AttackFolder; 7] = [
    AttackFolder::new(AttackKind::Tactic, "Tactics", "Tactics"),
    AttackFolder::new(AttackKind::Technique, "Techniques", "Techniques"),
    AttackFolder::new(AttackKind::Group, "Groups", "Groups"),
    AttackFolder::new(AttackKind::Software, "Software", "Software"),
    AttackFolder::new(AttackKind::Mitigation, "Mitigations", "Mitigations"),
    AttackFolder::new(AttackKind::DataComponent, "Data_Components", "Data Components"),
    AttackFolder::new(AttackKind::Campaign, "Campaigns", "Campaigns"),
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

    /// What the files of an entity or ATT&CK object are called that are for other programs: by its id,
    /// or else as its page. `None` for what has none, such as free pages.
    pub fn file_name(&self, node: Node) -> Option<&str> {
        self.entity_files.name(node)
    }

    /// The kind of what [`Self::entity_file`] is about, which is also its folder.
    pub fn entity_key(&self, node: Node) -> Option<&'static str> {
        self.entity_files.key(node)
    }

    /// The JSON of an entity or ATT&CK object.
    pub fn entity_file(&self, node: Node) -> Option<OutPath> {
        self.entity_files.json(node)
    }

    /// Its address, from the top of the site.
    pub fn entity_address(&self, node: Node) -> Option<&str> {
        self.entity_files.address(node)
    }

    /// The case template of a playbook, for `TheHive`.
    pub fn case_template(&self, playbook: Node) -> Option<OutPath> {
        self.entity_files.case_template(playbook)
    }

    /// Where the copied files go, in the order they were given in.
    pub fn copied(&self) -> &[OutPath] {
        &self.copied
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

/// Plans the site.
pub fn plan(input: &PlanInput) -> SitePlan {
    let mut planner = Planner::default();
    for path in &input.reserved {
        planner.places.take(path.clone(), &[""]);
    }
    planner.fixed(Subject::Downloads, exports::FOLDER, "index");
    planner.places.take_whole(exports::FOLDER);
    for path in exports::at_the_top() {
        planner.places.take(path, &[""]);
    }
    planner.fixed(Subject::Home, "", "index");
    planner.fixed(Subject::Credits, "", "credits");
    planner.fixed(Subject::Coverage, "Matrix", "coverage");
    for domain in Domain::ALL {
        planner.fixed(Subject::Matrix(domain), "Matrix", domain.key());
        for path in MATRIX_FILES.map(|extension| matrix_file(domain, extension)) {
            planner.places.take(path, &[""]);
        }
    }
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_listed()) {
        planner.fixed(Subject::Index(kind), kind.folder(), "index");
    }
    for folder in ATTACK_FOLDERS {
        planner.fixed(Subject::AttackIndex(folder.kind), folder.name, "index");
    }
    // Before pages of entities: an author's file keeps its name, and links to it from outside hold.
    for within in &input.copied {
        planner.copied_file(within);
    }
    for entity in &input.entities {
        planner.entity(entity);
    }
    for (node, within) in &input.free_pages {
        planner.free_page(*node, within);
    }
    // After the pages of authors, which may have such a name.
    for (i, name) in &input.old_tactics {
        let path = OutPath::sanitised("Tactics", name);
        if let Some(path) = planner.places.take(path, &PAGE) {
            planner.add(Subject::OldTactic(*i), path);
        }
    }
    planner.finish(input)
}

/// The files beside the page of a matrix: the matrix as a picture, and what its script needs.
const MATRIX_FILES: [&str; 2] = ["svg", "js"];

/// One of them.
fn matrix_file(domain: Domain, extension: &str) -> OutPath {
    OutPath::sanitised("Matrix", &format!("{}.{extension}", domain.key()))
}

/// The matrix of a domain as a picture.
pub fn matrix_picture(domain: Domain) -> OutPath {
    matrix_file(domain, "svg")
}

/// The script that says what a matrix can be narrowed to.
pub fn matrix_choices(domain: Domain) -> OutPath {
    matrix_file(domain, "js")
}

/// `name` with a suffix that survives the limit on a path's part.
fn with_suffix(name: &str, suffix: &str) -> String {
    if suffix.is_empty() { name.to_owned() } else { format!("{}{suffix}", &name[..name.floor_char_boundary(80)]) }
}

/// Other paths for a file of an author: in its folder and, since that may be a file of the site, at
/// the top.
fn renamed(bare: &str, suffix: &str, extension: &str) -> [OutPath; 2] {
    let (folder, name) = bare.rsplit_once('/').map_or((None, bare), |(folder, name)| (Some(folder), name));
    let name = format!("{}{extension}", with_suffix(name, suffix));
    let flat = format!("{}{extension}", with_suffix(&bare.replace('/', "_"), suffix));
    let within = folder.map_or_else(|| name.clone(), |folder| format!("{folder}/{name}"));
    [OutPath::of_file(&within), OutPath::of_file(&flat)]
}

/// A path whose last part has 80 bytes at most.
fn shortened(bare: &str) -> String {
    let name = bare.rfind('/').map_or(0, |slash| slash + 1);
    bare[..bare.floor_char_boundary(name + 80).min(bare.len())].to_owned()
}

#[derive(Default)]
struct Planner {
    paths: Vec<OutPath>,
    subjects: Vec<Subject>,
    /// Of each entity, the position of its page.
    entities: Vec<usize>,
    places: Places,
    copied: Vec<OutPath>,
    collisions: Vec<Collision>,
    /// The first number not yet given to a page that wanted a path: thousands may want one.
    next: HashMap<String, u32>,
    /// Who has a path.
    owners: HashMap<String, Subject>,
}

/// A page is two files.
const PAGE: [&str; 2] = [".html", ".md"];

impl Planner {
    fn fixed(&mut self, subject: Subject, folder: &'static str, name: &str) {
        let path = OutPath::sanitised(folder, name);
        let path = self.places.take(path.clone(), &PAGE).unwrap_or(path);
        self.add(subject, path);
    }

    fn add(&mut self, subject: Subject, path: OutPath) {
        self.owners.insert(fold_path(path.as_str()), subject);
        self.paths.push(path);
        self.subjects.push(subject);
    }

    fn entity(&mut self, entity: &Named) {
        let Named { node, folder, name, .. } = entity;
        self.entities.push(self.paths.len());
        self.page(*node, OutPath::sanitised(folder, name), &|suffix| {
            [OutPath::sanitised(folder, &with_suffix(name, suffix)), OutPath::sanitised("", &with_suffix(name, suffix))]
        });
    }

    fn free_page(&mut self, node: Node, within: &str) {
        let bare = within.strip_suffix(".md").unwrap_or(within);
        self.page(node, OutPath::of_file(bare), &|suffix| renamed(bare, suffix, ""));
    }

    fn copied_file(&mut self, within: &str) {
        let dot = within.rfind('.').filter(|dot| !within[*dot..].contains('/')).unwrap_or(within.len());
        let (bare, extension) = within.split_at(dot);
        let name = within.rsplit('/').next().unwrap_or(within);
        // A name that is too long is cut before its extension, by which servers know the type.
        let cut = name.len() > 100 && extension.len() < 20;
        let wanted = OutPath::of_file(&if cut { shortened(bare) + extension } else { within.to_owned() });
        let given = match self.places.take(wanted.clone(), &[""]) {
            Some(given) => given,
            None => self.numbered(&wanted, &[""], &|suffix| renamed(bare, suffix, extension)),
        };
        self.copied.push(given);
    }

    /// Gives `node` the path it wants or, where that is taken, one with the first free number.
    fn page(&mut self, node: Node, wanted: OutPath, others: &dyn Fn(&str) -> [OutPath; 2]) {
        if let Some(path) = self.places.take(wanted.clone(), &PAGE) {
            self.add(Subject::Node(node), path);
            return;
        }
        let given = self.numbered(&wanted, &PAGE, others);
        let first = self.owners.get(&fold_path(wanted.as_str())).copied().unwrap_or(Subject::Home);
        self.collisions.push(Collision { first, second: node, wanted, given: given.clone() });
        self.add(Subject::Node(node), given);
    }

    fn numbered(&mut self, wanted: &OutPath, endings: &[&str], others: &dyn Fn(&str) -> [OutPath; 2]) -> OutPath {
        let next = self.next.entry(fold_path(wanted.as_str())).or_insert(2);
        loop {
            let candidates = others(&format!("_{next}"));
            *next += 1;
            if let Some(given) = candidates.into_iter().find_map(|path| self.places.take(path, endings)) {
                return given;
            }
        }
    }

    fn finish(self, input: &PlanInput) -> SitePlan {
        let Self { subjects, paths, .. } = self;
        let pages = input.entities.iter().zip(self.entities.iter().map(|i| &paths[*i]));
        let (entity_files, (by_subject, routes)) = rayon::join(
            || EntityFiles::new(pages),
            || {
                let by_subject = subjects.iter().zip(0..).map(|(subject, i)| (*subject, RouteId(i))).collect();
                (by_subject, RouteTable::new(paths.clone()))
            },
        );
        SitePlan { entity_files, routes, subjects, by_subject, copied: self.copied, collisions: self.collisions }
    }
}
