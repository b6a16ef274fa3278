//! The folders of a checkout of ATC, of 2019 and of today, and what of them is content.

use crate::model::Kind;

use super::settings::Settings;

/// A folder of the checkout with content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentFolder {
    /// Of this kind.
    pub kind: Kind,
    /// The path in the checkout, with `/`.
    pub path: String,
    /// The folder its files go to, below that of the kind; empty for the kind's own.
    pub below: String,
    /// Whether the settings name it: ATC then read no folders in it, Triggers excepted.
    pub named: bool,
}

/// What becomes of a file of a content folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is content.
    Take,
    /// It is not, which nobody need be told.
    Pass,
    /// It could be taken for content and is none, for this reason.
    Skip(&'static str),
}

/// Folders that hold no content whatever they are called.
const NO_CONTENT: [&str; 6] = ["analytics", "docs", "scripts", "scripts_v2", "tests", "visualizations"];

/// The content folders of a checkout, and what the settings name that is not there.
///
/// `present` are the paths of its folders, sorted. A kind whose folder is not set, or not there, is
/// looked for by name, the one nearest to the top first.
pub fn folders(settings: &Settings, present: &[String]) -> (Vec<ContentFolder>, Vec<String>) {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_listed()) {
        let (there, absent): (Vec<String>, Vec<String>) =
            settings.folders(kind).into_iter().partition(|path| present.binary_search(path).is_ok());
        let common = common(&there);
        for path in &there {
            let below = path[common..].trim_start_matches('/').to_owned();
            found.push(ContentFolder { kind, path: path.clone(), below, named: true });
        }
        if there.is_empty() {
            let path = by_name(kind, settings, present);
            found.extend(path.map(|path| ContentFolder { kind, path, below: String::new(), named: false }));
        }
        missing.extend(absent);
    }
    (found, missing)
}

/// How much the paths have in common, in whole folders; of one path all of it.
fn common(paths: &[String]) -> usize {
    let Some((head, rest)) = paths.split_first() else { return 0 };
    let mut end = head.len();
    for path in rest {
        let same = head.bytes().zip(path.bytes()).take_while(|(a, b)| a == b).count().min(end);
        end = head[..same].rfind('/').unwrap_or(0);
    }
    end
}

/// The folder of a kind by its name, whatever of `_`, `-` and capitals is in it.
fn by_name(kind: Kind, settings: &Settings, present: &[String]) -> Option<String> {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['_', '-'], "");
    let wanted = plain(kind.key());
    let is_it = |name: &str| match (kind, plain(name)) {
        (Kind::Rule, name) => name == "rules" || name == "detectionrules",
        (Kind::Trigger, name) => name == "triggers" || name == "triggering" || name == "atomics",
        (_, name) => name == wanted,
    };
    let is_content = |path: &&String| {
        let top = path.split('/').next().unwrap_or_default();
        !NO_CONTENT.contains(&top) && top != settings.pages_folder() && path.as_str() != settings.pages_folder()
    };
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut paths: Vec<&String> = present.iter().filter(is_content).filter(|path| is_it(&last(path))).collect();
    // The submodule's tests beside its techniques are no Triggers.
    let atomics = |path: &&String| kind == Kind::Trigger && last(path) == "atomics";
    paths.sort_by_key(|path| (!atomics(path), path.matches('/').count()));
    paths.first().map(|path| (*path).clone())
}

/// What becomes of the file at `within` in a content folder.
pub fn verdict(folder: &ContentFolder, within: &str) -> Verdict {
    let name = within.rsplit('/').next().unwrap_or_default();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let is_yaml = matches!(extension, "yml" | "yaml");
    if folder.kind == Kind::Trigger {
        let technique = name.strip_prefix('T').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        return if technique && (is_yaml || extension == "md") { Verdict::Take } else { Verdict::Pass };
    }
    if matches!(extension, "template" | "todo") || stem.ends_with("template") {
        return Verdict::Skip("a template or a draft, which ATC left out, too");
    }
    if !is_yaml {
        return Verdict::Pass;
    }
    let is_inside = within.contains('/');
    match folder.kind {
        // Of Sigma's repository the rules alone are content.
        Kind::Rule if !folder.named => match within.split_once("sigma/") {
            Some((before, rest)) if before.is_empty() || before.ends_with('/') => {
                if rest.starts_with("rules") {
                    Verdict::Take
                } else {
                    Verdict::Pass
                }
            }
            _ => Verdict::Take,
        },
        _ if is_inside => Verdict::Skip("in a folder inside, where ATC did not look"),
        _ => Verdict::Take,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(settings: &str, present: &[&str]) -> Vec<(String, String)> {
        let present: Vec<String> = present.iter().map(|path| (*path).to_owned()).collect();
        let (settings, _) = Settings::read(&[("scripts/config.yml", settings)]);
        let (folders, _) = folders(&settings, &present);
        folders.into_iter().map(|folder| (folder.path, folder.below)).collect()
    }

    #[test]
    fn folders_are_found_by_their_names_of_both_times() {
        let old =
            ["Atomic_Threat_Coverage/Data_Needed", "dataneeded", "detectionrules", "loggingpolicies", "triggering"];
        let names: Vec<String> = found("{}", &old).into_iter().map(|(path, _)| path).collect();
        assert_eq!(names, ["detectionrules", "dataneeded", "loggingpolicies", "triggering"]);
        let new = ["response/atc-react/response_actions", "triggers", "triggers/atomic-red-team/atomics"];
        let names: Vec<String> = found("{}", &new).into_iter().map(|(path, _)| path).collect();
        assert_eq!(names, ["triggers/atomic-red-team/atomics", "response/atc-react/response_actions"]);
    }

    #[test]
    fn several_folders_of_rules_stay_apart() {
        let settings = "detection_rules_directories: ['../rules/windows/sysmon', '../rules/windows/other', ../gone]";
        let present = ["rules", "rules/windows", "rules/windows/other", "rules/windows/sysmon"];
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            found(settings, &present),
            [pair("rules/windows/sysmon", "sysmon"), pair("rules/windows/other", "other")]
        );
    }

    #[test]
    fn of_a_checkout_of_sigma_only_rules_are_content() {
        let folder =
            ContentFolder { kind: Kind::Rule, path: "detection_rules".into(), below: String::new(), named: false };
        assert_eq!(verdict(&folder, "own.yml"), Verdict::Take);
        assert_eq!(verdict(&folder, "sigma/rules/windows/a.yml"), Verdict::Take);
        assert_eq!(verdict(&folder, "sigma/tools/config/winlogbeat.yml"), Verdict::Pass);
        assert_eq!(verdict(&folder, "readme.md"), Verdict::Pass);
        assert!(matches!(verdict(&folder, "rule.yml.template"), Verdict::Skip(_)));
    }
}
