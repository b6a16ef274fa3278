//! The STIX bundle: what is in it, and that STIX 2.1 allows it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::formats::{build, corpora, example, output, text, value};
use super::project::{project, write};

const BUNDLE: &str = "exports/stix/knowledge-base.json";

/// The objects by id, each of which is named once and names only others that are there.
pub(crate) fn objects(dir: &(impl AsRef<Path> + ?Sized)) -> BTreeMap<String, Value> {
    let bundle = value(dir, BUNDLE);
    assert_eq!(bundle["type"], "bundle");
    let mut objects = BTreeMap::new();
    for object in bundle["objects"].as_array().expect("objects") {
        let id = object["id"].as_str().expect("an id").to_owned();
        assert_eq!(object["spec_version"], "2.1", "{id}");
        assert!(id.starts_with(&format!("{}--", object["type"].as_str().expect("a type"))), "{id}");
        assert!(objects.insert(id.clone(), object.clone()).is_none(), "{id} twice");
    }
    let schema: Value = value(dir, "exports/schemas/stix-extension.schema.json");
    let extension = jsonschema::draft202012::new(&schema).expect("a schema");
    for (id, object) in &objects {
        let refs = ["created_by_ref", "source_ref", "target_ref"].into_iter().filter_map(|key| object[key].as_str());
        let markings = object["object_marking_refs"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for named in refs.chain(markings) {
            assert!(objects.contains_key(named), "{id} names {named}");
        }
        for (definition, added) in object["extensions"].as_object().into_iter().flatten() {
            assert_eq!(objects[definition]["type"], "extension-definition", "{id}");
            assert!(extension.is_valid(added), "{id}: {added}");
        }
        if let (Some(created), Some(modified)) = (object["created"].as_str(), object["modified"].as_str()) {
            assert!(created <= modified, "{id}");
        }
    }
    objects
}

/// What the validator of OASIS says; `None` where it is not installed, unless it is required.
fn validator(paths: &[PathBuf]) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let home = std::env::var_os("ENGINES_HOME").map_or_else(|| root.join("target/engines"), PathBuf::from);
    let python = home.join("stix/bin/python");
    if !python.exists() {
        let required = std::env::var("PURPLEBOOK_ENGINES").is_ok_and(|value| value == "required");
        assert!(!required, "the validator of STIX is not installed: tests/engines/install");
        println!("skipped: the validator of STIX is not installed");
        return None;
    }
    let mut command = Command::new(python);
    let run =
        command.arg(root.join("tests/engines/stix.py")).args(paths).env("PYTHONUTF8", "1").output().expect("it runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    Some(String::from_utf8(run.stdout).expect("text"))
}

#[test]
fn the_bundle_of_the_example_is_valid_stix_and_that_of_each_corpus() {
    let sites: Vec<&PathBuf> = std::iter::once(example()).chain(corpora()).collect();
    for site in &sites {
        assert!(objects(*site).len() > 100);
    }
    // The validator takes minutes for the largest; what is in it is in the others as well.
    let most = if std::env::var_os("ALL_PAGES").is_some() { sites.len() } else { 3 };
    let paths: Vec<PathBuf> = sites.iter().take(most).map(|site| output(*site, BUNDLE)).collect();
    if let Some(problems) = validator(&paths) {
        assert!(problems.is_empty(), "{}", problems.lines().take(20).collect::<Vec<_>>().join("\n"));
    }
}

const RULE: &str = "title: A\nid: 7d1a1b1e-0d34-4b6a-9a53-3d0a5f3c8a11\nauthor: Ada\ndate: 2025/03/02\nmodified: 2025/04/05\n\
    description: d\nlevel: high\nreferences: ['https://example.org/a', a book]\ntags: [attack.execution, attack.t1047, tlp.amber]\n\
    logsource: {product: windows}\ndetection: {s: {a: b}, condition: s}\n";

#[test]
fn a_rule_is_an_indicator_with_its_text_and_what_it_indicates() {
    let dir = project(&[
        ("purplebook.toml", "[site]\ntitle = 'KB'\nbase_url = 'https://kb.example/team'\n"),
        ("content/rules/a.yml", RULE),
    ]);
    build(&dir, &[]);
    let objects = objects(&dir);
    let of = |kind: &str| -> Vec<&Value> { objects.values().filter(|object| object["type"] == kind).collect() };
    let [indicator] = of("indicator")[..] else { panic!("indicators") };
    assert_eq!(indicator["pattern"], RULE);
    assert_eq!(indicator["pattern_type"], "sigma");
    for (key, day) in [("created", "2025-03-02"), ("valid_from", "2025-03-02"), ("modified", "2025-04-05")] {
        assert_eq!(indicator[key], format!("{day}T00:00:00.000Z"), "{key}");
    }
    assert_eq!(
        indicator["external_references"],
        json!([
            { "source_name": "sigma", "external_id": "7d1a1b1e-0d34-4b6a-9a53-3d0a5f3c8a11" },
            { "source_name": "KB", "url": "https://kb.example/team/Detection_Rules/a.html" },
            { "source_name": "reference", "url": "https://example.org/a" },
            { "source_name": "reference", "description": "a book" },
        ])
    );
    assert_eq!(
        indicator["kill_chain_phases"],
        json!([{ "kill_chain_name": "mitre-attack", "phase_name": "execution" }])
    );
    // TLP:AMBER, as STIX itself defines it.
    assert!(
        indicator["object_marking_refs"]
            .as_array()
            .expect("markings")
            .contains(&json!("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"))
    );
    let [pattern] = of("attack-pattern")[..] else { panic!("attack patterns") };
    assert_eq!(
        pattern["external_references"][0],
        json!({
            "source_name": "mitre-attack", "external_id": "T1047", "url": "https://attack.mitre.org/techniques/T1047",
        })
    );
    let [relationship] = of("relationship")[..] else { panic!("relationships") };
    assert_eq!(relationship["relationship_type"], "indicates");
    assert_eq!((&relationship["source_ref"], &relationship["target_ref"]), (&indicator["id"], &pattern["id"]));
    let producer = &objects[indicator["created_by_ref"].as_str().expect("an id")];
    assert_eq!((&producer["name"], &producer["identity_class"]), (&json!("KB"), &json!("organization")));
    assert!(text(&dir, "exports/index.md").contains("[knowledge-base.json](../exports/stix/knowledge-base.json)"));

    // The same, wherever the project lies and whatever else is in it.
    let again = project(&[
        ("purplebook.toml", "[site]\ntitle = 'KB'\nbase_url = 'https://kb.example/team/'\n"),
        ("content/rules/deep/a.yml", RULE),
        ("content/rules/z.yml", &RULE.replace("8a11", "8a12")),
    ]);
    build(&again, &[]);
    assert_eq!(self::objects(&again)[indicator["id"].as_str().expect("an id")]["created"], indicator["created"]);
}

#[test]
fn what_has_no_day_is_of_1970_and_no_text_breaks_the_bundle() {
    let dir = project(&[]);
    let hostile = "\"\\\\\\\" \\u0000\\u202e </script> ' OR [file:name = 'x'] \\U0001f600\"";
    let rule = format!(
        "title: {hostile}\nid: {hostile}\nauthor: {hostile}\ndate: {hostile}\nmodified: 2025-02-30\nlicense: {hostile}\ntags: [{hostile}, tlp.x, tlp.red]\nreferences: [{hostile}, 'javascript:alert(1)', ' ']\nlogsource: {{product: windows}}\ndetection: {{s: {{a: b}}, condition: s}}\n"
    );
    write(dir.path(), "content/rules/a.yml", &rule.replace("\\u0000", ""));
    write(
        dir.path(),
        "content/response_playbooks/b.yml",
        &format!("title: {hostile}\nid: {hostile}\ntlp: AMBER+STRICT\nworkflow: {hostile}\n").replace("\\u0000", ""),
    );
    build(&dir, &[]);
    let objects = objects(&dir);
    let indicator = objects.values().find(|object| object["type"] == "indicator").expect("an indicator");
    assert_eq!(
        (&indicator["created"], &indicator["valid_from"]),
        (&json!("1970-01-01T00:00:00.000Z"), &json!("1970-01-01T00:00:00.000Z"))
    );
    // Red, which the playbook needs as well: TLP 1 has no amber+strict.
    let colours: BTreeSet<&str> = objects.values().filter_map(|object| object["definition"]["tlp"].as_str()).collect();
    assert_eq!(colours, ["red"].into());
    if let Some(problems) = validator(&[output(&dir, BUNDLE)]) {
        assert!(problems.is_empty(), "{problems}");
    }
}
