//! Files and folders of a stranger: names that mean something elsewhere, links, pipes, programs.
//!
//! Whatever is in a content folder, a build succeeds, nothing outside is read or written, and
//! nothing that a browser would run gets into the site.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};

use purplebook::config::{Overrides, discover};
use purplebook::convert::known_queries;
use purplebook::project::{self, Project};
use purplebook::report::Progress;
use purplebook::write::MemorySink;
use tempfile::TempDir;

/// A folder with a small ATT&CK, so that a site has a few pages and not thousands.
struct Folder(TempDir);

const CONFIG: &str = "[attack]\nbundle = \"attack.json\"\n";
const ATTACK: &str = r#"{"type":"bundle","id":"bundle--1","objects":[
{"type":"x-mitre-tactic","id":"x-mitre-tactic--1","name":"Execution","x_mitre_shortname":"execution","x_mitre_domains":["enterprise-attack"],"external_references":[{"source_name":"mitre-attack","external_id":"TA0002"}]},
{"type":"attack-pattern","id":"attack-pattern--1","name":"Interpreter","x_mitre_domains":["enterprise-attack"],"kill_chain_phases":[{"kill_chain_name":"mitre-attack","phase_name":"execution"}],"external_references":[{"source_name":"mitre-attack","external_id":"T1059"}]}]}"#;

impl Folder {
    fn new() -> Self {
        let folder = Self(TempDir::new().expect("a temporary folder"));
        folder.write("purplebook.toml", CONFIG);
        folder.write("attack.json", ATTACK);
        folder
    }

    fn path(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.0.path().join(Path::new(name.as_ref()))
    }

    fn write(&self, name: impl AsRef<OsStr>, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    fn config(&self) -> purplebook::config::Config {
        let overrides = Overrides { root: Some(self.0.path().to_owned()), ..Overrides::default() };
        discover(&overrides, &known_queries()).expect("a configuration")
    }

    fn build(&self) -> Result<Project, String> {
        project::build(self.config(), &Progress::new()).map(|built| built.0).map_err(|error| error.to_string())
    }

    fn site(&self) -> BTreeMap<String, Vec<u8>> {
        let project = Project::open(self.config(), &Progress::new()).expect("opens");
        let sink = MemorySink::new();
        project.render(&sink, &Progress::new()).expect("renders");
        sink.into_files()
    }

    /// Findings as `path: message`.
    fn findings(&self) -> Vec<String> {
        let project = Project::open(self.config(), &Progress::new()).expect("opens");
        let text = |finding: &purplebook::report::Finding| {
            format!("{}: {}", project.sources().file(finding.at.file()).path, finding.message)
        };
        project.findings().iter().map(text).collect()
    }
}

fn rule(title: &str) -> String {
    format!(
        "title: {title}\nlogsource: {{product: windows}}\ndetection: {{s: {{a: b}}, condition: s}}\nlevel: low\nstatus: test\n"
    )
}

#[test]
fn no_names_stop_a_build() {
    let folder = Folder::new();
    let stems: [&[u8]; 34] = [
        b"a\nb",
        b"\xff\xfe",
        b"C:\\x",
        b"con",
        b"NUL",
        b"aux.x",
        b"com1",
        b"a\x1b[2Jb",
        "\u{202e}gpj".as_bytes(),
        b"A",
        b"a",
        "\u{e9}".as_bytes(),
        "e\u{301}".as_bytes(),
        b".",
        b" ",
        b"a\"><script>",
        b"a'`$(x)",
        &[b'x'; 200],
        b"%2e%2e%2fx",
        b"\xc2\x9b31m",
        b"~",
        b"-rf",
        b"#x",
        b"?x",
        b"index",
        b"Index",
        b"404",
        b"credits",
        b"NOTICE",
        b"readme",
        b"..x",
        b"a:b",
        b"a_b",
        b"Techniques",
    ];
    for (i, stem) in stems.iter().enumerate() {
        let name = |folder: &str, ending: &str| [folder.as_bytes(), stem, ending.as_bytes()].concat();
        let put = |name: Vec<u8>, text: &str| folder.write(OsStr::from_bytes(&name), text);
        put(name("content/rules/", ".yml"), &rule(&format!("Rule {i}")));
        put(name("content/data_needed/", ".yml"), &format!("title: DN {i}\nfields: [a]\n"));
        put(name("content/pages/", ".md"), "# Page\n\n[a](a.md)\n");
        put(name("content/pages/", ".png"), "x");
        put(name("content/pages/d_", "/x.png"), "x");
    }
    for name in [
        "assets/style.css",
        "assets/icon.svg",
        "404.html/x.png",
        "index.html/x.png",
        "NOTICE.txt",
        "notice.TXT",
        "techniques/x.png",
        "techniques/t1059.md",
        "Techniques/T1059.md",
        "MATRIX/enterprise.md",
        "detection_rules/a.md",
        "zz.html/x.png",
        "zz.md",
        "credits",
        "Tactics.md",
        "files.png",
        "files/a.md",
    ] {
        if !folder.path(format!("content/pages/{name}")).exists() {
            folder.write(format!("content/pages/{name}"), "# x\n");
        }
    }
    // Names cut to one length must still find places of their own.
    for i in 0..3 {
        folder.write(format!("content/pages/{}{i}.md", "long".repeat(50)), "# Long\n");
        folder.write(format!("content/pages/{}{i}.png", "long".repeat(50)), "x");
        folder.write(format!("content/pages/{}{i}/a.md", "dir".repeat(60)), "# Long\n");
    }
    let project = folder.build().expect("builds");
    assert_eq!(project.tally().of(purplebook::model::Kind::Rule).loaded, stems.len());
    // Every copied file is there.
    let copied = fs_files(&folder.path("output")).into_iter().filter(|path| path.to_string_lossy().ends_with(".png"));
    // All but the two hidden ones.
    assert_eq!(copied.count(), 2 * stems.len() - 2 + 8);
    let outside: Vec<_> =
        fs::read_dir(folder.0.path()).expect("a folder").map(|e| e.expect("an entry").file_name()).collect();
    assert!(
        outside.iter().all(|name| ["purplebook.toml", "attack.json", "content", "output", ".output.lock"]
            .contains(&&*name.to_string_lossy())),
        "{outside:?}"
    );
    // And the site's links hold, whatever the names.
    let checked = project.check_site(&Progress::new()).expect("checks");
    let broken: Vec<_> = checked.findings.iter().map(|finding| &finding.message).collect();
    assert!(broken.is_empty(), "{broken:?}");
}

fn fs_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files.extend(fs_files(&path)) } else { files.push(path) }
    }
    files
}

#[test]
fn links_and_pipes_are_not_read_and_nothing_of_the_machine_is_published() {
    let folder = Folder::new();
    let secret = TempDir::new().expect("a folder");
    fs::write(secret.path().join("s.md"), "SECRET-1").expect("a file");
    fs::write(secret.path().join("s.yml"), rule("SECRET-2")).expect("a file");
    for kind in ["rules", "pages", "triggers"] {
        fs::create_dir_all(folder.path(format!("content/{kind}"))).expect("a folder");
        symlink(secret.path(), folder.path(format!("content/{kind}/folder"))).expect("a link");
        symlink(secret.path().join("s.yml"), folder.path(format!("content/{kind}/T1059.yml"))).expect("a link");
        symlink(secret.path().join("s.md"), folder.path(format!("content/{kind}/T1059.md"))).expect("a link");
        symlink("/dev/zero", folder.path(format!("content/{kind}/T1.yml"))).expect("a link");
        symlink(".", folder.path(format!("content/{kind}/loop"))).expect("a link");
        let pipe = folder.path(format!("content/{kind}/T1060.yml"));
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(made.success());
    }
    folder.write("content/pages/a.md", "![x](folder/s.md) [y](../../../../etc/passwd) [z](T1059.md)\n");
    let project = folder.build().expect("builds");
    let not_read = project.findings().iter().filter(|finding| finding.code.to_string() == "PB008").count();
    assert_eq!(not_read, 18);
    let root = folder.0.path().to_string_lossy().into_owned();
    for path in fs_files(&folder.path("output")) {
        let meta = fs::symlink_metadata(&path).expect("a file");
        assert!(meta.is_file() && meta.nlink() == 1, "{}", path.display());
        let text = String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned();
        for leak in ["SECRET", root.as_str(), "root:x:"] {
            assert!(!text.contains(leak), "{} has {leak}", path.display());
        }
    }
    // The second build takes over unchanged files, which must not leave second names.
    folder.build().expect("builds again");
    for path in fs_files(&folder.path("output")) {
        assert_eq!(fs::symlink_metadata(&path).expect("a file").nlink(), 1, "{}", path.display());
    }
}

#[test]
fn what_a_browser_would_run_is_not_copied() {
    let folder = Folder::new();
    for name in ["x.html", "x.HTM", "x.js", "d/x.php", "x.xhtml", "bad.svg", "x.svgz"] {
        folder.write(format!("content/pages/{name}"), "<svg><script>1</script></svg>");
    }
    folder.write("content/pages/good.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0\"/></svg>");
    folder.write("content/pages/a.md", "![good](good.svg)\n");
    let site = folder.site();
    let copied: Vec<&String> = site.keys().filter(|path| path.contains("x.") && !path.starts_with("index.")).collect();
    assert_eq!(copied.iter().filter(|path| path.starts_with("x.") || path.starts_with("d/")).count(), 0, "{copied:?}");
    assert!(site.contains_key("good.svg") && !site.contains_key("bad.svg"));
    let findings = folder.findings();
    assert_eq!(findings.iter().filter(|text| text.contains("not copied")).count(), 7, "{findings:?}");
}

#[test]
fn a_site_is_not_written_into_what_it_is_made_from() {
    for (setting, why) in [
        ("output = \"content/pages/out\"", "it lies in `"),
        ("output = \"content/rules/a/../out\"", "it lies in `"),
        ("output = \"theme/out\"", "it lies in `"),
        ("output = \"link/out\"", "it lies in `"),
        ("output = \".git/hooks\"", "it lies in a `.git`"),
        ("output = \"content\"", "it holds `"),
        ("output = \".\"", "it holds `"),
    ] {
        let folder = Folder::new();
        for name in ["content/pages", "content/rules/a", "theme/templates", ".git"] {
            fs::create_dir_all(folder.path(name)).expect("a folder");
        }
        symlink("content/pages", folder.path("link")).expect("a link");
        folder.write("purplebook.toml", format!("[site]\ntheme = \"theme\"\n{CONFIG}[build]\n{setting}\n"));
        let error = folder.build().expect_err(setting);
        assert!(error.contains(why), "{setting}: {error}");
    }
}

#[test]
fn a_clone_full_of_rules_may_hold_its_output() {
    let folder = Folder::new();
    folder.write("purplebook.toml", format!("[content]\nrules = \".\"\n{CONFIG}"));
    folder.write("a.yml", rule("A"));
    folder.build().expect("builds");
    assert_eq!(folder.build().expect("builds again").tally().of(purplebook::model::Kind::Rule).found, 1);
}

#[test]
fn thousands_of_files_of_one_name_take_linear_time() {
    let folder = Folder::new();
    for i in 0..3_000 {
        folder.write(format!("content/rules/{i}/same.yml"), rule(&format!("R{i}")));
    }
    let project = Project::open(folder.config(), &Progress::new()).expect("opens");
    assert_eq!(project.tally().of(purplebook::model::Kind::Rule).loaded, 3_000);
    assert_eq!(project.findings().iter().filter(|finding| finding.code.to_string() == "PB303").count(), 2_999);
}
