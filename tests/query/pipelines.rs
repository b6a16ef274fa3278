//! Pipelines applied: each file of `tests/pipelines` has pipelines, rules, and the text that
//! comes out of the `lucene` target.
//!
//! `--- pipeline` and `--- rule` may be repeated. `--- query` is the output, one query a line (an output
//! of several lines as it is), or `refused:` and the reason; `--- reference` is that of
//! `--compat pysigma`, where it differs. `PURPLEBOOK_BLESS=1` rewrites both, which are then to be
//! read.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use purplebook::load;
use purplebook::model::{Attack, Rule};
use purplebook::query::{Chain, Compat, Context, Request, convert, target};
use purplebook::text::FileId;

struct Case {
    about: String,
    pipelines: Vec<String>,
    rules: Vec<String>,
    query: String,
    reference: Option<String>,
}

fn read(path: &Path) -> Case {
    let text = fs::read_to_string(path).expect("a readable case");
    let mut case =
        Case { about: String::new(), pipelines: vec![], rules: vec![], query: String::new(), reference: None };
    let mut parts = text.split("\n--- ");
    parts.next().unwrap_or_default().clone_into(&mut case.about);
    for part in parts {
        let (name, body) = part.split_once('\n').expect("a heading");
        let body = format!("{}\n", body.trim_end_matches('\n'));
        match name {
            "pipeline" => case.pipelines.push(body),
            "rule" => case.rules.push(body),
            "query" => case.query = body,
            "reference" => case.reference = Some(body),
            other => panic!("{}: {other}", path.display()),
        }
    }
    assert!(!case.rules.is_empty(), "{}", path.display());
    case
}

fn write(path: &Path, case: &Case) {
    let mut text = case.about.clone();
    for (name, bodies) in [("pipeline", &case.pipelines), ("rule", &case.rules)] {
        for body in bodies {
            text.extend(["\n--- ", name, "\n", body]);
        }
    }
    text.extend(["\n--- query\n", &case.query]);
    if let Some(reference) = &case.reference {
        text.extend(["\n--- reference\n", reference]);
    }
    fs::write(path, text).expect("written");
}

fn chain(case: &Case) -> Arc<Chain> {
    let pipelines = case.pipelines.iter().map(|text| {
        let (pipeline, findings) = load::pipeline(FileId(0), text);
        pipeline.unwrap_or_else(|| panic!("{findings:?}"))
    });
    Arc::new(Chain::new(pipelines.collect()))
}

fn output(case: &Case, chain: &Arc<Chain>, compat: Compat) -> String {
    let mut request = Request::new(target("lucene").expect("the target"));
    (request.compat, request.chain) = (compat, Arc::clone(chain));
    let rules: Vec<Rule> = case.rules.iter().map(|text| rule(text)).collect();
    let attack = Attack::default();
    let context = Context::new(&rules, &attack);
    let mut queries = Vec::new();
    for rule in &rules {
        match convert(rule, &request, &context) {
            Ok(more) => queries.extend(more),
            Err(why) => return format!("refused: {}: {}\n", why.at.path, why.reason),
        }
    }
    let finished = chain.finalize(queries).expect("finalized");
    format!("{}\n", finished.join("\n").trim_end_matches('\n'))
}

/// The rule, with the tags a condition may ask for.
fn rule(text: &str) -> Rule {
    let mut rule = crate::query_support::rule(text);
    let tags = rule.documents[0].get("tags").and_then(|tags| tags.as_seq()).unwrap_or_default();
    rule.tags = tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect();
    rule
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pipelines");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(folder).expect("the cases").map(|entry| entry.expect("an entry").path()).collect();
    cases.sort();
    cases
}

#[test]
fn each_case_gives_its_queries() {
    let paths = cases();
    assert!(paths.len() > 40, "{}", paths.len());
    let mut wrong = Vec::new();
    for path in paths {
        let mut case = read(&path);
        let chain = chain(&case);
        let query = output(&case, &chain, Compat::Strict);
        let reference = Some(output(&case, &chain, Compat::PySigma)).filter(|reference| *reference != query);
        if env::var_os("PURPLEBOOK_BLESS").is_some() {
            (case.query, case.reference) = (query, reference);
            write(&path, &case);
        } else if query != case.query || reference != case.reference {
            wrong.push(format!("{}:\n{query}{}", path.display(), reference.unwrap_or_default()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Pieces pipelines are made of, mistakes among them.
const PIECES: &[&str] = &[
    "transformations:\n",
    "- type: ",
    "  ",
    "- ",
    "nest",
    "field_name_mapping",
    "replace_string",
    "template",
    "\n",
    ": ",
    "mapping",
    "regex",
    "{",
    "}",
    "[",
    "]",
    "'(?<!a)(b)'",
    "replacement",
    "'\\1'",
    "rule_conditions",
    "rule_cond_expr",
    "not a and (",
    "postprocessing:\n",
    "finalizers:\n",
    "'{rule.tags[0]!r:>5}'",
    "'{{ query }}{% for %}'",
    "json",
    "json_template",
    "\"%QUERY%\"",
    "id",
    "x",
    "\u{e9}",
    "type: logsource",
    "product",
    "vars:\n",
    "null",
    "5",
];

proptest::proptest! {
    #[test]
    fn no_text_makes_reading_a_pipeline_panic(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..40)) {
        let (pipeline, findings) = load::pipeline(FileId(0), &pieces.concat());
        proptest::prop_assert!(pipeline.is_some() || !findings.is_empty());
    }

    #[test]
    fn a_string_that_nothing_matches_stays(text in "[a-c*?\\\\ ]{0,12}") {
        let rule = format!("detection:\n  sel:\n    A: '{text}'\n  condition: sel\n");
        let plain = Arc::new(Chain::default());
        let pipeline = "transformations: [{type: replace_string, regex: Q|^(?=Q), replacement: x}]";
        let case = |pipelines: &[&str]| Case {
            about: String::new(),
            pipelines: pipelines.iter().map(|text| (*text).to_owned()).collect(),
            rules: vec![rule.clone()],
            query: String::new(),
            reference: None,
        };
        let changed = case(&[pipeline]);
        let given = output(&changed, &chain(&changed), Compat::Strict);
        proptest::prop_assert_eq!(given, output(&case(&[]), &plain, Compat::Strict));
    }
}

/// The types in a table of the page, by the key they stand under.
fn documented(heading: &str) -> Vec<String> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pipelines.md")).expect("the page");
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).expect("a section");
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let first = |row: &str| row.split('|').nth(1).unwrap_or_default().to_owned();
    rows.flat_map(|row| first(row).split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn the_page_names_all_transformations_there_are() {
    let names = documented("Transformations");
    assert_eq!(names.len(), 27, "{names:?}");
    for name in names {
        let (_, findings) = load::pipeline(FileId(0), &format!("transformations: [{{type: {name}}}]"));
        assert!(findings.iter().all(|finding| finding.code.to_string() != "PB802"), "{name}: {findings:?}");
    }
}
