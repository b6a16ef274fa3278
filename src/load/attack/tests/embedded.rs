//! The built-in facts against what MITRE published.

use std::collections::BTreeMap;

use crate::model::{Attack, AttackId, AttackKind, Domain, RelationKind, Status};

use crate::load::attack::{VERSIONS, embedded};

fn id(text: &str) -> AttackId {
    text.parse().expect(text)
}

fn version(version: &str) -> Attack {
    embedded(Some(version)).expect(version)
}

fn active(attack: &Attack, domain: Domain, kind: AttackKind) -> Vec<AttackId> {
    let of = attack.objects.iter();
    of.filter(|o| o.status == Status::Active && o.domains.contains(&domain) && o.id.kind() == kind)
        .map(|o| o.id)
        .collect()
}

/// Tactics, techniques, sub-techniques, groups, software, campaigns, mitigations.
fn counts(attack: &Attack, domain: Domain) -> [usize; 7] {
    let techniques = active(attack, domain, AttackKind::Technique);
    let subs = techniques.iter().filter(|id| id.is_sub()).count();
    [
        active(attack, domain, AttackKind::Tactic).len(),
        techniques.len() - subs,
        subs,
        active(attack, domain, AttackKind::Group).len(),
        active(attack, domain, AttackKind::Software).len(),
        active(attack, domain, AttackKind::Campaign).len(),
        active(attack, domain, AttackKind::Mitigation).len(),
    ]
}

#[test]
fn counts_are_the_published_ones() {
    let attack = embedded(None).expect("default");
    assert_eq!(attack.version, "19.1");
    assert_eq!(counts(&attack, Domain::Enterprise), [15, 222, 475, 174, 821, 56, 44]);
    assert_eq!(attack.source, "built-in facts (Enterprise 19.1, Mobile 18.1, ICS 19.0)");
    let attack = version("v18.1");
    assert_eq!(counts(&attack, Domain::Enterprise), [14, 216, 475, 172, 784, 52, 44]);
    assert_eq!(counts(&attack, Domain::Mobile), [12, 77, 47, 17, 122, 3, 13]);
    assert_eq!(counts(&attack, Domain::Ics), [12, 83, 0, 14, 23, 7, 52]);
}

#[test]
fn detection_strategies_lead_by_analytics_to_data_components() {
    for attack in VERSIONS.iter().map(|v| version(v)) {
        let count = |domain, kind| active(&attack, domain, kind).len();
        assert_eq!(Domain::ALL.map(|domain| count(domain, AttackKind::DetectionStrategy)), [691, 124, 83]);
        assert_eq!(Domain::ALL.map(|domain| count(domain, AttackKind::Analytic)), [1739, 211, 82]);
        assert_eq!(Domain::ALL.map(|domain| count(domain, AttackKind::DataComponent)), [106, 17, 36]);
        let from = |source: &str, kind| -> Vec<String> {
            let of = attack.relations.iter().filter(|r| r.source == id(source) && r.kind == kind);
            of.map(|relation| relation.target.to_string()).collect()
        };
        assert_eq!(from("DET0002", RelationKind::Detects), ["T1071.005"]);
        assert_eq!(from("DET0002", RelationKind::HasAnalytic), ["AN0002", "AN0003", "AN0004", "AN0005"]);
        assert_eq!(from("AN0003", RelationKind::NeedsComponent), ["DC0032", "DC0085"]);
        let analytic = attack.object(id("AN0003")).expect("there");
        assert_eq!((analytic.name.as_str(), &analytic.platforms[..]), ("Analytic 0003", &["Linux".to_owned()][..]));
    }
}

#[test]
fn an_unknown_version_is_answered_with_the_known_ones() {
    let error = embedded(Some("7.0")).expect_err("not built in");
    assert_eq!(error.to_string(), "ATT&CK 7.0 is not built in; built in are 19.1 and 18.1");
}

#[test]
fn identifiers_are_sorted_and_single_and_every_reference_is_met() {
    for attack in VERSIONS.iter().map(|v| version(v)) {
        assert!(attack.objects.windows(2).all(|pair| pair[0].id < pair[1].id));
        assert!(attack.relations.windows(2).all(|pair| pair[0] < pair[1]));
        for relation in &attack.relations {
            for end in [relation.source, relation.target] {
                let object = attack.object(end).unwrap_or_else(|| panic!("{relation:?}"));
                assert_ne!(object.status, Status::Revoked, "{relation:?}");
            }
        }
        for object in &attack.objects {
            assert!(!object.name.is_empty(), "{}", object.id);
            assert!(object.id.parent().is_none_or(|parent| attack.object(parent).is_some()), "{}", object.id);
            assert!(object.tactics.iter().all(|tactic| attack.object(*tactic).is_some()), "{}", object.id);
            assert!(!object.aliases.contains(&object.name), "{}", object.id);
            let technique = object.id.kind() == AttackKind::Technique && object.status == Status::Active;
            assert!(!technique || !object.tactics.is_empty(), "{}", object.id);
            let old = attack.old_ids.get(&object.id.to_string());
            if object.status == Status::Revoked && object.successor.is_none() {
                // Eight of Mobile were replaced by techniques given up later, T1454 by nothing.
                let end = old.and_then(|old| old.via.last()).and_then(|end| attack.object(*end));
                assert_eq!(object.domains, [Domain::Mobile], "{}", object.id);
                assert!(end.map_or(object.id == id("T1454"), |end| end.status == Status::Deprecated), "{}", object.id);
            }
            if let Some(successor) = object.successor {
                assert_eq!(attack.object(successor).map(|o| o.status), Some(Status::Active), "{}", object.id);
            }
            assert_eq!(old.is_some(), object.status != Status::Active, "{}", object.id);
            assert_eq!(old.and_then(|old| old.successor), object.successor);
        }
        for (text, old) in &attack.old_ids {
            assert_ne!(old.status, Status::Active, "{text}");
            assert!(old.successor.is_none_or(|id| attack.object(id).is_some_and(|o| o.status == Status::Active)));
        }
        assert!(attack.newer_ids.keys().all(|id| attack.object(*id).is_none()));
    }
}

#[test]
fn chains_are_shown_link_by_link() {
    for attack in VERSIONS.iter().map(|v| version(v)) {
        let chain = |text: &str| {
            let old = &attack.old_ids[text];
            let via: Vec<String> = old.via.iter().map(ToString::to_string).collect();
            (old.status, via.join(" "), old.successor.map(|id| id.to_string()).unwrap_or_default())
        };
        assert_eq!(chain("T1191"), (Status::Revoked, String::new(), "T1218.003".to_owned()));
        assert_eq!(chain("T1073"), (Status::Revoked, "T1574.002".to_owned(), "T1574.001".to_owned()));
        assert_eq!(chain("T1162"), (Status::Revoked, "T1547.011".to_owned(), "T1647".to_owned()));
        assert_eq!(chain("T1064"), (Status::Deprecated, String::new(), String::new()));
        assert_eq!(chain("T1454"), (Status::Revoked, String::new(), String::new()));
        assert_eq!(chain("MOB-T1001"), (Status::Revoked, String::new(), "T1398".to_owned()));
        assert_eq!(chain("MOB-T1002"), (Status::Deprecated, "T1399".to_owned(), String::new()));
        assert_eq!(chain("PRE-T1001"), (Status::Deprecated, "T1224".to_owned(), String::new()));
        assert_eq!(chain("T1224"), (Status::Deprecated, String::new(), String::new()));
        assert_eq!(chain("DS0005"), (Status::Deprecated, String::new(), String::new()));
        assert_eq!(attack.old_ids["T1191"].name.as_deref(), Some("CMSTP"));
    }
    assert_eq!(version("19.1").old_ids["T1562.001"].successor, Some(id("T1685")));
    assert!(!version("18.1").old_ids.contains_key("T1562.001"));
}

#[test]
fn the_renamed_tactic_is_old_in_one_version_and_new_in_the_other() {
    let attack = version("19.1");
    assert_eq!(attack.old_tactics["defense-evasion"], [id("TA0005"), id("TA0112")]);
    assert_eq!(attack.tactic(Domain::Enterprise, "defense-evasion"), None);
    assert_eq!(attack.tactic(Domain::Enterprise, "stealth").map(|t| t.id), Some(id("TA0005")));
    assert_eq!(attack.tactic(Domain::Mobile, "defense-evasion").map(|t| t.id), Some(id("TA0030")));
    assert_eq!(attack.tactic(Domain::Ics, "evasion").map(|t| t.id), Some(id("TA0103")));
    assert_eq!(attack.tactic(Domain::Mobile, "network-effects"), None);
    assert!(attack.newer_tactics.is_empty());
    assert_eq!(attack.old_tactics["adversary-opsec"], []);

    let attack = version("18.1");
    assert!(!attack.old_tactics.contains_key("defense-evasion"));
    assert_eq!(attack.tactic(Domain::Enterprise, "defense-evasion").map(|t| t.id), Some(id("TA0005")));
    let newer: Vec<_> = attack.newer_tactics.iter().map(|(k, v)| (k.as_str(), v.since.as_str(), &v.was[..])).collect();
    assert_eq!(newer, [("defense-impairment", "19.0", &[id("TA0005")][..]), ("stealth", "19.0", &[id("TA0005")])]);
}

#[test]
fn tactics_stand_in_matrix_order() {
    let attack = version("19.1");
    let columns: BTreeMap<Domain, Vec<String>> = attack
        .matrix
        .iter()
        .map(|(domain, tactics)| (*domain, tactics.iter().map(ToString::to_string).collect()))
        .collect();
    assert_eq!(columns[&Domain::Enterprise][5..9], ["TA0004", "TA0005", "TA0112", "TA0006"]);
    assert_eq!((columns[&Domain::Enterprise].len(), columns[&Domain::Mobile].len()), (15, 12));
    assert_eq!(columns[&Domain::Ics][0], "TA0108");
    assert_eq!(attack.object(id("T1574")).map(|t| t.tactics.clone()), Some(vec![id("TA0002"), id("TA0005")]));
}

#[test]
fn ids_of_a_newer_release_say_which() {
    let (attack, newest) = (version("18.1"), version("19.1"));
    for newer in ["T1685", "TA0112", "G1054", "S9001", "C0060", "T0843.001"] {
        assert_eq!(attack.newer_ids.get(&id(newer)).map(String::as_str), Some("19.0"), "{newer}");
        assert!(!newest.newer_ids.contains_key(&id(newer)), "{newer}");
    }
    assert_eq!(newest.newer_ids[&id("G1056")], "19.2");
}

#[test]
fn a_group_of_several_domains_is_one_object() {
    let attack = version("19.1");
    let group = attack.object(id("G0034")).expect("Sandworm Team");
    assert_eq!(group.domains, Domain::ALL);
    let muddy = attack.object(id("G0069")).expect("MuddyWater");
    assert_eq!((muddy.name.as_str(), muddy.status), ("MuddyWater", Status::Active));
    let uses = attack.relations.iter().filter(|r| r.kind == RelationKind::Uses && r.source == muddy.id);
    let uses: Vec<AttackId> = uses.map(|r| r.target).collect();
    assert!(uses.contains(&id("T1059.001")) && uses.contains(&id("T1218.003")), "{uses:?}");
    // ICS once used BISCUIT's number for EKANS.
    assert_eq!(attack.object(id("S0017")).map(|o| (o.name.as_str(), o.domains.len())), Some(("BISCUIT", 1)));
}

#[test]
fn earlier_names_lead_to_their_technique() {
    let attack = version("19.1");
    assert_eq!(attack.old_names["Signed Binary Proxy Execution"], id("T1218"));
    assert_eq!(attack.old_names["Windows File and Directory Permissions Modification"], id("T1222.001"));
    assert!(!version("18.1").old_names.contains_key("Windows File and Directory Permissions Modification"));
}

#[test]
fn sub_techniques_have_their_own_name_only() {
    let attack = version("19.1");
    assert_eq!(attack.object(id("T1059.001")).map(|o| o.name.as_str()), Some("PowerShell"));
}
