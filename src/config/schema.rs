//! The keys of `purplebook.toml`: one table, from which reading, suggestions and
//! `docs/configuration.md` all come, so that none can know a key the others do not.

use std::fmt::Write as _;

use crate::model::Kind;

use super::DEFAULT_QUERIES;

/// The type of value a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Any text.
    Text,
    /// An `http` or `https` address.
    Url,
    /// An `http` or `https` address with `{path}` in it.
    FileUrl,
    /// A folder that exists.
    Folder,
    /// A folder that may still have to be made.
    NewFolder,
    /// A file that exists.
    File,
    /// A file or a list of files.
    Files,
    /// A folder or a list of folders.
    Folders,
    /// `default`, `atc-2019` or `atc-2022`.
    Profile,
    /// A list of target names or of tables `{ target, pipelines, format, title }`.
    Queries,
    /// `strict` or `pysigma`.
    Compat,
    /// A table of lists of texts.
    Lists,
    /// A list of levels of Sigma.
    Levels,
    /// A list of what rules need.
    Needs,
    /// A table of whole numbers.
    Minima,
    /// A list of codes or of tables `{ code, paths }`.
    Codes,
    /// A pattern of paths or a list of them.
    Globs,
    /// A pattern of addresses or a list of them.
    Addresses,
    /// `error`, `warning` or `note`.
    Severity,
    /// A file that may still have to be made.
    NewFile,
}

impl Takes {
    /// The type in words, as said after "must be".
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Url => "an http or https address",
            Self::FileUrl => "an http or https address with `{path}` in it",
            Self::Folder | Self::NewFolder => "the path of a folder",
            Self::File | Self::NewFile => "the path of a file",
            Self::Files => "the path of a file, or a list of them",
            Self::Folders => "the path of a folder, or a list of them",
            Self::Profile => "`\"default\"`, `\"atc-2019\"` or `\"atc-2022\"`",
            Self::Queries => "a list of targets, each a name or a table `{ target, pipelines, format, title }`",
            Self::Compat => "`\"strict\"` or `\"pysigma\"`",
            Self::Lists => "a table of lists of strings",
            Self::Levels => "a list of Sigma's levels",
            Self::Needs => "a list of `\"data_needed\"` and `\"trigger\"`",
            Self::Minima => "a table of whole numbers",
            Self::Codes => "a list of codes, each a name or a table `{ code, paths }`",
            Self::Globs => "a pattern of paths, or a list of them",
            Self::Addresses => "a pattern of addresses, or a list of them",
            Self::Severity => "`\"error\"`, `\"warning\"` or `\"note\"`",
        }
    }
}

/// One key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The table it stands in.
    pub table: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What holds where it is absent, in Markdown.
    pub default: &'static str,
    /// The flag that overrides it.
    pub flag: Option<&'static str>,
    /// What it does, in Markdown.
    pub about: &'static str,
}

const fn key(
    table: &'static str,
    name: &'static str,
    takes: Takes,
    default: &'static str,
    flag: Option<&'static str>,
    about: &'static str,
) -> Key {
    Key { table, name, takes, default, flag, about }
}

const fn content(kind: Kind, default: &'static str, flag: &'static str, about: &'static str) -> Key {
    key("content", kind.key(), Takes::Folders, default, Some(flag), about)
}

/// All keys, in the order of the reference.
pub const KEYS: &[Key] = &[
    key("site", "title", Takes::Text, "`\"Knowledge base\"`", Some("--title"), "The name of the knowledge base."),
    key(
        "site",
        "base_url",
        Takes::Url,
        "none",
        Some("--base-url"),
        "Where the site will be published. Pages link to each other relatively and need no address; it is used only \
         where an absolute one is required.",
    ),
    key(
        "site",
        "edit_url",
        Takes::FileUrl,
        "none",
        None,
        "Where the file of a page can be edited; `{path}` stands for its path from the folder of `purplebook.toml`: \
         `edit_url = \"https://github.com/OWNER/REPOSITORY/edit/main/{path}\"`. With it, pages link to their file.",
    ),
    key(
        "site",
        "history_url",
        Takes::FileUrl,
        "none",
        None,
        "Where the changes of a file can be seen, likewise: \
         `history_url = \"https://github.com/OWNER/REPOSITORY/commits/main/{path}\"`.",
    ),
    key(
        "site",
        "theme",
        Takes::Folder,
        "the built-in theme",
        Some("--theme"),
        "A folder with templates and static files to use instead of the built-in theme.",
    ),
    content(
        Kind::Rule,
        "`\"content/rules\"`",
        "--rules",
        "Sigma rules, correlations and filters (`*.yml`, `*.yaml`), at any depth.",
    ),
    content(Kind::DataNeeded, "`\"content/data_needed\"`", "--data-needed", "Data Needed: the log events you collect."),
    content(
        Kind::LoggingPolicy,
        "`\"content/logging_policies\"`",
        "--logging-policies",
        "Logging Policies: how each log is switched on.",
    ),
    content(
        Kind::Enrichment,
        "`\"content/enrichments\"`",
        "--enrichments",
        "Enrichments: how events get fields they do not carry.",
    ),
    content(
        Kind::Trigger,
        "`\"content/triggers\"`",
        "--triggers",
        "Triggers: Atomic Red Team tests, `T1059.001/T1059.001.yaml`.",
    ),
    content(
        Kind::RecordedEvent,
        "`\"content/recorded_events\"`",
        "--recorded-events",
        "Recorded events: log events a rule has to find, each file called by the id of its rule (`<id>.json`, `.jsonl`, \
         `.ndjson`), at any depth; of a clone of Sigma, `regression_data`.",
    ),
    content(
        Kind::ResponseAction,
        "`\"content/response_actions\"`",
        "--response-actions",
        "Response Actions: single steps of a response.",
    ),
    content(
        Kind::ResponsePlaybook,
        "`\"content/response_playbooks\"`",
        "--response-playbooks",
        "Response Playbooks: actions in the order of a response.",
    ),
    content(
        Kind::ResponseStage,
        "`\"content/response_stages\"`",
        "--response-stages",
        "Response Stages: what the actions of each stage are for.",
    ),
    content(
        Kind::MitigationSystem,
        "`\"content/mitigation_systems\"`",
        "--mitigation-systems",
        "Mitigation Systems: products that mitigations are put in place with.",
    ),
    content(
        Kind::MitigationPolicy,
        "`\"content/mitigation_policies\"`",
        "--mitigation-policies",
        "Mitigation Policies: how each mitigation is switched on.",
    ),
    content(
        Kind::HardeningPolicy,
        "`\"content/hardening_policies\"`",
        "--hardening-policies",
        "Hardening Policies: how systems are made harder to attack.",
    ),
    content(
        Kind::UseCase,
        "`\"content/use_cases\"`",
        "--use-cases",
        "Use Cases: what is watched for, and with which rules and data.",
    ),
    content(
        Kind::Customer,
        "`\"content/customers\"`",
        "--customers",
        "Customers: who is watched for, and what is in use there.",
    ),
    content(
        Kind::Page,
        "`\"content/pages\"`",
        "--pages",
        "Free pages in Markdown; images and other files beside them are copied, but not what a browser would run.",
    ),
    key(
        "attack",
        "version",
        Takes::Text,
        "the newest built in",
        Some("--attack-version"),
        "The ATT&CK release whose built-in facts are used, such as `\"18.1\"`.",
    ),
    key(
        "attack",
        "bundle",
        Takes::Files,
        "none",
        Some("--attack-bundle"),
        "STIX bundles (2.0 or 2.1) to take ATT&CK from instead of the built-in facts, descriptions included; one per \
         domain. Also files of facts that `purplebook attack import` made of bundles.",
    ),
    key(
        "attack",
        "names",
        Takes::File,
        "none",
        None,
        "A table of tab-separated `kind`, `tag`, `id`, `name` lines whose names are shown instead of ATT&CK's.",
    ),
    key(
        "attack",
        "layers",
        Takes::Folders,
        "`\"content/layers\"`",
        None,
        "Layers of the ATT&CK Navigator (`*.json`, at any depth) that `purplebook attack upgrade` takes along; those \
         below `pages`, which the site offers for download, it takes along as well.",
    ),
    key(
        "markdown",
        "profile",
        Takes::Profile,
        "`\"default\"`",
        Some("--markdown-profile"),
        "The layout of the Markdown pages: `default`, or `atc-2019` or `atc-2022` for the pages Atomic Threat \
         Coverage wrote in February 2019 and in its last state, of 2022, byte for byte. Rules have the queries ATC's \
         converter printed; with `atc-2022` those of `[queries] show` if it is set.",
    ),
    key(
        "queries",
        "show",
        Takes::Queries,
        "those below",
        None,
        "The queries shown with each rule, in this order. A table says more: `{ target = \"kusto\", pipelines = \
         [\"microsoft_xdr\"], format = \"default\", title = \"Defender XDR\" }`. A pipeline is the name of a built-in \
         one or the path of a file in the YAML of pySigma; several are applied by their priority. `purplebook convert \
         --list` names all targets, formats and pipelines. What a pipeline has no \
         place for is told on the page, and by `check` only if you name queries here.",
    ),
    key(
        "queries",
        "compat",
        Takes::Compat,
        "`\"strict\"`",
        None,
        "`strict` writes queries that are right in the engine they are for; `pysigma` writes the text of Sigma's \
         reference converter, its mistakes among it.",
    ),
    key(
        "queries",
        "placeholders",
        Takes::Lists,
        "none",
        None,
        "Values for the placeholders of rules that use `expand`: `admins = [\"root\", \"adm-*\"]` replaces `%admins%`. \
         Pipelines see them as variables.",
    ),
    key(
        "coverage",
        "levels",
        Takes::Levels,
        "none",
        None,
        "The levels of rules that need what `need` names: `levels = [\"high\", \"critical\"]`.",
    ),
    key(
        "coverage",
        "need",
        Takes::Needs,
        "none",
        None,
        "What rules of these levels need: `data_needed` that serves them, a `trigger` of one of their techniques.",
    ),
    key(
        "coverage",
        "tactics",
        Takes::Minima,
        "none",
        None,
        "How many techniques of a tactic must have a rule at least, by the tactic's name in tags: \
         `tactics = { execution = 5, impact = 2 }`. A sub-technique counts for its technique.",
    ),
    key(
        "coverage",
        "baseline",
        Takes::NewFile,
        "none",
        None,
        "The file of recorded coverage. Where it is named, `check` tells what fell below it: a technique without the \
         rules, tests or Data Needed it had, a tactic with fewer techniques. `check --coverage-baseline write` writes \
         it; where none is named, to `purplebook-coverage.json`, which `check --coverage-baseline use` uses.",
    ),
    key(
        "check",
        "allow",
        Takes::Codes,
        "none",
        None,
        "Findings that are not told: codes, such as `\"PB402\"`, or tables that say where, such as `{ code = \"PB402\", \
         paths = [\"content/rules/legacy/**\"] }`. `code` is a code or a list of codes, `paths` a pattern or a list of \
         them, relative to the project folder: `*` stands for anything within a folder, `**` for folders at any depth. \
         An item with `paths` goes before one without; of several that fit, `deny` goes before `warn`, and `warn` \
         before `allow`.",
    ),
    key("check", "warn", Takes::Codes, "none", None, "Findings that are warnings, written as those of `allow`."),
    key("check", "deny", Takes::Codes, "none", None, "Findings that are errors, written as those of `allow`."),
    key(
        "check",
        "fail_on",
        Takes::Severity,
        "`\"warning\"`",
        Some("--fail-on"),
        "The least severity with which a finding fails a check (exit code 1).",
    ),
    key(
        "check",
        "baseline",
        Takes::NewFile,
        "`\"purplebook-baseline.json\"`",
        None,
        "The file of known findings: `check --baseline write` writes it, `check --baseline use` tells only what is not \
         in it.",
    ),
    key(
        "check",
        "external_skip",
        Takes::Addresses,
        "none",
        None,
        "External addresses that `check --external` does not ask for: `external_skip = \
         [\"https://attack.mitre.org/*\"]`. `*` stands for anything, `/` included. Names that are kept for examples \
         (`example.com`, `*.example`) are never asked for.",
    ),
    key(
        "check",
        "external_cache",
        Takes::NewFile,
        "`\"purplebook-external.json\"`",
        Some("--external-cache"),
        "Where `check --external` keeps the addresses that answered, so that it does not ask again for 7 days \
         (`--external-max-age`). It is not for the repository: ignore it, or keep it between runs of CI.",
    ),
    key(
        "build",
        "output",
        Takes::NewFolder,
        "`\"output\"`",
        Some("--output"),
        "Where the site is written. An existing folder is replaced only if it is empty or purplebook made it.",
    ),
];

/// The names of all tables, in order.
pub fn tables() -> impl Iterator<Item = &'static str> {
    let mut last = "";
    KEYS.iter().map(|key| key.table).filter(move |table| std::mem::replace(&mut last, table) != *table)
}

/// The keys of one table.
pub fn keys_of(table: &str) -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(move |key| key.table == table)
}

/// `docs/configuration.md`.
pub fn reference_page() -> String {
    let mut page = String::from(
        "# Configuration\n\n\
         <!-- Generated from src/config/schema.rs; `PURPLEBOOK_BLESS=1 cargo test --test cli docs` rewrites it. -->\n\n\
         purplebook reads `purplebook.toml`. It is looked for in the working directory and then in each folder above \
         it; `--config FILE` names one directly, and `--root DIR` looks in that folder only. Without a file, the \
         defaults hold.\n\n\
         Every key is optional. Paths are relative to the folder of `purplebook.toml`; paths given by a flag are \
         relative to the working directory. A flag replaces the key's value, lists included. A folder or file that \
         is named must exist; a default folder that does not exist counts as empty. A key that is not listed here is \
         an error, so that a misspelt one is never silently without effect.\n",
    );
    for table in tables() {
        let _ = write!(page, "\n## [{table}]\n\n| key | value | default | flag |\n|---|---|---|---|\n");
        for key in keys_of(table) {
            let flag = key.flag.map_or_else(|| "–".to_owned(), |flag| format!("`{flag}`"));
            let _ = writeln!(page, "| `{}` | {} | {} | {flag} |", key.name, key.takes.noun(), key.default);
        }
        for key in keys_of(table) {
            let _ = write!(page, "\n`{}`: {}\n", key.name, key.about);
            if (table, key.name) == ("queries", "show") {
                let _ = write!(page, "\nBy default these are shown:\n\n```toml\n[queries]\n{}```\n", default_queries());
            }
        }
    }
    page
}

/// `show` as a configuration file writes the default.
fn default_queries() -> String {
    let mut text = String::from("show = [\n");
    for (target, pipeline, title) in DEFAULT_QUERIES {
        let pipelines = pipeline.map(|name| format!("pipelines = [\"{name}\"], ")).unwrap_or_default();
        let _ = writeln!(text, "  {{ target = \"{target}\", {pipelines}title = \"{title}\" }},");
    }
    text + "]\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_project_is_shown_the_default_queries() {
        let commented = default_queries().lines().map(|line| ["# ", line, "\n"].concat()).collect::<Vec<_>>().concat();
        assert!(include_str!("../cli/starter/purplebook.toml").contains(&commented), "should have\n{commented}");
    }

    #[test]
    fn every_kind_of_content_has_its_key_and_flag() {
        for kind in Kind::ALL {
            let key = keys_of("content").find(|key| key.name == kind.key()).expect("a key per kind");
            assert_eq!(key.flag, Some(format!("--{}", kind.key().replace('_', "-")).as_str()));
            assert_eq!(key.default, format!("`\"content/{}\"`", kind.key()));
        }
    }

    #[test]
    fn tables_are_listed_once_each() {
        assert_eq!(
            tables().collect::<Vec<_>>(),
            ["site", "content", "attack", "markdown", "queries", "coverage", "check", "build"]
        );
    }
}
