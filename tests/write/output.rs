//! The output folder: what is replaced, what is refused, and what a failed build leaves.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use purplebook::site::OutPath;
use purplebook::write::{MARKER, Manifest, MemorySink, OutputDir, Sink, WriteError};
use tempfile::TempDir;

struct Project {
    dir: TempDir,
}

impl Project {
    fn new() -> Self {
        Self { dir: TempDir::new().expect("a temporary folder") }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    /// Lays a file, with the folders above it.
    fn lay(&self, path: &str, text: &str) -> &Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a file");
        self
    }

    fn build(&self, files: &[(&str, &str)]) -> Result<Manifest, WriteError> {
        build(&self.path("output"), files)
    }

    /// What lies in `output`, without the marker.
    fn output(&self) -> BTreeMap<String, String> {
        let mut tree = tree(&self.path("output"));
        tree.remove(MARKER);
        tree
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.dir.path())
            .expect("the project")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

fn build(output: &Path, files: &[(&str, &str)]) -> Result<Manifest, WriteError> {
    let output = OutputDir::open(output, &[])?;
    let stage = output.stage()?;
    for (path, text) in files {
        stage.put(&OutPath::new(path).expect(path), text.as_bytes())?;
    }
    stage.commit()
}

fn tree(root: &Path) -> BTreeMap<String, String> {
    walkdir::WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| !entry.file_type().is_dir())
        .map(|entry| {
            let path = entry.path().strip_prefix(root).expect("inside").to_string_lossy().replace('\\', "/");
            (path, fs::read_to_string(entry.path()).unwrap_or_else(|_| "(unreadable)".to_owned()))
        })
        .collect()
}

fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn refusal(result: Result<OutputDir, WriteError>) -> String {
    result.expect_err("a refusal").to_string()
}

#[test]
fn each_build_replaces_the_last_one_whole() {
    let project = Project::new();
    let manifest = project.build(&[("index.html", "1"), ("a/b/old.html", "x")]).expect("first");
    assert_eq!((manifest.len(), manifest.total_bytes()), (2, 2));
    project.build(&[("index.html", "2"), ("a/new.html", "y")]).expect("second");
    assert_eq!(project.output(), files(&[("index.html", "2"), ("a/new.html", "y")]));
    assert!(!project.path("output/a/b").exists());
    assert_eq!(project.names(), ["output"]);
}

#[test]
fn the_same_files_give_the_same_tree_whatever_their_order() {
    let (one, two) = (Project::new(), Project::new());
    one.build(&[("a/x", "1"), ("b", "22"), ("a/w", "3")]).expect("one");
    two.build(&[("b", "22"), ("a/w", "3"), ("a/x", "1")]).expect("two");
    assert_eq!(tree(&one.path("output")), tree(&two.path("output")));
    assert_eq!(tree(&one.path("output"))[MARKER], "purplebook output 1\n1\ta/w\n1\ta/x\n2\tb\n");
}

#[test]
fn what_the_user_laid_into_the_output_survives() {
    let project = Project::new();
    project.lay("output/.gitkeep", "").build(&[("index.html", "1"), ("a/b.html", "1")]).expect("first");
    project.lay("output/CNAME", "kb.example.org").lay("output/a/note.txt", "mine");
    project.build(&[("index.html", "2")]).expect("second");
    let expected = [(".gitkeep", ""), ("CNAME", "kb.example.org"), ("a/note.txt", "mine"), ("index.html", "2")];
    assert_eq!(project.output(), files(&expected));
}

#[test]
fn a_folder_that_no_build_wrote_is_refused_and_left_alone() {
    let project = Project::new();
    project.lay("output/thesis.tex", "x").lay("output/a.txt", "y");
    let error = refusal(OutputDir::open(&project.path("output"), &[]));
    assert_eq!(
        error,
        format!(
            "will not write the site to `{}`: it holds `a.txt` and no `.purplebook-output`, so it was not written by \
             purplebook; empty it or choose another folder",
            project.path("output").display()
        )
    );
    assert_eq!(project.output(), files(&[("a.txt", "y"), ("thesis.tex", "x")]));
    assert_eq!(project.names(), ["output"]);
}

#[test]
fn folders_that_hold_more_than_a_site_are_refused() {
    let project = Project::new();
    project.lay("content/rules/a.yml", "").lay("work/.git/HEAD", "").lay("file", "");
    let content = project.path("content/rules");
    let open = |path: &Path| refusal(OutputDir::open(path, &[&content]));
    assert!(open(&content).ends_with("which the site is made from"));
    assert!(open(&project.path("content")).ends_with("which the site is made from"));
    assert!(open(project.dir.path()).ends_with("which the site is made from"));
    assert!(open(&project.path("content/../content/rules/.")).ends_with("which the site is made from"));
    assert!(open(&project.path("work")).ends_with("it holds a `.git`"));
    assert!(open(&project.path("file")).ends_with("it is not a folder"));
    assert!(open(Path::new("/")).ends_with("it is the root of a file system"));
    if let Some(home) = std::env::home_dir().filter(|home| home.is_dir()) {
        assert!(refusal(OutputDir::open(&home, &[])).ends_with("it holds the home folder"));
    }
}

#[test]
fn a_failed_build_leaves_the_old_site_and_nothing_else() {
    let project = Project::new();
    project.build(&[("index.html", "old")]).expect("first");
    {
        let output = OutputDir::open(&project.path("output"), &[]).expect("open");
        let stage = output.stage().expect("stage");
        stage.put(&OutPath::new("index.html").expect("path"), b"new").expect("put");
        assert_eq!(project.names(), [".output.lock", ".output.stage", "output"]);
    }
    assert_eq!(project.output(), files(&[("index.html", "old")]));
    assert_eq!(project.names(), ["output"]);
}

#[test]
fn only_one_build_at_a_time_writes_a_folder() {
    let project = Project::new();
    let path = project.path("output");
    let first = OutputDir::open(&path, &[]).expect("first");
    assert_eq!(
        refusal(OutputDir::open(&path, &[])),
        format!("another build is writing to `{}`; wait for it to end or choose another output folder", path.display())
    );
    drop(first);
    OutputDir::open(&path, &[]).expect("after the first ended");
    OutputDir::open(&project.path("elsewhere"), &[]).expect("another folder");
}

#[test]
fn of_many_builds_at_once_each_wins_or_is_told() {
    let project = Project::new();
    let path = project.path("output");
    let texts: Vec<String> = (0..16).map(|i| i.to_string()).collect();
    let won = std::thread::scope(|scope| {
        let run = |text| build(&path, &[("a.html", text), ("b/c.html", text)]);
        let threads: Vec<_> = texts.iter().map(|text| scope.spawn(move || run(text))).collect();
        threads
            .into_iter()
            .map(|thread| match thread.join().expect("no panic") {
                Ok(_) => 1,
                Err(WriteError::Locked { .. }) => 0,
                Err(error) => panic!("{error}"),
            })
            .sum::<usize>()
    });
    assert!(won >= 1);
    let output = project.output();
    assert_eq!(output.len(), 2);
    assert_eq!(output["a.html"], output["b/c.html"]);
    assert_eq!(project.names(), ["output"]);
}

#[test]
fn two_files_for_one_place_fail_the_build() {
    let project = Project::new();
    let error = project.build(&[("a/Foo.html", "1"), ("a/foo.html", "2")]).expect_err("a collision");
    assert_eq!(error.to_string(), "the site has two files for one place: `a/Foo.html` and `a/foo.html`");
    let memory = MemorySink::new();
    memory.put(&OutPath::new("x").expect("path"), b"1").expect("first");
    assert!(memory.put(&OutPath::new("X").expect("path"), b"2").is_err());
    assert_eq!(memory.into_files(), BTreeMap::from([("x".to_owned(), b"1".to_vec())]));
}

#[test]
fn an_error_of_the_system_names_the_operation_and_the_path() {
    let project = Project::new();
    project.build(&[("index.html", "old")]).expect("first");
    let output = OutputDir::open(&project.path("output"), &[]).expect("open");
    let stage = output.stage().expect("stage");
    fs::remove_dir_all(project.path(".output.stage")).expect("pull the rug");
    let error = stage.put(&OutPath::new("index.html").expect("path"), b"new").expect_err("no folder");
    let place = fs::canonicalize(project.dir.path()).expect("real").join(".output.stage").join("index.html");
    assert!(error.to_string().starts_with(&format!("cannot create `{}`: ", place.display())), "{error}");
    assert_eq!(project.output(), files(&[("index.html", "old")]));
}

#[test]
fn leftovers_of_killed_builds_are_cleared() {
    // Killed while pages were written.
    let project = Project::new();
    project.build(&[("index.html", "old")]).expect("first");
    project
        .lay(".output.stage/.purplebook-output", "purplebook output 1, unfinished\n")
        .lay(".output.stage/a/b", "half");
    drop(OutputDir::open(&project.path("output"), &[]).expect("open"));
    assert_eq!((project.names(), project.output()), (vec!["output".to_owned()], files(&[("index.html", "old")])));

    // Killed after the exchange: the stage is the old site, with a file of the user's.
    let list = "purplebook output 1\n1\tindex.html\n1\tgone.html\n";
    project.lay(".output.stage/.purplebook-output", list).lay(".output.stage/index.html", "older");
    project.lay(".output.stage/gone.html", "older").lay(".output.stage/CNAME", "mine");
    drop(OutputDir::open(&project.path("output"), &[]).expect("open"));
    assert_eq!(project.names(), ["output"]);
    assert_eq!(project.output(), files(&[("CNAME", "mine"), ("index.html", "old")]));

    // Killed between the two moves of the fallback: there is no output at all.
    fs::rename(project.path("output"), project.path(".output.old")).expect("move");
    project
        .lay(".output.stage/.purplebook-output", "purplebook output 1\n1\tindex.html\n")
        .lay(".output.stage/index.html", "new");
    drop(OutputDir::open(&project.path("output"), &[]).expect("open"));
    assert_eq!(project.names(), ["output"]);
    assert_eq!(project.output(), files(&[("CNAME", "mine"), ("index.html", "old")]));

    // Killed after them: old and new are both there.
    project
        .lay(".output.old/.purplebook-output", "purplebook output 1\n1\tx.html\n")
        .lay(".output.old/x.html", "older");
    drop(OutputDir::open(&project.path("output"), &[]).expect("open"));
    assert_eq!(project.names(), ["output"]);
    assert_eq!(project.output(), files(&[("CNAME", "mine"), ("index.html", "old")]));
}

#[test]
fn a_folder_in_the_way_that_is_not_ours_is_named_and_kept() {
    let project = Project::new();
    project.lay(".output.stage/mine.txt", "x");
    let error = refusal(OutputDir::open(&project.path("output"), &[]));
    assert!(error.ends_with("is in the way and was not made by purplebook; move it elsewhere"), "{error}");
    assert!(project.path(".output.stage/mine.txt").exists());
}

#[test]
fn a_damaged_marker_still_keeps_what_version_control_needs() {
    let project = Project::new();
    project.lay("output/.gitkeep", "").build(&[("a.html", "1")]).expect("first");
    project.lay("output/.purplebook-output", "purplebook output 1\n1\t../../etc/passwd\n");
    project.build(&[("b.html", "2")]).expect("second");
    assert_eq!(project.output(), files(&[(".gitkeep", ""), ("b.html", "2")]));
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn an_output_that_is_a_link_is_written_where_it_leads() {
        let project = Project::new();
        fs::create_dir_all(project.path("www/site")).expect("folders");
        symlink(project.path("www/site"), project.path("output")).expect("a link");
        project.build(&[("index.html", "1")]).expect("first");
        project.build(&[("index.html", "2")]).expect("second");
        assert_eq!(fs::read_to_string(project.path("www/site/index.html")).expect("a page"), "2");
        assert!(fs::symlink_metadata(project.path("output")).expect("the link").is_symlink());
        assert_eq!(project.names(), ["output", "www"]);
    }

    #[test]
    fn a_link_to_the_sources_or_to_nothing_is_refused() {
        let project = Project::new();
        project.lay("content/a.yml", "");
        symlink(project.path("content"), project.path("output")).expect("a link");
        let content = project.path("content");
        assert!(
            refusal(OutputDir::open(&project.path("output"), &[&content])).ends_with("which the site is made from")
        );
        symlink(project.path("nothing"), project.path("dangling")).expect("a link");
        let error = refusal(OutputDir::open(&project.path("dangling"), &[]));
        assert!(error.ends_with("it is a symbolic link that leads nowhere"), "{error}");
    }

    #[test]
    fn nothing_is_deleted_or_written_through_a_link_inside_the_output() {
        let project = Project::new();
        project.lay("precious/a.html", "keep me").build(&[("a/a.html", "1")]).expect("first");
        fs::remove_dir_all(project.path("output/a")).expect("remove");
        symlink(project.path("precious"), project.path("output/a")).expect("a link");
        project.build(&[("a/a.html", "2")]).expect("second");
        assert_eq!(fs::read_to_string(project.path("precious/a.html")).expect("kept"), "keep me");
        assert_eq!(project.output(), files(&[("a/a.html", "2")]));
    }

    #[test]
    fn pages_that_did_not_change_stay_the_same_files() {
        use std::os::unix::fs::MetadataExt as _;
        let project = Project::new();
        let inode = |path| fs::metadata(project.path(path)).expect(path).ino();
        project.build(&[("a/same.html", "1"), ("a/other.html", "1")]).expect("first");
        let before = (inode("output/a/same.html"), inode("output/a/other.html"));
        project.build(&[("a/same.html", "1"), ("a/other.html", "2")]).expect("second");
        assert_eq!(inode("output/a/same.html"), before.0);
        assert_ne!(inode("output/a/other.html"), before.1);
        // A page somebody changed by hand, to the same length.
        project.lay("output/a/same.html", "9");
        project.build(&[("a/same.html", "1"), ("a/other.html", "2")]).expect("third");
        assert_eq!(project.output(), files(&[("a/same.html", "1"), ("a/other.html", "2")]));
    }

    #[test]
    fn no_page_is_taken_through_a_link() {
        let project = Project::new();
        project.build(&[("a/b/x.html", "1"), ("y.html", "1")]).expect("first");
        project.lay("elsewhere/b/x.html", "1").lay("elsewhere/y.html", "1");
        fs::remove_dir_all(project.path("output/a")).expect("remove");
        fs::remove_file(project.path("output/y.html")).expect("remove");
        symlink(project.path("elsewhere"), project.path("output/a")).expect("a link");
        symlink(project.path("elsewhere/y.html"), project.path("output/y.html")).expect("a link");
        project.build(&[("a/b/x.html", "1"), ("y.html", "1")]).expect("second");
        fs::write(project.path("elsewhere/b/x.html"), "2").expect("write");
        fs::write(project.path("elsewhere/y.html"), "2").expect("write");
        assert_eq!(project.output(), files(&[("a/b/x.html", "1"), ("y.html", "1")]));
        assert!(fs::symlink_metadata(project.path("output/y.html")).expect("y").is_file());
    }

    #[test]
    fn a_lock_file_that_is_a_link_is_not_followed() {
        let project = Project::new();
        symlink(project.path("victim"), project.path(".output.lock")).expect("a link");
        assert!(refusal(OutputDir::open(&project.path("output"), &[])).starts_with("cannot create the lock file `"));
        assert!(!project.path("victim").exists());
    }

    #[test]
    fn the_mode_of_the_output_folder_is_kept() {
        let project = Project::new();
        project.build(&[("a", "1")]).expect("first");
        fs::set_permissions(project.path("output"), fs::Permissions::from_mode(0o750)).expect("chmod");
        project.build(&[("a", "2")]).expect("second");
        let mode = fs::metadata(project.path("output")).expect("output").permissions().mode();
        assert_eq!(mode & 0o777, 0o750);
    }
}
