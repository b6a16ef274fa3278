//! The JSON API: what is in its files, that they are valid, and that links lead both ways.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::formats::{build, corpora, example, names, text, value};
use super::project::project;

const ROOT: &str = "exports/api/v1";

/// The schema as the site publishes it.
fn validator(dir: &(impl AsRef<Path> + ?Sized)) -> jsonschema::Validator {
    jsonschema::draft202012::new(&value(dir, "exports/schemas/api-v1.schema.json")).expect("a schema")
}

/// All entities by their address; each valid, in its place, in the list of its kind and counted there.
pub(crate) fn entities(dir: &(impl AsRef<Path> + ?Sized)) -> BTreeMap<String, Value> {
    let validator = validator(dir);
    let valid = |path: &str| {
        let value = value(dir, path);
        // The schema of a kind alone says what is wrong.
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{path}: {errors:#?}");
        value
    };
    let index = valid(&format!("{ROOT}/index.json"));
    let mut all = BTreeMap::new();
    for kind in index["kinds"].as_array().expect("kinds") {
        let key = kind["kind"].as_str().expect("a key");
        let list = valid(kind["json"].as_str().expect("an address"));
        assert_eq!(list["of"], key);
        let listed: Vec<String> = list["entities"]
            .as_array()
            .expect("entities")
            .iter()
            .map(|e| decoded(e["json"].as_str().expect("an address")))
            .collect();
        assert_eq!(kind["count"], listed.len(), "{key}");
        let files: BTreeSet<String> =
            names(dir, &format!("{ROOT}/{key}")).into_iter().map(|name| format!("{ROOT}/{key}/{name}")).collect();
        assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), files, "{key}");
        for path in listed {
            let entity = valid(&path);
            assert_eq!(entity["kind"], key, "{path}");
            assert_eq!(decoded(entity["json"].as_str().expect("an address")), path);
            assert!(
                dir.as_ref().join("output").join(decoded(entity["page"].as_str().expect("a page"))).is_file(),
                "{path}"
            );
            all.insert(path, entity);
        }
    }
    all
}

/// The path of an address.
fn decoded(address: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = address.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next(), rest.next()].map(|digit| char::from(digit.expect("a digit")));
            bytes.push(u8::from_str_radix(&digits.iter().collect::<String>(), 16).expect("a number"));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).expect("a path")
}

/// The addresses an entity links to.
fn linked(entity: &Value) -> BTreeSet<String> {
    let lists = entity["links"].as_object().expect("links").values();
    lists
        .flat_map(|list| list.as_array().expect("a list"))
        .map(|link| decoded(link["json"].as_str().expect("an address")))
        .collect()
}

pub(crate) fn each_link_leads_back(all: &BTreeMap<String, Value>) {
    let links: BTreeMap<&String, BTreeSet<String>> = all.iter().map(|(path, entity)| (path, linked(entity))).collect();
    for (path, targets) in &links {
        for target in targets {
            let back = links.get(target).unwrap_or_else(|| panic!("{path} links to {target}, which is not there"));
            assert!(back.contains(*path), "{path} links to {target}, which does not link back");
        }
    }
}

#[test]
fn every_entity_has_a_valid_file_and_links_lead_both_ways() {
    let dir = example();
    let all = entities(&dir);
    each_link_leads_back(&all);
    let kinds: BTreeSet<&str> = all.values().map(|entity| entity["kind"].as_str().expect("a kind")).collect();
    assert_eq!(kinds.len(), 20, "{kinds:?}");
    for site in corpora() {
        each_link_leads_back(&entities(&site));
    }
}

#[test]
fn a_client_with_an_id_knows_the_address() {
    let dir = example();
    let rule =
        names(&dir, &format!("{ROOT}/rules")).into_iter().find(|name| name.len() == 41).expect("a rule with a UUID");
    let rule = value(&dir, &format!("{ROOT}/rules/{rule}"));
    let query =
        rule["queries"].as_array().expect("queries").iter().find(|query| query["target"] == "splunk").expect("SPL");
    assert_eq!(query["title"], "Splunk");
    assert!(query["queries"].is_array() != query["reason"].is_string(), "{query}");
    assert!(rule["sigma"].as_str().expect("a text").contains("detection:"));

    let technique = value(&dir, &format!("{ROOT}/techniques/T1218.003.json"));
    assert_eq!(
        technique["links"]["parent"][0],
        json!({
            "id": "T1218",
            "title": "System Binary Proxy Execution",
            "page": "Techniques/T1218.html",
            "json": "exports/api/v1/techniques/T1218.json",
        })
    );
    let rules = technique["links"]["rules"].as_array().expect("rules").len();
    assert!(rules > 0);
    assert_eq!(technique["coverage"]["rules"], rules);
    assert_eq!(
        value(&dir, &format!("{ROOT}/response_playbooks/RP1002.json"))["case_template"],
        "exports/thehive/RP1002.json"
    );
    assert_eq!(value(&dir, &format!("{ROOT}/groups/G0069.json"))["layer"], "exports/navigator/G0069.json");

    for (page, file) in [
        ("Techniques/T1218.003", "techniques/T1218.003"),
        ("Groups/G0069", "groups/G0069"),
        ("Software/S0002", "software/S0002"),
    ] {
        let page = text(&dir, &format!("{page}.md"));
        assert!(page.contains(&format!("[JSON](../{ROOT}/{file}.json)")), "{page}");
    }
    assert!(text(&dir, "llms.txt").contains("exports/api/v1/index.json"));
}

#[test]
fn ids_that_are_no_names_of_files_and_ids_of_two_rules_have_the_names_of_their_pages() {
    let rule = |id: &str| {
        format!("title: A\nid: {id}\nlogsource: {{product: windows}}\ndetection: {{s: {{a: b}}, condition: s}}\n")
    };
    let (first, second, hostile) =
        (rule("7d1a1b1e-0d34-4b6a-9a53-3d0a5f3c8a11"), rule("7D1A1B1E-0d34-4b6a-9a53-3d0a5f3c8a11"), rule("'../../x'"));
    let dir = project(&[
        ("content/rules/a b.yml", first.as_str()),
        ("content/rules/b.yml", second.as_str()),
        ("content/rules/c.yml", hostile.as_str()),
        // A page by the name of another rule's id does not take its address.
        (
            "content/rules/1/7d1a1b1e-0d34-4b6a-9a53-3d0a5f3c8a11.yml",
            "title: B\nlogsource: {product: windows}\ndetection: {s: {a: b}, condition: s}\n",
        ),
    ]);
    build(&dir, &[]);
    assert_eq!(
        names(&dir, &format!("{ROOT}/rules")),
        [
            "7d1a1b1e-0d34-4b6a-9a53-3d0a5f3c8a11.json",
            "7d1a1b1e-0d34-4b6a-9a53-3d0a5f3c8a11_2.json",
            "b.json",
            "c.json",
        ]
    );
    let all = entities(&dir);
    assert_eq!(all[&format!("{ROOT}/rules/7d1a1b1e-0d34-4b6a-9a53-3d0a5f3c8a11.json")]["file"], "a b.yml");
}

/// A type as the page of the API says it.
fn type_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|of| of.strip_prefix("#/$defs/")) {
        return match name {
            "page" | "json" => "an address".to_owned(),
            _ => format!("[{name}](#{name})"),
        };
    }
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
    }
    if !schema["const"].is_null() {
        return format!("`{}`", schema["const"]);
    }
    let types = match &schema["type"] {
        Value::Array(types) => types.clone(),
        one => vec![one.clone()],
    };
    let name = |of: &Value| match of.as_str() {
        Some("string") => "text".to_owned(),
        Some("integer") => "number".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("array") => match type_of(&schema["items"]).as_str() {
            "text" => "list of texts".to_owned(),
            "objects" => "list of objects".to_owned(),
            of => format!("list of {of}"),
        },
        Some("object") => "objects".to_owned(),
        of => of.unwrap_or_default().to_owned(),
    };
    types.iter().map(name).collect::<Vec<_>>().join(" or ")
}

fn rows(out: &mut String, schema: &Value, above: &str, schemas: &Value) {
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let field = &schema["properties"][name];
        if name == "links" {
            continue;
        }
        let named = field["$ref"].as_str().and_then(|of| of.strip_prefix("#/$defs/"));
        let words =
            field["description"].as_str().or_else(|| schemas[named?]["description"].as_str()).unwrap_or_default();
        let _ = writeln!(
            out,
            "| `{above}{name}` | {} | {} |",
            type_of(field).replace('|', "\\|"),
            words.replace('|', "\\|")
        );
        if field["items"]["type"] == "object" {
            rows(out, &field["items"], &format!("{name}[]."), schemas);
        }
    }
}

#[test]
fn the_page_of_the_api_says_what_the_schema_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = fs::read_to_string(root.join("data/schemas/api-v1.schema.json")).expect("the schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let schemas = &schema["$defs"];
    let mut page = String::from(
        "# Fields of the JSON API\n\n<!-- Generated from data/schemas/api-v1.schema.json; `PURPLEBOOK_BLESS=1 cargo \
         test --test site api` rewrites it. -->\n\nHow to use it is said in [exports.md](exports.md#a-json-api). All \
         fields are always there: what is not known is `null` or an empty list.\n",
    );
    let kinds = schema["properties"]["kind"]["enum"].as_array().expect("kinds").iter().filter_map(Value::as_str);
    for name in kinds.chain(["link", "query", "coverage", "detection_strategy", "logsource", "test"]) {
        let own = &schemas[name];
        let _ = write!(
            page,
            "\n## {name}\n\n{}\n\n| field | type | what it is |\n|---|---|---|\n",
            own["description"].as_str().expect("words")
        );
        rows(&mut page, own, "", schemas);
        let links = &own["properties"]["links"];
        for list in links["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let words = links["properties"][list]["description"].as_str().expect("words");
            let _ = writeln!(page, "| `links.{list}` | list of [link](#link) | {words} |");
        }
    }
    let path = root.join("docs/api.md");
    if std::env::var_os("PURPLEBOOK_BLESS").is_some() {
        fs::write(&path, &page).expect("written");
    }
    assert!(fs::read_to_string(&path).unwrap_or_default() == page, "docs/api.md is not up to date");
}
