//! The Data Needed of published rules: beside those ATC published in 2022, and over Sigma of today.
//!
//! Skips, and says so, where the collections are not beside the project.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use purplebook::graph::{DataGap, DataNeededProfile, EdgeKind, Graph, Node, link};
use purplebook::load::load;
use purplebook::model::{Attack, Kind};
use purplebook::source::{Folder, ReadLimits, read};

fn shared() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there", folder.display());
    None
}

/// The rules of these folders, linked with ATC's Data Needed and Enrichments of 2022.
fn linked(shared: &Path, rules: &[&str]) -> Graph {
    let base = shared.join("corpus");
    let folder = |kind, path: &str| Folder { kind, path: base.join(path), required: true };
    let mut folders: Vec<Folder> = rules.iter().map(|path| folder(Kind::Rule, path)).collect();
    folders.push(folder(Kind::DataNeeded, "atc-2022/Data_Needed"));
    folders.push(folder(Kind::Enrichment, "atc-2022/Enrichments"));
    let (sources, _) = read(&base, &folders, &ReadLimits::default()).expect("readable");
    link(load(&sources, Attack::default()).0, DataNeededProfile::Default)
}

fn data(graph: &Graph, rule: u32) -> BTreeSet<String> {
    graph.to(Node::Rule(rule), EdgeKind::NeedsData).map(|node| graph.title(node).to_owned()).collect()
}

/// The Data Needed a page of 2022 lists.
fn published(page: &str) -> BTreeSet<String> {
    let row = page.lines().find(|line| line.contains("**Data Needed**")).unwrap_or_default();
    row.split("[DN_").skip(1).filter_map(|rest| Some(format!("DN_{}", rest.split_once(']')?.0))).collect()
}

/// Rules whose Data Needed differ from ATC's pages of 2022: what only they list (`-`) and what
/// only we list (`+`). `docs/data-needed.md` says why.
const DIFFERENCES: &[&str] = &[
    "sysmon_cmstp_execution +0001",
    "sysmon_hack_dumpert -0006 -0007 -0008 -0009 -0010 -0011 -0012 -0013 -0014 -0016 -0017 -0018 -0019 -0020 -0021 -0022 -0023 -0024 -0085",
    "win_apt_chafer_mar18 +0001",
    "win_apt_empiremonkey +0002",
    "win_apt_turla_commands -0001",
    "win_attrib_hiding_files +0002",
    "win_bypass_squiblytwo +0002",
    "win_exploit_cve_2017_0261 +0001",
    "win_hack_bloodhound +0001",
    "win_hack_secutyxploded +0001 +0002 +0003",
    "win_hktl_createminidump +0001 +0002",
    "win_html_help_spawn +0001",
    "win_hwp_exploits +0001",
    "win_indirect_cmd +0001",
    "win_lethalhta +0001",
    "win_malware_qbot +0001",
    "win_network_sniffing +0001",
    "win_office_spawn_exe_from_users_directory +0001",
    "win_powershell_dll_execution +0002",
    "win_proc_wrong_parent +0001",
    "win_remote_powershell_session_process +0001",
    "win_susp_calc +0001",
    "win_susp_dctask64_proc_inject +0001",
    "win_susp_execution_path_webserver +0001",
    "win_susp_fsutil_usage +0002",
    "win_susp_msmpeng_crash +0044 +0045",
    "win_susp_taskmgr_localsystem +0001 +0002",
    "win_susp_tscon_localsystem +0001 +0002",
    "win_susp_userinit_child +0001",
    "win_susp_whoami +0001 +0002",
    "win_uac_fodhelper +0001",
    "win_uac_wsreset +0001",
    "win_webshell_spawn +0001",
    "win_wmi_backdoor_exchange_transport_agent +0001",
    "win_wmi_persistence_script_event_consumer +0001",
    "win_wmi_spwns_powershell +0001",
    "win_wsreset_uac_bypass +0001",
];

#[test]
fn atc_of_2022_differs_where_the_documentation_says_so() {
    let Some(shared) = shared() else { return };
    let graph = linked(&shared, &["atc-2022/rules"]);
    let (mut compared, mut differences) = (0, Vec::new());
    for (i, rule) in (0..).zip(&graph.corpus().rules) {
        let page = shared.join(format!("expected/atc-2022/Detection_Rules/{}.md", rule.origin.stem));
        let Ok(page) = fs::read_to_string(page) else { continue };
        compared += 1;
        let (ours, theirs) = (data(&graph, i), published(&page));
        let short = |sign: char, set: &BTreeSet<String>, other: &BTreeSet<String>| -> Vec<String> {
            set.difference(other).map(|title| format!(" {sign}{}", &title[3..7])).collect()
        };
        let parts = [short('-', &theirs, &ours), short('+', &ours, &theirs)].concat();
        if !parts.is_empty() {
            differences.push(format!("{}{}", rule.origin.stem, parts.concat()));
        }
    }
    assert_eq!(compared, 230);
    differences.sort();
    assert_eq!(differences, DIFFERENCES);
}

#[test]
fn rules_of_today_get_their_data_or_a_reason() {
    let Some(shared) = shared() else { return };
    let graph = linked(&shared, &["sigma-2026/rules", "sigma-2026/rules-emerging-threats", "sigma-2026/unsupported"]);
    let mut tally: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for (i, rule) in (0..).zip(&graph.corpus().rules) {
        let served = !data(&graph, i).is_empty();
        assert!(served || graph.data_gap(i).is_some(), "{} has neither data nor a reason", rule.origin.path);
        let (_, source) = rule.logsources.first().expect("a log source");
        let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "*".to_owned());
        let key = format!("{}/{}/{}", part(&source.product), part(&source.category), part(&source.service));
        let entry = tally.entry(key).or_default();
        entry[0] += usize::from(served);
        entry[1] += 1;
    }
    let some = [
        "windows/process_creation/*",
        "windows/registry_set/*",
        "windows/file_event/*",
        "windows/ps_script/*",
        "windows/file_delete/*",
        "linux/*/auditd",
        "linux/process_creation/*",
        "*/antivirus/*",
        "*/dns/*",
        "*/proxy/*",
    ]
    .map(|key| (key, tally[key]));
    // With data, of all; where none has any, ATC describes no such log.
    assert_eq!(
        some,
        [
            ("windows/process_creation/*", [639, 640]),
            ("windows/registry_set/*", [106, 106]),
            ("windows/file_event/*", [95, 97]),
            ("windows/ps_script/*", [94, 94]),
            ("windows/file_delete/*", [0, 6]),
            ("linux/*/auditd", [30, 30]),
            ("linux/process_creation/*", [0, 64]),
            ("*/antivirus/*", [8, 8]),
            ("*/dns/*", [7, 7]),
            ("*/proxy/*", [0, 23]),
        ]
    );
    // Event 16 of Kerberos is not the event 16 ATC describes.
    let kerberos = "win_system_kdcsvc_tgs_no_suitable_encryption_key_found";
    let i = graph.corpus().rules.iter().position(|rule| rule.origin.stem == kerberos).expect("the rule");
    let i = u32::try_from(i).expect("few");
    assert!(data(&graph, i).is_empty());
    assert!(matches!(graph.data_gap(i), Some(DataGap::Event { events, .. }) if events == &["16", "27"]));
}
