//! `purplebook attack upgrade` and layers of the ATT&CK Navigator: which bytes change, what is
//! asked, and which files are layers at all.

// snapbox writes its snapshots with hashes.
#![allow(clippy::needless_raw_string_hashes)]

use std::fs;
use std::path::Path;

use crate::project::{project, purplebook};
use snapbox::{assert_data_eq, str};

fn upgrade(folder: &Path, args: &[&str]) -> (i32, String) {
    let (code, out, err) = purplebook(folder, &[&["attack", "upgrade", "--to", "19.1"], args].concat());
    assert_eq!(err, "");
    (code, out)
}

/// A layer after the upgrade, which is the same after another, and the report without its diff.
fn upgraded(layer: &str) -> (String, String) {
    let dir = project(&[("content/layers/l.json", layer)]);
    let (_, report) = upgrade(dir.path(), &["--fix"]);
    let read = || fs::read_to_string(dir.path().join("content/layers/l.json")).expect("the layer");
    let after = read();
    let (_, again) = upgrade(dir.path(), &["--fix"]);
    assert_eq!(after, read(), "a second run changes nothing: {again}");
    let asked = |text: &str| -> Vec<String> {
        let questions = text.lines().filter(|line| line.contains(" ? ") || line.starts_with("      "));
        questions
            .map(|line| {
                line.split_once(' ')
                    .map_or("", |(_, rest)| rest)
                    .trim_start_matches(|c: char| !c.is_alphabetic())
                    .to_owned()
            })
            .collect()
    };
    assert_eq!(asked(&report), asked(&again), "a second run asks the same");
    (after, report)
}

#[test]
fn a_layer_follows_byte_for_byte() {
    let layer = "\u{feff}{\n\t\"name\": \"Détections\",\r\n  \"versions\": { \"attack\": \"18\", \"layer\": \"4.5\" }, \"domain\" : \"enterprise-attack\",\n\
                 \"techniques\": [\n  {\"techniqueID\": \"T1036\", \"tactic\": \"defense-evasion\", \"score\": 1.50, \"comment\": \"T1562.001 é\"},\n  \
                 { \"score\":2, \"tactic\" : \"defense-evasion\",\"techniqueID\":\"T1562.002\" },\n  {\"techniqueID\": \"T1059\"},\n  \
                 {\"techniqueID\": \"T1562.003\"}\n]}";
    let (after, report) = upgraded(layer);
    let wanted = layer
        .replace("\"attack\": \"18\"", "\"attack\": \"19\"")
        .replace("\"T1036\", \"tactic\": \"defense-evasion\"", "\"T1036\", \"tactic\": \"stealth\"")
        .replace(
            "\"tactic\" : \"defense-evasion\",\"techniqueID\":\"T1562.002\"",
            "\"tactic\" : \"defense-impairment\",\"techniqueID\":\"T1685.001\"",
        )
        .replace("\"T1562.003\"", "\"T1690\"");
    assert_eq!(after, wanted);
    assert_data_eq!(
        report,
        str![[r#"
content/layers/l.json (layer)
  3:28 18 -> 19: the release the layer is of then
  5:39 defense-evasion -> stealth: ATT&CK 19.1 has no tactic `defense-evasion` any more, T1036 is in this one
  6:28 defense-evasion -> defense-impairment: ATT&CK 19.1 has no tactic `defense-evasion` any more, T1685.001 is in this one
  6:60 T1562.002 -> T1685.001: ATT&CK replaced T1562.002 by T1685.001 (Disable or Modify Tools: Disable or Modify Windows Event Log)
  8:20 T1562.003 -> T1690: ATT&CK replaced T1562.003 by T1690 (Prevent Command History Logging)
1 file changed, 1 of them a layer, 5 references moved, 0 dropped, 0 questions

"#]]
    );
}

#[test]
fn the_release_keeps_its_form_and_domains_have_their_own() {
    let of = |domain: &str, version: &str, technique: &str| {
        format!(
            "{{\"versions\": {{\"attack\": {version}}}, \"domain\": \"{domain}\", \"techniques\": [{{\"techniqueID\": \
             \"{technique}\", \"tactic\": \"defense-evasion\"}}]}}"
        )
    };
    for (domain, before, after) in [
        ("enterprise-attack", "\"18.1\"", "\"19.1\""),
        ("enterprise-attack", "17", "19"),
        ("enterprise-attack", "\"19\"", "\"19\""),
        ("enterprise-attack", "\"latest\"", "\"latest\""),
        ("mitre-enterprise", "\"9\"", "\"19\""),
    ] {
        let wanted = of(domain, after, "T1036").replace("defense-evasion", "stealth");
        assert_eq!(upgraded(&of(domain, before, "T1036")).0, wanted);
    }
    // Mobile keeps its tactic.
    let (after, _) = upgraded(&of("mobile-attack", "\"16\"", "T1628"));
    assert_eq!(after, of("mobile-attack", "\"18\"", "T1628"));
    // ICS had a technique replaced.
    let (after, _) = upgraded("{\"domain\": \"ics-attack\", \"techniques\": [{\"techniqueID\": \"T0803\"}]}");
    assert_eq!(after, "{\"domain\": \"ics-attack\", \"techniques\": [{\"techniqueID\": \"T1691.001\"}]}");
    let (after, report) = upgraded(&of("enterprise-attack", "\"20\"", "T1036").replace("defense-evasion", "stealth"));
    assert_eq!(after, of("enterprise-attack", "\"20\"", "T1036").replace("defense-evasion", "stealth"));
    assert!(report.contains("20 ? the layer is of a later ATT&CK than 19.1\n"), "{report}");
}

#[test]
fn entries_that_fall_together_are_one_or_a_question() {
    let layer = |entries: &[&str]| format!("{{\"techniques\": [\n{}\n]}}\n", entries.join(",\n"));
    let entry = |id: &str, score: u32| format!("{{\"techniqueID\": \"{id}\", \"score\": {score}}}");
    let (a, b, c, d) = (entry("T1562", 1), entry("T1562.001", 1), entry("T1059", 7), entry("T1562.006", 1));
    let (after, report) = upgraded(&layer(&[&a, &b, &c, &d]));
    assert_eq!(after, layer(&[&entry("T1685", 1), &c]));
    assert!(
        report.ends_with("1 file changed, 1 of them a layer, 1 reference moved, 2 dropped, 0 questions\n"),
        "{report}"
    );
    let (b, there) = (entry("T1562.001", 2), entry("T1685", 3));
    let before = layer(&[&b, &c, &there]);
    let (after, report) = upgraded(&before);
    assert_eq!(after, before);
    let asked = "  2:18 T1562.001 ? ATT&CK replaced T1562.001 by T1685 (Disable or Modify Tools); line 4 is of the same \
                 then, so the two have to be put together\n      candidates: T1685\n";
    assert!(report.contains(asked), "{report}");
    // What its author has twice stays so.
    let before = layer(&[&c, &c]);
    assert_eq!(
        upgraded(&before),
        (before.clone(), "0 files changed, 0 references moved, 0 dropped, 0 questions\n".to_owned())
    );
}

#[test]
fn what_does_not_follow_is_asked() {
    let one = |id: &str, tactic: &str| {
        format!(
            "{{\"versions\": {{\"attack\": \"18\"}}, \"techniques\": [{{\"techniqueID\": \"{id}\", \"tactic\": \"{tactic}\"}}]}}"
        )
    };
    for (id, tactic, asked) in [
        ("T1064", "execution", "T1064 ? ATT&CK deprecated it (Scripting) and names nothing in its place"),
        ("T9999", "execution", "T9999 ? ATT&CK 19.1 has no such technique"),
        (
            "T1574.001",
            "persistence",
            "persistence ? T1574.001 is not in this tactic in ATT&CK 19.1\n      candidates: execution, stealth",
        ),
        (
            "T1574.002",
            "persistence",
            "persistence ? T1574.001 is not in this tactic in ATT&CK 19.1\n      candidates: execution, stealth",
        ),
    ] {
        let (after, report) = upgraded(&one(id, tactic));
        assert!(report.contains(asked), "{report}");
        let wanted = one(if id == "T1574.002" { "T1574.001" } else { id }, tactic).replace("\"18\"", "\"19\"");
        assert_eq!(after, wanted);
    }
    // Written so that an edit would have to guess.
    let escaped = "{\"techniques\": [{\"techniqueID\": \"T\\u0031191\"}]}";
    let (after, report) = upgraded(escaped);
    assert_eq!(after, escaped);
    assert!(
        report.contains("1:17 T1191 ? ") && report.contains("it is written in a way that is not edited"),
        "{report}"
    );
}

#[test]
fn layers_are_found_where_the_configuration_says_and_beside_pages() {
    let layer = "{\"techniques\": [{\"techniqueID\": \"T1191\"}]}";
    let files = [
        ("content/layers/deep/er/a.JSON", layer),
        ("content/layers/.hidden.json", layer),
        ("content/layers/notes.txt", layer),
        ("content/layers/other.json", "{\"techniques\": [\"T1191\"]}"),
        ("content/pages/files/b.json", layer),
        ("content/pages/index.md", "# Start\n"),
        ("elsewhere/c.json", layer),
        ("content/rules/d.json", layer),
    ];
    let dir = project(&files);
    let (code, out) = upgrade(dir.path(), &["--format", "json"]);
    assert_eq!(code, 1);
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let paths = |report: &serde_json::Value| -> Vec<String> {
        report["files"]
            .as_array()
            .expect("files")
            .iter()
            .map(|file| file["path"].as_str().expect("text").to_owned())
            .collect()
    };
    assert_eq!(paths(&report), ["content/layers/deep/er/a.JSON", "content/pages/files/b.json"]);
    assert_data_eq!(
        serde_json::to_string_pretty(&report["files"][1]).expect("JSON"),
        str![[r#"
{
  "changes": [
    {
      "column": 34,
      "from": "T1191",
      "line": 1,
      "to": [
        "T1218.003"
      ],
      "why": "ATT&CK replaced T1191 by T1218.003 (System Binary Proxy Execution: CMSTP)"
    }
  ],
  "edits": [
    {
      "end": 38,
      "start": 33,
      "text": "T1218.003"
    }
  ],
  "layer": true,
  "moved_to": null,
  "path": "content/pages/files/b.json",
  "questions": []
}
"#]]
    );
    fs::write(dir.path().join("purplebook.toml"), "[attack]\nlayers = [\"elsewhere\"]\n").expect("written");
    let (_, out) = upgrade(dir.path(), &["--fix", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(paths(&report), ["content/pages/files/b.json", "elsewhere/c.json"]);
    let read = |path: &str| fs::read_to_string(dir.path().join(path)).expect("a file");
    let after = layer.replace("T1191", "T1218.003");
    assert_eq!((read("content/pages/files/b.json"), read("elsewhere/c.json")), (after.clone(), after));
    assert!(
        files
            .iter()
            .filter(|(path, _)| !path.contains("b.json") && !path.contains("c.json"))
            .all(|(path, text)| read(path) == *text)
    );
}
