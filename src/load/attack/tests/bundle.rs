//! STIX bundles: MITRE's own where they are at hand, and small ones with every oddity seen.

use std::path::PathBuf;

use crate::load::attack::{BundleError, embedded, from_bundles};
use crate::model::{Attack, AttackId, AttackKind, AttackObject, Domain, RelationKind, Status};

fn id(text: &str) -> AttackId {
    text.parse().expect(text)
}

fn base(version: &str) -> Attack {
    embedded(Some(version)).expect(version)
}

fn load(bundles: &[(&str, &str)]) -> (Attack, Vec<String>) {
    let bundles: Vec<(&str, &[u8])> = bundles.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    from_bundles(&bundles, base("19.1")).expect("bundles")
}

fn error(bytes: &[u8]) -> BundleError {
    from_bundles(&[("stix/a.json", bytes)], Attack::default()).expect_err("no bundle")
}

/// One of MITRE's bundles, or `None` with a line that says so.
fn mitre(name: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/attack").join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        println!("skipped: {} is not at hand", path.display());
    }
    bytes
}

/// The facts of an object that the tables hold: no prose, and no platforms of data sources.
fn facts(object: &AttackObject) -> AttackObject {
    let platforms = match object.id.kind() {
        AttackKind::DataSource => Vec::new(),
        _ => object.platforms.clone(),
    };
    AttackObject { platforms, description: None, citations: Vec::new(), ..object.clone() }
}

/// Compares all objects of a domain, so that a failure names the first that differs.
fn assert_same_objects(found: &Attack, wanted: &Attack, domain: Domain) {
    let of = |attack: &Attack| -> Vec<AttackObject> {
        attack.objects.iter().filter(|object| object.domains.contains(&domain)).map(facts).collect()
    };
    let (found, wanted) = (of(found), of(wanted));
    for (found, wanted) in found.iter().zip(&wanted) {
        assert_eq!(found, wanted);
    }
    assert_eq!(found.len(), wanted.len());
}

fn edges(attack: &Attack) -> Vec<(RelationKind, AttackId, AttackId)> {
    attack.relations.iter().map(|r| (r.kind, r.source, r.target)).collect()
}

#[test]
fn the_enterprise_bundle_equals_the_tables_of_its_release_and_brings_the_prose() {
    let Some(bytes) = mitre("enterprise-attack-18.1.min.json") else { return };
    let wanted = base("18.1");
    for version in ["18.1", "19.1"] {
        let (attack, notes) = from_bundles(&[("e.json", &bytes)], base(version)).expect("bundle");
        assert_eq!(notes, [""; 0]);
        assert_eq!(attack.version, "18.1", "recognised by its content");
        assert_same_objects(&attack, &wanted, Domain::Enterprise);
        assert_eq!(attack.matrix[0], wanted.matrix[0]);
        assert_eq!(attack.newer_tactics, wanted.newer_tactics);
        assert_eq!(attack.old_tactics, wanted.old_tactics);
        assert_eq!(attack.old_ids["T1073"], wanted.old_ids["T1073"]);
        assert_eq!(attack.newer_ids[&id("T1685")], "19.0");
        assert_eq!(
            attack.copyright,
            "Copyright 2015-2025, The MITRE Corporation. MITRE ATT&CK and ATT&CK are registered trademarks of The MITRE Corporation."
        );
        let group = attack.object(id("G0069")).expect("MuddyWater");
        assert!(group.description.as_deref().is_some_and(|text| text.contains("(Citation: ")));
        assert!(!group.citations.is_empty());
        let procedure = attack.relations.iter().find(|r| r.source == group.id && r.target == id("T1218.003"));
        let procedure = procedure.and_then(|r| r.description.as_deref()).expect("a procedure");
        let cited = procedure.split("(Citation: ").nth(1).and_then(|rest| rest.split(')').next()).expect("a source");
        assert!(attack.citation(cited).is_some_and(|citation| citation.url.is_some()), "{cited}");
        let kept = wanted.releases.keys().filter(|domain| **domain != Domain::Enterprise);
        let kept: Vec<String> = kept.map(|domain| format!("{} {}", domain.title(), attack.releases[domain])).collect();
        assert_eq!(attack.source, format!("STIX bundles (Enterprise 18.1), built-in facts ({})", kept.join(", ")));
        if version == "18.1" {
            assert_eq!(edges(&attack), edges(&wanted));
        }
    }
}

#[test]
fn mobile_and_ics_bundles_equal_their_tables_and_leave_enterprise_alone() {
    let (Some(mobile), Some(ics)) = (mitre("mobile-attack-18.1.min.json"), mitre("ics21-18.1.json")) else { return };
    let (wanted, newest) = (base("18.1"), base("19.1"));
    let (attack, notes) = from_bundles(&[("m.json", &mobile), ("i.json", &ics)], base("19.1")).expect("bundles");
    assert_eq!(notes, [""; 0]);
    assert_eq!(attack.version, "19.1");
    assert_eq!(attack.source, "STIX bundles (Mobile, ICS 18.1), built-in facts (Enterprise 19.1)");
    let only = |attack: &Attack, domain: Domain| -> Vec<AttackObject> {
        attack.objects.iter().filter(|object| object.domains == [domain]).map(facts).collect()
    };
    for (domain, wanted) in [(Domain::Mobile, &wanted), (Domain::Ics, &wanted), (Domain::Enterprise, &newest)] {
        let (found, wanted) = (only(&attack, domain), only(wanted, domain));
        for (found, wanted) in found.iter().zip(&wanted) {
            assert_eq!(found, wanted);
        }
        assert_eq!(found.len(), wanted.len());
    }
    assert_eq!(attack.matrix, newest.matrix);
    assert_eq!(attack.newer_ids[&id("T0843.001")], "19.0");
    // A number ICS once gave to another than Enterprise.
    assert_eq!(attack.object(id("S0017")).map(|o| o.name.as_str()), Some("BISCUIT"));
}

#[test]
fn an_older_mobile_bundle_of_stix_2_1_keeps_the_history() {
    let Some(mobile) = mitre("mobile21-17.1.json") else { return };
    let (attack, notes) = from_bundles(&[("m.json", &mobile)], base("19.1")).expect("bundle");
    assert_eq!(notes, [""; 0]);
    assert_eq!(attack.releases[&Domain::Mobile], "17.1");
    assert_eq!(attack.old_ids["MOB-T1001"].successor, Some(id("T1398")));
    assert_eq!(attack.old_ids["T1191"], base("19.1").old_ids["T1191"]);
    assert!(attack.object(id("T1430")).is_some_and(|o| o.description.is_some()));
}

const TACTICS: &str = r#"
    {"type": "x-mitre-matrix", "id": "matrix", "tactic_refs": ["tactic-2", "tactic-1", 7, "nowhere"],
     "external_references": [{"source_name": "mitre-attack", "external_id": "enterprise-attack"}]},
    {"type": "x-mitre-tactic", "id": "tactic-1", "name": "Stealth", "x_mitre_shortname": "stealth",
     "external_references": [{"source_name": "mitre-attack", "external_id": "TA0005"}]},
    {"type": "x-mitre-tactic", "id": "tactic-2", "name": "Execution", "x_mitre_shortname": "execution",
     "external_references": [{"source_name": "mitre-attack", "external_id": "TA0002"}]}"#;

#[test]
fn oddities_of_released_bundles_are_read() {
    let text = format!(
        r#"{{"type": "bundle", "objects": [{TACTICS},
        {{"type": "x-mitre-collection", "type": "x-mitre-collection", "x_mitre_version": "20.0", "x_mitre_contents": [{{}}]}},
        {{"type": "x", "type": "attack-pattern", "id": "t", "name": "Own \u00e9 name", "revoked": null,
          "x_mitre_deprecated": "true", "x_mitre_platforms": "Windows", "description": ["no"],
          "external_references": [{{"source_name": "capec", "external_id": "CAPEC-1"}},
            {{"source_name": "mitre-attack", "external_id": "T4001"}}, 5, {{"source_name": "Paper", "description": "A paper"}}],
          "kill_chain_phases": [{{"kill_chain_name": "mitre-attack", "phase_name": "defense-evasion"}},
            {{"kill_chain_name": "mitre-attack", "phase_name": "execution"}}]}},
        {{"type": "attack-pattern", "id": "acme", "name": "Ours",
          "external_references": [{{"source_name": "acme", "external_id": "T4002"}}]}},
        {{"type": "attack-pattern", "id": "old", "name": "Old form",
          "external_references": [{{"source_name": "mitre-mobile-attack", "external_id": "MOB-T1001"}}]}},
        {{"type": "course-of-action", "id": "relic", "name": "CMSTP Mitigation",
          "external_references": [{{"source_name": "mitre-attack", "external_id": "T4002"}}]}},
        {{"type": "tool", "id": "s", "name": "Kit", "x_mitre_aliases": ["Kit", "Box", "Box"],
          "external_references": [{{"source_name": "mitre-attack", "external_id": "S4001"}}]}},
        {{"type": "relationship", "relationship_type": "uses", "source_ref": "s", "target_ref": "acme",
          "description": "Kit does it.(Citation: Blog)",
          "external_references": [{{"source_name": "Blog", "description": "A blog", "url": "https://example.org/"}}]}},
        {{"type": "relationship", "relationship_type": "uses", "source_ref": "s", "target_ref": "relic"}},
        {{"type": "x-acme-thing"}}, null, [], "text", {{}}
        ]}}"#
    );
    let (attack, notes) = load(&[("own.json", &text)]);
    assert_eq!(notes, ["own.json: 1 object has an identifier that is not ATT&CK's and is left out"]);
    assert_eq!((attack.version.as_str(), attack.matrix[0].1.as_slice()), ("20.0", &[id("TA0002"), id("TA0005")][..]));
    let technique = attack.object(id("T4001")).expect("T4001");
    assert_eq!((technique.name.as_str(), technique.status), ("Own é name", Status::Deprecated));
    assert_eq!((&technique.platforms, &technique.description), (&vec![], &None));
    assert_eq!(technique.tactics, [id("TA0002"), id("TA0005")], "in the order of the matrix");
    assert_eq!(technique.citations.iter().map(|c| c.text.as_str()).collect::<Vec<_>>(), ["A paper"]);
    assert_eq!(attack.object(id("T4002")).map(|o| o.name.as_str()), Some("Ours"));
    assert_eq!(attack.object(id("S4001")).map(|o| o.aliases.clone()), Some(vec!["Box".to_owned()]));
    let uses: Vec<_> = attack.relations.iter().filter(|r| r.source == id("S4001")).collect();
    assert_eq!(uses.len(), 1);
    assert_eq!(attack.citation("Blog").and_then(|c| c.url.as_deref()), Some("https://example.org/"));
    // Enterprise is now the bundle's, and what it dropped is retired, not unknown.
    let of_enterprise = attack.objects.iter().filter(|o| o.domains.contains(&Domain::Enterprise));
    assert_eq!(of_enterprise.filter(|o| o.id.kind() == AttackKind::Technique).count(), 2);
    assert_eq!(attack.old_ids["T1059"].status, Status::Deprecated);
    assert_eq!(attack.old_ids["T1191"].successor, None);
    assert!(attack.tactic(Domain::Mobile, "defense-evasion").is_some());
}

#[test]
fn a_bundle_without_a_matrix_adds_to_the_facts() {
    let text = r#"{"more": false, "objects": [{"type": "attack-pattern", "id": "a", "name": "Ours",
        "x_mitre_domains": ["enterprise-attack"],
        "kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "stealth"}],
        "external_references": [{"source_name": "acme", "external_id": "T9001"}]}]}"#;
    let (attack, notes) = load(&[("taxii.json", text)]);
    assert_eq!(notes, [""; 0]);
    assert_eq!(attack.objects.len(), base("19.1").objects.len() + 1);
    assert_eq!(attack.object(id("T9001")).map(|o| o.tactics.clone()), Some(vec![id("TA0005")]));
    assert_eq!(attack.relations, base("19.1").relations);
    assert!(attack.source.starts_with("additions from STIX bundles, built-in facts (Enterprise 19.1"));
}

#[test]
fn a_bundle_with_only_identifiers_of_the_old_form_replaces_nothing() {
    let text = r#"{"objects": [
        {"type": "x-mitre-matrix", "external_references": [{"source_name": "x", "external_id": "mobile-attack"}]},
        {"type": "x-mitre-tactic", "id": "ta", "name": "Impact", "x_mitre_shortname": "impact",
         "external_references": [{"source_name": "mitre-mobile-attack", "external_id": "TA0034"}]},
        {"type": "attack-pattern", "id": "t", "name": "Old",
         "external_references": [{"source_name": "mitre-mobile-attack", "external_id": "MOB-T1001"}]}]}"#;
    let (attack, notes) = load(&[("mobile-2.0.json", text)]);
    assert_eq!(notes, ["mobile-2.0.json: 1 object has an identifier that is not ATT&CK's and is left out"]);
    assert_eq!(attack.objects, base("19.1").objects);
}

#[test]
fn a_circle_of_successors_ends() {
    let object = |id: &str, text: &str| {
        format!(
            r#"{{"type": "attack-pattern", "id": "{id}", "name": "n", "revoked": true,
            "external_references": [{{"source_name": "mitre-attack", "external_id": "{text}"}}]}}"#
        )
    };
    let by = |a: &str, b: &str| {
        format!(
            r#"{{"type": "relationship", "relationship_type": "revoked-by", "source_ref": "{a}", "target_ref": "{b}"}},
            {{"type": "relationship", "relationship_type": "uses", "source_ref": "{a}", "target_ref": "{b}"}}"#
        )
    };
    let text = format!(
        r#"{{"type": "bundle", "objects": [{}, {}, {}, {}, {}]}}"#,
        object("a", "T9001"),
        object("b", "T9002"),
        by("a", "b"),
        by("b", "a"),
        by("a", "a")
    );
    let (attack, _) = load(&[("a.json", &text)]);
    assert_eq!(attack.old_ids["T9001"].successor, None);
    assert_eq!(attack.object(id("T9002")).and_then(|o| o.successor), None);
}

#[test]
fn what_is_no_bundle_is_an_error_with_its_place() {
    for (bytes, message) in [
        (
            &b"{\n  \"objects\": [\n    {\"type\": }\n"[..],
            "stix/a.json:3:14: cannot read the STIX bundle: expected value",
        ),
        (b"", "stix/a.json:1:0: cannot read the STIX bundle: the file ends too early (EOF while parsing a value)"),
        (b"{\"objects\": [\n\"\xff\"", "stix/a.json:2:2: cannot read the STIX bundle: not UTF-8 text"),
        (b"[]", "stix/a.json: not a STIX bundle: it has no list `objects`"),
        (b"{\"type\": \"bundle\"}", "stix/a.json: not a STIX bundle: it has no list `objects`"),
    ] {
        assert_eq!(error(bytes).to_string(), message);
    }
    assert!(error(b"{} {}").to_string().contains("trailing characters"));
    let deep = format!("{{\"objects\": {}", "[".repeat(100_000));
    assert!(error(deep.as_bytes()).to_string().contains("the file ends too early"));
}

#[test]
fn an_empty_bundle_changes_nothing_and_says_so() {
    let (attack, notes) = load(&[("empty.json", "\u{feff}{\"type\": \"bundle\", \"objects\": []}")]);
    assert_eq!(notes, ["empty.json: no object with an ATT&CK identifier in it"]);
    assert_eq!(attack, base("19.1"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// A bundle cut or damaged anywhere gives an error or an [`Attack`], never a panic.
    #[test]
    fn damage_never_panics(at in 0usize..2_000, byte in 0u8..=255, cut in proptest::bool::ANY) {
        // The version keeps it from being looked for by content, which takes long.
        let version = r#"{"type": "x-mitre-collection", "x_mitre_version": "20.0"}"#;
        let mut bytes = format!(r#"{{"type": "bundle", "objects": [{version}, {TACTICS}]}}"#).into_bytes();
        let at = at % bytes.len();
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        let _ = from_bundles(&[("a.json", &bytes)], Attack::default());
    }

    /// Any JSON value in any field is read as that value or as absent.
    #[test]
    fn values_of_other_types_never_fail(field in 0usize..FIELDS.len(), value in 0usize..VALUES.len(), of in 0usize..KINDS.len()) {
        let (field, value, kind) = (FIELDS[field], VALUES[value], KINDS[of]);
        let text = format!(
            r#"{{"objects": [{{"type": "x-mitre-collection", "x_mitre_version": "20.0"}},
            {{"type": "{kind}", "id": "a", "name": "n", "revoked": true, "source_ref": "a", "target_ref": "a",
              "relationship_type": "uses", "external_references": [{{"source_name": "mitre-attack", "external_id": "T9001"}}],
              "{field}": {value}}}]}}"#
        );
        let loaded = from_bundles(&[("a.json", text.as_bytes())], Attack::default());
        proptest::prop_assert!(loaded.is_ok(), "{text}: {loaded:?}");
    }
}

const KINDS: [&str; 8] = [
    "attack-pattern",
    "relationship",
    "x-mitre-matrix",
    "x-mitre-tactic",
    "x-mitre-collection",
    "marking-definition",
    "x-mitre-detection-strategy",
    "x-mitre-analytic",
];

const FIELDS: [&str; 22] = [
    "x_mitre_analytic_refs",
    "x_mitre_log_source_references",
    "type",
    "id",
    "name",
    "description",
    "modified",
    "revoked",
    "x_mitre_deprecated",
    "external_references",
    "x_mitre_domains",
    "kill_chain_phases",
    "x_mitre_platforms",
    "aliases",
    "first_seen",
    "x_mitre_shortname",
    "tactic_refs",
    "x_mitre_version",
    "relationship_type",
    "source_ref",
    "target_ref",
    "definition",
];

const VALUES: [&str; 12] = [
    "null",
    "true",
    "-1",
    "1.5e3",
    "18446744073709551615",
    "\"\"",
    "\"\\u00e9\\u0000 \"",
    "[]",
    "{}",
    "[null, 1, \"a\", [], {}]",
    "{\"statement\": [], \"source_name\": {}}",
    "[{\"external_id\": 1, \"phase_name\": null, \"source_name\": [\"x\"]}]",
];
