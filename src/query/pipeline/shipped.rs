//! The pipelines that are built in: files of `data/pipelines`, in the YAML users write.

/// A pipeline that is built in.
#[derive(Debug)]
pub struct BuiltIn {
    /// What users call it (`ecs_windows`).
    pub name: &'static str,
    /// What it is for, in a line.
    pub description: &'static str,
    /// Its YAML.
    pub text: &'static str,
}

/// The file of `data/pipelines` that has the pipeline's name.
macro_rules! built_in {
    ($name:literal, $description:literal) => {
        BuiltIn {
            name: $name,
            description: $description,
            text: include_str!(concat!("../../../data/pipelines/", $name, ".yml")),
        }
    };
}

static BUILT_IN: &[BuiltIn] = &[
    built_in!("azure_monitor", "the security log of Windows in Azure Monitor's table SecurityEvent, for Kusto"),
    built_in!("crowdstrike_fdr", "events of CrowdStrike's sensor, as Falcon Data Replicator names them"),
    built_in!("ecs_kubernetes", "audit events of Kubernetes, as Elastic's integration stores them"),
    built_in!("ecs_windows", "Windows events in the Elastic Common Schema, as Winlogbeat ships them"),
    built_in!("ecs_zeek", "logs of Zeek in the Elastic Common Schema, as Filebeat's module stores them"),
    built_in!("microsoft_xdr", "tables of Microsoft Defender XDR's advanced hunting, for Kusto"),
    built_in!("qradar_aql_fields", "properties of IBM QRadar's events"),
    built_in!("sentinel_asim", "the unifying parsers of Microsoft Sentinel's information model ASIM, for Kusto"),
    built_in!("splunk_cim", "data models of Splunk's Common Information Model"),
    built_in!("splunk_windows", "Windows events of Splunk's add-on for Microsoft Windows"),
    built_in!("sysmon", "generic Windows categories as Sysmon's events"),
    built_in!("windows", "the event log of each Windows service"),
    built_in!("winlogbeat", "Windows events as Winlogbeat ships them without its modules"),
];

/// All pipelines that are built in, by name.
pub fn built_in_pipelines() -> &'static [BuiltIn] {
    BUILT_IN
}
