//! The shipped content with one reference broken: one finding, at the broken value, and no other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::project::{copy, findings};

/// A file of the content, what to replace in it (the first that stands there), and by what; the
/// finding's start without its place.
type Mutation = (&'static str, &'static str, &'static str, &'static str);

const CMSTP: &str = "rules/windows/proc_creation_win_cmstp_child_process.yml";
const LSASS: &str = "rules/windows/process_access_win_lsass_memory_read.yml";
const PLAYBOOK: &str = "response_playbooks/RP_1001_proxy_execution_on_windows.yml";
const ENRICHMENT: &str = "enrichments/EN_1002_add_source_process_to_process_access.yml";
const SYSMON: &str = "data_needed/DN_0003_1_windows_sysmon_process_creation.yml";

const USE_CASE: &str = "use_cases/UC_1001_proxy_execution_by_signed_programs.yml";
const CUSTOMER: &str = "customers/CU_1002_web_shop.yml";

const ASR: &str = "data_needed/DN_0051_1121_attack_surface_reduction_blocking_mode_event.yml";
const MITIGATION: &str = "mitigation_policies/MP_1001_windows_asr_block_credential_theft_from_lsass.yml";
const HARDENING: &str = "hardening_policies/HP_1002_linux_sshd_no_root_and_no_passwords.yml";

const MUTATIONS: &[Mutation] = &[
    (
        LSASS,
        "DN_0014_10_windows_sysmon_ProcessAccess",
        "DN_0014_gone",
        "error[PB101] there is no Data Needed `DN_0014_gone`",
    ),
    (LSASS, "EN_1002_add_source_process_to_process_access", "EN_gone", "error[PB103] there is no Enrichment `EN_gone`"),
    (SYSMON, "LP_0003_windows_sysmon_process_creation", "LP_gone", "error[PB102] there is no Logging Policy `LP_gone`"),
    (ENRICHMENT, "DN_0003_1_windows_sysmon_process_creation", "DN_gone", "error[PB101] there is no Data Needed"),
    (ENRICHMENT, "DN_0014_10_windows_sysmon_ProcessAccess", "DN_gone", "error[PB101] there is no Data Needed"),
    (ENRICHMENT, "EN_1001_cache_sysmon_process_creation", "EN_gone", "error[PB103] there is no Enrichment"),
    (PLAYBOOK, "RA_3151_isolate_endpoint", "RA_gone", "error[PB104] there is no Response Action `RA_gone`"),
    (PLAYBOOK, "RP_1002_cloud_account_takeover", "RP_gone", "error[PB105] there is no Response Playbook `RP_gone`"),
    (PLAYBOOK, "attack.t1218.010", "attack.t1117", "warning[PB206] ATT&CK replaced T1117 by T1218.010 (Regsvr32)"),
    (
        "response_actions/RA_4651_remove_rogue_cloud_access.yml",
        "RA_2651_review_account_activity",
        "RA_gone",
        "error[PB104] there is no Response Action `RA_gone`",
    ),
    (
        "response_actions/RA_4651_remove_rogue_cloud_access.yml",
        "stage: eradication",
        "stage: eradikation",
        "error[PB112] there is no Response Stage `eradikation`",
    ),
    (
        ASR,
        "MP_1001_windows_asr_block_credential_theft_from_lsass",
        "MP_gone",
        "error[PB110] there is no Mitigation Policy `MP_gone`",
    ),
    (
        MITIGATION,
        "mitigation_system: MS_1001_microsoft_defender_antivirus",
        "mitigation_system: MS_gone",
        "error[PB111] there is no Mitigation System `MS_gone`",
    ),
    (MITIGATION, "attack.t1003.001", "attack.t1003.901", "error[PB201] ATT&CK 19.1 has no technique `t1003.901`"),
    (MITIGATION, "attack.credential-access", "attack.credential-acess", "error[PB202] ATT&CK 19.1 has no tactic"),
    (MITIGATION, "attack.m1040", "attack.m1940", "error[PB205] ATT&CK 19.1 has no object `m1940`"),
    (HARDENING, "attack.m1042", "attack.m1942", "error[PB205] ATT&CK 19.1 has no object `m1942`"),
    (HARDENING, "attack.t1021.004", "attack.t1184", "warning[PB206] ATT&CK replaced T1184 by"),
    (
        "mitigation_policies/MP_1002_windows_asr_block_processes_created_by_wmi_and_psexec.yml",
        "MP_1001_windows_asr_block_credential_theft_from_lsass.yml",
        "MP_gone.yml",
        "error[PB501]",
    ),
    (USE_CASE, "Certutil Decodes an Encoded File", "Certutil gone", "error[PB108] there is no rule `Certutil gone`"),
    (
        USE_CASE,
        "DN_0003_1_windows_sysmon_process_creation",
        "DN_gone",
        "error[PB101] there is no Data Needed `DN_gone`",
    ),
    (
        USE_CASE,
        "LP_0003_windows_sysmon_process_creation",
        "LP_gone",
        "error[PB102] there is no Logging Policy `LP_gone`",
    ),
    (CUSTOMER, "UC_1003_logs_switched_off", "UC_gone", "error[PB109] there is no Use Case `UC_gone`"),
    (CUSTOMER, "Authorized SSH Keys Changed", "Keys gone", "error[PB108] there is no rule `Keys gone`"),
    (CUSTOMER, "DN_0094_linux_sshd_log", "DN_gone", "error[PB101] there is no Data Needed `DN_gone`"),
    (CUSTOMER, "LP_1012_iis_w3c_access_log", "LP_gone", "error[PB102] there is no Logging Policy `LP_gone`"),
    (
        CMSTP,
        "25b62427-72eb-43a9-bf4f-9366d18e444a",
        "25b62427-0000-43a9-bf4f-000000000000",
        "note[PB106] there is no rule",
    ),
    (CMSTP, "attack.t1218.003", "attack.t1191", "warning[PB206] ATT&CK replaced T1191 by T1218.003 (CMSTP)"),
    (CMSTP, "attack.t1218.003", "attack.t1064", "warning[PB207] ATT&CK deprecated T1064 (Scripting)"),
    (CMSTP, "attack.t1218.003", "attack.t1218.993", "error[PB201] ATT&CK 19.1 has no technique `t1218.993`"),
    (CMSTP, "attack.stealth", "attack.stelth", "error[PB202] ATT&CK 19.1 has no tactic `stelth`"),
    (CMSTP, "attack.stealth", "attack.defense_evasion", "warning[PB209] ATT&CK 19.1 has no tactic `defense-evasion`"),
    (CMSTP, "attack.g0069", "attack.g9069", "error[PB203] ATT&CK 19.1 has no group `g9069`"),
    (
        "rules/windows/win_certutil_decode_file.yml",
        "attack.s0160",
        "attack.s8160",
        "error[PB204] ATT&CK 19.1 has no software",
    ),
    (
        "rules/windows/win_security_failed_logon_burst.yml",
        "        - failed_network_logon",
        "        - failed_logon",
        "error[PB107] there is no rule `failed_logon` in the content",
    ),
    (
        "rules/windows/filter_win_configmgr_encoded_powershell.yml",
        "49cb2ac5-1a5d-4ba6-b66d-7fda4ac634fc",
        "49cb2ac5-0000-4ba6-b66d-000000000000",
        "error[PB107] there is no rule",
    ),
    ("triggers/T1218.003/T1218.003.yaml", "attack_technique: T1218.003", "attack_technique: T9218", "error[PB201]"),
    ("triggers/T1218.003/T1218.003.yaml", "attack_technique: T1218.003", "attack_technique: T1218.005", "error[PB211]"),
    ("pages/coverage.md", "../rules/windows/win_security_audit_log_cleared.yml", "../rules/gone.yml", "error[PB501]"),
    (
        "pages/about.md",
        "../response_actions/RA_3151_isolate_endpoint.yml",
        "../response_actions/gone.yml",
        "error[PB501]",
    ),
    ("pages/about.md", "add-a-rule.md", "add-a-rule.md#gone", "error[PB502]"),
];

fn found(folder: &Path) -> BTreeSet<String> {
    findings(folder, &[]).into_iter().collect()
}

#[test]
fn one_broken_reference_is_one_finding_at_its_place() {
    let dir = TempDir::new().expect("a temporary folder");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("content"), &dir.path().join("content"));
    fs::create_dir_all(dir.path().join("site")).expect("a folder");
    let before = found(dir.path());
    assert!(before.iter().all(|line| line.contains("note[")), "{before:?}");
    for (file, old, new, start) in MUTATIONS {
        let path = dir.path().join("content").join(file);
        let text = fs::read_to_string(&path).expect("text");
        let at = text.find(old).unwrap_or_else(|| panic!("{file} has no {old}"));
        // The value begins where the two texts begin to differ in their words.
        let shared = new.len() - new.trim_start_matches([' ', '-']).len();
        let shared = shared.max(new.find(": ").map_or(0, |colon| colon + 2));
        let head = &text[..at + shared];
        let line = head.matches('\n').count() + 1;
        let column = head.len() - head.rfind('\n').map_or(0, |newline| newline + 1) + 1;
        fs::write(&path, text.replacen(old, new, 1)).expect("written");
        let after = found(dir.path());
        fs::write(&path, &text).expect("written");
        let gained: Vec<&String> = after.difference(&before).collect();
        let lost: Vec<&String> = before.difference(&after).collect();
        assert!(lost.is_empty(), "{old} → {new}: lost {lost:?}");
        let [one] = gained.as_slice() else { panic!("{old} → {new}: {gained:#?}") };
        let expected = format!("content/{file}:{line}:{column}: {start}");
        assert!(one.starts_with(&expected), "{old} → {new}:\n{one}\n{expected}");
    }
    assert_eq!(found(dir.path()), before);
}
