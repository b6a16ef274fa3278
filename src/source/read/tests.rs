//! What is read from a folder, what is refused, and what is said about it.

use std::fs;

use super::*;

/// A project on disk.
struct Project(tempfile::TempDir);

impl Project {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        for (path, bytes) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().expect("parent")).expect("folders");
            fs::write(path, bytes).expect("file");
        }
        Self(dir)
    }

    fn folder(&self, kind: Kind, path: &str) -> Folder {
        Folder { kind, path: self.0.path().join(path), required: true }
    }

    /// Role and path of each file, then assets, then findings.
    fn read(&self, folders: &[Folder]) -> Vec<String> {
        let limits = ReadLimits { text: 100, asset: 10, depth: 3, ..ReadLimits::default() };
        let (set, findings) = read(self.0.path(), folders, &limits).expect("readable");
        let files = set.iter().map(|(_, file)| format!("{:?} {} {:?}", file.role, file.path, file.text));
        let assets = set.assets.iter().map(|asset| format!("asset {} {}", asset.path, asset.within));
        let problems = findings.iter().map(|f| format!("{} {}: {}", f.code, set.file(f.at.file()).path, f.message));
        files.chain(assets).chain(problems).collect()
    }
}

#[test]
fn rules_are_all_yaml_files_outside_hidden_folders() {
    let project = Project::new(&[
        ("rules/b/x.yml", b"b"),
        ("rules/a.yaml", b"\xef\xbb\xbfa"),
        ("rules/README.md", b"no"),
        ("rules/x.yml.template", b"no"),
        ("rules/x.yml.todo", b"no"),
        ("rules/.git/x.yml", b"no"),
        ("rules/.hidden.yml", b"h"),
    ]);
    let expected = [
        r#"Content(Rule) rules/.hidden.yml "h""#,
        r#"Content(Rule) rules/a.yaml "a""#,
        r#"Content(Rule) rules/b/x.yml "b""#,
    ];
    assert_eq!(project.read(&[project.folder(Kind::Rule, "rules")]), expected);
    // Overlapping folders give each file once, however they are written.
    let folders = [project.folder(Kind::Rule, "rules"), project.folder(Kind::DataNeeded, "rules/../rules/b")];
    assert_eq!(project.read(&folders), expected);
}

#[test]
fn triggers_have_the_layout_of_atomic_red_team() {
    let project = Project::new(&[
        ("atomics/T1059/T1059.yaml", b"t"),
        ("atomics/T1059/T1059.md", b"m"),
        ("atomics/T1610/src/pod.yaml", b"no"),
        ("atomics/Indexes/index.yaml", b"no"),
        ("atomics/used_guids.txt", b"no"),
    ]);
    assert_eq!(
        project.read(&[project.folder(Kind::Trigger, "atomics")]),
        [r#"TriggerPage atomics/T1059/T1059.md "m""#, r#"Content(Trigger) atomics/T1059/T1059.yaml "t""#]
    );
}

#[test]
fn pages_are_markdown_and_the_rest_is_copied() {
    let project = Project::new(&[
        ("pages/a/index.md", b"x"),
        ("pages/img/l.png", b"\xff"),
        ("pages/.DS_Store", b"no"),
        ("pages/big.bin", b"12345678901"),
    ]);
    assert_eq!(
        project.read(&[project.folder(Kind::Page, "pages")]),
        [
            r#"Content(Page) pages/a/index.md "x""#,
            r#"NotRead(None) pages/big.bin """#,
            "asset pages/img/l.png img/l.png",
            "PB003 pages/big.bin: the file is larger than 0 KiB",
        ]
    );
}

#[test]
fn what_is_no_text_or_too_much_is_a_finding() {
    let project = Project::new(&[("r/a.yml", b"ok\xff"), ("r/b.yml", &[b'x'; 101]), ("r/1/2/3/4/c.yml", b"no")]);
    assert_eq!(
        project.read(&[project.folder(Kind::Rule, "r")]),
        [
            r#"NotRead(None) r/1/2/3/4 """#,
            r#"NotRead(Some(Rule)) r/a.yml """#,
            r#"NotRead(Some(Rule)) r/b.yml """#,
            "PB003 r/1/2/3/4: folders are nested deeper than 3 levels",
            "PB002 r/a.yml: the file is not UTF-8: byte 0xFF at offset 2",
            "PB003 r/b.yml: the file is larger than 0 KiB",
        ]
    );
}

#[test]
fn an_absent_folder_is_an_error_only_where_it_was_named() {
    let project = Project::new(&[]);
    let mut folder = project.folder(Kind::DataNeeded, "dn");
    let error = read(project.0.path(), &[folder.clone()], &ReadLimits::default()).expect_err("absent");
    assert_eq!(error.to_string(), format!("the Data Needed folder `{}` does not exist", folder.path.display()));
    folder.required = false;
    assert_eq!(project.read(&[folder]), [""; 0]);
}

#[test]
fn a_folder_outside_the_project_is_shown_as_written() {
    let project = Project::new(&[("sigma/rules/a.yml", b"a"), ("project/x", b"")]);
    let root = project.0.path().join("project");
    let folder = Folder { kind: Kind::Rule, path: root.join("../sigma/rules"), required: true };
    let (set, _) = read(&root, &[folder], &ReadLimits::default()).expect("readable");
    let paths: Vec<_> = set.iter().map(|(_, file)| (file.path.as_str(), file.within.as_str())).collect();
    assert_eq!(paths, [("../sigma/rules/a.yml", "a.yml")]);
    let file = Folder { kind: Kind::Rule, path: root.join("../sigma/rules/a.yml"), required: true };
    let (set, _) = read(&root, &[file], &ReadLimits::default()).expect("readable");
    let paths: Vec<_> = set.iter().map(|(_, file)| (file.path.as_str(), file.within.as_str())).collect();
    assert_eq!(paths, [("../sigma/rules/a.yml", "a.yml")]);
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_not_followed() {
    let project = Project::new(&[("r/a.yml", b"a"), ("secret/s.yml", b"s")]);
    let root = project.0.path();
    std::os::unix::fs::symlink(root.join("secret/s.yml"), root.join("r/link.yml")).expect("link");
    std::os::unix::fs::symlink(root.join("secret"), root.join("r/dir")).expect("link");
    rustix::fs::mknodat(rustix::fs::CWD, root.join("r/pipe.yml"), rustix::fs::FileType::Fifo, 0o600.into(), 0)
        .expect("pipe");
    assert_eq!(
        project.read(&[project.folder(Kind::Rule, "r")]),
        [
            r#"Content(Rule) r/a.yml "a""#,
            r#"NotRead(None) r/dir """#,
            r#"NotRead(None) r/link.yml """#,
            r#"NotRead(None) r/pipe.yml """#,
            "PB008 r/dir: this is a symbolic link; links are not followed",
            "PB008 r/link.yml: this is a symbolic link; links are not followed",
            "PB008 r/pipe.yml: this is no regular file; it is not read",
        ]
    );
    assert_eq!(file::bytes(&root.join("r/pipe.yml"), 9).expect("opened").0, Content::Special);
}

#[cfg(unix)]
#[test]
fn a_content_folder_may_be_a_link_itself() {
    let project = Project::new(&[("sigma/a/x.yml", b"x"), ("sigma/b/c/y.yml", b"y"), ("sigma/z.yml", b"z")]);
    std::os::unix::fs::symlink("sigma", project.0.path().join("rules")).expect("link");
    assert_eq!(
        project.read(&[project.folder(Kind::Rule, "rules")]),
        [
            r#"Content(Rule) sigma/a/x.yml "x""#,
            r#"Content(Rule) sigma/b/c/y.yml "y""#,
            r#"Content(Rule) sigma/z.yml "z""#,
        ]
    );
}

#[test]
fn files_are_found_again_on_the_disk() {
    let project = Project::new(&[("rules/b/x.yml", b"b"), ("more/b/x.yml", b"m"), ("one.yml", b"o")]);
    let elsewhere = Project::new(&[("b/x.yml", b"e")]);
    let mut folders = vec![project.folder(Kind::Rule, "rules"), project.folder(Kind::Rule, "more/../more")];
    folders.extend([project.folder(Kind::Rule, "one.yml"), elsewhere.folder(Kind::Rule, "")]);
    let (set, _) = read(project.0.path(), &folders, &ReadLimits::default()).expect("readable");
    let on_disk = OnDisk::new(project.0.path(), &folders);
    let found = set.iter().map(|(_, file)| fs::read_to_string(on_disk.path(file).expect("a path")).expect("a file"));
    assert!(found.eq(set.iter().map(|(_, file)| file.text.clone())));
    assert_eq!(set.len(), 4);
}

/// The times of a file tell of a change only if the clock has moved since.
#[cfg(unix)]
fn let_the_clock_move() {
    std::thread::sleep(std::time::Duration::from_millis(30));
}

#[cfg(unix)]
#[test]
fn what_is_as_it_was_is_not_read_again_and_everything_else_is() {
    let project = Project::new(&[("rules/a.yml", b"a"), ("rules/in/b.yml", b"b"), ("more/c.yml", b"c")]);
    let root = project.0.path().to_owned();
    let folders = [project.folder(Kind::Rule, "rules"), project.folder(Kind::DataNeeded, "more")];
    let mut kept = Kept::default();
    // What the test does counts as done long ago.
    let later = || SystemTime::now() + std::time::Duration::from_mins(1);
    let mut last: Option<SourceSet> = None;
    // Paths with what is the very same in memory in brackets.
    let mut again = || {
        let limits = ReadLimits::default();
        let (set, _) = read_since(&root, &folders, &limits, &mut kept, later()).expect("readable");
        let (anew, _) = read(&root, &folders, &limits).expect("readable");
        assert_eq!(set, anew);
        let is_known = |file: &Arc<SourceFile>| {
            last.as_ref().is_some_and(|last| last.shared().any(|(_, other)| Arc::ptr_eq(file, other)))
        };
        let name = |(_, file): (FileId, &Arc<SourceFile>)| {
            if is_known(file) { format!("[{}]", file.path) } else { file.path.clone() }
        };
        let names: Vec<String> = set.shared().map(name).collect();
        last = Some(set);
        let_the_clock_move();
        names.join(" ")
    };
    assert_eq!(again(), "more/c.yml rules/a.yml rules/in/b.yml");
    assert_eq!(again(), "[more/c.yml] [rules/a.yml] [rules/in/b.yml]");

    fs::write(root.join("rules/in/b.yml"), "B").expect("written");
    assert_eq!(again(), "[more/c.yml] [rules/a.yml] rules/in/b.yml", "of the same size");
    let file = root.join("rules/a.yml");
    let modified = fs::metadata(&file).and_then(|metadata| metadata.modified()).expect("a time");
    fs::write(&file, "A").expect("written");
    fs::File::options().write(true).open(&file).and_then(|file| file.set_modified(modified)).expect("set");
    assert_eq!(again(), "[more/c.yml] rules/a.yml [rules/in/b.yml]", "with the time it had");
    fs::write(root.join("rules/new"), "x").and_then(|()| fs::rename(root.join("rules/new"), &file)).expect("moved");
    assert_eq!(again(), "[more/c.yml] rules/a.yml [rules/in/b.yml]", "another file of its name");

    fs::write(root.join("rules/in/d.yml"), "d").expect("written");
    assert_eq!(again(), "[more/c.yml] [rules/a.yml] [rules/in/b.yml] rules/in/d.yml");
    fs::remove_file(&file).expect("removed");
    assert_eq!(again(), "[more/c.yml] [rules/in/b.yml] [rules/in/d.yml]");
    fs::rename(root.join("rules/in"), root.join("rules/out")).expect("moved");
    assert_eq!(again(), "[more/c.yml] rules/out/b.yml rules/out/d.yml");
    // A folder of the same name.
    fs::rename(root.join("rules/out"), root.join("aside")).expect("moved");
    fs::create_dir(root.join("rules/out")).and_then(|()| fs::write(root.join("rules/out/b.yml"), "b")).expect("new");
    assert_eq!(again(), "[more/c.yml] rules/out/b.yml");
    // It is another folder that the content folder is now, behind a link.
    fs::rename(root.join("more"), root.join("less")).expect("moved");
    std::os::unix::fs::symlink(root.join("aside"), root.join("more")).expect("linked");
    assert_eq!(again(), "aside/b.yml aside/d.yml [rules/out/b.yml]");
    assert_eq!(again(), "[aside/b.yml] [aside/d.yml] [rules/out/b.yml]");
}

#[cfg(unix)]
#[test]
fn what_has_just_changed_is_read_again_for_its_times_may_not_tell_the_next_change() {
    let project = Project::new(&[("rules/a.yml", b"a")]);
    let folders = [project.folder(Kind::Rule, "rules")];
    let mut kept = Kept::default();
    let mut text = || {
        let (set, _) = read_again(project.0.path(), &folders, &ReadLimits::default(), &mut kept).expect("readable");
        set.file(FileId(0)).text.clone()
    };
    for i in 0..100 {
        let wanted = (i % 10).to_string();
        fs::write(project.0.path().join("rules/a.yml"), &wanted).expect("written");
        assert_eq!(text(), wanted);
    }
}
