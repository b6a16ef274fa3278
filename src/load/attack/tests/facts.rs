//! Files of facts: what comes back is what the bundles said, without their prose.

use std::path::PathBuf;

use crate::load::attack::{BundleError, embedded, from_bundles, import};
use crate::model::{Attack, Citation, Domain};

/// ATT&CK without what a file of facts leaves out.
fn bare(mut attack: Attack) -> Attack {
    for object in &mut attack.objects {
        object.description = None;
        object.citations = Vec::<Citation>::new();
    }
    attack.relations.iter_mut().for_each(|relation| relation.description = None);
    attack.citations.clear();
    attack
}

fn base() -> Attack {
    embedded(Some("19.1")).expect("built in")
}

/// Imports bundles and compares what both forms give.
fn assert_same(bundles: &[(&str, &[u8])]) -> String {
    let made = import(bundles, None, &base()).expect("bundles");
    let (wanted, _) = from_bundles(bundles, base()).expect("bundles");
    let (found, notes) = from_bundles(&[("facts.tsv", made.text.as_bytes())], base()).expect("facts");
    assert_eq!(notes.iter().filter(|note| note.starts_with("facts.tsv")).count(), 0);
    let (found, wanted) = (bare(found), bare(wanted));
    for (found, wanted) in found.objects.iter().zip(&wanted.objects) {
        assert_eq!(found, wanted);
    }
    assert_eq!(found, wanted);
    let again = import(&[("facts.tsv", made.text.as_bytes())], None, &base()).expect("facts");
    assert_eq!(again.text, made.text, "facts of facts are the same facts");
    made.text
}

#[test]
fn mitres_bundles_keep_all_their_facts() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/attack");
    let files =
        ["enterprise-attack-18.1.min.json", "ics21-18.1.json", "mobile-attack-18.1.min.json", "mobile21-17.1.json"];
    let read: Vec<_> = files.iter().filter_map(|name| Some((*name, std::fs::read(folder.join(name)).ok()?))).collect();
    if read.len() < files.len() {
        println!("skipped: the bundles are not at hand");
        return;
    }
    let bundles: Vec<(&str, &[u8])> = read.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    for bundle in &bundles {
        assert_same(&[*bundle]);
    }
    let text = assert_same(&bundles[..3]);
    assert!(text.len() < 1 << 20, "{} bytes", text.len());
}

#[test]
fn a_bundle_that_is_no_release_and_names_with_odd_signs_come_back() {
    let bundle = r#"{"type": "bundle", "objects": [
        {"type": "intrusion-set", "id": "intrusion-set--1", "name": " A\tB ", "aliases": [" A\tB ", "x|y"],
         "external_references": [{"source_name": "mitre-attack", "external_id": "G9001"}]}]}"#;
    let made = import(&[("b.json", bundle.as_bytes())], None, &base()).expect("a bundle");
    assert!(made.text.ends_with("[objects enterprise]\nid\tstatus\tname\taliases\tplatforms\ttactics\tsuccessor\tdetail\nG9001\tactive\tA B\tx/y\t\t\t\t\n[relations]\nkind\tsource\ttargets\n"), "{}", made.text);
    let (attack, _) = from_bundles(&[("f.tsv", made.text.as_bytes())], base()).expect("facts");
    assert_eq!(attack.object("G9001".parse().expect("an id")).map(|group| group.name.as_str()), Some("A B"));
    assert_eq!(attack.version, "19.1");
}

#[test]
fn the_release_is_the_one_told_where_a_bundle_does_not_state_it() {
    let facts = "# ATT&CK facts, made by `purplebook attack import`\n[releases]\nmobile\t\t2026\nics\t20.0\t2026\n[objects ics]\nT0800\tactive\tX\n";
    let made = import(&[("f.tsv", facts.as_bytes())], Some("20.1"), &base()).expect("facts");
    assert_eq!(made.releases.get(&Domain::Mobile), Some(&Some("20.1".to_owned())));
    assert_eq!(made.releases.get(&Domain::Ics), Some(&Some("20.0".to_owned())));
}

#[test]
fn a_row_that_makes_no_sense_is_an_error_at_its_line() {
    let first = "# ATT&CK facts, made by `purplebook attack import`\n";
    for (rest, message) in [
        ("G1\tactive\tX\n", "f.tsv:2:1: cannot read the STIX bundle: this row is in no section"),
        ("[objects moon]\n", "f.tsv:2:1: cannot read the STIX bundle: there is no section `objects moon`"),
        ("[objects ics]\n\nT1\tactive\tX\n", "f.tsv:4:1: cannot read the STIX bundle: this is no ATT&CK object"),
        ("[relations]\nlikes\tG0001\tT1059\n", "f.tsv:3:1: cannot read the STIX bundle: there is no such relation"),
        ("[relations]\nuses\tG0001\t\n", "f.tsv:3:1: cannot read the STIX bundle: a target is no ATT&CK identifier"),
        ("[matrix ics]\nTA0108|x\n", "f.tsv:3:1: cannot read the STIX bundle: this is no list of tactics"),
        ("[releases]\nmoon\t1\t2\n", "f.tsv:3:1: cannot read the STIX bundle: this is no domain of ATT&CK"),
    ] {
        let text = format!("{first}{rest}");
        let error: BundleError = from_bundles(&[("f.tsv", text.as_bytes())], base()).expect_err(rest);
        assert_eq!(error.to_string(), message);
    }
}
