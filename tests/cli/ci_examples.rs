//! The files CI services run are run here, line by line: `action.yml`, `docs/ci/` and the hook of pre-commit.
//!
//! A stand-in for `cargo install` puts the program that is tested where it was asked to.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_yaml::Value;
use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A theme of next to nothing: what these tests look at is not the pages, which are thousands.
const THEME: &str = "<title>{{ page.title }}</title>";

const CARGO: &str = "\
#!/bin/sh
echo \"$@\" > \"$INSTALLED\"
while [ $# -gt 0 ]; do
    if [ \"$1\" = --root ]; then root=$2; fi
    shift
done
mkdir -p \"$root/bin\" && cp \"$STAND_IN\" \"$root/bin/purplebook\"
";

/// The program, with a check of the content alone: that of a site takes a test longer than it is worth.
const STAND_IN: &str = "\
#!/bin/sh
if [ \"$1\" = check ]; then
    shift
    exec \"$PURPLEBOOK\" check --output \"$NO_SITE\" \"$@\"
fi
exec \"$PURPLEBOOK\" \"$@\"
";

/// A checkout with a knowledge base, and a machine to run commands on.
struct Job(TempDir);

impl Job {
    fn new(technique: &str) -> Self {
        let dir = TempDir::new().expect("a temporary folder");
        let rule = format!("title: A\ntags: [attack.{technique}]\n{}", "logsource: {product: windows}\n")
            + "detection: {s: {Image: a}, condition: s}\n";
        for (path, text) in [
            ("work/.git/HEAD", ""),
            ("work/my kb/purplebook.toml", "[site]\ntheme = \"theme\"\n"),
            ("work/my kb/theme/templates/page.html", THEME),
            ("work/my kb/content/rules/a.yml", &rule),
            ("no site/.keep", ""),
            ("bin/cargo", CARGO),
            ("bin/purplebook", STAND_IN),
            ("summary.md", ""),
            ("step.txt", ""),
        ] {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        for program in ["bin/cargo", "bin/purplebook"] {
            fs::set_permissions(dir.path().join(program), fs::Permissions::from_mode(0o755)).expect("a program");
        }
        Self(dir)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Runs `script` as the services do, in `folder`: exit code and standard output.
    fn run(&self, folder: &str, script: &str, variables: &[(String, String)]) -> (Option<i32>, String) {
        let path = std::env::var("PATH").unwrap_or_default();
        let output = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .current_dir(self.path(folder))
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("PURPLEBOOK", env!("CARGO_BIN_EXE_purplebook"))
            .env("STAND_IN", self.path("bin/purplebook"))
            .env("NO_SITE", self.path("no site"))
            .env("INSTALLED", self.path("installed.txt"))
            .env("RUNNER_TEMP", self.path("temp"))
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_ARCH", "X64")
            .env("GITHUB_ACTION_PATH", ROOT)
            .env("GITHUB_OUTPUT", self.path("step.txt"))
            .env("GITHUB_STEP_SUMMARY", self.path("summary.md"))
            .envs(variables.iter().cloned())
            .stdin(Stdio::null())
            .output()
            .expect("bash runs");
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), String::from_utf8(output.stdout).expect("text") + &err)
    }
}

fn yaml(path: &str) -> Value {
    let text = fs::read_to_string(Path::new(ROOT).join(path)).expect(path);
    serde_yaml::from_str(&text).expect(path)
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

/// Runs the steps of the action with these names, until one fails.
fn action(job: &Job, names: &[&str], inputs: &[(&str, &str)]) -> (Option<i32>, String) {
    let action = yaml("action.yml");
    let input = |expression: &str| -> String {
        let name = expression.trim_start_matches("${{ inputs.").trim_end_matches(" }}");
        let given = inputs.iter().find(|(of, _)| *of == name).map(|(_, value)| (*value).to_owned());
        given.unwrap_or_else(|| text(&action["inputs"][name]["default"]))
    };
    let steps = action["runs"]["steps"].as_sequence().expect("steps");
    let mut last = (Some(0), String::new());
    for name in names {
        let step = steps.iter().find(|step| step["name"].as_str() == Some(name)).expect("a step");
        let variables = step["env"].as_mapping().into_iter().flatten();
        let variables: Vec<_> = variables.map(|(key, value)| (text(key), input(&text(value)))).collect();
        let script = text(&step["run"]);
        // What a user gives must not become part of a command.
        assert!(!script.contains("${{"), "{name}");
        last = job.run("work", &script, &variables);
        if last.0 != Some(0) {
            break;
        }
    }
    last
}

const STEPS: [&str; 5] = ["Name the version", "Install purplebook", "Write findings as SARIF", "Check", "Build"];

#[test]
fn the_action_installs_checks_and_builds() {
    let job = Job::new("t1059");
    let inputs =
        [("root", "my kb"), ("sarif", "a b.sarif"), ("arguments", "--title Ours --jobs 1"), ("output", "the site")];
    let (code, out) = action(&job, &STEPS, &inputs);
    assert_eq!(code, Some(0), "{out}");
    let installed = format!("install --locked --path {ROOT} --root {}\n", job.path("temp/purplebook").display());
    assert_eq!(job.read("installed.txt"), installed);
    let key = job.read("step.txt");
    assert!(key.starts_with("key=purplebook-Linux-X64-"), "{key}");
    assert_eq!(key.trim_end().rsplit('-').next().map(str::len), Some(64), "{key}");
    let log: serde_json::Value = serde_json::from_str(&job.read("work/a b.sarif")).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    assert!(job.read("summary.md").starts_with("### purplebook: "));
    assert_eq!(job.read("work/the site/index.html").trim(), "<title>Ours</title>");
}

#[test]
fn the_action_fails_with_findings_after_it_has_told_them_everywhere() {
    let job = Job::new("t9999");
    let (code, out) = action(&job, &STEPS, &[("root", "my kb"), ("sarif", "purplebook.sarif")]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.starts_with("::error file=my kb/content/rules/a.yml,line=2,endLine=2,col=8,title=PB201 "), "{out}");
    assert!(job.read("work/purplebook.sarif").contains("\"uri\": \"my%20kb/content/rules/a.yml\""));
    assert!(job.read("summary.md").starts_with("### purplebook: 1 error"));
    assert!(!job.path("work/output").exists());
}

#[test]
fn the_action_stops_where_it_cannot_run() {
    let job = Job::new("t1059");
    let inputs = [("root", "gone"), ("sarif", "purplebook.sarif")];
    assert_eq!(action(&job, &STEPS[..3], &inputs).0, Some(2));
}

/// The lines of a job of `docs/ci/gitlab.yml`, with those before every job.
fn gitlab(job: &str) -> String {
    let file = yaml("docs/ci/gitlab.yml");
    let lines = [&file["default"]["before_script"], &file[job]["script"]];
    let lines = lines.into_iter().flat_map(|lines| lines.as_sequence().expect("lines").iter().map(text));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_jobs_for_gitlab_check_and_build() {
    let job = Job::new("t1059");
    let (code, out) = job.run("work/my kb", &format!("{}\n{}", gitlab("pages"), gitlab("check")), &[]);
    assert_eq!(code, Some(0), "{out}");
    assert!(job.path("work/my kb/public/index.html").is_file());
    assert_eq!(job.read("work/my kb/gl-code-quality-report.json").matches("\"major\"").count(), 0);

    let job = Job::new("t9999");
    let (code, out) = job.run("work/my kb", &gitlab("check"), &[]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("content/rules/a.yml:2:8: error[PB201] "), "{out}");
    let issues: serde_json::Value =
        serde_json::from_str(&job.read("work/my kb/gl-code-quality-report.json")).expect("JSON");
    assert_eq!(issues[0]["location"]["path"], "my kb/content/rules/a.yml");
    assert!(job.read("work/my kb/junit.xml").contains("failures=\"1\""));
}

#[test]
fn the_hook_of_pre_commit_checks_the_project() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let files = regex::Regex::new(hooks[0]["files"].as_str().expect("a pattern")).expect("a pattern");
    assert!(files.is_match("content/rules/a.yml") && files.is_match("purplebook.toml") && !files.is_match("a.png"));
    let entry = text(&hooks[0]["entry"]);
    assert_eq!(Job::new("t1059").run("work/my kb", &entry, &[]).0, Some(0));
    assert_eq!(Job::new("t9999").run("work/my kb", &entry, &[]).0, Some(1));
}

#[test]
fn the_workflow_for_github_gives_the_action_inputs_it_has() {
    let inputs = yaml("action.yml")["inputs"].clone();
    let jobs = yaml("docs/ci/github.yml")["jobs"].clone();
    let mut uses = 0;
    for (_, job) in jobs.as_mapping().expect("jobs") {
        for step in job["steps"].as_sequence().expect("steps") {
            if !step["uses"].as_str().is_some_and(|of| of.starts_with("OWNER/purplebook@")) {
                continue;
            }
            uses += 1;
            for (name, _) in step["with"].as_mapping().into_iter().flatten() {
                assert!(inputs.get(name).is_some(), "{name:?}");
            }
        }
    }
    assert_eq!(uses, 2);
}

/// GitHub's own program: a folder is the service.
const GH: &str = "\
#!/bin/sh
echo \"$@\" >> \"$ASKED\"
if [ \"$1 $2\" = \"repo create\" ]; then
    git init -q --bare \"$HUB\" && git remote add origin \"$HUB\" && git push -q -u origin HEAD
fi
";

/// The commands of the block below a heading of README.md.
fn commands(heading: &str) -> Vec<String> {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).expect("README.md");
    let below = readme.split_once(&format!("\n## {heading}\n\n```sh\n")).expect("a heading with commands").1;
    below.split_once("\n```").expect("an end").0.lines().map(str::to_owned).collect()
}

#[test]
fn three_commands_lead_from_nothing_to_pages() {
    let job = Job::new("t1059");
    let program = job.path("bin/gh");
    fs::write(&program, GH).expect("a file");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a program");
    let shown = |name: &str| (name.to_owned(), job.path(name).display().to_string());
    let variables: Vec<(String, String)> = [
        ("HUB", shown("hub").1.as_str()),
        ("ASKED", shown("asked.txt").1.as_str()),
        ("GIT_AUTHOR_NAME", "A"),
        ("GIT_AUTHOR_EMAIL", "a@example.org"),
        ("GIT_COMMITTER_NAME", "A"),
        ("GIT_COMMITTER_EMAIL", "a@example.org"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    fs::create_dir(job.path("new")).expect("a folder");

    let written = commands("From nothing to GitHub Pages");
    assert_eq!(written.len(), 3);
    let script = written.join("\n").replace("OWNER", "Acme");
    let (code, told) = job.run("new", &script, &variables);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(
        job.read("asked.txt"),
        "repo create Acme/kb --public --source . --push\napi -X POST repos/Acme/kb/pages -f build_type=workflow\n"
    );

    // What the service does then, with what was pushed.
    let (code, told) = job.run(".", "git clone -q -b main \"$HUB\" cloned", &variables);
    assert_eq!(code, Some(0), "{told}");
    let workflow: Value = serde_yaml::from_str(&job.read("cloned/.github/workflows/knowledge-base.yml")).expect("YAML");
    let steps = workflow["jobs"]["site"]["steps"].as_sequence().expect("steps");
    let runs: Vec<String> = steps.iter().filter_map(|step| step.get("run")).map(text).collect();
    let install = format!("cargo install --locked purplebook@{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(runs, [install.as_str(), "purplebook check --format github", "purplebook build"]);
    for run in &runs[1..] {
        let (code, told) = job.run("cloned", run, &variables);
        assert_eq!(code, Some(0), "{run}: {told}");
    }
    let upload = steps.iter().find(|step| step.get("uses").map(text).is_some_and(|uses| uses.contains("upload-pages")));
    let folder = text(&upload.expect("an upload")["with"]["path"]);
    let page = job.read(&format!("cloned/{folder}/Detection_Rules/windows_scheduled_task_script_host.html"));
    for wanted in [
        "<link rel=\"canonical\" href=\"https://acme.github.io/kb/Detection_Rules/windows_scheduled_task_script_host.html\">",
        "href=\"https://github.com/Acme/kb/edit/main/content/rules/windows_scheduled_task_script_host.yml\"",
        "href=\"https://github.com/Acme/kb/commits/main/content/rules/windows_scheduled_task_script_host.yml\"",
    ] {
        assert!(page.contains(wanted), "no {wanted} in {page}");
    }
    let publish = &workflow["jobs"]["publish"];
    assert_eq!(publish["needs"], "site");
    assert_eq!(publish["permissions"]["pages"], "write");
}

#[test]
fn a_repository_on_github_is_an_owner_and_a_name() {
    let job = Job::new("t1059");
    for wrong in ["acme", "acme/", "/kb", "acme/kb/x", "ac me/kb", "acme/..", "acme/k\"b", "https://github.com/acme/kb"]
    {
        let (code, told) = job.run(".", &format!("purplebook init x --github '{wrong}'"), &[]);
        assert_eq!(code, Some(2), "{wrong}: {told}");
        assert!(told.contains("write owner and name, such as `acme/kb`"), "{told}");
    }
    assert!(!job.path("x").exists());
    let (code, told) = job.run(".", "purplebook init x --github Acme/acme.github.io", &[]);
    assert_eq!(code, Some(0), "{told}");
    assert!(job.read("x/purplebook.toml").contains("base_url = \"https://acme.github.io\"\n"));
}
