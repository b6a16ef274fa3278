//! What `check` says of the tags of a rule beyond single references to ATT&CK: of tactics and
//! techniques beside each other, of other namespaces, of content for a newer release.

use std::fs;
use std::path::Path;

use crate::project::{check, findings, project, purplebook, write};

/// Writes a rule with these tags, the first on line 5.
fn write_rule(folder: &Path, name: &str, tags: &[&str]) {
    let list = tags.join("\n  - ");
    let text = format!(
        "title: A rule {name}\nlogsource: {{product: windows}}\ndetection: {{a: {{b: c}}, condition: a}}\ntags:\n  - {list}\n"
    );
    write(folder, &format!("content/rules/{name}.yml"), &text);
}

/// The findings on a rule with these tags; without the file's name and the total.
fn tagged(tags: &[&str]) -> Vec<String> {
    let dir = project(&[]);
    write_rule(dir.path(), "r", tags);
    findings(dir.path(), &[]).into_iter().map(|line| line.replace("content/rules/r.yml:", "")).collect()
}

#[test]
fn a_tactic_needs_one_of_the_techniques() {
    assert_eq!(tagged(&["attack.execution", "attack.t1059.001"]), [""; 0]);
    assert_eq!(
        tagged(&["attack.persistence", "attack.execution", "attack.t1059.001", "attack.impact"]),
        [
            "5:5: note[PB213] none of the rule's techniques belongs to `attack.persistence`",
            "8:5: note[PB213] none of the rule's techniques belongs to `attack.impact`",
        ]
    );
    // Without a technique, and with one of another domain under a name both have.
    assert_eq!(tagged(&["attack.persistence"]), [""; 0]);
    assert_eq!(tagged(&["attack.persistence", "attack.t1398"]), [""; 0]);
    // What stands beside a retired or unknown tag was true in another release.
    assert_eq!(tagged(&["attack.persistence", "attack.t1059.001", "attack.t1086"]).len(), 1);
    assert_eq!(tagged(&["attack.persistence", "attack.t1059.001", "attack.t9999"]).len(), 1);
}

#[test]
fn a_technique_needs_one_of_its_tactics_where_there_are_any() {
    let missing = "note[PB214] the rule has no tag of a tactic of T1059.001 (PowerShell)";
    assert_eq!(tagged(&["attack.persistence", "attack.t1547.001", "attack.t1059.001"]), [format!("7:5: {missing}")]);
    // One of several is enough; none at all is a way of writing rules.
    assert_eq!(tagged(&["attack.persistence", "attack.t1547.001"]), [""; 0]);
    assert_eq!(tagged(&["attack.t1547.001", "attack.t1059.001"]), [""; 0]);
}

#[test]
fn a_technique_says_no_more_than_its_own_sub_technique() {
    assert_eq!(
        tagged(&["attack.execution", "attack.t1059.001", "attack.t1059", "attack.t1059.003"]),
        ["7:5: note[PB215] T1059 (Command and Scripting Interpreter) is tagged beside its own sub-technique T1059.001"]
    );
    assert_eq!(tagged(&["attack.execution", "attack.t1059.001", "attack.t1053"]), [""; 0]);
}

#[test]
fn each_namespace_has_its_form() {
    let sound = [
        "car.2016-04-005",
        "cve.2021-44228",
        "cve.1999-0001",
        "d3fend.d3-am",
        "d3fend.d3f-WindowsNtOpenFile",
        "d3fend.harden",
        "detection.dfir",
        "detection.threat-hunting",
        "stp.4",
        "stp.3k",
        "tlp.amber-strict",
        "tlp.clear",
    ];
    assert_eq!(tagged(&sound), [""; 0]);
    let broken = [
        "car.2016-04-05",
        "cve.44228",
        "cve.2021-123",
        "cve.CVE-2021-44228",
        "d3fend.D3-AM",
        "detection.hunting",
        "stp.6",
        "stp.3x",
        "tlp.pink",
        "\"tlp.\"",
        "TLP.red",
    ];
    let found = tagged(&broken);
    assert_eq!(found.len(), broken.len(), "{found:#?}");
    assert!(found.iter().all(|line| line.contains("warning[PB216]")), "{found:#?}");
    assert_eq!(
        found[9],
        "14:6: warning[PB216] `tlp.` is no tag of `tlp`, which has `red`, `amber`, `amber-strict`, `green` and `clear`"
    );
    assert_eq!(found[10], "15:5: warning[PB216] the tag `TLP.red` is not in lower case");
}

#[test]
fn help_names_what_was_meant() {
    for (tag, help) in [
        ("cve.2021.44228", "use `cve.2021-44228`"),
        ("cve.CVE-2021-44228", "use `cve.2021-44228`"),
        ("TLP.Red", "use `tlp.red`"),
        ("tlp.white", "use `tlp.clear`"),
        ("d3fend.D3-AM", "use `d3fend.d3-am`"),
        ("d3fend.D3F-Process", "use `d3fend.d3f-Process`"),
        ("tlp.amber+strict", "use `tlp.amber-strict`"),
        ("detection.threat_hunting", "use `detection.threat-hunting`"),
        ("atack.t1059", "did you mean `attack.t1059`?"),
    ] {
        let dir = project(&[]);
        write_rule(dir.path(), "r", &[tag]);
        let text = purplebook(dir.path(), &["check", "--output", "site"]).1;
        assert!(text.contains(&format!("help: {help}\n")), "{tag}: {text}");
    }
}

#[test]
fn content_for_a_newer_release_is_told_once() {
    let dir = project(&[]);
    let args = ["--attack-version", "18.1"];
    for i in 0..9 {
        write_rule(dir.path(), &i.to_string(), &["attack.stealth", "attack.persistence", "attack.t1059.001"]);
    }
    // Few are told one by one.
    let text = check(dir.path(), &args).1;
    assert_eq!(text.matches("error[PB208]").count(), 9, "{text}");
    write_rule(dir.path(), "9", &["attack.t1685", "attack.persistence", "attack.t1059.001"]);
    assert_eq!(
        check(dir.path(), &args).1,
        "content/rules/0.yml:5:5: error[PB212] the content is written for ATT&CK 19.0 or later, and ATT&CK 18.1 is in \
         use: 10 references in 10 files lead to what only the newer one has\n1 error in 1 file\n"
    );
    // Under the release it is written for, each rule is looked at.
    let text = check(dir.path(), &[]).1;
    assert!(!text.contains("PB212") && text.matches("[PB213]").count() > 9, "{text}");
}

/// Rules with a retired tactic, two retired ids and a misspelt one.
fn old_rules(folder: &Path, rules: usize) {
    for i in 0..rules {
        write_rule(
            folder,
            &i.to_string(),
            &["attack.defense_evasion", "attack.t1086", "attack.t1055", "attack.t1064", "attack.t9999"],
        );
    }
}

#[test]
fn content_for_an_older_release_is_told_once_and_its_mistakes_beside_it() {
    let dir = project(&[]);
    let run = |args: &[&str]| check(dir.path(), args).1;
    old_rules(dir.path(), 4);
    // Few are told one by one.
    let text = run(&[]);
    assert_eq!((text.matches("[PB206]").count(), text.matches("[PB209]").count()), (4, 4), "{text}");
    old_rules(dir.path(), 5);
    let text = run(&[]);
    let headline = "content/rules/0.yml:5:5: warning[PB218] the content is written for ATT&CK 18 or earlier, parts of it \
                    for ATT&CK 6 or earlier, and ATT&CK 19.1 is in use: 10 references in 5 files go by what has been \
                    replaced since\n";
    assert!(text.starts_with(headline), "{text}");
    let each = |n: usize| {
        format!(
            "content/rules/{n}.yml:8:5: warning[PB207] ATT&CK deprecated T1064 (Scripting) and names nothing in its place\n\
             content/rules/{n}.yml:9:5: error[PB201] ATT&CK 19.1 has no technique `t9999`\n"
        )
    };
    let mistakes: String = (0..5).map(each).collect();
    assert_eq!(text, format!("{headline}{mistakes}5 errors, 6 warnings in 5 files\n"));
    // One in twenty makes a release; fewer were overlooked.
    for i in 0..175 {
        write_rule(dir.path(), &format!("current{i}"), &["attack.t1003"]);
    }
    let text = run(&[]);
    assert_eq!((text.matches("[PB218]").count(), text.matches("[PB206]").count()), (1, 0), "10 of 200");
    write_rule(dir.path(), "current175", &["attack.t1003"]);
    let text = run(&[]);
    assert_eq!((text.matches("[PB218]").count(), text.matches("[PB206]").count()), (0, 5), "10 of 201");
    for i in 0..176 {
        fs::remove_file(dir.path().join(format!("content/rules/current{i}.yml"))).expect("removed");
    }

    // Who does not want the one is told each.
    let config = dir.path().join("purplebook.toml");
    fs::write(&config, "[check]\nallow = [\"PB218\"]\n").expect("written");
    let text = run(&[]);
    assert_eq!((text.matches("[PB206]").count(), text.matches("[PB218]").count()), (5, 0), "{text}");
    // What fails a check is not hidden behind what does not.
    fs::write(&config, "[check]\ndeny = [\"PB206\"]\n").expect("written");
    let text = run(&[]);
    assert_eq!((text.matches("error[PB206]").count(), text.matches("[PB209]").count()), (5, 0), "{text}");
    fs::write(&config, "").expect("written");

    // A reference that comes later is told although the rest is known.
    run(&["--baseline", "write"]);
    assert_eq!(run(&["--baseline", "use"]), "no findings\n");
    write_rule(dir.path(), "later", &["attack.t1086"]);
    let text = run(&["--baseline", "use"]);
    assert!(text.starts_with("content/rules/later.yml:5:5: warning[PB206]"), "{text}");
    fs::remove_file(dir.path().join("content/rules/later.yml")).expect("removed");

    // What it stands for is mended as if it were told.
    run(&["--fix"]);
    let text = run(&[]);
    assert!(!text.contains("[PB218]") && !text.contains("[PB206]") && text.contains("[PB207]"), "{text}");
}
