//! Where the events of a rule are and where a test runs, as ATT&CK calls its platforms.

use crate::model::{LogSource, Rule};

/// The platform whose events a rule reads. Nothing where its log source is of none, as the traffic
/// of a network or an application is: such a rule counts for no platform, for what it would see of
/// one its log source does not say.
pub(super) fn of_rule(rule: &Rule) -> Option<&'static str> {
    let LogSource { product, service, .. } = &rule.logsources.first()?.1;
    let service = service.as_deref().unwrap_or_default();
    Some(match product.as_deref()?.to_ascii_lowercase().as_str() {
        "windows" | "windows_defender" | "rpc_firewall" => "Windows",
        "linux" => "Linux",
        "macos" => "macOS",
        "esxi" | "vmware" => "ESXi",
        "docker" | "kubernetes" => "Containers",
        // The resources of Azure are in the activity log, in all others who signed in, and changes of that.
        "azure" if matches!(service, "activitylogs" | "azureactivity") => "IaaS",
        "azure" | "okta" | "onelogin" => "Identity Provider",
        "gcp" if service.starts_with("google_workspace") => "Office Suite",
        "aws" | "gcp" => "IaaS",
        "m365" | "google_workspace" => "Office Suite",
        "github" | "gitlab" | "bitbucket" | "salesforce" => "SaaS",
        "cisco" | "f5" | "fortigate" | "fortios" | "huawei" | "juniper" | "paloalto" => "Network Devices",
        _ => return None,
    })
}

/// The platform of a test, from the name Atomic Red Team gives it.
pub(super) fn of_test(name: &str) -> Option<&'static str> {
    Some(match name.split(':').next().unwrap_or(name) {
        "windows" => "Windows",
        "linux" => "Linux",
        "macos" => "macOS",
        "containers" => "Containers",
        "office-365" | "google-workspace" => "Office Suite",
        "azure-ad" => "Identity Provider",
        "iaas" => "IaaS",
        "saas" => "SaaS",
        "esxi" => "ESXi",
        _ => return None,
    })
}
