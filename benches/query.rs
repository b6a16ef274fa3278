//! Rules a second: read and converted to each target, and how that grows with threads.
//!
//! The rules are the large public collection beside the repository where it is, else
//! `content/rules`. `cargo bench --bench query` prints tables; on one thread unless the row says
//! otherwise. What a target takes is the time of its row in `each_target`, and `read_and_convert`
//! is what a first one takes, reading of YAML included. `PURPLEBOOK_BENCH_TARGET` chooses one target.
#![allow(missing_docs, reason = "a program")]

use std::env;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::ItemsCount;
use purplebook::config::{PipelineChoice, QueryChoice, QueryConfig};
use purplebook::load::{attack, load};
use purplebook::model::{Corpus, Kind};
use purplebook::query::{Request, compile, targets};
use purplebook::requests::requests;
use purplebook::source::{Folder, ReadLimits, SourceSet, read};
use rayon::{ThreadPool, ThreadPoolBuilder};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

static SOURCES: LazyLock<SourceSet> = LazyLock::new(sources);
static CORPUS: LazyLock<Corpus> = LazyLock::new(corpus);

const RULES: [&str; 5] =
    ["rules", "rules-emerging-threats", "rules-threat-hunting", "rules-compliance", "rules-placeholder"];

fn sources() -> SourceSet {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let large = root.join("../shared/corpus/sigma-2026");
    let mut folders: Vec<PathBuf> =
        RULES.map(|name| large.join(name)).into_iter().filter(|path| path.is_dir()).collect();
    if folders.is_empty() {
        folders.push(root.join("content/rules"));
    }
    let folder = |path| Folder { kind: Kind::Rule, path, required: true };
    let folders: Vec<Folder> = folders.into_iter().map(folder).collect();
    read(root, &folders, &ReadLimits::default()).expect("rules").0
}

fn corpus() -> Corpus {
    load(&SOURCES, attack::embedded(None).expect("built in")).0
}

/// What somebody asks for: a target, and the pipelines of `names`.
fn choice(target: &str, names: &[&str]) -> QueryChoice {
    let pipelines = names.iter().map(|name| PipelineChoice::BuiltIn((*name).to_owned())).collect();
    QueryChoice { target: target.to_owned(), title: String::new(), format: None, pipelines }
}

fn asked(show: Vec<QueryChoice>) -> Vec<Request> {
    let config = QueryConfig { show, ..QueryConfig::default() };
    let (requests, findings) =
        requests(&config, Path::new(""), &mut SourceSet::new(Vec::new(), Vec::new())).expect("built in");
    assert!(findings.is_empty(), "{findings:?}");
    requests
}

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("threads")
}

fn rules() -> ItemsCount {
    ItemsCount::new(CORPUS.rules.len())
}

/// The targets, each with the pipelines most people use with it.
fn each() -> impl Iterator<Item = String> {
    let only = env::var("PURPLEBOOK_BENCH_TARGET").ok();
    let piped = ["lucene ecs_windows", "splunk splunk_windows", "kusto microsoft_xdr", "kusto sentinel_asim"];
    let names = targets().iter().map(|target| target.name.to_owned()).chain(piped.map(str::to_owned));
    names.filter(move |name| only.as_ref().is_none_or(|only| name.split(' ').next() == Some(only)))
}

#[divan::bench(args = each())]
fn each_target(bencher: Bencher<'_, '_>, name: &str) {
    let (target, pipeline) = name.split_once(' ').map_or((name, None), |(target, pipeline)| (target, Some(pipeline)));
    let requests = asked(vec![choice(target, pipeline.as_slice())]);
    let pool = pool(1);
    LazyLock::force(&CORPUS);
    bencher.counter(rules()).bench_local(|| pool.install(|| compile(&CORPUS, &requests)));
}

/// Reading of the files not included, of YAML included.
#[divan::bench]
fn read_and_convert(bencher: Bencher<'_, '_>) {
    let requests = asked(vec![choice("lucene", &[])]);
    let pool = pool(1);
    let attack = attack::embedded(None).expect("built in");
    LazyLock::force(&CORPUS);
    bencher.counter(rules()).with_inputs(|| attack.clone()).bench_local_values(|attack| {
        pool.install(|| {
            let corpus = load(&SOURCES, attack).0;
            let compiled = compile(&corpus, &requests);
            (corpus, compiled)
        })
    });
}

/// The queries a site shows by default.
#[divan::bench(args = [1, 2, 4, 8])]
fn default_queries_on_threads(bencher: Bencher<'_, '_>, threads: usize) {
    let requests = asked(QueryConfig::default().show);
    let pool = pool(threads);
    LazyLock::force(&CORPUS);
    bencher.counter(rules()).bench_local(|| pool.install(|| compile(&CORPUS, &requests)));
}
