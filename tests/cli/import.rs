//! `purplebook import atc` as users meet it: a checkout in, a project out.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::project::{answer, command, project, purplebook, write};

const RULE: &str = "title: R\ndescription: d\nlogsource: {product: windows, service: sysmon}\n\
                    detection: {s: {EventID: 1}, condition: s}\n";
const DATA: &str =
    "title: DN_0003_1_windows_sysmon\ndescription: d\nplatform: Windows\nchannel: C\r\nfields: [EventID]\n";
const TRIGGER: &str = "attack_technique: T1059\ndisplay_name: d\natomic_tests: []\n";

const SETTINGS: &str = "\
confluence_name_of_root_directory: 'Blue \"team\"'
md_name_of_root_directory: '../Atomic_Threat_Coverage'
detection_rules_directories:
  - '../detection_rules/sigma/rules/windows/builtin'
  - '../detection_rules/sigma/rules/windows/sysmon'
  - '../../outside'
triggers_directory: '../triggers/atomic-red-team/atomics'
data_needed_dir: '../data_needed'
customers_directory: '../customers'
detection_queries: 'powershell,es-qs,splunk,kibana'
es-qs_sigma_config: 'detection_rules/sigma/tools/config/winlogbeat.yml'
splunk_sigma_config: 'detection_rules/sigma/tools/config/own.yml'
";

/// A checkout as of 2022.
fn checkout() -> TempDir {
    project(&[
        ("scripts/config.default.yml", SETTINGS),
        ("detection_rules/sigma/rules/windows/builtin/a.yml", RULE),
        ("detection_rules/sigma/rules/windows/builtin/deeper/b.yml", RULE),
        ("detection_rules/sigma/rules/windows/sysmon/a.yml", RULE),
        ("detection_rules/sigma/tools/config/winlogbeat.yml", "title: no rule\n"),
        ("data_needed/DN_0003.yml", DATA),
        ("data_needed/dataneeded.yml.template", "title: template\n"),
        ("data_needed/README.md", "words"),
        ("triggers/atomic-red-team/atomics/T1059/T1059.yaml", TRIGGER),
        ("triggers/atomic-red-team/atomics/T1059/T1059.md", "# T1059\n"),
        ("triggers/atomic-red-team/atomics/T1059/src/payload.yml", "a: b\n"),
        ("Atomic_Threat_Coverage/Data_Needed/DN_0003.md", "a page"),
        ("Atomic_Threat_Coverage/enrichments/old.yml", "title: generated\n"),
    ])
}

fn import(folder: &Path, checkout: &Path, more: &[&str]) -> (i32, String, String) {
    let mut run = command(folder, &["import", "atc"]);
    run.arg(checkout).args(more);
    answer(run)
}

/// The files of a folder, sorted, by their paths in it.
fn files(folder: &Path) -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(folder, &mut found);
    let shown = |path: &PathBuf| path.strip_prefix(folder).expect("inside").to_string_lossy().replace('\\', "/");
    let mut shown: Vec<String> = found.iter().map(shown).collect();
    shown.sort();
    shown
}

#[test]
fn a_checkout_becomes_a_project() {
    let (from, to) = (checkout(), TempDir::new().expect("a folder"));
    let (code, out, err) = import(to.path(), from.path(), &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    let expected = "\
rules                    2 copied (from detection_rules/sigma/rules/windows/builtin, detection_rules/sigma/rules/windows/sysmon)
data_needed              1 copied (from data_needed)
triggers                 2 copied (from triggers/atomic-red-team/atomics)

left, a template or a draft, which ATC left out, too:
  data_needed/dataneeded.yml.template

left, in a folder inside, where ATC did not look:
  detection_rules/sigma/rules/windows/builtin/deeper/b.yml

created purplebook.toml
note: customers is set and not there; is the submodule checked out?
note: not taken over: query `splunk`: there is no pipeline like the mapping `own`
note: not taken over: query `kibana`: there is no such target
note: not taken over: the folder `Atomic_Threat_Coverage` of its pages: `purplebook build --output FOLDER` says where \
pages go

Next: purplebook check
";
    assert_eq!(out, expected);
    assert_eq!(
        files(to.path()),
        [
            "content/data_needed/DN_0003.yml",
            "content/rules/builtin/a.yml",
            "content/rules/sysmon/a.yml",
            "content/triggers/T1059/T1059.md",
            "content/triggers/T1059/T1059.yaml",
            "purplebook.toml",
        ]
    );
    let copied = fs::read_to_string(to.path().join("content/data_needed/DN_0003.yml")).expect("copied");
    assert_eq!(copied, DATA, "byte for byte, line ends included");
    let config = fs::read_to_string(to.path().join("purplebook.toml")).expect("written");
    let expected = "\
[site]
title = 'Blue \"team\"'

[markdown]
# The pages as ATC wrote them, byte for byte: \"atc-2022\", or \"atc-2019\" for those of 2019.
# Without `show` below, rules then have the queries ATC's converter printed.
# profile = \"atc-2022\"

[queries]
show = [
  { target = \"legacy-powershell\" },
  { target = \"es-qs\", pipelines = [\"ecs_windows\"] },
  { target = \"splunk\" },
]
";
    assert_eq!(config, expected);
    let (code, out, err) = purplebook(to.path(), &["build"]);
    assert_eq!(code, 0, "{out}{err}");

    // Again: nothing is left to do, and the settings are kept.
    let (code, out, _) = import(to.path(), from.path(), &[]);
    assert_eq!(code, 0);
    assert!(out.contains("rules                    0 copied, 2 already the same (from"), "{out}");
    assert!(
        out.contains("\nkept purplebook.toml\n\nNext: purplebook check\n")
            || out.contains("\nkept purplebook.toml\nnote: "),
        "{out}"
    );
}

#[test]
fn a_dry_run_writes_nothing() {
    let (from, to) = (checkout(), TempDir::new().expect("a folder"));
    let (code, out, err) = import(to.path(), from.path(), &["--dry-run"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("rules                    2 would be copied (from "), "{out}");
    assert!(out.contains("\nwould create purplebook.toml\n"), "{out}");
    assert!(out.ends_with("\nNext: the same without --dry-run\n"), "{out}");
    assert_eq!(files(to.path()), [""; 0]);
}

#[test]
fn what_exists_and_differs_is_kept_unless_forced() {
    let from = checkout();
    let config = "[content]\ndata_needed = \"telemetry\"\n";
    let to = project(&[("purplebook.toml", config), ("telemetry/DN_0003.yml", "title: ours\n")]);
    for dry in [&["--dry-run"][..], &[]] {
        let (code, out, err) = import(to.path(), from.path(), dry);
        assert_eq!((code, err.as_str()), (1, ""), "{out}");
        assert!(
            out.contains("\nleft, because another file is in its place in the project:\n  data_needed/DN_0003.yml\n"),
            "{out}"
        );
        assert!(out.contains("1 different and kept (from data_needed)"), "{out}");
    }
    let ours = || fs::read_to_string(to.path().join("telemetry/DN_0003.yml")).expect("there");
    assert_eq!(ours(), "title: ours\n");
    let (code, out, _) = import(to.path(), from.path(), &["--force"]);
    assert_eq!(code, 0);
    assert!(out.contains("0 copied, 1 replaced (from data_needed)"), "{out}");
    assert_eq!(ours(), DATA);
    assert_eq!(fs::read_to_string(to.path().join("purplebook.toml")).expect("there"), config);
}

#[test]
fn of_folders_without_settings_names_decide() {
    let from = project(&[
        ("detectionrules/a.yml", RULE),
        ("detectionrules/sigma/rules/windows/b.yml", RULE),
        ("detectionrules/sigma/tools/config/winlogbeat.yml", "title: no rule\n"),
        ("dataneeded/DN_0003.yml", DATA),
        ("triggering/atomic-red-team/atomics/T1059/T1059.yaml", TRIGGER),
        ("triggering/atomic-red-team/spec/T9999.yaml", TRIGGER),
    ]);
    let to = TempDir::new().expect("a folder");
    let (code, _, err) = import(to.path(), from.path(), &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(
        files(to.path()),
        [
            "content/data_needed/DN_0003.yml",
            "content/rules/a.yml",
            "content/rules/sigma/rules/windows/b.yml",
            "content/triggers/T1059/T1059.yaml",
            "purplebook.toml",
        ]
    );
}

#[test]
fn what_is_no_checkout_is_refused() {
    let (from, to) = (project(&[("notes.txt", "x")]), TempDir::new().expect("a folder"));
    let (code, out, err) = import(to.path(), from.path(), &[]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("is no checkout of ATC: it has none of its content folders\nhelp: "), "{err}");
    let (code, _, err) = import(to.path(), &from.path().join("gone"), &[]);
    assert_eq!(code, 2);
    assert!(err.contains("is no folder"), "{err}");
    assert_eq!(files(to.path()), [""; 0]);
}

#[cfg(unix)]
#[test]
fn hostile_files_are_left() {
    use std::os::unix::fs::symlink;

    let from = checkout();
    let data = from.path().join("data_needed");
    let secret = project(&[("secret.yml", "title: secret\n")]);
    symlink(secret.path().join("secret.yml"), data.join("link.yml")).expect("a link");
    symlink(secret.path(), data.join("folder")).expect("a link");
    symlink(secret.path(), from.path().join("enrichments")).expect("a link");
    fs::write(data.join("binary.yml"), b"\xff\xfe\x00").expect("written");
    fs::write(data.join("huge.yml"), vec![b'a'; (1 << 20) + 1]).expect("written");
    write(from.path(), "data_needed/a\u{1b}[31m\nb.yml", DATA);
    let to = TempDir::new().expect("a folder");
    let (code, out, err) = import(to.path(), from.path(), &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    for left in [
        "\nleft, a link, which is not followed:\n  data_needed/link.yml\n",
        "\nleft, not UTF-8 text:\n  data_needed/binary.yml\n",
        "\nleft, larger than 1 MiB:\n  data_needed/huge.yml\n",
    ] {
        assert!(out.contains(left), "{out}");
    }
    assert!(!out.contains('\u{1b}'), "{out:?}");
    assert!(files(to.path()).iter().all(|path| !path.contains("link") && !path.contains("secret")));
    assert!(!to.path().join("content/enrichments").exists());

    // Links in the project lead nowhere either.
    let (to, outside) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    fs::create_dir(to.path().join("content")).expect("a folder");
    symlink(outside.path(), to.path().join("content/rules")).expect("a link");
    let (code, out, _) = import(to.path(), from.path(), &["--force"]);
    assert_eq!(code, 0);
    assert!(out.contains("\nleft, there is a link in its place in the project:\n  detection_rules/"), "{out}");
    assert_eq!(files(outside.path()), [""; 0]);
}

#[test]
fn what_atc_published_is_taken_over_and_built() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    for (corpus, rules) in [("atc-2019", 90), ("atc-2022", 230)] {
        let from = shared.join(corpus);
        if !from.is_dir() {
            println!("skipped: there is no {}", from.display());
            continue;
        }
        let to = TempDir::new().expect("a folder");
        let (code, out, err) = import(to.path(), &from, &[]);
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        assert!(out.starts_with(&format!("rules                  {rules:>3} copied (from rules)")), "{out}");
        let (code, _, err) = purplebook(to.path(), &["check", "--format", "concise"]);
        assert!(matches!(code, 0 | 1), "{err}");
        let (code, _, err) = purplebook(to.path(), &["build"]);
        assert_eq!(code, 0, "{err}");
    }
}
