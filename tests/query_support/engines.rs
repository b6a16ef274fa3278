//! The engines of `tests/engines`: programs that read queries line by line and answer each.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// A program of `tests/engines` and what runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Lucene,
    Kql,
    LogQl,
    Sqlite,
    EsQl,
    Eql,
}

/// What is asked of an engine: a query, and the events it may find.
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) query: String,
    pub(crate) events: Option<Vec<Value>>,
}

/// What an engine said.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    /// Why it does not take the query.
    pub(crate) error: Option<String>,
    /// For each event, whether it was found.
    pub(crate) found: Vec<bool>,
}

fn home() -> PathBuf {
    std::env::var_os("ENGINES_HOME")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/engines"), PathBuf::from)
}

impl Engine {
    fn command(self) -> Option<Command> {
        let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines");
        let home = home();
        let java = home.join("java");
        let run = |program: &Path, script: &str, needs: &Path| {
            needs.exists().then(|| {
                let mut command = Command::new(program);
                command.arg(programs.join(script));
                command
            })
        };
        let python = home.join("python/bin/python");
        let mut command = match self {
            Self::Lucene => {
                let jars = std::fs::read_to_string(java.join("class-path")).ok()?;
                let mut command = Command::new("java");
                command.args(["-Xss64m", "-cp", &format!("{jars}:{}", java.display()), "Lucene"]);
                Some(command)
            }
            Self::Kql => run(Path::new("node"), "kql.mjs", &home.join("node/made-from")),
            Self::LogQl => run(Path::new("node"), "logql.mjs", &home.join("node/made-from")),
            Self::Sqlite => run(Path::new("python3"), "sqlite_queries.py", &programs),
            Self::EsQl => run(&python, "elastic_esql.py", &home.join("python/made-from")),
            Self::Eql => run(&python, "elastic_eql.py", &home.join("python/made-from")),
        }?;
        command.env("ENGINES_HOME", &home).env("PYTHONUTF8", "1");
        Some(command)
    }

    /// Asks; an answer for each job. `None` with a printed line where the engine is not installed,
    /// unless `PURPLEBOOK_ENGINES=required`.
    pub(crate) fn ask(self, jobs: &[Job]) -> Option<Vec<Verdict>> {
        // The same text need not be read twice.
        let mut texts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut asked: Vec<usize> = Vec::new();
        let mut same: Vec<usize> = Vec::new();
        for (i, job) in jobs.iter().enumerate() {
            let known = texts.entry(&job.query).or_default();
            let first = known.iter().find(|at| jobs[asked[**at]].events == job.events).copied();
            same.push(first.unwrap_or_else(|| {
                known.push(asked.len());
                asked.push(i);
                asked.len() - 1
            }));
        }
        let mut lines = String::new();
        for i in &asked {
            let mut line = json!({ "id": jobs[*i].id, "query": jobs[*i].query });
            if let Some(events) = &jobs[*i].events {
                line["events"] = json!(events);
            }
            lines += &line.to_string();
            lines.push('\n');
        }
        let verdicts = self.run(lines)?;
        assert_eq!(verdicts.len(), asked.len(), "{self:?} answers each");
        let in_order = asked.iter().zip(&verdicts).all(|(i, (id, _))| *id == jobs[*i].id);
        assert!(in_order, "{self:?} answers in the order it was asked");
        Some(same.into_iter().map(|at| verdicts[at].1.clone()).collect())
    }

    fn run(self, lines: String) -> Option<Vec<(String, Verdict)>> {
        let child = self.command().map(|mut command| command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn());
        let Some(Ok(mut child)) = child else {
            let required = std::env::var("PURPLEBOOK_ENGINES").is_ok_and(|wanted| wanted == "required");
            assert!(!required, "{self:?} is not installed: tests/engines/install");
            println!("skipped: {self:?} is not installed (tests/engines/install)");
            return None;
        };
        let mut stdin = child.stdin.take().expect("piped");
        let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
        let answers = BufReader::new(child.stdout.take().expect("piped")).lines();
        let verdicts = answers.map(|line| verdict(&line.expect("UTF-8"))).collect();
        assert!(child.wait().expect("it ends").success(), "{self:?} failed");
        writer.join().expect("no panic").expect("it reads all");
        Some(verdicts)
    }
}

/// The id of a query, and what was said of it.
fn verdict(line: &str) -> (String, Verdict) {
    let answer: Value = serde_json::from_str(line).expect("JSON");
    let text = |key: &str| answer[key].as_str().map(str::to_owned);
    let error =
        text("error").map(|error| error + &text("near").map_or_else(String::new, |near| format!(" near: {near}")));
    let found = answer["found"].as_array().into_iter().flatten().map(|found| found.as_bool() == Some(true));
    (text("id").expect("an id"), Verdict { error, found: found.collect() })
}
