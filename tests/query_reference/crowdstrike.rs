//! `CrowdStrike`.

use super::{Difference, Record};

pub(crate) static RECORDS: &[Record] = &[Record {
    file: "crowdstrike",
    target: "crowdstrike",
    format: "default",
    pipelines: &["crowdstrike_fdr"],
    why: crowdstrike,
    never: &[
        ("rules-emerging-threats/2025/Exploits/CVE-2025-33053/image_load_win_exploit_cve_2025_33053.yml", SHARE),
        ("rules/windows/image_load/image_load_rundll32_remote_share_load.yml", SHARE),
        ("rules-threat-hunting/windows/network_connection/net_connection_win_hh_http_connection.yml", DIRECTION),
        ("rules/windows/network_connection/net_connection_win_certutil_initiated_connection.yml", DIRECTION),
        (
            "rules/windows/network_connection/net_connection_win_remote_access_tools_anydesk_incoming_connection.yml",
            DIRECTION,
        ),
    ],
}];

const SHARE: &str = "a path of a share is one of a device, too";

const DIRECTION: &str = "the direction of a connection stays where the rule asks for it";

fn crowdstrike(difference: &Difference<'_>) -> Option<&'static str> {
    let ours = difference.ours?.concat();
    let Some(reference) = difference.reference.map(<[String]>::concat) else {
        return ours.contains("cidr(").then_some("a network is a condition like any other");
    };
    [
        (reference.contains("cidr("), "a network is a condition like any other"),
        (reference.contains("/\""), "words without a field have no quotes"),
        (difference.rule.contains("|windash"), "a negation of all values that `windash` makes"),
        (reference.contains("=//"), "an empty regular expression starts a comment"),
        (ours.contains("/id") || ours.contains("/d"), "a wildcard stands for line breaks, too"),
        (difference.regex(), "a slash ends a regular expression"),
    ]
    .into_iter()
    .find_map(|(is, why)| is.then_some(why))
}
