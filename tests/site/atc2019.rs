//! The Markdown profile `atc-2019` writes the pages ATC published in February 2019, byte for
//! byte. Only the order of Data Needed, which ATC left to chance, is ours: ascending.
//!
//! The seed page is always compared; all published pages are, where they are beside the project.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use purplebook::graph::{DataNeededProfile, Graph, Node, link};
use purplebook::load::{attack, load};
use purplebook::model::{Attack, Kind, Origin};
use purplebook::render::markdown::atc2019::{Input, page};
use purplebook::source::{FileRole, Folder, ReadLimits, SourceFile, SourceSet, read};
use purplebook::text::FileId;

static BUILT_IN: LazyLock<Attack> = LazyLock::new(|| attack::embedded(None).expect("built in"));

/// Content of a project, linked as ATC did.
struct Project {
    sources: SourceSet,
    graph: Graph,
}

impl Project {
    fn new(sources: SourceSet, attack: Attack) -> Self {
        let (corpus, _) = load(&sources, attack);
        Self { graph: link(corpus, DataNeededProfile::Atc2019), sources }
    }

    /// The content of folders under `base`, with its table of names.
    fn read(base: &Path, folders: &[(Kind, &str)]) -> Self {
        let folder = |(kind, path): &(Kind, &str)| Folder { kind: *kind, path: base.join(path), required: true };
        let folders: Vec<_> = folders.iter().map(folder).collect();
        let (sources, _) = read(base, &folders, &ReadLimits::default()).expect("readable");
        let (names, problems) = attack::names(&text(&base.join("attack-names.tsv")));
        assert_eq!(problems, []);
        Self::new(sources, Attack { names, ..Attack::default() })
    }

    /// The content of files given by kind, path and text, with the ATT&CK that is built in.
    fn of(files: &[(Kind, &str, &str)]) -> Self {
        let file = |(kind, path, text): &(Kind, &str, &str)| SourceFile {
            role: FileRole::Content(*kind),
            path: (*path).to_owned(),
            within: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        let sources = SourceSet::new(files.iter().map(file).collect(), Vec::new());
        Self::new(sources, BUILT_IN.clone())
    }

    fn page(&self, node: Node) -> Option<String> {
        let text = |file: FileId| self.sources.file(file).text.as_str();
        page(&Input { graph: &self.graph, text: &text }, node)
    }

    /// The pages of a kind, by file name.
    fn pages(&self, kind: Kind) -> BTreeMap<String, Option<String>> {
        let origins: Vec<&Origin> = self.origins(kind);
        let nodes = (0..).zip(origins);
        nodes.map(|(i, origin)| (origin.stem.clone(), self.page(Node::of(kind, i)))).collect()
    }

    fn origins(&self, kind: Kind) -> Vec<&Origin> {
        self.graph.origins().filter(|(node, _)| node.kind() == Some(kind)).map(|(_, origin)| origin).collect()
    }
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// The page with the items of its Data Needed in ascending order, and whether they were so.
fn ascending(page: &str) -> (String, bool) {
    const LABEL: &str = "| Data Needed          | <ul>";
    let Some(row) = page.lines().find(|line| line.starts_with(LABEL)) else { return (page.to_owned(), true) };
    let (items, rest) = row[LABEL.len()..].split_once("</ul>").expect("the list ends");
    let mut list: Vec<&str> = items.split_inclusive("</li>").collect();
    list.sort_by_key(|item| item.split(']').next());
    let sorted = list.concat();
    (page.replacen(row, &format!("{LABEL}{sorted}</ul>{rest}"), 1), sorted == items)
}

/// The first line in which two pages differ.
fn difference(written: &str, published: &str) -> String {
    let pairs = written.split('\n').zip(published.split('\n'));
    match (1..).zip(pairs).find(|(_, (ours, theirs))| ours != theirs) {
        Some((line, (ours, theirs))) => format!("line {line}\n  written   {ours:?}\n  published {theirs:?}"),
        None => format!("{} bytes written, {} published", written.len(), published.len()),
    }
}

#[test]
fn the_seed_page_is_written_again() {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/seed");
    let project = Project::read(&base, &[(Kind::Rule, "rules"), (Kind::DataNeeded, "data_needed")]);
    let published = text(&base.join("sysmon_cmstp_execution.md"));
    let written = project.page(Node::Rule(0)).expect("a page");
    let (published, _) = ascending(&published);
    assert!(written == published, "{}", difference(&written, &published));
}

/// The Data Needed row of a page.
fn titles(page: &str) -> Vec<&str> {
    let row = page.lines().find(|line| line.starts_with("| Data Needed")).expect("the row");
    row.split("<li>[").skip(1).filter_map(|item| item.split(']').next()).collect()
}

/// The folder of reference material, where it is.
fn shared() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let there = folder.join("corpus/atc-2019").is_dir() && folder.join("expected/atc-2019").is_dir();
    if !there {
        println!("skipped: there are no published pages in {}", folder.display());
    }
    there.then_some(folder)
}

#[test]
fn every_published_page_is_written_again() {
    let Some(shared) = shared() else { return };
    let folders = [
        (Kind::Rule, "rules"),
        (Kind::DataNeeded, "Data_Needed"),
        (Kind::LoggingPolicy, "Logging_Policies"),
        (Kind::Enrichment, "Enrichments"),
        (Kind::Trigger, "Triggers"),
        (Kind::ResponseAction, "Response_Actions"),
        (Kind::ResponsePlaybook, "Response_Playbooks"),
    ];
    let project = Project::read(&shared.join("corpus/atc-2019"), &folders);
    let (mut equal, mut wrong) = (0, Vec::new());
    for (kind, _) in folders {
        let pages = project.pages(kind);
        assert!(!pages.is_empty(), "nothing of kind {kind:?} was read");
        wrong.extend(pages.iter().filter(|(_, page)| page.is_none()).map(|(stem, _)| format!("{stem}: no page")));
        let folder = shared.join("expected/atc-2019").join(kind.folder());
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let mut same = 0;
        for entry in entries {
            let path = entry.expect("listed").path();
            let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
            let Some(Some(written)) = pages.get(stem) else {
                wrong.push(format!("{stem}: not written"));
                continue;
            };
            let (published, _) = ascending(&text(&path));
            if !ascending(written).1 {
                wrong.push(format!("{stem}: Data Needed not in order"));
            } else if *written == published {
                same += 1;
            } else {
                wrong.push(format!("{stem}: {}", difference(written, &published)));
            }
        }
        println!("{}: {same} equal", kind.folder());
        assert!(same + wrong.len() > 0, "no page in {}", folder.display());
        equal += same;
    }
    assert!(wrong.is_empty(), "{} wrong, {equal} equal:\n{}", wrong.len(), wrong.join("\n"));
    println!("{equal} pages equal");
    assert!(equal > 0);
}

const SYSMON: &str = "Microsoft-Windows-Sysmon/Operational";

/// A Data Needed of Windows.
fn data_needed(title: &str, channel: &str, fields: &str) -> String {
    format!(
        "title: {title}\ndescription: x\nloggingpolicy: None\nplatform: Windows\nchannel: {channel}\nfields: [{fields}]\n"
    )
}

/// The titles of the Data Needed that the page of `rule` lists.
fn needed(rule: &str) -> Vec<String> {
    let files = [
        ("a.yml", data_needed("DN_0001_4688_windows_process", "Security", "EventID, Image")),
        ("b.yml", data_needed("DN_0002_4688_windows_process_line", "Security", "EventID, Image, CommandLine")),
        ("c.yml", data_needed("DN_0003_1_windows_sysmon_process", SYSMON, "EventID, Image, CommandLine")),
        ("d.yml", data_needed("DN_0007_3_windows_sysmon_network", SYSMON, "EventID, Image, DestinationIp")),
        ("e.yml", data_needed("DN_0084_av_alert", "None", "Signature")),
        ("f.yml", data_needed("short", "Security", "Nothing")),
    ];
    let mut all = vec![(Kind::Rule, "rule.yml", rule)];
    all.extend(files.iter().map(|(path, text)| (Kind::DataNeeded, *path, text.as_str())));
    let project = Project::of(&all);
    let page = project.page(Node::Rule(0)).expect("a page");
    titles(&page).into_iter().map(str::to_owned).collect()
}

/// A rule of one document.
fn rule(logsource: &str, detection: &str) -> String {
    format!("title: t\ndescription: d\nlogsource: {{{logsource}}}\ndetection:\n{detection}\n")
}

#[test]
fn data_needed_follow_from_the_event_or_from_the_fields() {
    let security = "product: windows, service: security";
    let by_event = rule(security, "  s: {EventID: 4688}\n  condition: s");
    assert_eq!(needed(&by_event), ["DN_0001_4688_windows_process", "DN_0002_4688_windows_process_line"]);
    let by_fields = rule(security, "  s: {CommandLine: x}\n  condition: s");
    assert_eq!(needed(&by_fields), ["DN_0002_4688_windows_process_line"]);
    let unknown_field = rule(security, "  s: {ParentUser: x}\n  condition: s");
    assert_eq!(needed(&unknown_field), [""; 0]);
    let list_of_events = rule("product: windows, service: sysmon", "  s: {EventID: ['1', 3]}\n  condition: s");
    assert_eq!(needed(&list_of_events), ["DN_0003_1_windows_sysmon_process", "DN_0007_3_windows_sysmon_network"]);
}

#[test]
fn mistakes_of_the_calculation_are_kept() {
    // A field with a list of values is forgotten: all of the channel fit the nothing that is left.
    let listed = rule("product: windows, service: sysmon", "  s: {CommandLine: [x, y]}\n  condition: s");
    assert_eq!(needed(&listed), ["DN_0003_1_windows_sysmon_process", "DN_0007_3_windows_sysmon_network"]);
    // No service is not the service `None`.
    let none = rule("product: windows", "  s: {Signature: x}\n  condition: s");
    assert_eq!(needed(&none), [""; 0]);
    // A selection without the event asks for the Data Needed that have none in their title.
    let half = rule("product: windows, service: security", "  s: {EventID: 4688}\n  f: {Image: x}\n  condition: s");
    assert_eq!(needed(&half), ["DN_0001_4688_windows_process", "DN_0002_4688_windows_process_line", "short"]);
    // EventID in a list of mappings is a field like any other.
    let inner = rule("product: windows, service: sysmon", "  s: [{EventID: 1}, {DestinationIp: x}]\n  condition: s");
    assert_eq!(needed(&inner), ["DN_0007_3_windows_sysmon_network"]);
    // Over several documents the service and the kind of rule stick.
    let global = "action: global\ntitle: t\ndescription: d\ndetection: {condition: s}\n\
                  ---\nlogsource: {product: windows, service: sysmon}\ndetection: {s: {EventID: 3}}\n\
                  ---\nlogsource: {product: windows}\ndetection: {s: {EventID: 1}, u: {Image: x}}\n\
                  ---\nlogsource: {service: security}\ndetection: {s: {CommandLine: x}}\n";
    assert_eq!(needed(global), ["DN_0003_1_windows_sysmon_process", "DN_0007_3_windows_sysmon_network", "short"]);
}

#[test]
fn names_come_from_attack_where_there_is_no_table() {
    let text = "title: t\ndescription: d\ntags: [attack.persistence, attack.t1059, attack.t1191, attack.t99999, \
                attack.T1003, attack.g0069, attack.privelege_escalation]\n\
                logsource: {product: windows}\ndetection: {s: {Image: x}, condition: s}\n";
    let page = Project::of(&[(Kind::Rule, "r.yml", text)]).page(Node::Rule(0)).expect("a page");
    let row = |label: &str| page.lines().find(|line| line.starts_with(label)).expect("the row").to_owned();
    assert_eq!(
        row("| ATT&amp;CK Tactic"),
        "| ATT&amp;CK Tactic    | <ul><li>[TA0003: Persistence](https://attack.mitre.org/tactics/TA0003)</li></ul>  |"
    );
    assert_eq!(
        row("| Trigger"),
        "| Trigger              | <ul><li>[T1059: Command and Scripting Interpreter](../Triggers/T1059.md)</li>\
         <li>[T1191: CMSTP](../Triggers/T1191.md)</li><li>[T99999: None](../Triggers/T99999.md)</li></ul>  |"
    );
    assert_eq!(
        row("| Other Tags"),
        "| Other Tags           | <ul><li>attack.T1003</li><li>attack.T1003</li><li>attack.g0069</li>\
         <li>attack.g0069</li><li>attack.privelege_escalation</li></ul> | "
    );
}

#[test]
fn values_are_printed_as_python_does() {
    let text = "title: yes\r\ndescription: '  d  '\r\nlevel: ~\r\nauthor: [a, it's]\r\nfalsepositives: ab\r\n\
                references: [1.0]\r\nlogsource: {product: windows}\r\ndetection: {s: {Image: 'é'}, condition: s}\r\n";
    let page = Project::of(&[(Kind::Rule, "r.yml", text)]).page(Node::Rule(0)).expect("a page");
    let cells: Vec<&str> = page.lines().filter_map(|line| line.split('|').nth(2)).map(str::trim_end).collect();
    assert_eq!(
        cells[..12],
        [
            " True",
            ":------------------------------------------------------------------------------------------------------------------------------------------------------------",
            " d",
            " <ul></ul>",
            " <ul></ul>",
            " <ul></ul>",
            "  There is no Trigger for this technique yet.",
            " None",
            " <ul><li>a</li><li>b</li></ul>",
            "",
            " <ul><li>[1.0](1.0)</li></ul>",
            " ['a', \"it's\"]",
        ]
    );
    assert!(!page.contains('\r'), "line ends of the file become line feeds");
    assert!(page.contains("\n```\nImage:\"\\xc3\\xa9\"\n```\n"), "{page}");
}

#[test]
fn where_atc_raised_an_exception_there_is_no_page() {
    let (source, detection) = ("logsource: {product: windows}\n", "detection: {s: {Image: x}, condition: s}\n");
    let rules = [
        format!("title: t\n{source}{detection}"),
        format!("title: t\ndescription: 7\n{source}{detection}"),
        format!("title: t\ndescription: d\n{detection}"),
        format!("title: t\ndescription: d\nreferences: ~\n{source}{detection}"),
        format!("title: t\ndescription: d\nfalsepositives: 1\n{source}{detection}"),
        format!("title: t\ndescription: d\ntags: [attack.t1059, 7]\n{source}{detection}"),
        format!("action: global\ntitle: t\ndescription: d\n{source}{detection}"),
        format!("action: global\ntitle: t\ndescription: d\n---\n{detection}"),
    ];
    for text in rules {
        assert_eq!(Project::of(&[(Kind::Rule, "r.yml", &text)]).page(Node::Rule(0)), None, "{text}");
    }
    let others = [
        (Kind::DataNeeded, "title: t\ndescription: d\nplatform: Windows\n"),
        (Kind::DataNeeded, "title: t\ndescription: d\nplatform: Windows\nloggingpolicy: None\nfields: ~\n"),
        (Kind::LoggingPolicy, "title: t\ndescription: d\neventID: 4688\n"),
        (Kind::Enrichment, "title: t\ndescription: d\nnew_fields: ~\n"),
        (Kind::ResponseAction, "title: t\nworkflow: w\n"),
        (Kind::ResponsePlaybook, "title: t\ndescription: d\nworkflow: w\n"),
        (Kind::ResponsePlaybook, "title: t\ndescription: d\nworkflow: w\ntags: [attack.process_injection]\n"),
        (Kind::ResponsePlaybook, "title: t\ndescription: d\nworkflow: w\ntags: []\nrecovery: [RA_unknown]\n"),
        (Kind::Trigger, "attack_technique: T1059\ndisplay_name: d\natomic_tests: []\n"),
        (Kind::ResponseStage, "title: t\ndescription: d\n"),
        (Kind::MitigationSystem, "title: t\ndescription: d\nplatform: p\n"),
        (Kind::MitigationPolicy, "title: t\ndescription: d\nplatform: p\n"),
        (Kind::HardeningPolicy, "title: t\ndescription: d\nplatform: p\n"),
        (Kind::UseCase, "title: t\ndescription: d\nusecase_name: n\n"),
        (Kind::Customer, "title: t\ndescription: d\ncustomer_name: n\n"),
    ];
    for (kind, text) in others {
        let project = Project::of(&[(kind, "x.yml", text)]);
        assert_eq!(project.origins(kind).len(), 1, "{text}");
        assert_eq!(project.page(Node::of(kind, 0)), None, "{text}");
    }
}

#[test]
fn a_file_of_several_rules_is_one_page() {
    let one = |title: &str, value: &str| {
        let head = format!("title: {title}\ndescription: d\nlogsource: {{product: windows}}\n");
        format!("{head}detection: {{s: {{Image: {value}}}, condition: s}}\n")
    };
    let text = format!("{}---\n{}", one("first", "x"), one("second", "y"));
    let project = Project::of(&[(Kind::Rule, "r.yml", &text)]);
    let page = project.page(Node::Rule(0)).expect("a page");
    assert!(page.contains("| Title                | first "), "{page}");
    assert!(page.contains("\n### Kibana query\n\n```\nImage:\"x\"\\nImage:\"y\"\n```\n"), "{page}");
    assert_eq!(project.page(Node::Rule(1)), None);
}

#[test]
fn a_playbook_shows_the_text_of_its_actions() {
    let action = "title: Look\ndescription: >\n  Look at it\nstage: identification\nworkflow: |\n  Open it.\n";
    let playbook = "title: RP\ndescription: d\ntags: [attack.persistence, attack.t1059, mail]\nseverity: M\n\
                    tlp: AMBER\npap: WHITE\nauthor: a\ncreation_date: 31.01.2019\nidentification: [RA_look]\n\
                    workflow: |\n  Go.\n";
    let project =
        Project::of(&[(Kind::ResponseAction, "RA_look.yml", action), (Kind::ResponsePlaybook, "rp.yml", playbook)]);
    let blanks = |n: usize| " ".repeat(n);
    let attack = "https://attack.mitre.org/tactics";
    let expected = [
        format!("| Title          | RP{}|\n|:{}|:{}|\n", blanks(102), "-".repeat(15), "-".repeat(113)),
        format!("| Description    | d{}\t|\n", blanks(40)),
        format!("| ATT&amp;CK Tactic    |<ul><li>[TA0003: Persistence]({attack}/TA0003)</li></ul>  |\n"),
        format!("| ATT&amp;CK Technique |<ul><li>[T1059: Command and Scripting Interpreter]({attack}/T1059)</li></ul>"),
        format!("{}|\n| Tags    |<ul><li>mail</li></ul>    \t|\n", blanks(29)),
        format!("| Severity    | M{}\t\t|\n", blanks(45)),
        format!("| TLP    | AMBER{0}|\n| PAP    | WHITE{0}|\n", blanks(60)),
        format!("| Author    | a{}\t\t\t\t|\n| Creation Date    | 31.01.2019{}\t|\n", blanks(40), blanks(39)),
        "| Identification |<ul><li>[RA_look](../Response_Actions/RA_look.md)</li></ul> |\n".to_owned(),
        "| Containment | None |\n| Eradication | None |\n| Recovery | None |\n| Lessons Learned | None |\n".to_owned(),
        "\n### Workflow\n\nGo.\n\n\n".to_owned(),
        "\n\n#### Identification\n\n##### Look at it\n\n\nOpen it.\n".to_owned(),
        "\n\n#### Containment\n\n\n#### Eradication\n\n\n#### Recovery\n\n\n#### Lessons learned\n".to_owned(),
    ]
    .concat();
    let written = project.page(Node::ResponsePlaybook(0)).expect("a page");
    assert!(written == expected, "{}", difference(&written, &expected));
}

/// The profile as users choose it; the page lies where ATC put it.
#[test]
fn a_build_with_the_profile_writes_the_seed_page() {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/seed");
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    for name in ["rules", "data_needed"] {
        let to = folder.path().join("content").join(name);
        fs::create_dir_all(&to).expect("a folder");
        for entry in fs::read_dir(base.join(name)).expect("listed") {
            let path = entry.expect("listed").path();
            fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("copied");
        }
    }
    fs::copy(base.join("attack-names.tsv"), folder.path().join("names.tsv")).expect("copied");
    let config = "[attack]\nnames = \"names.tsv\"\n[markdown]\nprofile = \"atc-2019\"\n";
    fs::write(folder.path().join("purplebook.toml"), config).expect("written");
    let run = Command::new(env!("CARGO_BIN_EXE_purplebook"))
        .arg("build")
        .current_dir(folder.path())
        .output()
        .expect("the program runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let written = text(&folder.path().join("output/Detection_Rules/sysmon_cmstp_execution.md"));
    let (published, _) = ascending(&text(&base.join("sysmon_cmstp_execution.md")));
    assert!(written == published, "{}", difference(&written, &published));
}
