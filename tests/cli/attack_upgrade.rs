//! `purplebook attack upgrade` on whole collections of rules, held against ATT&CK's tables by
//! nothing but reading lines and looking them up: rules tagged for 18.1, and those of 2019.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::project::purplebook;

/// ATT&CK's history as the tables beside the project have it; ids in capitals.
struct Tables {
    /// Tactics by technique, for 18.1 and 19.1.
    tactics: [BTreeMap<String, BTreeSet<String>>; 2],
    /// Successors under 19.1; none where an id was given up.
    retired: BTreeMap<String, Option<String>>,
    /// Ids that only 19.1 has, with those of 18.1 they replaced.
    new: BTreeMap<String, Vec<String>>,
}

fn rows(shared: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(shared.join("attack").join(name)).expect(name);
    let mut lines = text.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    lines.map(|cells| header.iter().cloned().zip(cells).collect()).collect()
}

impl Tables {
    fn read(shared: &Path) -> Self {
        let mut tables = Self { tactics: Default::default(), retired: BTreeMap::new(), new: BTreeMap::new() };
        let sets = [
            ["attack-18.1-techniques.tsv", "attack-18.1-mobile-techniques.tsv", "attack-18.1-ics-techniques.tsv"],
            ["attack-19.1-techniques.tsv", "attack-18.1-mobile-techniques.tsv", "attack-19.0-ics-techniques.tsv"],
        ];
        for (i, set) in sets.iter().enumerate() {
            for row in set.iter().flat_map(|name| rows(shared, name)) {
                let tactics = row["tactics"].split(',').map(str::to_owned).collect();
                tables.tactics[i].entry(row["id"].clone()).or_insert(tactics);
            }
        }
        for row in rows(shared, "attack-old-ids.tsv") {
            let id = row["id"].to_ascii_uppercase();
            let successor = Some(row["successor_19.1"].clone()).filter(|id| !id.is_empty());
            match row["status_19.1"].as_str() {
                "" | "active" => continue,
                _ => tables.retired.insert(id.clone(), successor.clone()),
            };
            if let (Some(new), "active") = (successor, row["status_18.1"].as_str())
                && !tables.tactics[0].contains_key(&new)
            {
                tables.new.entry(new).or_default().push(id);
            }
        }
        tables
    }

    /// The id a tag names, and what stands in its place under 19.1.
    fn current(&self, tag: &str) -> Option<(String, Option<String>)> {
        let id = tag.strip_prefix("attack.")?.to_ascii_uppercase();
        let is_id = id.len() > 4 && id[1..].starts_with(|c: char| c.is_ascii_digit());
        is_id.then(|| (id.clone(), self.retired.get(&id).map_or(Some(id), Clone::clone)))
    }

    fn tactics_of(&self, release: usize, id: &str) -> BTreeSet<String> {
        self.tactics[release].get(id).cloned().unwrap_or_default()
    }
}

/// The tags of a rule with their lines, read without a YAML parser.
fn tags(text: &str) -> Vec<(usize, String)> {
    let mut tags = Vec::new();
    let mut inside = false;
    for (number, line) in (1..).zip(text.lines()) {
        let item = line.trim_start().strip_prefix("- ");
        inside = line.trim_end() == "tags:" || (inside && (item.is_some() || line.trim_start().starts_with('#')));
        if let Some(item) = item.filter(|_| inside) {
            let tag = item.split(" #").next().unwrap_or_default().trim().trim_matches(['\'', '"']);
            tags.push((number, tag.to_owned()));
        }
    }
    tags
}

fn other_lines(text: &str) -> Vec<&str> {
    let tagged: BTreeSet<usize> = tags(text).into_iter().map(|(line, _)| line).collect();
    // The comment of a tag that goes stays, on a line of its own.
    let is_other = |(number, line): &(usize, &str)| !tagged.contains(number) && !line.trim_start().starts_with('#');
    (1..).zip(text.split_inclusive('\n')).filter(is_other).map(|(_, line)| line).collect()
}

/// The rule as it was tagged for 18.1: the tactics that were one, and ids of 19 by one of those
/// they replaced.
fn for_18(text: &str, n: usize, tables: &Tables) -> String {
    let listed: BTreeMap<usize, String> = tags(text).into_iter().collect();
    let mut seen = BTreeSet::new();
    let mut out = String::new();
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let Some(tag) = listed.get(&number) else {
            out.push_str(line);
            continue;
        };
        let id = tag.strip_prefix("attack.").unwrap_or_default().to_ascii_uppercase();
        let before = match (tag.as_str(), tables.new.get(&id)) {
            ("attack.stealth" | "attack.defense-impairment", _) => "attack.defense-evasion".to_owned(),
            (_, Some(old)) => format!("attack.{}", old[n % old.len()].to_ascii_lowercase()),
            _ => tag.clone(),
        };
        if seen.insert(before.clone()) {
            out.push_str(&line.replace(tag, &before));
        }
    }
    out
}

fn out(folder: &Path, args: &[&str]) -> String {
    let (_, out, err) = purplebook(folder, args);
    assert_eq!(err, "");
    out
}

fn rule_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rule_files(&path, files);
        } else if path.extension().is_some_and(|end| end == "yml") {
            files.push(path);
        }
    }
}

/// What is asked: file, tag, why, candidates.
type Question = (String, String, String, Vec<String>);

/// Runs the upgrade; its report and its questions, these with their lines in the text before.
fn upgrade(dir: &TempDir) -> (Value, Vec<Question>) {
    let out = out(dir.path(), &["attack", "upgrade", "--to", "19.1", "--fix", "--format", "json"]);
    let report: Value = serde_json::from_str(&out).expect("JSON");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let mut questions = Vec::new();
    for file in report["files"].as_array().expect("files") {
        for asked in file["questions"].as_array().expect("questions") {
            let candidates = asked["candidates"].as_array().expect("candidates").iter().map(text).collect();
            questions.push((text(&file["path"]), text(&asked["written"]), text(&asked["why"]), candidates));
        }
    }
    (report, questions)
}

/// What `check` says of ATT&CK under a release: code, file and tag.
fn told(dir: &TempDir, release: &str, texts: &BTreeMap<String, String>) -> BTreeSet<(String, String, String)> {
    fs::create_dir_all(dir.path().join("site")).expect("a folder");
    let args = ["check", "--format", "json", "--output", "site", "--attack-version", release];
    let out = out(dir.path(), &args);
    let report: Value = serde_json::from_str(&out).expect("JSON");
    let mut found = BTreeSet::new();
    for finding in report["findings"].as_array().expect("findings") {
        let code = finding["code"].as_str().expect("a code");
        if !code.starts_with("PB2") || ["PB215", "PB216", "PB217"].contains(&code) {
            continue;
        }
        let place = &finding["place"];
        let path = place["path"].as_str().expect("a path");
        let line = place["line"].as_u64().expect("a line");
        let tag = tags(&texts[path]).into_iter().find(|(number, _)| *number as u64 == line).expect("a tag").1;
        found.insert((code.to_owned(), path.to_owned(), tag));
    }
    found
}

/// A project with these rules, and `[attack] version` where one is given.
fn project(sets: &[PathBuf], version: Option<&str>, as_tagged: impl Fn(&str, usize) -> String) -> TempDir {
    let dir = TempDir::new().expect("a temporary folder");
    // Their queries are no matter here, and take time.
    let mut config = "[queries]\nshow = []\n".to_owned();
    if let Some(version) = version {
        config = format!("{config}[attack]\nversion = \"{version}\"\n");
    }
    fs::write(dir.path().join("purplebook.toml"), config).expect("written");
    for set in sets {
        let mut files = Vec::new();
        rule_files(set, &mut files);
        files.sort();
        for (n, file) in files.iter().enumerate() {
            let inside = file.strip_prefix(set.parent().expect("a parent")).expect("inside");
            let to = dir.path().join("content/rules").join(inside);
            fs::create_dir_all(to.parent().expect("a parent")).expect("a folder");
            fs::write(to, as_tagged(&fs::read_to_string(file).expect("text"), n)).expect("written");
        }
    }
    dir
}

fn texts(dir: &TempDir) -> BTreeMap<String, String> {
    let mut files = Vec::new();
    rule_files(&dir.path().join("content"), &mut files);
    let inside = |path: &Path| path.strip_prefix(dir.path()).expect("inside").to_str().expect("text").to_owned();
    files.iter().map(|path| (inside(path), fs::read_to_string(path).expect("text"))).collect()
}

/// What is held against the tables.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    rules: usize,
    ids: usize,
    tactics: usize,
    questions: usize,
}

/// Upgrades a project and looks at each tag of each rule.
fn is_current_but_for_the_questions(dir: &TempDir, tables: &Tables, from: Option<&str>) -> Seen {
    let before = texts(dir);
    let (report, questions) = upgrade(dir);
    let after = texts(dir);
    assert_eq!(before.len(), after.len());
    let asked: BTreeSet<(&str, &str)> = questions.iter().map(|(path, tag, ..)| (path.as_str(), tag.as_str())).collect();
    let mut seen = Seen { rules: before.len(), questions: questions.len(), ..Seen::default() };
    let mut were_held = BTreeMap::new();
    for (path, text) in &before {
        assert_eq!(other_lines(text), other_lines(&after[path]), "{path}: only tags change");
        let (old, new) = (tags(text), tags(&after[path]));
        let old: Vec<&str> = old.iter().map(|(_, tag)| tag.as_str()).collect();
        let new: BTreeSet<&str> = new.iter().map(|(_, tag)| tag.as_str()).collect();
        let ids: Vec<(String, Option<String>)> = old.iter().filter_map(|tag| tables.current(tag)).collect();
        // One that was given up has the tactics it had.
        let current = ids.iter().map(|(id, current)| current.as_ref().unwrap_or(id));
        let held: BTreeSet<String> = current.flat_map(|id| tables.tactics_of(1, id)).collect();
        let was_held: BTreeSet<String> = ids.iter().flat_map(|(id, _)| tables.tactics_of(0, id)).collect();
        were_held.insert(path.clone(), was_held.clone());
        for tag in &old {
            let is_asked = asked.contains(&(path.as_str(), tag));
            let says = format!("{path}: {tag} of {old:?} became {new:?}");
            if let Some((id, current)) = tables.current(tag) {
                seen.ids += usize::from(current.as_ref() != Some(&id));
                // Exactly one successor ends current; none is asked; the rest stays.
                match current {
                    Some(current) => {
                        assert!(new.contains(format!("attack.{}", current.to_ascii_lowercase()).as_str()), "{says}");
                        assert!(current == id || !new.contains(tag), "{says}");
                        assert!(!is_asked, "{says}");
                    }
                    None => assert!(is_asked && new.contains(tag), "{says}"),
                }
                continue;
            }
            let Some(slug) = tag.strip_prefix("attack.").map(|name| name.replace('_', "-")) else {
                assert!(new.contains(tag), "{says}");
                continue;
            };
            if slug == "defense-evasion" {
                seen.tactics += 1;
                let parts: Vec<&str> =
                    ["stealth", "defense-impairment"].into_iter().filter(|p| held.contains(*p)).collect();
                assert_eq!(parts.is_empty(), is_asked, "{says}");
                assert_eq!(parts.is_empty(), new.contains(tag), "{says}");
                assert!(parts.iter().all(|part| new.contains(format!("attack.{part}").as_str())), "{says}");
            } else if held.contains(&slug) {
                assert!(new.contains(format!("attack.{slug}").as_str()) && !is_asked, "{says}");
            } else if from.is_some() && was_held.contains(&slug) {
                // The last technique of the tactic has left it, so the tactic has gone or is asked.
                assert_eq!(new.contains(tag), is_asked, "{says}");
            }
        }
        // Of all that was right, nothing is wrong and nobody told.
        if from.is_some() {
            let has_one = |tactics: &BTreeSet<String>, tags: &[&str]| {
                tactics.iter().any(|tactic| tags.contains(&format!("attack.{tactic}").as_str()))
            };
            let new: Vec<&str> = new.iter().copied().collect();
            for (id, current) in &ids {
                let Some(current) = current else { continue };
                let was_right = has_one(&tables.tactics_of(0, id), &old);
                let is_right = has_one(&tables.tactics_of(1, current), &new);
                let is_asked = asked.iter().any(|(file, _)| file == path);
                assert!(!was_right || is_right || is_asked, "{path}: {id} of {old:?} became {new:?}");
            }
        }
    }

    let left = told(dir, "19.1", &after);
    let untold: Vec<_> = asked
        .iter()
        .filter(|(path, tag)| !left.iter().any(|(_, file, told)| (file.as_str(), told.as_str()) == (*path, *tag)))
        .collect();
    assert!(untold.is_empty(), "asked, but `check` has nothing to say: {untold:?}");
    for finding @ (code, path, tag) in &left {
        let is_asked = asked.contains(&(path.as_str(), tag.as_str()));
        match code.as_str() {
            // A tactic its author has put beside techniques of others; that nothing which was right
            // is wrong now is looked at above.
            "PB213" => {
                let slug = tag.trim_start_matches("attack.");
                assert!(is_asked || from.is_none() || !were_held[path].contains(slug), "{finding:?}");
            }
            "PB214" => {}
            _ => assert!(is_asked, "{code} {path} {tag} was not asked"),
        }
    }

    let (second, again) = upgrade(dir);
    assert_eq!(after, texts(dir), "a second run changes nothing");
    assert_eq!(questions, again, "a second run asks the same");
    assert_eq!(second["summary"]["files"], 0);
    assert_eq!(report["written"], true);
    seen
}

fn corpus() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !shared.is_dir() {
        println!("skipped: {} is not there", shared.display());
        return None;
    }
    Some(shared.canonicalize().expect("a folder"))
}

#[test]
fn rules_tagged_for_18_are_current_but_for_the_questions() {
    let Some(shared) = corpus() else { return };
    let tables = Tables::read(&shared);
    let sets =
        ["rules", "rules-emerging-threats", "rules-threat-hunting", "rules-compliance", "deprecated", "unsupported"];
    let sets: Vec<PathBuf> = sets.iter().map(|set| shared.join("sigma-2026").join(set)).collect();
    let dir = project(&sets, Some("18.1"), |text, n| for_18(text, n, &tables));
    let seen = is_current_but_for_the_questions(&dir, &tables, Some("18.1"));
    assert_eq!(seen, Seen { rules: 1908, ids: 110, tactics: 751, questions: 77 });
}

#[test]
fn the_rules_of_2019_are_current_but_for_the_questions() {
    let Some(shared) = corpus() else { return };
    let tables = Tables::read(&shared);
    let sets = [shared.join("sigma-2019/rules")];
    let dir = project(&sets, None, |text, _| text.to_owned());
    let seen = is_current_but_for_the_questions(&dir, &tables, None);
    assert_eq!(seen, Seen { rules: 137, ids: 44, tactics: 18, questions: 10 });
    let dir = project(&sets, Some("18.1"), |text, _| text.to_owned());
    let seen = is_current_but_for_the_questions(&dir, &tables, Some("18.1"));
    assert_eq!(seen, Seen { rules: 137, ids: 44, tactics: 18, questions: 10 });
}

/// The tags of a rule after two upgrades, each with `args`, and what both ask.
fn twice(config: &str, args: &[&str], tags: &[&str]) -> (Vec<String>, String) {
    let dir = TempDir::new().expect("a temporary folder");
    let list = tags.join("\n  - ");
    let text = format!(
        "title: T\ntags:\n  - {list}\nlogsource: {{product: windows}}\ndetection: {{a: {{b: c}}, condition: a}}\n"
    );
    fs::create_dir_all(dir.path().join("content/rules")).expect("a folder");
    let path = dir.path().join("content/rules/r.yml");
    fs::write(&path, text).expect("written");
    fs::write(dir.path().join("purplebook.toml"), config).expect("written");
    let args = [&["attack", "upgrade", "--to", "19.1", "--fix"], args].concat();
    let questions = |out: &str| -> String {
        let lines = out.lines().filter(|line| line.contains(" ? ") || line.starts_with("      "));
        lines.map(|line| line.trim_start_matches(|c: char| !c.is_alphabetic()).to_owned() + "\n").collect()
    };
    let asked = questions(&out(dir.path(), &args));
    let after = fs::read_to_string(&path).expect("text");
    assert_eq!(questions(&out(dir.path(), &args)), asked, "a second run asks the same");
    assert_eq!(fs::read_to_string(&path).expect("text"), after, "a second run changes nothing");
    (self::tags(&after).into_iter().map(|(_, tag)| tag).collect(), asked)
}

#[test]
fn a_tactic_its_technique_has_left_is_asked_in_every_run() {
    let (tags, asked) = twice("", &[], &["attack.persistence", "attack.t1038"]);
    assert_eq!(tags, ["attack.persistence", "attack.t1574.001"]);
    let why = "attack.persistence ? T1038 and T1574.002 were in this tactic, T1574.001 in their place is not\n\
               candidates: attack.execution, attack.stealth\n";
    assert_eq!(asked, why);
    // Once it is answered, nobody asks.
    let answered = ["attack.stealth", "attack.t1574.001"];
    assert_eq!(twice("", &[], &answered), (answered.map(str::to_owned).to_vec(), String::new()));
}

#[test]
fn tactics_follow_techniques_that_were_moved_where_the_release_before_is_known() {
    const PINNED: &str = "[attack]\nversion = \"18.1\"\n";
    let tags = ["attack.defense-evasion", "attack.persistence", "attack.t1574.012"];
    let unknown = ["attack.stealth", "attack.persistence", "attack.t1574.012"];
    assert_eq!(twice("", &[], &tags).0, unknown, "persistence may be its author's own");
    let known = ["attack.stealth", "attack.t1574.012"];
    assert_eq!(twice("", &["--from", "18.1"], &tags).0, known);
    assert_eq!(twice(PINNED, &[], &tags).0, known);
    // A technique in neither part brings its own tactic.
    let (tags, asked) = twice(PINNED, &[], &["attack.defense-evasion", "attack.t1562.001", "attack.t1550.002"]);
    let wanted = ["attack.defense-impairment", "attack.lateral-movement", "attack.t1685", "attack.t1550.002"];
    assert_eq!((tags, asked.as_str()), (wanted.map(str::to_owned).to_vec(), ""));
    // What only the later release has was chosen for it.
    let chosen = ["attack.stealth", "attack.t1548.002", "attack.privilege-escalation"];
    assert_eq!(twice(PINNED, &[], &chosen).0, chosen);
    let (_, asked) = twice(PINNED, &[], &["attack.persistence", "attack.t1574.012"]);
    let why = "attack.persistence ? T1574.012 was in this tactic in ATT&CK 18.1, and is not in 19.1\n\
               candidates: attack.execution, attack.stealth\n";
    assert_eq!(asked, why);
}

#[test]
fn who_goes_by_another_release_is_told_so() {
    let dir = TempDir::new().expect("a temporary folder");
    let config = dir.path().join("purplebook.toml");
    fs::write(&config, "[attack]\nversion = \"18.1\"\n").expect("written");
    let text = out(dir.path(), &["attack", "upgrade", "--to", "19.1"]);
    assert_eq!(
        text,
        "0 files to change, 0 references moved, 0 dropped, 0 questions\nATT&CK 18.1 is in use; set `version = \"19.1\"` in \
         `[attack]` for `check` and `build` to go by 19.1\n"
    );
    fs::write(&config, "").expect("written");
    let unknown = purplebook(dir.path(), &["attack", "upgrade", "--from", "17.0", "--to", "19.1"]);
    let message = "error: ATT&CK 17.0 is not at hand; at hand are `19.1` and `18.1`\n";
    assert_eq!(unknown, (2, String::new(), message.to_owned()));
    let text = out(dir.path(), &["attack", "list", "--format", "json"]);
    let list: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(list["releases"][0]["version"], "19.1");
    assert_eq!(list["releases"][0]["in_use"], true);
    assert_eq!(list["releases"][1]["domains"][0]["sub_techniques"], 475);
}
