//! What can be typed: commands, flags and the help that teaches them.

mod import;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

use super::attack::AttackCommand;
use super::init::GithubRepository;
use super::theme::ThemeCommand;
use crate::config::{MarkdownProfile, Overrides};
use crate::model::Kind;
use crate::report::Severity;

pub(super) use import::{AtcArgs, ImportCommand};

const EXAMPLES: &str = "\
Examples:
  purplebook init kb && cd kb && purplebook build    start a knowledge base and build it
  purplebook build --rules ../sigma/rules            build from an untouched upstream checkout
  purplebook serve                                   look at it in a browser while writing
  purplebook check --format concise                  one line per problem, for editors and CI
  purplebook explain PB206                           what a finding means and how to end it
  purplebook convert -t es-qs content/rules          the queries alone

Exit codes:
  0  done; `check` found nothing that fails it
  1  `check` found errors or warnings, or its --dry-run has a diff; `convert` refused a rule
  2  could not run: wrong usage, a bad configuration, or files that cannot be read or written

Settings are read from purplebook.toml, in this folder or the nearest one above it.";

/// Turns a security team's repository into a cross-linked, checked ATT&CK knowledge base
#[derive(Debug, Parser)]
#[command(name = "purplebook", version, max_term_width = 100, after_help = EXAMPLES)]
#[command(arg_required_else_help = true)]
pub(super) struct Typed {
    #[command(subcommand)]
    pub(super) command: Command,
    /// When to use colours (`NO_COLOR` counts as `never`)
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Build the site: HTML pages and the same pages as Markdown
    #[command(after_help = "The output folder is replaced only when the new site is complete, and only if it is \
                            empty or purplebook made it. The summary counts, by kind: found = rendered + rejected.")]
    Build(BuildArgs),
    /// Show the site in a browser, and again after every change
    #[command(after_help = "The site is made in memory: nothing is written. Only this machine can reach it unless \
                            --host says otherwise. Pages load again when what they show has changed; what a build finds \
                            is shown on them. If a build fails, the last site stays. Ctrl-C ends the server.")]
    Serve(ServeArgs),
    /// Report every problem in the content, at its line
    #[command(after_help = "Exit codes: 0 no errors and no warnings, 1 some, 2 could not run. `--fail-on error` lets \
                            warnings pass, and notes fail a check only with `--fail-on note`. `purplebook explain \
                            CODE` says what a finding means. Which findings are told is chosen by `[check]` in \
                            purplebook.toml, and on a line by a comment: `# purplebook: allow(PB201) reason`.")]
    Check(CheckArgs),
    /// List, compare and import releases of ATT&CK, and take content from one to another
    #[command(subcommand, arg_required_else_help = true)]
    Attack(AttackCommand),
    /// Print the queries of rules for a target
    #[command(after_help = "Examples:\n  purplebook convert -t es-qs rule.yml\n  purplebook convert -t graylog \
                            --jsonl content/rules > queries.jsonl\n  git show main:rule.yml | purplebook convert -t splunk \
                            -\n\nWith --jsonl, each rule file is one line: an \
                            object with `path`, `id`, `title`, `target` and `queries`, or `error`.")]
    Convert(ConvertArgs),
    /// Take over what another tool kept
    #[command(subcommand, arg_required_else_help = true)]
    Import(ImportCommand),
    /// Start a theme, see what one changes, print what templates are given
    #[command(subcommand)]
    Theme(ThemeCommand),
    /// Start a knowledge base: purplebook.toml and an example of every kind
    #[command(after_help = "Nothing that exists is overwritten.")]
    Init {
        /// The folder, made if it does not exist
        #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
        /// The repository on GitHub it will be in: adds a workflow that publishes it on Pages
        #[arg(long, value_name = "OWNER/NAME")]
        github: Option<GithubRepository>,
    },
    /// Write a new entity from a template, to the folder of its kind
    #[command(after_help = "Examples:\n  purplebook new rule \"Scheduled task runs a script host\"\n  purplebook new \
                            data-needed DN_0012_4698_windows_scheduled_task_created\n  purplebook new trigger \
                            T1053.005\n\nNothing that exists is overwritten.")]
    New {
        /// What to write
        #[arg(value_parser = kind_parser())]
        kind: Kind,
        /// Its title; for a trigger, the technique's id
        name: String,
        #[command(flatten)]
        location: LocationArgs,
    },
    /// Explain the code of a finding, or list all codes
    Explain {
        /// Such as PB206
        code: Option<String>,
    },
    /// Print a completion script
    #[command(after_help = "Example, for bash:\n  purplebook completions bash > \
                            ~/.local/share/bash-completion/completions/purplebook")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    /// Where to write the site [default: output, in the project folder]
    #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) output: Option<PathBuf>,
    /// Threads to use [default: one per processor]
    #[arg(long, short, value_name = "N")]
    pub(super) jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(super) project: ProjectArgs,
}

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// The port to listen on; 0 is any free one [default: the first free one from 8000 on]
    #[arg(long, short, value_name = "PORT")]
    pub(super) port: Option<u16>,
    /// The address to listen at; another than this machine's own lets others read the site
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", value_hint = ValueHint::Hostname)]
    pub(super) host: String,
    /// A further name the server answers to, such as that of a proxy before it (repeatable)
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Hostname)]
    pub(super) allow_host: Vec<String>,
    /// Look for changes every so many milliseconds, where the file system tells of none
    #[arg(long, value_name = "MILLISECONDS", num_args = 0..=1, default_missing_value = "500", value_parser = clap::value_parser!(u64).range(50..=60_000))]
    pub(super) poll: Option<u64>,
    /// Threads to use [default: one per processor]
    #[arg(long, short, value_name = "N")]
    pub(super) jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(super) project: ProjectArgs,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// How findings are shown
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Format,
    /// The least severity that fails the check: error, warning or note [default: warning]
    #[arg(long, value_name = "SEVERITY", value_parser = severity_parser())]
    pub(super) fail_on: Option<Severity>,
    /// Write all findings to the file of known ones, or use it: tell only what is not in it
    #[arg(long, value_name = "write|use", hide_possible_values = true)]
    pub(super) baseline: Option<BaselineMode>,
    /// Write what the content covers to the file of recorded coverage, or use it: tell what fell below
    #[arg(long, value_name = "write|use", hide_possible_values = true)]
    pub(super) coverage_baseline: Option<BaselineMode>,
    /// Tell only findings in files changed since HEAD left this Git revision
    #[arg(long, value_name = "REV")]
    pub(super) changed_since: Option<String>,
    /// Check the links of the site in this folder, too; without it, those of a site in your own theme
    #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) output: Option<PathBuf>,
    /// Mend what needs no judgement in the content files, then check them
    #[arg(long)]
    pub(super) fix: bool,
    /// With --fix: print the changes as a diff instead of making them
    #[arg(long, requires = "fix")]
    pub(super) dry_run: bool,
    /// With --fix: put the tags of each rule in the order of their letters as well
    #[arg(long, requires = "fix")]
    pub(super) sort_tags: bool,
    /// Threads to use [default: one per processor]
    #[arg(long, short, value_name = "N")]
    pub(super) jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(super) external: ExternalArgs,
    #[command(flatten)]
    pub(super) project: ProjectArgs,
}

/// Whether and how servers are asked for external addresses.
#[derive(Debug, Args)]
#[command(next_help_heading = "External links")]
pub(super) struct ExternalArgs {
    /// Ask whether external addresses in the content answer; with --output, those in the site, too
    #[arg(long)]
    pub(super) external: bool,
    /// Where addresses that answered are kept [default: purplebook-external.json]
    #[arg(long, value_name = "FILE", requires = "external", value_hint = ValueHint::FilePath)]
    pub(super) external_cache: Option<PathBuf>,
    /// For how many days they are not asked for again; 0 asks for all
    #[arg(long, value_name = "DAYS", requires = "external", default_value = "7")]
    pub(super) external_max_age: u64,
    /// How long one request may take
    #[arg(long, value_name = "SECONDS", requires = "external", default_value = "20", value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(super) external_timeout: u64,
    /// The pause between two requests to one host
    #[arg(long, value_name = "MILLISECONDS", requires = "external", default_value = "500", value_parser = clap::value_parser!(u64).range(0..=60_000))]
    pub(super) external_pause: u64,
    /// Ask hosts of private networks and this machine, too
    #[arg(long, requires = "external")]
    pub(super) external_allow_private: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BaselineMode {
    Write,
    Use,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// The line, with a caret under the value
    Human,
    /// One line each
    Concise,
    /// One document, for programs
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions, and the job summary
    Github,
    /// A Code Quality report of GitLab
    Gitlab,
    /// A report of tests in `JUnit`'s XML
    Junit,
}

impl Format {
    /// Whether a service reads it that knows the repository, not where in it the project lies.
    pub(super) const fn is_for_service(self) -> bool {
        matches!(self, Self::Sarif | Self::Github | Self::Gitlab | Self::Junit)
    }
}

#[derive(Debug, Args)]
pub(super) struct ConvertArgs {
    /// Rule files, or folders to look for rule files in; `-` is standard input
    #[arg(required_unless_present = "list", value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(super) paths: Vec<PathBuf>,
    /// The target language; `--list` names all
    #[arg(long, short, required_unless_present = "list")]
    pub(super) target: Option<String>,
    /// A processing pipeline, by its name or the path of its file; may be given several times
    #[arg(long, short, value_name = "PIPELINE")]
    pub(super) pipeline: Vec<String>,
    /// The output format of the target
    #[arg(long, short, default_value = "default")]
    pub(super) format: String,
    /// Whose text to write
    #[arg(long, value_enum, default_value_t = CompatArg::Strict)]
    pub(super) compat: CompatArg,
    /// Print one JSON object per rule file
    #[arg(long)]
    pub(super) jsonl: bool,
    /// List targets, formats and pipelines
    #[arg(long)]
    pub(super) list: bool,
    #[command(flatten)]
    pub(super) location: LocationArgs,
}

/// How close to Sigma's reference converter a query is.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum CompatArg {
    /// Queries that are right in the engine
    Strict,
    /// The text of Sigma's reference converter, its mistakes among it
    Pysigma,
}

impl CompatArg {
    /// Its name in a configuration.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Pysigma => "pysigma",
        }
    }
}

/// Where the project is.
#[derive(Debug, Args)]
pub(super) struct LocationArgs {
    /// The project folder [default: where purplebook.toml is found]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    root: Option<PathBuf>,
    /// The configuration file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,
}

/// Where the project is, and what overrides its configuration.
#[derive(Debug, Args)]
pub(super) struct ProjectArgs {
    #[command(flatten)]
    location: LocationArgs,
    /// The name of the knowledge base
    #[arg(long, value_name = "TEXT", help_heading = "Overrides")]
    title: Option<String>,
    /// Where the site will be published
    #[arg(long, value_name = "URL", help_heading = "Overrides", value_hint = ValueHint::Url)]
    base_url: Option<String>,
    /// A theme folder
    #[arg(long, value_name = "DIR", help_heading = "Overrides", value_hint = ValueHint::DirPath)]
    theme: Option<PathBuf>,
    /// The layout of Markdown pages
    #[arg(long, value_name = "PROFILE", help_heading = "Overrides", value_parser = profile_parser())]
    markdown_profile: Option<MarkdownProfile>,
    /// The ATT&CK release whose built-in facts are used
    #[arg(long, value_name = "VERSION", help_heading = "Overrides")]
    attack_version: Option<String>,
    /// A STIX bundle, or a file of facts, to take ATT&CK from (repeatable)
    #[arg(long, value_name = "FILE", help_heading = "Overrides", value_hint = ValueHint::FilePath)]
    attack_bundle: Vec<PathBuf>,
    #[command(flatten)]
    content: ContentArgs,
}

/// One repeatable flag per kind of content; each replaces the key's list in the configuration.
#[derive(Debug, Args)]
#[command(next_help_heading = "Content folders (repeatable)")]
struct ContentArgs {
    /// Sigma rules
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    rules: Vec<PathBuf>,
    /// Data Needed
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    data_needed: Vec<PathBuf>,
    /// Logging Policies
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    logging_policies: Vec<PathBuf>,
    /// Enrichments
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    enrichments: Vec<PathBuf>,
    /// Triggers (Atomic Red Team)
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    triggers: Vec<PathBuf>,
    /// Recorded events, by the ids of their rules
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    recorded_events: Vec<PathBuf>,
    /// Response Actions
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    response_actions: Vec<PathBuf>,
    /// Response Playbooks
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    response_playbooks: Vec<PathBuf>,
    /// Response Stages
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    response_stages: Vec<PathBuf>,
    /// Mitigation Systems
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    mitigation_systems: Vec<PathBuf>,
    /// Mitigation Policies
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    mitigation_policies: Vec<PathBuf>,
    /// Hardening Policies
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    hardening_policies: Vec<PathBuf>,
    /// Use Cases
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    use_cases: Vec<PathBuf>,
    /// Customers
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    customers: Vec<PathBuf>,
    /// Free pages in Markdown
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pages: Vec<PathBuf>,
}

impl LocationArgs {
    /// The flags as the configuration takes them.
    pub(super) fn overrides(self) -> Overrides {
        Overrides { root: self.root, config: self.config, ..Overrides::default() }
    }
}

impl ProjectArgs {
    /// The flags as the configuration takes them.
    pub(super) fn overrides(self) -> Overrides {
        let ContentArgs {
            rules,
            data_needed,
            logging_policies,
            enrichments,
            triggers,
            recorded_events,
            response_actions,
            response_playbooks,
            response_stages,
            mitigation_systems,
            mitigation_policies,
            hardening_policies,
            use_cases,
            customers,
            pages,
        } = self.content;
        let mut content: [Vec<PathBuf>; Kind::ALL.len()] = Default::default();
        for (kind, folders) in [
            (Kind::Rule, rules),
            (Kind::DataNeeded, data_needed),
            (Kind::LoggingPolicy, logging_policies),
            (Kind::Enrichment, enrichments),
            (Kind::Trigger, triggers),
            (Kind::RecordedEvent, recorded_events),
            (Kind::ResponseAction, response_actions),
            (Kind::ResponsePlaybook, response_playbooks),
            (Kind::ResponseStage, response_stages),
            (Kind::MitigationSystem, mitigation_systems),
            (Kind::MitigationPolicy, mitigation_policies),
            (Kind::HardeningPolicy, hardening_policies),
            (Kind::UseCase, use_cases),
            (Kind::Customer, customers),
            (Kind::Page, pages),
        ] {
            content[kind as usize] = folders;
        }
        Overrides {
            title: self.title,
            base_url: self.base_url,
            theme: self.theme,
            markdown: self.markdown_profile,
            attack_version: self.attack_version,
            attack_bundles: self.attack_bundle,
            content,
            ..self.location.overrides()
        }
    }
}

/// The word for a kind after `new`, of those that are written.
pub(super) const fn word(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Rule => "rule",
        Kind::DataNeeded => "data-needed",
        Kind::LoggingPolicy => "logging-policy",
        Kind::Enrichment => "enrichment",
        Kind::Trigger => "trigger",
        // Recorded is what was there.
        Kind::RecordedEvent => return None,
        Kind::ResponseAction => "response-action",
        Kind::ResponsePlaybook => "response-playbook",
        Kind::ResponseStage => "response-stage",
        Kind::MitigationSystem => "mitigation-system",
        Kind::MitigationPolicy => "mitigation-policy",
        Kind::HardeningPolicy => "hardening-policy",
        Kind::UseCase => "use-case",
        Kind::Customer => "customer",
        Kind::Page => "page",
    })
}

fn kind_parser() -> impl clap::builder::TypedValueParser<Value = Kind> {
    use clap::builder::TypedValueParser as _;
    clap::builder::PossibleValuesParser::new(Kind::ALL.into_iter().filter_map(word)).try_map(|text| {
        Kind::ALL.into_iter().find(|kind| word(*kind) == Some(text.as_str())).ok_or("no kind of content")
    })
}

fn severity_parser() -> impl clap::builder::TypedValueParser<Value = Severity> {
    use clap::builder::TypedValueParser as _;
    let all = [Severity::Error, Severity::Warning, Severity::Note];
    clap::builder::PossibleValuesParser::new(all.map(Severity::as_str))
        .try_map(move |text| all.into_iter().find(|severity| severity.as_str() == text).ok_or("no severity"))
}

fn profile_parser() -> impl clap::builder::TypedValueParser<Value = MarkdownProfile> {
    use clap::builder::TypedValueParser as _;
    clap::builder::PossibleValuesParser::new(MarkdownProfile::NAMES)
        .try_map(|text| text.parse().map_err(|_| "no profile"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::config::schema::KEYS;

    #[test]
    fn the_command_line_is_sound() {
        Typed::command().debug_assert();
    }

    #[test]
    fn every_flag_of_the_configuration_reference_exists() {
        let command = Typed::command();
        let commands = ["build", "check"].map(|name| command.find_subcommand(name).expect(name));
        for flag in KEYS.iter().filter_map(|key| key.flag) {
            let mut arguments = commands.into_iter().flat_map(clap::Command::get_arguments);
            let known = arguments.any(|arg| arg.get_long() == flag.strip_prefix("--"));
            assert!(known, "{flag}");
        }
    }
}
