//! The forms of the files for other programs: each is valid against its schema, whatever the content.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::project::{copy, project, purplebook, write};

/// A folder for a site that several tests look at, with the configuration of its project.
fn shared(name: &str, config: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("formats").join(name);
    if dir.exists() {
        fs::remove_dir_all(&dir).expect("removable");
    }
    write(&dir, "purplebook.toml", config);
    dir
}

static EXAMPLE: LazyLock<PathBuf> = LazyLock::new(|| {
    let dir = shared("example", "[site]\ntitle = 'KB'\nbase_url = 'https://kb.example/team'\n");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("content"), &dir.join("content"));
    build(&dir, &[]);
    dir
});

static CORPORA: LazyLock<Vec<PathBuf>> = LazyLock::new(|| {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !corpus.is_dir() {
        println!("skipped: ../shared is absent");
        return Vec::new();
    }
    let kinds = [
        ("--data-needed", "Data_Needed"),
        ("--data-needed", "data_needed"),
        ("--logging-policies", "Logging_Policies"),
        ("--logging-policies", "logging_policies"),
        ("--enrichments", "Enrichments"),
        ("--enrichments", "enrichments"),
        ("--response-actions", "Response_Actions"),
        ("--response-actions", "response_actions"),
        ("--response-playbooks", "Response_Playbooks"),
        ("--response-playbooks", "response_playbooks"),
        ("--customers", "customers"),
        ("--use-cases", "use_cases"),
        ("--rules", "rules"),
        ("--rules", "sigma"),
    ];
    let site = |name: &str| {
        let dir = shared(name, "[queries]\nshow = ['lucene']\n");
        let there = |folder: &str| Some(corpus.join(name).join(folder)).filter(|path| path.is_dir());
        let mut args: Vec<String> = Vec::new();
        for (flag, folder) in kinds {
            args.extend(there(folder).into_iter().flat_map(|path| [flag.to_owned(), path.display().to_string()]));
        }
        assert!(!args.is_empty(), "{name}");
        build(&dir, &args);
        dir
    };
    ["atc-2019", "atc-2022", "sigma-2026"].map(site).into()
});

/// The example content, built where links are absolute.
pub(crate) fn example() -> &'static PathBuf {
    &EXAMPLE
}

/// The sites of the corpora that are at hand, the largest last.
pub(crate) fn corpora() -> &'static [PathBuf] {
    &CORPORA
}

pub(crate) fn build(dir: &(impl AsRef<Path> + ?Sized), args: &[String]) {
    let args: Vec<&str> = std::iter::once("build").chain(args.iter().map(String::as_str)).collect();
    let (code, _, err) = purplebook(dir.as_ref(), &args);
    assert_eq!(code, 0, "{err}");
}

pub(crate) fn output(dir: &(impl AsRef<Path> + ?Sized), path: &str) -> PathBuf {
    dir.as_ref().join("output").join(path)
}

pub(crate) fn text(dir: &(impl AsRef<Path> + ?Sized), path: &str) -> String {
    fs::read_to_string(output(dir, path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn value(dir: &(impl AsRef<Path> + ?Sized), path: &str) -> Value {
    serde_json::from_str(&text(dir, path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of the files of a folder, sorted.
pub(crate) fn names(dir: &(impl AsRef<Path> + ?Sized), folder: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(output(dir, folder)) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}

/// Holds all JSON files of a folder against a schema as the site publishes it; how many there were.
fn all_valid(dir: &(impl AsRef<Path> + ?Sized), folder: &str, schema: &str) -> usize {
    let schema = value(dir, &format!("exports/schemas/{schema}.schema.json"));
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let names = names(dir, folder);
    for name in &names {
        let value = value(dir, &format!("{folder}/{name}"));
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{folder}/{name}: {errors:#?}");
    }
    names.len()
}

/// The documents of a bulk file with their ids, each held against the mapping of its template.
fn documents(dir: &(impl AsRef<Path> + ?Sized), index: &str) -> Vec<(String, Value)> {
    let template = value(dir, &format!("exports/elasticsearch/{index}.template.json"));
    let mappings = &template["template"]["mappings"];
    assert_eq!(mappings["dynamic"], "strict");
    let text = text(dir, &format!("exports/elasticsearch/{index}.ndjson"));
    assert!(text.is_empty() || text.ends_with('\n'));
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let mut ids = BTreeSet::new();
    lines
        .chunks(2)
        .map(|pair| {
            let id = pair[0]["index"]["_id"].as_str().expect("an id").to_owned();
            assert_eq!(pair[0], json!({ "index": { "_id": id } }));
            assert!(ids.insert(id.clone()), "{id} twice");
            for (name, value) in pair[1].as_object().expect("an object") {
                let kind = mappings["properties"][name]["type"].as_str().unwrap_or_else(|| panic!("{name}"));
                let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                let fits = |value: &Value| match kind {
                    "text" | "keyword" => value.is_string() || value.is_null(),
                    "date" => value.is_null() || value.as_str().is_some_and(|text| text.len() == 19),
                    "integer" => value.is_u64(),
                    _ => false,
                };
                assert!(values.iter().all(fits), "{id}: {name} is {value}, not {kind}");
            }
            (id, pair[1].clone())
        })
        .collect()
}

#[test]
fn layers_and_case_templates_are_valid() {
    let example = example();
    assert!(all_valid(&example, "exports/navigator", "navigator-layer-4.5") > 100);
    assert_eq!(all_valid(&example, "exports/thehive", "thehive-case-template"), 3);
    for site in corpora() {
        assert!(all_valid(&site, "exports/navigator", "navigator-layer-4.5") > 100);
        all_valid(&site, "exports/thehive", "thehive-case-template");
    }
}

#[test]
fn a_playbook_is_a_case_template_with_a_task_for_each_action() {
    let dir = example();
    let template = value(&dir, "exports/thehive/RP1002.json");
    assert_eq!(template["name"], "RP1002: Cloud account takeover");
    assert_eq!(template["displayName"], template["name"]);
    assert_eq!((&template["severity"], &template["tlp"], &template["pap"]), (&json!(3), &json!(2), &json!(2)));
    let description = template["description"].as_str().expect("a text");
    assert!(description.starts_with("For alerts that somebody else"), "{description}");
    assert!(description.contains("\n\nWorkflow:\n\n1. Speak with the owner"), "{description}");
    assert!(template["tags"].as_array().expect("tags").contains(&json!("attack.t1621")));
    let tasks = template["tasks"].as_array().expect("tasks");
    let orders: Vec<u64> = tasks.iter().map(|task| task["order"].as_u64().expect("a number")).collect();
    assert_eq!(orders, (0..10).collect::<Vec<_>>());
    assert_eq!(tasks[6]["title"], "7 | RA4651: Remove rogue cloud access");
    assert_eq!(tasks[6]["group"], "Eradication");
    let description = tasks[6]["description"].as_str().expect("a text");
    assert!(
        description.starts_with("Remove the ways back in that were added to a cloud tenant or account.\n\nFor every"),
        "{description}"
    );
    let page = text(&dir, "Response_Playbooks/RP_1002_cloud_account_takeover.md");
    assert!(page.contains("[Case template of TheHive](../exports/thehive/RP1002.json)"), "{page}");
    assert!(text(&dir, "exports/index.md").contains("[RP1002.json](../exports/thehive/RP1002.json)"));
}

#[test]
fn severity_and_colours_are_those_of_the_playbook() {
    let playbook = |name: &str, more: &str| {
        (format!("content/response_playbooks/{name}.yml"), format!("title: {name}\nworkflow: w\n{more}"))
    };
    let playbooks = [
        playbook("none", ""),
        playbook("low", "severity: L\ntlp: WHITE\npap: TLP:CLEAR\n"),
        playbook("worst", "severity: critical\ntlp: RED\npap: red\n"),
        playbook("strict", "severity: high\ntlp: tlp:amber+strict\npap: GREEN\n"),
    ];
    let files: Vec<(&str, &str)> = playbooks.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let dir = project(&files);
    build(&dir, &[]);
    let of = |name: &str| {
        let template = value(&dir, &format!("exports/thehive/{name}.json"));
        assert_eq!(template["description"], "Workflow:\n\nw");
        ["severity", "tlp", "pap"].map(|key| template[key].as_u64().expect("a number"))
    };
    assert_eq!(of("none"), [2, 2, 2]);
    assert_eq!(of("low"), [1, 0, 0]);
    assert_eq!(of("worst"), [4, 4, 3]);
    assert_eq!(of("strict"), [3, 3, 1]);
    assert_eq!(all_valid(&dir, "exports/thehive", "thehive-case-template"), 4);
}

/// The fields of a document of ATC's `atc_es_index.json`.
const ATC: [&str; 26] = [
    "category",
    "channel",
    "customer",
    "data_needed",
    "date_created",
    "date_modified",
    "description",
    "detection_rule_author",
    "detection_rule_confidence",
    "detection_rule_development_status",
    "detection_rule_internal_responsible",
    "detection_rule_severity",
    "detection_rule_title",
    "dr_id",
    "enrichment",
    "enrichment_requirements",
    "logging_policy",
    "platform",
    "provider",
    "raw_detection_rule",
    "references",
    "sigma_rule_path",
    "tactic",
    "technique",
    "type",
    "tags",
];

#[test]
fn documents_of_elasticsearch_have_the_fields_of_atc_and_fit_their_mapping() {
    let dir = example();
    let rules = documents(&dir, "detection_rules");
    assert_eq!(rules.len(), names(&dir, "Detection_Rules").iter().filter(|name| name.contains(".md")).count() - 1);
    for (id, document) in &rules {
        assert!(ATC.iter().all(|field| document.get(field).is_some()), "{id}");
        assert!(document["page"].as_str().expect("an address").starts_with("https://kb.example/team/Detection_Rules/"));
    }
    let titled = |title: &str| rules.iter().find(|(_, rule)| rule["detection_rule_title"] == title).expect("a rule");
    let (id, cmstp) = rules
        .iter()
        .find(|(_, rule)| rule["sigma_rule_path"] == "windows/proc_creation_win_cmstp_child_process.yml")
        .expect("a rule");
    assert_eq!(Some(id.as_str()), cmstp["dr_id"].as_str());
    assert!(cmstp["technique"].as_array().expect("a list").contains(&json!("T1218.003: CMSTP")), "{cmstp}");
    assert!(cmstp["raw_detection_rule"].as_str().expect("a text").starts_with("title: "), "{cmstp}");
    assert_eq!(titled(cmstp["detection_rule_title"].as_str().expect("a title")).0, *id);
    let techniques = documents(&dir, "techniques");
    let (_, cmstp) = techniques.iter().find(|(id, _)| id == "T1218.003").expect("a technique");
    assert_eq!(cmstp["parent"], "T1218");
    assert!(cmstp["rules"].as_u64().expect("a number") > 0);
    for site in corpora() {
        assert!(documents(&site, "detection_rules").len() > 50);
        assert!(documents(&site, "techniques").len() > 500);
    }
}

#[test]
fn what_a_rule_does_not_say_is_not_defined_and_no_day_is_made_up() {
    let dir = project(&[
        ("content/rules/a.yml", "title: A\nlogsource: {product: windows}\ndetection: {s: {a: b}, condition: s}\n"),
        (
            "content/rules/b.yml",
            "title: B\nid: 7D1A1B1E-0d34-4b6a-9a53-3d0a5f3c8a11\ndate: 2019/13/40\nmodified: 2020/1/5\nconfidence: high\nlogsource: {product: windows}\ndetection: {s: {a: b}, condition: s}\n",
        ),
        (
            "content/rules/c.yml",
            "title: C\nid: 7d1a1b1e-0d34-4b6a-9a53-3d0a5f3c8a11\nlogsource: {product: windows}\ndetection: {s: {a: b}, condition: s}\n",
        ),
    ]);
    build(&dir, &[]);
    let rules = documents(&dir, "detection_rules");
    let ids: Vec<&str> = rules.iter().map(|(id, _)| id.as_str()).collect();
    // The id of a second rule with it is that of the page.
    assert_eq!(ids, ["a", "7d1a1b1e-0d34-4b6a-9a53-3d0a5f3c8a11", "c"]);
    let [(_, a), (_, b), _] = rules.as_slice() else { panic!("{ids:?}") };
    for field in
        ["description", "dr_id", "detection_rule_author", "detection_rule_confidence", "detection_rule_severity"]
    {
        assert_eq!(a[field], "not defined", "{field}");
    }
    for field in
        ["tactic", "technique", "category", "channel", "data_needed", "logging_policy", "enrichment", "references"]
    {
        assert_eq!(a[field], json!(["not defined"]), "{field}");
    }
    assert_eq!(a["customer"], json!(["None"]));
    assert_eq!((&a["date_created"], &b["date_created"]), (&Value::Null, &Value::Null));
    assert_eq!(b["date_modified"], "2020-01-05T00:00:00");
    assert_eq!(b["detection_rule_confidence"], "high");
}

/// A text nobody would wish for, as YAML in double quotes.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text")
}

proptest! {
    // Of one site with all of them: a build takes longer than the rest.
    #![proptest_config(ProptestConfig { cases: 1, max_shrink_iters: 0, ..ProptestConfig::default() })]
    #[test]
    fn no_title_and_no_value_breaks_a_form(
        values in prop::collection::vec(("[ -~\\t\\n\u{e9}\u{2028}\u{202e}\u{1f600}\\\\\"'{}<>&]{1,40}", "[a-zA-Z0-9./_ :-]{1,20}"), 60),
    ) {
        let dir = project(&[("purplebook.toml", "[queries]\nshow = ['lucene']\n")]);
        for (n, (title, id)) in values.iter().enumerate() {
            let (title, id) = (quoted(title), quoted(id));
            let rule = format!(
                "title: {title}\nid: {id}\nauthor: {title}\ndescription: {title}\ndate: {id}\n\
                 tags: [attack.t1047, {title}]\nreferences: [{title}]\nfalsepositives: [{title}]\n\
                 logsource: {{product: windows, category: {title}}}\ndetection: {{s: {{a: {title}}}, condition: s}}\n"
            );
            let playbook = format!(
                "title: {title}\nid: {id}\ndescription: {title}\nseverity: {title}\ntlp: {title}\npap: {id}\n\
                 tags: [{title}]\nworkflow: {title}\ncontainment: [a{n}]\n"
            );
            let action = format!("title: {title}\nid: {id}\nworkflow: {title}\nstage: {title}\n");
            write(dir.path(), &format!("content/rules/{n}.yml"), &rule);
            write(dir.path(), &format!("content/response_playbooks/{n}.yml"), &playbook);
            write(dir.path(), &format!("content/response_actions/a{n}.yml"), &action);
        }
        build(&dir, &[]);
        prop_assert_eq!(documents(&dir, "detection_rules").len(), 60);
        prop_assert_eq!(all_valid(&dir, "exports/thehive", "thehive-case-template"), 60);
        all_valid(&dir, "exports/navigator", "navigator-layer-4.5");
        super::stix::objects(&dir);
        super::api::each_link_leads_back(&super::api::entities(&dir));
    }
}
