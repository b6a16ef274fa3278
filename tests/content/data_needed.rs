//! Which Data Needed a rule gets that declares none, and what is said where none fits.

use std::fs;
use std::path::Path;

use purplebook::graph::{DataGap, DataNeededProfile, EdgeKind, Node, link};
use purplebook::load::load;
use purplebook::model::{Attack, Kind};
use purplebook::source::{Folder, ReadLimits, read};
use tempfile::TempDir;

/// Data Needed as (title, other lines).
const DATA: &[(&str, &str)] = &[
    ("DN_01_4688_process", "platform: Windows\nchannel: Security\nfields: [NewProcessName, ParentProcessName, Image]"),
    ("DN_02_4688_command_line", "platform: Windows\nchannel: Security\nfields: [NewProcessName, CommandLine, Image]"),
    (
        "DN_03_1_sysmon_process",
        "platform: Windows\nchannel: Microsoft-Windows-Sysmon/Operational\n\
         fields: [Image, CommandLine, ParentImage, OriginalFileName]",
    ),
    (
        "DN_04_7045_service",
        "platform: Windows\nchannel: System\nprovider: Service Control Manager\nfields: [ServiceName]",
    ),
    (
        "DN_05_16_hive",
        "platform: Windows\nchannel: System\nprovider: Microsoft-Windows-Kernel-General\nfields: [HiveName]",
    ),
    ("DN_06_execve", "platform: Linux\nchannel: auditd\ntype: EXECVE\nfields: [type, a0, a1]"),
    ("DN_07_syscall", "platform: Linux\nchannel: auditd\ntype: SYSCALL\nfields: [type, a0, a1, syscall]"),
    ("DN_08_antivirus", "platform: antivirus\nfields: [Signature, Filename]"),
    ("DN_09_bind", "platform: Linux\nchannel: queries_log\nfields: [query, record_type]"),
    ("DN_10_sshd", "platform: Linux\nchannel: auth.log\nprovider: sshd\nfields: [message]"),
    ("DN_11_modsecurity", "platform: Linux\nchannel: modsecurity\nfields: [message]"),
    (
        "DN_12_declared",
        "platform: Cloud\nlogsource: {product: aws, service: cloudtrail}\nevent_id: [77]\nfields: [eventName]",
    ),
];

const ENRICHMENT: &str = "title: EN_01_parent\ndata_needed: [DN_03_1_sysmon_process]\n\
                          data_to_enrich: [DN_03_1_sysmon_process]\nnew_fields: [ParentUser]\n";

fn write(folder: &Path, name: &str, text: &str) {
    fs::create_dir_all(folder).expect("a folder");
    fs::write(folder.join(name), text).expect("a file");
}

/// The numbers of the Data Needed the rule gets, and the gap in words.
fn data(rule: &str) -> (String, String) {
    let dir = TempDir::new().expect("a temporary folder");
    for (title, lines) in DATA {
        write(&dir.path().join("data"), &format!("{title}.yml"), &format!("title: {title}\n{lines}\n"));
    }
    write(&dir.path().join("enrichments"), "EN_01_parent.yml", ENRICHMENT);
    write(&dir.path().join("rules"), "rule.yml", rule);
    let folder = |kind, name: &str| Folder { kind, path: dir.path().join(name), required: true };
    let folders =
        [folder(Kind::Rule, "rules"), folder(Kind::DataNeeded, "data"), folder(Kind::Enrichment, "enrichments")];
    let (sources, findings) = read(dir.path(), &folders, &ReadLimits::default()).expect("readable");
    let (corpus, more) = load(&sources, Attack::default());
    assert!(findings.is_empty() && more.is_empty(), "{more:?}");
    let graph = link(corpus, DataNeededProfile::Default);
    let numbers: Vec<&str> =
        graph.to(Node::Rule(0), EdgeKind::NeedsData).map(|node| &graph.title(node)[3..5]).collect();
    let gap = match graph.data_gap(0) {
        None => String::new(),
        Some(DataGap::Event { source, events }) => format!("event {} of {source}", events.join(", ")),
        Some(DataGap::LogSource { source }) => source.clone(),
        Some(DataGap::Fields { source, missing, nearest }) => {
            let nearest = nearest.map(|i| graph.corpus().data_needed[i as usize].title[3..5].to_owned());
            format!("{} of {source}, nearest {}", missing.join(", "), nearest.unwrap_or_default())
        }
    };
    (numbers.join(" "), gap)
}

/// A rule with one document.
fn rule(logsource: &str, detection: &str) -> String {
    format!("title: A rule\nlogsource: {{{logsource}}}\ndetection:\n{detection}\n")
}

#[track_caller]
fn assert_data(logsource: &str, detection: &str, numbers: &str, gap: &str) {
    assert_eq!(data(&rule(logsource, detection)), (numbers.to_owned(), gap.to_owned()), "{logsource}\n{detection}");
}

#[test]
fn a_category_leads_to_its_events_in_every_channel_that_has_the_fields() {
    let source = "product: windows, category: process_creation";
    let one = |fields: &str| format!("  selection: {{{fields}}}\n  condition: selection");
    assert_data(source, &one("Image|endswith: a.exe"), "01 02 03", "");
    assert_data(source, &one("Image|endswith: a.exe, CommandLine|contains|all: [b, c]"), "02 03", "");
    assert_data(source, &one("OriginalFileName: a.exe"), "03", "");
    // 4688 has the parent under a name of its own.
    assert_data(source, &one("ParentImage: a.exe"), "01 03", "");
    let gap = "Hashes of product windows, category process_creation, nearest 01";
    assert_data(source, &one("Image: a.exe, Hashes|contains: b"), "", gap);
}

#[test]
fn any_of_the_selections_is_enough_where_the_condition_says_so() {
    let source = "product: windows, category: process_creation";
    let two = "  selection_a: {OriginalFileName: a}\n  selection_b: {Image: b}\n  filter: {Hashes: c}\n";
    assert_data(source, &format!("{two}  condition: 1 of selection_* and not filter"), "01 02 03", "");
    assert_data(source, &format!("{two}  condition: all of selection_* and not filter"), "03", "");
    let list = "  selection: [{OriginalFileName: a}, {Image: b}]\n  condition: selection";
    assert_data(source, list, "01 02 03", "");
}

#[test]
fn an_event_id_decides_wherever_it_stands() {
    let source = "product: windows, service: security";
    assert_data(source, "  selection: {EventID: 4688}\n  condition: selection", "01 02", "");
    assert_data(source, "  selection: {EventID: 4688, CommandLine: x}\n  condition: selection", "02", "");
    assert_data(source, "  selection: {EventID: 4688, Unlisted: x}\n  condition: selection", "01 02", "");
    let apart = "  a: {EventID: [4688, 4689]}\n  b: {CommandLine|contains: x}\n  condition: a and b";
    assert_data(source, apart, "02", "event 4689 of product windows, service security");
    // What a filter excludes is no need.
    assert_data(source, "  a: {EventID: 4688}\n  f: {EventID: 4689}\n  condition: a and not f", "01 02", "");
}

#[test]
fn an_event_id_of_another_provider_is_another_event() {
    let source = "product: windows, service: system";
    let event = |provider: &str, id: u32| {
        format!("  selection: {{Provider_Name: [{provider}], EventID: {id}}}\n  condition: selection")
    };
    assert_data(source, &event("Microsoft-Windows-Kernel-General", 16), "05", "");
    assert_data(source, &event("Kernel-General", 16), "05", "");
    let gap = "event 16 of product windows, service system";
    assert_data(source, &event("Microsoft-Windows-Kerberos-Key-Distribution-Center", 16), "", gap);
    assert_data(source, "  a: {Provider_Name: Service Control Manager, ServiceName: x}\n  condition: a", "04", "");
}

#[test]
fn the_type_of_an_audit_record_is_its_event() {
    let source = "product: linux, service: auditd";
    assert_data(source, "  a: {type: EXECVE, a0: chattr}\n  condition: a", "06", "");
    assert_data(source, "  a: {a0: chattr}\n  condition: a", "06 07", "");
    let gap = "event USER_TTY of product linux, service auditd";
    assert_data(source, "  a: {type: USER_TTY}\n  condition: a", "", gap);
}

#[test]
fn logs_are_recognised_by_name() {
    let one = |field: &str| format!("  selection: {{{field}: x}}\n  condition: selection");
    assert_data("category: antivirus", &one("Signature"), "08", "");
    assert_data("product: antivirus", &one("Filename"), "08", "");
    assert_data("category: dns", &one("query"), "09", "");
    assert_data("product: linux, service: sshd", "  keywords: [x]\n  condition: keywords", "10", "");
    assert_data("product: modsecurity", "  keywords: [x]\n  condition: keywords", "11", "");
    assert_data("product: aws, service: cloudtrail", &one("eventName"), "12", "");
}

#[test]
fn a_gap_names_the_event_or_the_channel() {
    let one = "  selection: {TargetFilename: x}\n  condition: selection";
    let sysmon = "channel Microsoft-Windows-Sysmon/Operational";
    let gap = format!("event 23, 26 of product windows, category file_delete ({sysmon})");
    assert_data("product: windows, category: file_delete", one, "", &gap);
    let gap = "product windows, service ntlm (channel Microsoft-Windows-NTLM/Operational)";
    assert_data("product: windows, service: ntlm", one, "", gap);
    assert_data("product: okta, service: okta", one, "", "product okta, service okta");
    let keywords = "  keywords: [x]\n  condition: keywords";
    assert_data("product: linux", keywords, "", "product linux alone, which names no log");
}

#[test]
fn what_a_declared_enrichment_adds_is_there() {
    let text = rule("product: windows, category: process_creation", "  s: {Image: a, ParentUser: b}\n  condition: s");
    assert_eq!(data(&text).0, "");
    assert_eq!(data(&format!("enrichment: [EN_01_parent]\n{text}")), ("03".to_owned(), String::new()));
}

#[test]
fn collections_of_2019_leak_nothing_and_miss_nothing() {
    let collection = "\
action: global
title: A rule
detection:
  condition: selection
---
logsource: {product: windows, service: system}
detection:
  selection: {EventID: 7045}
---
logsource: {product: windows, service: sysmon}
detection:
  selection: {EventID: 1, CommandLine: x}
";
    assert_eq!(data(collection), ("03 04".to_owned(), String::new()));
    // Both log sources of one document are meant, and what `near` relates counts too.
    let near = "\
action: global
title: A rule
logsource: {product: windows, service: system}
detection:
  service: {EventID: 7045}
  condition: service | near process
---
logsource: {product: windows, category: process_creation}
detection:
  process: {Image: a.exe}
";
    assert_eq!(data(near), ("01 02 03 04".to_owned(), String::new()));
    let alone = format!(
        "action: global\n{}",
        rule("product: windows, service: system", "  s: {EventID: 7045}\n  condition: s")
    );
    assert_eq!(data(&alone), ("04".to_owned(), String::new()));
}
