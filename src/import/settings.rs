//! The settings of ATC (`config.yml` over `config.default.yml`), and what they are in
//! `purplebook.toml`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::config::KnownQueries;
use crate::model::Kind;

/// Where settings lie in a checkout; the later ones override the earlier.
pub const SETTINGS: [&str; 4] =
    ["scripts/config.default.yml", "config.default.yml", "scripts/config.yml", "config.yml"];

/// What ATC wrote its pages to unless told otherwise.
const PAGES: &str = "Atomic_Threat_Coverage";

/// The settings that matter here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    values: BTreeMap<String, Vec<String>>,
}

impl Settings {
    /// Reads files given by path and text, in the order of [`SETTINGS`]; and what is wrong with them.
    pub fn read(files: &[(&str, &str)]) -> (Self, Vec<String>) {
        let (mut settings, mut problems) = (Self::default(), Vec::new());
        for (path, text) in files {
            match serde_yaml::from_str::<BTreeMap<String, serde_yaml::Value>>(text) {
                Ok(values) => settings.values.extend(values.iter().filter_map(|(key, value)| {
                    let texts = texts(value);
                    (!texts.is_empty()).then(|| (key.clone(), texts))
                })),
                Err(error) => problems.push(format!("{path} was not read: {error}")),
            }
        }
        (settings, problems)
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key)?.first().map(String::as_str)
    }

    /// The folders set for a kind, as paths in the checkout.
    pub(super) fn folders(&self, kind: Kind) -> Vec<String> {
        let keys: &[&str] = match kind {
            Kind::Rule => &["detection_rules_directories", "detection_rules_directory"],
            Kind::DataNeeded => &["data_needed_dir"],
            Kind::LoggingPolicy => &["logging_policies_dir"],
            Kind::Enrichment => &["enrichments_directory"],
            Kind::Trigger => &["triggers_directory"],
            Kind::ResponseAction => &["response_actions_dir"],
            Kind::ResponsePlaybook => &["response_playbooks_dir"],
            Kind::ResponseStage => &["response_stages_dir"],
            Kind::MitigationSystem => &["mitigation_systems_directory"],
            Kind::MitigationPolicy => &["mitigation_policies_directory"],
            Kind::HardeningPolicy => &["hardening_policies_directory"],
            Kind::UseCase => &["usecases_directory"],
            Kind::Customer => &["customers_directory"],
            Kind::RecordedEvent | Kind::Page => &[],
        };
        let set = keys.iter().find_map(|key| self.values.get(*key));
        set.into_iter().flatten().filter_map(|path| inside(path)).collect()
    }

    /// The folder of the pages ATC made, which are no content.
    pub(super) fn pages_folder(&self) -> String {
        let set = self.text("md_name_of_root_directory").and_then(inside).filter(|path| !path.is_empty());
        set.unwrap_or_else(|| PAGES.to_owned())
    }

    /// The name of the knowledge base.
    fn title(&self) -> String {
        let named = self.text("confluence_name_of_root_directory").map(str::to_owned);
        named.unwrap_or_else(|| self.pages_folder().rsplit('/').next().unwrap_or_default().replace('_', " "))
    }

    /// The queries ATC made, each with the name of the file it mapped fields with.
    fn queries(&self) -> Vec<(&str, Option<&str>)> {
        let names = self.values.get("detection_queries").into_iter().flatten();
        let names = names.flat_map(|list| list.split(',')).map(str::trim).filter(|name| !name.is_empty());
        let config = |name: &str| {
            let path = self.text(&format!("{name}_sigma_config"))?;
            path.rsplit('/').next()?.strip_suffix(".yml")
        };
        names.map(|name| (name, config(name))).collect()
    }
}

/// The text, or the texts of a list.
fn texts(value: &serde_yaml::Value) -> Vec<String> {
    match value {
        serde_yaml::Value::String(text) => vec![text.clone()],
        serde_yaml::Value::Sequence(items) => {
            items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

/// A path of the settings as one in the checkout: they were relative to it, or to `scripts` in it.
/// None if it leads out.
fn inside(path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains(['\\', ':']) {
        return None;
    }
    let mut parts: Vec<&str> = if path.starts_with("..") { vec!["scripts"] } else { Vec::new() };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The pipeline that names fields as a mapping of the old converter did.
fn pipeline(mapping: &str) -> Option<&'static str> {
    match mapping {
        "winlogbeat" | "winlogbeat-old" | "winlogbeat-modules-enabled" => Some("ecs_windows"),
        "splunk-windows" | "splunk-windows-all" | "splunk-windows-index" => Some("splunk_windows"),
        "logpoint-windows" | "logpoint-windows-all" => Some("windows"),
        _ => None,
    }
}

/// `purplebook.toml` for a new project, and what of the settings has no place in it.
pub fn project(settings: &Settings, known: &KnownQueries) -> (String, Vec<String>) {
    let mut left = Vec::new();
    let text = |text: &str| toml::Value::from(text).to_string();
    let pages = settings.pages_folder();
    let mut out = format!("[site]\ntitle = {}\n\n", text(&settings.title()));
    out.push_str(
        "[markdown]\n# The pages as ATC wrote them, byte for byte: \"atc-2022\", or \"atc-2019\" for those of 2019.\n\
         # Without `show` below, rules then have the queries ATC's converter printed.\n\
         # profile = \"atc-2022\"\n",
    );
    let mut rows = String::new();
    for (name, mapping) in settings.queries() {
        let old = format!("legacy-{name}");
        let target =
            [name, old.as_str()].into_iter().find(|name| known.targets.iter().any(|target| target.name == *name));
        let Some(target) = target else {
            left.push(format!("query `{name}`: there is no such target"));
            continue;
        };
        let pipeline = mapping.and_then(pipeline).filter(|name| known.pipelines.contains(name));
        match (mapping, pipeline) {
            (_, Some(pipeline)) => {
                let _ = writeln!(rows, "  {{ target = {}, pipelines = [{}] }},", text(target), text(pipeline));
            }
            (mapping, None) => {
                if let Some(mapping) = mapping.filter(|_| !target.starts_with("legacy-")) {
                    left.push(format!("query `{name}`: there is no pipeline like the mapping `{mapping}`"));
                }
                let _ = writeln!(rows, "  {{ target = {} }},", text(target));
            }
        }
    }
    if !rows.is_empty() {
        let _ = write!(out, "\n[queries]\nshow = [\n{rows}]\n");
    }
    left.push(format!("the folder `{pages}` of its pages: `purplebook build --output FOLDER` says where pages go"));
    (out, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_checkout() {
        assert_eq!(inside("../data_needed/").as_deref(), Some("data_needed"));
        assert_eq!(
            inside("response/./atc_react//response_actions").as_deref(),
            Some("response/atc_react/response_actions")
        );
        for path in ["../../etc", "/etc", "a/../../b", "C:\\x", "..\\x"] {
            assert_eq!(inside(path), None, "{path}");
        }
    }

    #[test]
    fn later_settings_override_earlier_ones() {
        let (settings, problems) = Settings::read(&[
            ("a", "data_needed_dir: a\ncustomers_directory: c"),
            ("b", "data_needed_dir: b"),
            ("c", "["),
        ]);
        assert_eq!(settings.folders(Kind::DataNeeded), ["b"]);
        assert_eq!(settings.folders(Kind::Customer), ["c"]);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("c was not read: "), "{problems:?}");
    }
}
