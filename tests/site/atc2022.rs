//! The Markdown profile `atc-2022` writes the pages ATC published in its last state, byte for byte,
//! what the converter printed for its seven backends among it.
//!
//! Small pages of every kind are always compared; all published pages are, where they are beside
//! the project.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::built::site;

/// Where ATC had the rules: messages of the converter name them by their paths.
const RULES: &str = "detection_rules/sigma/rules/windows";

/// The keys of `[content]` and the folders of the published inputs.
const FOLDERS: [(&str, &str); 12] = [
    ("data_needed", "Data_Needed"),
    ("logging_policies", "Logging_Policies"),
    ("enrichments", "Enrichments"),
    ("triggers", "Triggers"),
    ("response_actions", "Response_Actions"),
    ("response_playbooks", "Response_Playbooks"),
    ("response_stages", "Response_Stages"),
    ("mitigation_systems", "Mitigation_Systems"),
    ("mitigation_policies", "Mitigation_Policies"),
    ("hardening_policies", "Hardening_Policies"),
    ("use_cases", "Use_Cases"),
    ("customers", "Customers"),
];

/// Rules that published Use Cases name and the inputs do not have: file, title. What a page shows of
/// them is this much.
const ABSENT_RULES: [(&str, &str); 3] = [
    ("win_exploit_cve_2015_1641", "Exploit for CVE-2015-1641"),
    ("win_malware_dridex", "Dridex Process Pattern"),
    ("sysmon_possible_dns_rebinding", "Possible DNS Rebinding"),
];

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, text).expect("written");
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// Builds the project in `folder`.
fn build(folder: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_purplebook"));
    let run = command.args(["build"]).current_dir(folder).output().expect("the program runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

/// The first line in which two pages differ.
fn difference(written: &str, published: &str) -> String {
    let pairs = written.split('\n').zip(published.split('\n'));
    match (1..).zip(pairs).find(|(_, (ours, theirs))| ours != theirs) {
        Some((line, (ours, theirs))) => format!("line {line}\n  written   {ours:?}\n  published {theirs:?}"),
        None => format!("{} bytes written, {} published", written.len(), published.len()),
    }
}

/// The files of a folder of folders.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let list = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder).expect("listed").map(|entry| entry.expect("listed").path()).collect()
    };
    let mut files: Vec<PathBuf> = list(folder).iter().flat_map(|kind| list(kind)).collect();
    files.sort();
    files
}

/// The techniques whose Triggers the pages link to.
fn triggers(pages: &[String]) -> BTreeSet<&str> {
    let links = pages.iter().flat_map(|page| page.split("](../Triggers/").skip(1));
    links.filter_map(|rest| rest.split(".md)").next()).collect()
}

#[test]
fn every_published_page_is_written_again() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let (corpus, expected) = (shared.join("corpus/atc-2022"), shared.join("expected/atc-2022"));
    if !corpus.is_dir() || !expected.is_dir() {
        println!("skipped: there are no published pages in {}", shared.display());
        return;
    }
    let folder = TempDir::new().expect("a temporary folder");
    let published = pages(&expected);
    let texts: Vec<String> = published.iter().map(|path| read(path)).collect();

    // The inputs are a part of what ATC read. Of the rest the pages need no more than that it is
    // there: folders of techniques, and rules by title.
    for id in triggers(&texts).into_iter().filter(|id| !corpus.join("Triggers").join(id).exists()) {
        let text = format!("attack_technique: {id}\ndisplay_name: absent\natomic_tests: []\n");
        write(&folder.path().join(format!("absent/triggers/{id}/{id}.yaml")), &text);
    }
    for (stem, title) in ABSENT_RULES {
        let text = format!(
            "title: {title}\ndescription: absent\nlogsource: {{product: none}}\ndetection: {{s: {{a: b}}, condition: s}}\n"
        );
        write(&folder.path().join(format!("absent/rules/{stem}.yml")), &text);
    }
    for path in pages(&corpus.join("rules")) {
        let name = path.strip_prefix(corpus.join("rules")).expect("inside");
        write(&folder.path().join(RULES).join(name), &read(&path));
    }
    let mut config = format!("[content]\nrules = [{RULES:?}, \"absent/rules\"]\n");
    for (key, name) in FOLDERS {
        let absent = if key == "triggers" { ", \"absent/triggers\"" } else { "" };
        let _ = writeln!(config, "{key} = [{:?}{absent}]", corpus.join(name));
    }
    let names = corpus.join("attack-names.tsv");
    let _ = writeln!(config, "[attack]\nnames = {names:?}\n[markdown]\nprofile = \"atc-2022\"");
    write(&folder.path().join("purplebook.toml"), &config);
    build(folder.path());

    let (mut equal, mut wrong) = (0, Vec::new());
    for (path, published) in published.iter().zip(&texts) {
        let name = path.strip_prefix(&expected).expect("inside");
        let Ok(written) = fs::read_to_string(folder.path().join("output").join(name)) else {
            wrong.push(format!("{}: not written", name.display()));
            continue;
        };
        if written == *published {
            equal += 1;
        } else {
            wrong.push(format!("{}: {}", name.display(), difference(&written, published)));
        }
    }
    assert!(wrong.is_empty(), "{} wrong, {equal} equal:\n{}", wrong.len(), wrong.join("\n"));
    println!("{equal} pages equal");
    assert_eq!(equal, 481);
}

/// The page of content given by path below `content`.
fn page(files: &[(&str, &str)], page: &str) -> String {
    site("[markdown]\nprofile = \"atc-2022\"\n[queries]\nshow = [\"graylog\", \"legacy-grep\"]\n", files).page(page)
}

const RULE: &str = "title: A\r\ndescription: >\r\n  It is\r\n  seen\r\ntags: [attack.execution, attack.t1059.001, \
                    attack.T1059, amitt.t0001, car.2013-05-004]\r\nlogsource: {product: windows}\r\n\
                    detection: {s: {EventID: 4104}, condition: s}\r\nreferences: ~\r\nfalsepositives: ab\r\n\
                    level: high\r\nauthor: ''\r\n";

#[test]
fn a_rule_says_what_it_lacks() {
    let files = [
        ("rules/r.yml", RULE),
        ("triggers/T1059.001/T1059.001.yaml", "attack_technique: T1059.001\ndisplay_name: x\natomic_tests: []\n"),
        (
            "data_needed/d.yml",
            "title: DN_0037_4104_x\ndescription: d\nplatform: Windows\nchannel: C\nloggingpolicy: None\nfields: [EventID]\n",
        ),
    ];
    let expected = "\
| Title                    | A       |
|:-------------------------|:------------------|
| **Description**          | It is seen |
| **ATT&amp;CK Tactic**    |  <ul><li>[TA0002: Execution](https://attack.mitre.org/tactics/TA0002)</li></ul>  |
| **ATT&amp;CK Technique** | <ul><li>[T1059.001: PowerShell](https://attack.mitre.org/techniques/T1059/001)</li></ul>  |
| **Data Needed**          | <ul><li>[DN_0037_4104_x](../Data_Needed/DN_0037_4104_x.md)</li></ul>  |
| **Trigger**              | <ul><li>[T1059.001: PowerShell](../Triggers/T1059.001.md)</li></ul>  |
| **Severity Level**       | high |
| **False Positives**      | <ul><li>a</li><li>b</li></ul>  |
| **Development Status**   |  Development Status wasn't defined for this Detection Rule yet  |
| **References**           |  There are no documented References for this Detection Rule yet  |
| **Author**               |  Author of this Detection Rule haven't introduced himself  |
| Other Tags           | <ul><li>attack.T1059</li><li>car.2013-05-004</li></ul> | 

## Detection Rules

### Sigma rule

```
";
    let written = page(&files, "Detection_Rules/r.md");
    let blocks = format!(
        "{}\n```\n\n\n\n\n\n### graylog\n    \n```\nEventID:\"4104\"\n```\n\n\n### grep\n    \n```\n",
        RULE.replace('\r', "")
    );
    let expected = expected.to_owned() + &blocks;
    assert!(written.starts_with(&expected), "{}\n{written}", difference(&written, &expected));
    assert!(written.ends_with("\n```\n\n\n\n"), "{written:?}");
}

#[test]
fn policies_say_what_they_are_not_mapped_to() {
    let text = "title: MP\ndescription: ' d '\nplatform: Windows\nminimum_version: [1.0, yes]\nprerequisites: [p]\n\
                tags: [attack.m1043, attack.nothing, other]\nreferences: [u]\nconfiguration: |\n  c\n";
    let blanks = |n: usize| " ".repeat(n);
    let rule = format!("|:{}|:{}|\n", "-".repeat(26), "-".repeat(85));
    let head = |kind: &str, title: &str| {
        let not = |what: &str| format!("|  This {kind} wasn't mapped to ATT&amp;CK {what} yet  |\n");
        format!(
            "| Title                     | {title}{}|\n{rule}| **Description**           | d{}|\n\
             | **ATT&amp;CK Tactic**     {}| **ATT&amp;CK Technique**  {}| **ATT&amp;CK Mitigation** | \
             <ul><li>[M1043: Credential Access Protection](https://attack.mitre.org/mitigations/M1043)</li></ul>  |\n",
            blanks(74),
            blanks(68),
            not("Tactic"),
            not("Technique")
        )
    };
    let versions = format!(
        "| **Platform**              | <ul><li>Windows</li></ul>{}|\n| **Minimum Version**       | \
         <ul><li>1.0</li><li>True</li></ul>      |\n",
        blanks(19)
    );
    let foot = "| **References**            | <ul><li>[u](u)</li></ul>      |\n| Other Tags | \
                <ul><li>attack.nothing</li><li>other</li><li>other</li></ul> | \n\n## Configuration\n\nc";
    let written = page(&[("mitigation_policies/m.yml", text)], "Mitigation_Policies/m.md");
    let system = "| **Mitigation System**     |  This Mitigation Policy wasn't mapped to Mitigation System yet  |\n";
    let needs = format!("| **Prerequisites**         | <ul><li>p</li></ul>{}|\n", blanks(16));
    let expected = head("Mitigation Policy", "MP") + system + &versions + &needs + foot;
    assert!(written == expected, "{}", difference(&written, &expected));

    let written = page(&[("hardening_policies/h.yml", text)], "Hardening_Policies/h.md");
    let expected = head("Hardening Policy", "MP") + &versions + foot;
    assert!(written == expected, "{}", difference(&written, &expected));
}

#[test]
fn customers_name_rules_by_title() {
    let customer = "title: CU\ncustomer_name: ~\ndescription: d\ndataneeded: DN\nloggingpolicy: None\n\
                    detectionrule: [A]\nusecase: [UC]\n";
    let case = "title: UC\nusecase_name: n\ndescription: d\nloggingpolicy: [LP]\ndetectionrule: [A]\n";
    let files = [("customers/c.yml", customer), ("use_cases/u.yml", case), ("rules/r.yml", RULE)];
    let expected = "\
| Title              | CU |
|:-------------------|:--------------------|
| **Customer Name**  | None |
| **Description**    | d   |
| **Use Cases**      | <ul><li>[UC](../Use_Cases/u.md)</li></ul> |
| **Data Needed**    |<ul><li>[DN](../Data_Needed/DN.md)</li></ul> |
| **Logging Policy** | <ul><li> Not existing </li></ul> |
| **Detection Rule** | <ul><li>[A](../Detection_Rules/r.md)</li></ul> |";
    let written = page(&files, "Customers/c.md");
    assert!(written == expected, "{}", difference(&written, expected));
    let expected = "\
| Title              | UC |
|:-------------------|:--------------------|
| **Use Case Name**  | n |
| **Description**    | d   |
| **Data Needed**    | None |
| **Logging Policy** | <ul><li>[LP](../Logging_Policies/LP.md)</li></ul> |
| **Detection Rule** | <ul><li>[A](../Detection_Rules/r.md)</li></ul> |";
    let written = page(&files, "Use_Cases/u.md");
    assert!(written == expected, "{}", difference(&written, expected));
    // A rule nothing has as its title was an exception: the page is that of the default profile.
    let unknown = customer.replace("[A]", "[B]");
    let written = page(&[("customers/c.yml", &unknown), ("use_cases/u.yml", case)], "Customers/c.md");
    assert!(!written.contains("**Customer Name**"), "{written}");
}

#[test]
fn stages_actions_and_playbooks_lead_to_each_other() {
    let action = "title: RA_1111_block_external_ip_on_windows_ngfw\nid: RA1111\ndescription: >\n  Block it\n\
                  author: a\ncreation_date: 2019-01-31\nstage: lessons_learned\nreferences: ~\nworkflow: |\n  Go.\n";
    let stage = "title: Lessons Learned\nid: RS0006\ndescription: ' Learn. '\n";
    let playbook = "title: RP_0001_mail\nid: RP0001\ndescription: d\nauthor: a\ncreation_date: c\nseverity: M\ntlp: AMBER\n\
                    pap: WHITE\ntags: [attack.t1566.001, mail]\nlessons_learned: [RA_1111_block]\nworkflow: |\n  Go on.\n";
    let files = [
        ("response_actions/RA_1111_block.yml", action),
        ("response_stages/RS0006.yml", stage),
        ("response_playbooks/p.yml", playbook),
    ];
    let expected = "\
| Title                       | Block external IP on Windows NGFW         |
|:---------------------------:|:--------------------|
| **ID**                      | RA1111            |
| **Description**             | Block it   |
| **Author**                  | a        |
| **Creation Date**           | 2019-01-31 |
| **Category**                | Network      |
| **Stage**                   |[RS0006: Lessons Learned](../Response_Stages/RS0006.md)| 

### Workflow

Go.
";
    let written = page(&files, "Response_Actions/RA_1111_block.md");
    assert!(written == expected, "{}", difference(&written, expected));
    let link = "../Response_Actions/RA_1111_block.md";
    let table = "| ID    | Name     | Description |\n|:-----:|:--------:|-------------|\n";
    let expected = format!(
        "# Lessons Learned \n\n**ID**: RS0006\n\nLearn.\n## Response Actions\n\n{table}| [RA1111]({link}) | [Block external \
         IP on Windows NGFW]({link}) | Block it |"
    );
    let written = page(&files, "Response_Stages/RS0006.md");
    assert!(written == expected, "{}", difference(&written, &expected));
    let expected = format!(
        "# Response Stages\n\n{table}| [RS0006](Response_Stages/RS0006.md) | [Lessons \
         Learned](Response_Stages/RS0006.md) | Learn. |"
    );
    let written = page(&files, "Response_Stages/responsestages.md");
    assert!(written == expected, "{}", difference(&written, &expected));
    let blanks = |n: usize| " ".repeat(n);
    let techniques =
        "<ul><li>[T1566.001: Spearphishing Attachment](https://attack.mitre.org/techniques/T1566/001)</li></ul>";
    let expected = [
        format!("| Title             | Mail{}|\n|:{}:|:{}|\n", blanks(102), "-".repeat(17), "-".repeat(113)),
        format!("| **ID**            | RP0001{}|\n| **Description**   | d   |\n", blanks(12)),
        format!("| **Author**        | a{}|\n| **Creation Date** | c |\n| **Severity**      | M      |\n", blanks(8)),
        format!("| **TLP**           | AMBER{0}|\n| **PAP**           | WHITE{0}|\n", blanks(11)),
        format!("| **ATT&amp;CK Technique**  |{techniques}|\n| **Tags**          | <ul><li>mail</li></ul> |\n"),
        format!("| **Lessons learned**  |<ul><li>[RA1111: Block external IP on Windows NGFW]({link})</li></ul>|\n"),
        format!("\n### Workflow\n \nGo on.\n\n\n{}", "\n\n".repeat(5)),
        "\n#### Lessons learned\n\n##### Block it\n\n\nGo.\n".to_owned(),
        "\n\n".repeat(7),
    ]
    .concat();
    let written = page(&files, "Response_Playbooks/p.md");
    assert!(written == expected, "{}", difference(&written, &expected));
}

#[test]
fn telemetry_has_its_rows_in_order() {
    let needed = "title: DN\nauthor: a\ndescription: d\nloggingpolicy: [LP, None]\nmitigation_policy: MP\nreferences: u\n\
                  platform: Windows\ntype: T\nchannel: C\nprovider: P\nfields: [1, yes]\nsample: |\n  s\n";
    let expected = "\
| Title              | DN       |
|:-------------------|:------------------|
| **Author**         | a        |
| **Description**    | d |
| **Logging Policy** | <ul><li>[LP](../Logging_Policies/LP.md)</li><li> Not existing </li></ul> |
| **Mitigation Policy** |<ul><li>[MP](../Mitigation_Policies/MP.md)</li></ul> |
| **References**     | <ul><li>[u](u)</li></ul> |
| **Platform**       | Windows    |
| **Type**           | T        |
| **Channel**        | C     |
| **Provider**       | P    |
| **Fields**         | <ul><li>1</li><li>True</li></ul> |


## Log Samples

### Raw Log

```
s

```




";
    let written = page(&[("data_needed/d.yml", needed)], "Data_Needed/d.md");
    assert!(written == expected, "{}", difference(&written, expected));

    let enrichment = "title: EN\ndescription: d\nauthor: a\nrequirements: [EN2]\nnew_fields: [F]\nconfig: c\n";
    let rule = format!("|:{}|:{}|\n", "-".repeat(19), "-".repeat(113));
    let expected = format!(
        "| Title              | EN |\n{rule}| **Description**    | d |\n| **Data Needed**    | None |\n\
         | **Data to enrich** | None |\n| **References**     | None |\n| **Author**         | a           |\n\
         | **Requirements**   |<ul><li>[EN2](../Enrichments/EN2.md)</li></ul>> |\n\
         | **New fields**     |<ul><li>F</li></ul> |\n\n\n### Config\n\nc"
    );
    let written = page(&[("enrichments/e.yml", enrichment)], "Enrichments/e.md");
    assert!(written == expected, "{}", difference(&written, &expected));

    let system = "title: MS\ndescription: d\nplatform: [Windows]\nminimum_version: 10\n";
    let written = page(&[("mitigation_systems/s.yml", system)], "Mitigation_Systems/s.md");
    // A number is nothing to loop over: the page is that of the default profile.
    assert!(!written.contains("**Minimum Version**"), "{written}");
    let blanks = " ".repeat(69);
    let rule = format!("|:{}|:{}|\n", "-".repeat(20), "-".repeat(80));
    let expected = format!(
        "| Title               | MS{blanks}|\n{rule}| **Platform**        | <ul><li>Windows</li></ul>{}|\n\
         | **Minimum Version** | <ul><li>10</li></ul> |\n| **References**      | <ul></ul> |\n\n## Description\n\nd\n",
        " ".repeat(14)
    );
    let written = page(&[("mitigation_systems/s.yml", &system.replace(": 10", ": [10]"))], "Mitigation_Systems/s.md");
    assert!(written == expected, "{}", difference(&written, &expected));

    let policy = "title: LP\ndescription: d\nauthor: a\ndefault: no\nvolume: High\neventID: [1]\n";
    let expected = format!(
        "| Title            | LP{}|\n|:{}|:{}|\n| **Author**       | a{}|\n| **Description**  | d{}|\n\
         | **Default**      | False{}|\n| **Event Volume** | High{}|\n\
         | **EventID**      | <ul><li>1</li></ul>         |\n| **References**   | <ul></ul> |\n\n\n\n",
        " ".repeat(69),
        "-".repeat(17),
        "-".repeat(80),
        " ".repeat(70),
        " ".repeat(63),
        " ".repeat(67),
        " ".repeat(68)
    );
    let written = page(&[("logging_policies/l.yml", policy)], "Logging_Policies/l.md");
    assert!(written == expected, "{}", difference(&written, &expected));
}
