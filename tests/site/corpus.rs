//! One site of everything people have published: Sigma rules of 2026 and of 2019, Atomic Red
//! Team, and the content of Atomic Threat Coverage.
//!
//! The project is read, linked and rendered once; the tests look at it from different sides. They
//! skip, and say so, where the corpora are not beside the project.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex};

use purplebook::check::site_links::{FileLinks, SiteLinks};
use purplebook::config::{Overrides, discover};
use purplebook::convert::known_queries;
use purplebook::graph::{EdgeKind, Node};
use purplebook::model::Kind;
use purplebook::project::Project;
use purplebook::report::{Code, Finding, Progress, Severity};
use purplebook::site::OutPath;
use purplebook::source::FileRole;
use purplebook::text::FileId;
use purplebook::write::{Sink, WriteError};
use tempfile::TempDir;

const FOLDERS: [(Kind, &str); 11] = [
    (Kind::Rule, "corpus/sigma-2026/rules"),
    (Kind::Rule, "corpus/sigma-2026/rules-compliance"),
    (Kind::Rule, "corpus/sigma-2026/rules-emerging-threats"),
    (Kind::Rule, "corpus/sigma-2026/rules-placeholder"),
    (Kind::Rule, "corpus/sigma-2026/rules-threat-hunting"),
    (Kind::Rule, "corpus/sigma-2026/deprecated"),
    (Kind::Rule, "corpus/sigma-2026/unsupported"),
    (Kind::Rule, "corpus/sigma-2019/rules"),
    (Kind::Trigger, "corpus/atomics"),
    (Kind::DataNeeded, "corpus/atc-2022/Data_Needed"),
    (Kind::LoggingPolicy, "corpus/atc-2022/Logging_Policies"),
];
const MORE_FOLDERS: [(Kind, &str); 10] = [
    (Kind::RecordedEvent, "corpus/sigma-2026/regression_data"),
    (Kind::Enrichment, "corpus/atc-2022/Enrichments"),
    (Kind::ResponseAction, "corpus/atc-2022/Response_Actions"),
    (Kind::ResponsePlaybook, "corpus/atc-2022/Response_Playbooks"),
    (Kind::ResponseStage, "corpus/atc-2022/Response_Stages"),
    (Kind::MitigationSystem, "corpus/atc-2022/Mitigation_Systems"),
    (Kind::MitigationPolicy, "corpus/atc-2022/Mitigation_Policies"),
    (Kind::HardeningPolicy, "corpus/atc-2022/Hardening_Policies"),
    (Kind::UseCase, "corpus/atc-2022/Use_Cases"),
    (Kind::Customer, "corpus/atc-2022/Customers"),
];

fn shared() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if folder.join("corpus").is_dir() && folder.join("expected").is_dir() {
        return Some(folder);
    }
    println!("skipped: there are no corpora in {}", folder.display());
    None
}

/// What came out of the one build.
struct Site {
    project: Project,
    /// All files written.
    paths: BTreeSet<String>,
    /// Broken links, as text.
    broken: Vec<String>,
    links: usize,
    /// The Markdown of rules.
    rules: BTreeMap<String, String>,
}

static SITE: LazyLock<Option<Site>> = LazyLock::new(|| shared().map(|shared| build(&shared)));

/// Takes the files as they are written, and keeps what the tests ask for.
#[derive(Default)]
struct Seen(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    paths: BTreeSet<String>,
    links: Vec<FileLinks>,
    rules: BTreeMap<String, String>,
}

impl Sink for Seen {
    fn put(&self, path: &OutPath, bytes: &[u8]) -> Result<(), WriteError> {
        let path = path.as_str();
        let links = FileLinks::scan(path, bytes);
        let mut seen = self.0.lock().expect("no thread failed");
        assert!(seen.paths.insert(path.to_owned()), "{path} is written twice");
        seen.links.push(links);
        if path.starts_with("Detection_Rules/") && Path::new(path).extension() == Some("md".as_ref()) {
            seen.rules.insert(path.to_owned(), String::from_utf8(bytes.to_vec()).expect("text"));
        }
        Ok(())
    }
}

fn build(shared: &Path) -> Site {
    let root = TempDir::new().expect("a temporary folder");
    let mut overrides = Overrides { root: Some(root.path().to_owned()), ..Overrides::default() };
    for (kind, folder) in FOLDERS.into_iter().chain(MORE_FOLDERS) {
        overrides.content[kind as usize].push(shared.join(folder));
    }
    let config = discover(&overrides, &known_queries()).expect("a configuration");
    let project = Project::open(config, &Progress::new()).expect("readable");
    let seen = Seen::default();
    project.render(&seen, &Progress::new()).expect("the theme works");
    let Kept { paths, links, rules } = seen.0.into_inner().expect("no thread failed");
    let links = SiteLinks::new(links);
    let broken = links.resolve(None, |_| None).iter().map(ToString::to_string).collect();
    Site { project, paths, broken, links: links.len(), rules }
}

#[test]
fn every_file_is_a_page_or_an_error_at_its_place() {
    let Some(site) = SITE.as_ref() else { return };
    let corpus = site.project.graph();
    let loaded: BTreeSet<FileId> = corpus.origins().map(|(_, origin)| origin.file).collect();
    let errors: BTreeSet<FileId> = site
        .project
        .findings()
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.at.file())
        .collect();
    let mut found = 0;
    for (id, file) in site.project.sources().iter() {
        if matches!(file.role, FileRole::Content(_)) {
            found += 1;
            assert!(loaded.contains(&id) || errors.contains(&id), "nothing became of {}", file.path);
        }
    }
    assert!(found > 2400, "only {found} files");
}

#[test]
fn found_is_rendered_plus_rejected_and_each_entity_has_its_page() {
    let Some(site) = SITE.as_ref() else { return };
    let graph = site.project.graph();
    for (kind, folder) in FOLDERS.into_iter().chain(MORE_FOLDERS) {
        let tally = site.project.tally().of(kind);
        assert!(tally.found > 0, "nothing in {folder}");
        assert_eq!(tally.found, tally.loaded + tally.rejected, "{kind:?}");
        // Recorded events are on the pages of their rules.
        if kind == Kind::RecordedEvent {
            continue;
        }
        let entities = graph.origins().filter(|(node, _)| node.kind() == Some(kind)).count();
        for extension in [".html", ".md"] {
            let index = format!("{}/index{extension}", kind.folder());
            let pages = site.paths.iter().filter(|path| {
                path.starts_with(&format!("{}/", kind.folder())) && path.ends_with(extension) && **path != index
            });
            assert_eq!(pages.count(), entities, "{kind:?}{extension}");
        }
    }
}

#[test]
fn recorded_events_are_on_the_pages_of_their_rules() {
    let Some(site) = SITE.as_ref() else { return };
    let graph = site.project.graph();
    // The corpus has about half of the rules.
    let lost = site.project.findings().iter().filter(|finding| finding.code == Code::UnknownRecordedRule);
    let lost: BTreeSet<FileId> = lost.map(|finding| finding.at.file()).collect();
    let (mut files, mut described) = (BTreeSet::new(), 0);
    for (node, origin) in graph.origins().filter(|(node, _)| matches!(node, Node::RecordedEvent(_))) {
        let rules: Vec<Node> = graph.to(node, EdgeKind::RecordedFor).collect();
        let [rule] = rules[..] else {
            assert!(lost.contains(&origin.file), "{} is for {rules:?}", origin.path);
            continue;
        };
        let rule = graph.origin(rule).expect("it was read");
        let page = &site.rules[&format!("Detection_Rules/{}.md", rule.stem)];
        let event = &graph.corpus().recorded_events[node.index()];
        assert!(page.contains("### Recorded events"), "{}", rule.path);
        if origin.document == 0 {
            files.insert(origin.path.clone());
            let id = event.event_id.as_deref().expect("an event of Windows");
            let start = format!("\nEvent `{id}` of `{}`", event.channel.as_deref().expect("a channel"));
            assert!(page.contains(&start), "no {start:?} in {page}");
            assert!(page.contains(" | searched |\n"), "{page}");
        }
        described += graph.edges(node, EdgeKind::EventOf).len();
    }
    let tally = site.project.tally().of(Kind::RecordedEvent);
    assert_eq!((tally.found, tally.rejected), (100, 0));
    assert_eq!((files.len(), lost.len()), (38, 62));
    assert!(described > 30, "only {described} are of a Data Needed");
}

#[test]
fn no_link_of_the_site_is_broken() {
    let Some(site) = SITE.as_ref() else { return };
    assert!(site.links > 500_000, "only {} links", site.links);
    assert!(site.broken.is_empty(), "{} of {}:\n{}", site.broken.len(), site.links, site.broken.join("\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_an_error_where_it_is_written() {
    let Some(site) = SITE.as_ref() else { return };
    let sources = site.project.sources();
    let at = |finding: &&Finding| sources.file(finding.at.file()).path.ends_with("T1176/T1176.yaml");
    let found: Vec<String> = (site.project.findings().iter().filter(at))
        .map(|finding| format!("{} {}", finding.code, finding.message.split(':').next().unwrap_or_default()))
        .collect();
    // Its pages of a browser itself, `chrome://extensions` and `about:debugging`, are told nowhere.
    assert_eq!(found, ["PB501 `../t1176/src/` leads nowhere", "PB501 `./src/manifest.json` leads nowhere"]);
}

#[test]
fn a_revoked_id_leads_to_its_successor() {
    let Some(site) = SITE.as_ref() else { return };
    // The rule of 2019, filed under T1191.
    let page = &site.rules["Detection_Rules/sysmon_cmstp_execution.md"];
    let techniques = page.lines().find(|line| line.contains("ATT&amp;CK Technique")).expect("the row");
    assert!(techniques.contains("[T1218.003: CMSTP](../Techniques/T1218.003.md)"), "{techniques}");
    assert!(techniques.contains("T1191"), "{techniques}");
}

#[test]
fn every_rule_has_data_needed_or_says_why_not() {
    let Some(site) = SITE.as_ref() else { return };
    let mut without = 0;
    for (path, page) in &site.rules {
        if path.ends_with("/index.md") {
            continue;
        }
        let Some(row) = page.lines().find(|line| line.starts_with("| Data Needed ")) else {
            panic!("{path} says nothing of Data Needed");
        };
        let value = row.trim_start_matches("| Data Needed").trim_matches([' ', '|']);
        assert!(!value.is_empty(), "{path}: {row}");
        without += usize::from(!value.starts_with("<ul>"));
    }
    assert!(without > 0 && without < site.rules.len(), "{without} of {}", site.rules.len());
}

#[test]
fn convert_prints_what_the_converter_of_2019_printed() {
    let Some(shared) = shared() else { return };
    for target in ["es-qs", "xpack-watcher", "graylog"] {
        let run = Command::new(env!("CARGO_BIN_EXE_purplebook"))
            .args(["convert", "-t", target, "--jsonl", "rules"])
            .current_dir(shared.join("corpus/sigma-2019"))
            .output()
            .expect("the program runs");
        let printed = lines(&String::from_utf8(run.stdout).expect("text"));
        let recorded = std::fs::read_to_string(shared.join("expected/legacy").join(format!("{target}.jsonl")));
        let recorded = lines(&recorded.expect("readable"));
        let paths = |lines: &[serde_json::Value]| -> Vec<String> {
            lines.iter().map(|line| line["path"].as_str().expect("a path").to_owned()).collect()
        };
        assert_eq!(paths(&printed), paths(&recorded), "{target}");
        assert!(paths(&printed).is_sorted() && printed.len() > 100, "{target}");
        for (ours, theirs) in printed.iter().zip(&recorded) {
            let path = &ours["path"];
            assert_eq!((&ours["title"], &ours["id"]), (&theirs["title"], &theirs["id"]), "{target} {path}");
            match (texts(&ours["queries"]), texts(&theirs["queries"])) {
                (Some(ours), Some(theirs)) => {
                    assert_eq!(ours.join("\n"), theirs.concat().trim_end_matches('\n'), "{target} {path}");
                }
                (None, None) => assert!(ours["error"].is_string() && theirs["rc"] != 0, "{target} {path}"),
                both => panic!("{target} {path}: {both:?}"),
            }
        }
        let failures = printed.iter().filter(|line| line["error"].is_string()).count();
        assert_eq!(run.status.code(), Some(i32::from(failures > 0)), "{target}");
    }
}

fn lines(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn texts(list: &serde_json::Value) -> Option<Vec<&str>> {
    list.as_array().map(|list| list.iter().filter_map(serde_json::Value::as_str).collect())
}
