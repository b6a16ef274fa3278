//! How long each stage takes, beside what the disk alone would take for the same bytes.
//!
//! The content is the large corpora beside the repository where they are, else `content/`.
//! `cargo bench` prints a table; ratios worth watching are `read` to `plain_read`, `write` to
//! `plain_write`, and `whole_build` to the sum of the two plain ones. Folders are made in
//! `PURPLEBOOK_BENCH_DIR`, else where temporary files go: a file system in memory shows the
//! program, a disk shows the disk.
#![allow(missing_docs, reason = "a program")]

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use divan::{Bencher, black_box};
use purplebook::check::site_links;
use purplebook::config::{
    AttackConfig, CheckConfig, Config, ContentConfig, CoverageConfig, MarkdownProfile, QueryConfig, SiteConfig,
};
use purplebook::graph::{DataNeededProfile, Graph, link};
use purplebook::load::{attack, load};
use purplebook::model::{Corpus, Kind};
use purplebook::project::Project;
use purplebook::query::{Request, compile, target};
use purplebook::report::Progress;
use purplebook::site::{OutPath, PlanInput, plan};
use purplebook::source::{Folder, ReadLimits, SourceSet, read};
use purplebook::write::{MemorySink, OutputDir, Sink};
use rayon::prelude::*;
use tempfile::TempDir;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

const TARGETS: [&str; 3] = ["es-qs", "xpack-watcher", "graylog"];
const RULES: [&str; 8] = [
    "sigma-2026/rules",
    "sigma-2026/rules-emerging-threats",
    "sigma-2026/rules-threat-hunting",
    "sigma-2026/rules-compliance",
    "sigma-2026/rules-placeholder",
    "sigma-2026/deprecated",
    "sigma-2026/unsupported",
    "sigma-2019/rules",
];

static ROOT: LazyLock<PathBuf> = LazyLock::new(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
static SOURCES: LazyLock<SourceSet> = LazyLock::new(sources);
static GRAPH: LazyLock<Graph> = LazyLock::new(|| link(corpus(), DataNeededProfile::Default));
static PROJECT: LazyLock<Project> = LazyLock::new(project);
static SITE: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let sink = MemorySink::new();
    PROJECT.render(&sink, &Progress::new()).expect("the default theme");
    sink.into_files()
});

/// The folders of each kind.
fn folders() -> Vec<Folder> {
    let shared = ROOT.join("../shared/corpus");
    let large = |kind| match kind {
        Kind::Rule => RULES.map(|name| shared.join(name)).to_vec(),
        Kind::Trigger => vec![shared.join("atomics")],
        Kind::DataNeeded => vec![shared.join("atc-2022/Data_Needed")],
        Kind::LoggingPolicy => vec![shared.join("atc-2022/Logging_Policies")],
        _ => Vec::new(),
    };
    let of = |kind: Kind| {
        let large: Vec<PathBuf> = large(kind).into_iter().filter(|path| path.is_dir()).collect();
        if large.is_empty() { vec![ROOT.join("content").join(kind.key())] } else { large }
    };
    let folder = |kind| move |path| Folder { kind, path, required: false };
    Kind::ALL.into_iter().flat_map(|kind| of(kind).into_iter().map(folder(kind))).collect()
}

fn sources() -> SourceSet {
    read(&ROOT, &folders(), &ReadLimits::default()).expect("content").0
}

fn corpus() -> Corpus {
    load(&SOURCES, attack::embedded(None).expect("built in")).0
}

fn requests() -> Vec<Request> {
    TARGETS.iter().map(|name| Request::new(target(name).expect("a target"))).collect()
}

/// The project as the command would open it.
fn project() -> Project {
    let mut content: [Vec<PathBuf>; Kind::ALL.len()] = Default::default();
    for Folder { kind, path, .. } in folders() {
        content[kind as usize].push(path);
    }
    let config = Config {
        root: ROOT.clone(),
        output: ROOT.join("output"),
        site: SiteConfig {
            title: "Benchmark".to_owned(),
            base_url: None,
            edit_url: None,
            history_url: None,
            theme: None,
        },
        content: ContentConfig(content),
        attack: AttackConfig::default(),
        markdown: MarkdownProfile::Default,
        check: CheckConfig::default(),
        queries: QueryConfig::default(),
        coverage: CoverageConfig::default(),
        file: None,
    };
    Project::open(config, &Progress::new()).expect("content")
}

fn folder() -> TempDir {
    env::var_os("PURPLEBOOK_BENCH_DIR").map_or_else(TempDir::new, TempDir::new_in).expect("a folder")
}

fn source_bytes() -> u64 {
    SOURCES.iter().map(|(_, file)| file.text.len() as u64).sum()
}

fn site_bytes() -> u64 {
    SITE.values().map(|bytes| bytes.len() as u64).sum()
}

#[divan::bench]
fn a_plain_read(bencher: Bencher<'_, '_>) {
    let paths: Vec<PathBuf> = SOURCES.iter().map(|(_, file)| ROOT.join(&file.path)).collect();
    let bytes = divan::counter::BytesCount::new(source_bytes());
    bencher
        .counter(bytes)
        .bench(|| paths.par_iter().map(|path| fs::read(path).map_or(0, |bytes| bytes.len())).sum::<usize>());
}

#[divan::bench]
fn b_read(bencher: Bencher<'_, '_>) {
    bencher.counter(divan::counter::BytesCount::new(source_bytes())).bench(sources);
}

#[divan::bench]
fn c_attack() -> impl Sized {
    attack::embedded(black_box(None))
}

#[divan::bench]
fn d_load(bencher: Bencher<'_, '_>) {
    let attack = attack::embedded(None).expect("built in");
    let bytes = divan::counter::BytesCount::new(source_bytes());
    bencher.counter(bytes).with_inputs(|| attack.clone()).bench_values(|attack| load(&SOURCES, attack));
}

#[divan::bench]
fn e_link(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(corpus).bench_values(|corpus| link(corpus, DataNeededProfile::Default));
}

#[divan::bench]
fn f_compile(bencher: Bencher<'_, '_>) {
    bencher.counter(GRAPH.corpus().rules.len()).bench(|| compile(GRAPH.corpus(), &requests()));
}

#[divan::bench]
fn g_plan(bencher: Bencher<'_, '_>) {
    bencher.bench(|| plan(&PlanInput::new(GRAPH.corpus(), Vec::new(), std::iter::empty())));
}

/// All pages in both forms, into nothing.
#[divan::bench]
fn h_render(bencher: Bencher<'_, '_>) {
    struct Nowhere;
    impl Sink for Nowhere {
        fn put(&self, _: &OutPath, bytes: &[u8]) -> Result<(), purplebook::write::WriteError> {
            black_box(bytes);
            Ok(())
        }
    }
    LazyLock::force(&PROJECT);
    bencher.counter(PROJECT.pages()).bench(|| PROJECT.render(&Nowhere, &Progress::new()));
}

#[divan::bench]
fn i_check_site_links(bencher: Bencher<'_, '_>) {
    bencher.counter(divan::counter::BytesCount::new(site_bytes())).bench(|| site_links::check(&SITE, None));
}

#[divan::bench]
fn j_plain_write(bencher: Bencher<'_, '_>) {
    let bytes = divan::counter::BytesCount::new(site_bytes());
    bencher.counter(bytes).with_inputs(folder).bench_refs(|dir| {
        let mut made = std::collections::BTreeSet::new();
        for path in SITE.keys() {
            let folder = Path::new(path).parent().expect("a file");
            if made.insert(folder) {
                fs::create_dir_all(dir.path().join(folder)).expect("a folder");
            }
        }
        SITE.par_iter().for_each(|(path, bytes)| fs::write(dir.path().join(path), bytes).expect("a file"));
    });
}

fn write(dir: &TempDir, files: &BTreeMap<String, Vec<u8>>) {
    let output = OutputDir::open(&dir.path().join("output"), &[]).expect("a folder of ours");
    let stage = output.stage().expect("a stage");
    files.par_iter().for_each(|(path, bytes)| stage.put(&OutPath::new(path).expect("a path"), bytes).expect("a file"));
    stage.commit().expect("a site");
}

/// To a folder that holds nothing yet.
#[divan::bench]
fn k_write(bencher: Bencher<'_, '_>) {
    let bytes = divan::counter::BytesCount::new(site_bytes());
    bencher.counter(bytes).with_inputs(folder).bench_refs(|dir| write(dir, &SITE));
}

/// Over the same site, as when one rule was edited.
#[divan::bench]
fn l_write_again(bencher: Bencher<'_, '_>) {
    let dir = folder();
    write(&dir, &SITE);
    bencher.counter(divan::counter::BytesCount::new(site_bytes())).bench_local(|| write(&dir, &SITE));
}

/// The command, from its start to its end, to a new folder.
#[divan::bench]
fn m_whole_build(bencher: Bencher<'_, '_>) {
    let folders = folders();
    bencher.with_inputs(folder).bench_refs(|dir| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_purplebook"));
        command.arg("build").arg("--root").arg(&*ROOT).arg("--output").arg(dir.path().join("output"));
        for Folder { kind, path, .. } in &folders {
            command.arg(format!("--{}", kind.key().replace('_', "-"))).arg(path);
        }
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("the program");
        assert!(status.success(), "the build failed");
    });
}
