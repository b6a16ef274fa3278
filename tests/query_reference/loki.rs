//! Grafana Loki.

use super::{Difference, Record};

pub(crate) static RECORDS: &[Record] =
    &[Record { file: "loki", target: "loki", format: "default", pipelines: &[], why: loki, never: NEVER }];

const SPLIT: &str = "the reference splits what is longer than older releases of Loki take";
const COUNTED: &str = "the reference counts the labels it makes over all rules of a run";
const LOST: &str = "the reference loses words without a field, or what they are joined with by `or`";

#[rustfmt::skip]
const NEVER: &[(&str, &str)] = &[
    ("rules/web/proxy_generic/proxy_ua_apt.yml", SPLIT),
    ("rules/windows/create_stream_hash/create_stream_hash_hktl_generic_download.yml", SPLIT),
    ("rules/windows/dns_query/dns_query_win_remote_access_software_domains_non_browsers.yml", SPLIT),
    ("rules/windows/driver_load/driver_load_win_vuln_drivers_names.yml", SPLIT),
    ("rules/windows/file/file_event/file_event_win_creation_system_file.yml", SPLIT),
    ("rules/windows/image_load/image_load_side_load_from_non_system_location.yml", SPLIT),
    ("rules/windows/network_connection/net_connection_win_domain_crypto_mining_pools.yml", SPLIT),
    ("rules/windows/network_connection/net_connection_win_office_outbound_non_local_ip.yml", SPLIT),
    ("rules/windows/powershell/powershell_module/posh_pm_exploit_scripts.yml", SPLIT),
    ("rules/windows/process_creation/proc_creation_win_pua_pingcastle.yml", SPLIT),
    ("rules/windows/process_creation/proc_creation_win_susp_emoji_usage_in_cli_3.yml", SPLIT),
    ("rules/windows/process_creation/proc_creation_win_sysinternals_psexec_paexec_escalate_system.yml", SPLIT),
    ("rules/windows/registry/registry_set/registry_set_asep_reg_keys_modification_currentversion.yml", SPLIT),
    ("rules/windows/registry/registry_set/registry_set_chrome_extension.yml", SPLIT),
    ("rules/cloud/aws/cloudtrail/aws_update_login_profile.yml", COUNTED),
    ("rules/windows/builtin/security/win_security_explicit_credential_local_logon.yml", COUNTED),
    ("rules/windows/file/file_delete/file_delete_win_delete_own_image.yml", COUNTED),
    ("rules/windows/process_creation/proc_creation_win_susp_cross_user_process_spawn.yml", COUNTED),
    ("rules-emerging-threats/2021/Exploits/CVE-2021-1675/win_exploit_cve_2021_1675_printspooler.yml", LOST),
    ("rules/windows/builtin/wmi/win_wmi_persistence.yml", LOST),
    ("rules/windows/sysmon/sysmon_config_modification_status.yml", LOST),
];

/// What we write instead, and why. The first that fits is named.
const REASONS: &[(&str, &str)] = &[
    (" | json", "logs of the product are JSON"),
    ("sigma_line=", "words without a field as one of several alternatives"),
    ("sigma_match_", "a comparison of two fields in any case, and where it stands"),
    ("=``)", "a missing field is in no network, and not outside of one"),
    ("(?s:.*)", "a regular expression is looked for anywhere, over line breaks"),
    ("(?is)", "a wildcard stands for line breaks, too"),
    ("=`", "a comparison of numbers lets through what is no number, and no line without the field"),
    (r"\\\\?", "a backslash in a word without a field, which stands twice in JSON"),
    (r#"\\?""#, "a quotation mark in a word without a field, which has a backslash in JSON"),
    ("(", "alternatives without parentheses in an `and`"),
    ("^true$", "a boolean"),
    (r"\*", "a literal `*`, which the reference takes for a backslash and a wildcard"),
];

fn loki(difference: &Difference<'_>) -> Option<&'static str> {
    let Some(ours) = difference.ours.map(<[String]>::concat) else {
        return difference.rule.contains("|expand").then_some("a placeholder without values is no text");
    };
    let reference = difference.reference.map(<[String]>::concat).unwrap_or_default();
    let fits = |(better, _): &&(&str, &str)| ours.matches(better).count() > reference.matches(better).count();
    REASONS.iter().find(fits).map(|(_, why)| *why)
}
