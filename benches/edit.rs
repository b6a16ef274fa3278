//! How long it takes from an edit to its page: `purplebook serve` on everything there is, a rule
//! that is written, and a client that waits for the news and gets the page.
//!
//! The content is the large corpora beside the repository where they are, else `content/`. Beside
//! it the time of a whole `purplebook build` of the same content, into
//! `PURPLEBOOK_BENCH_DIR`, else where temporary files go.
#![allow(missing_docs, reason = "a program")]

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const EDITS: usize = 15;

const FOLDERS: [(&str, &str); 11] = [
    ("--rules", "sigma-2026/rules"),
    ("--rules", "sigma-2026/rules-emerging-threats"),
    ("--rules", "sigma-2026/rules-threat-hunting"),
    ("--rules", "sigma-2026/rules-compliance"),
    ("--rules", "sigma-2026/rules-placeholder"),
    ("--rules", "sigma-2026/deprecated"),
    ("--rules", "sigma-2026/unsupported"),
    ("--rules", "sigma-2019/rules"),
    ("--triggers", "atomics"),
    ("--data-needed", "atc-2022/Data_Needed"),
    ("--logging-policies", "atc-2022/Logging_Policies"),
];

fn main() {
    // `cargo test` runs benches, too, and asks for nothing to be measured.
    if env::args().any(|argument| argument == "--test") {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let temporary = env::var_os("PURPLEBOOK_BENCH_DIR").map_or_else(TempDir::new, TempDir::new_in).expect("a folder");
    let project = temporary.path().join("project");
    let shared = root.join("../shared/corpus");
    let mut flags: Vec<String> = Vec::new();
    for (flag, folder) in FOLDERS.iter().filter(|(_, folder)| shared.join(folder).is_dir()) {
        let here = project.join(folder);
        copy(&shared.join(folder), &here);
        flags.extend([(*flag).to_owned(), here.display().to_string()]);
    }
    if flags.is_empty() {
        copy(&root.join("content"), &project.join("content"));
    }
    let edited = first_rule(&project).expect("a rule");
    let text = fs::read_to_string(&edited).expect("a rule");

    let program = |command: &str| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_purplebook"));
        program.arg(command).arg("--root").arg(&project).args(&flags).stdin(Stdio::null()).stderr(Stdio::null());
        program
    };
    let start = Instant::now();
    let output = temporary.path().join("output");
    let built = program("build").arg("--output").arg(output).stdout(Stdio::null()).status().expect("the program");
    assert!(built.success(), "the build failed");
    println!("whole build           {:>7.1} ms", milliseconds(start.elapsed()));

    let mut server =
        Server(program("serve").args(["--port", "0"]).stdout(Stdio::piped()).spawn().expect("the program"));
    let mut lines = BufReader::new(server.0.stdout.take().expect("output")).lines();
    let address =
        lines.find_map(|line| line.ok()?.strip_prefix("Serving at http://")?.split('/').next().map(str::to_owned));
    let address = address.expect("an address");
    // Nobody may be held up by a pipe that is full.
    std::thread::spawn(move || lines.for_each(drop));
    let mut events = BufReader::new(get(&address, "/.purplebook/events", "keep-alive"));
    next(&mut events);
    let page = format!("/Detection_Rules/{}.html", edited.file_stem().expect("a name").to_string_lossy());
    let (mut told, mut shown) = (Vec::new(), Vec::new());
    for edit in 0..EDITS {
        // As after an edit of somebody who has looked at the last one for a moment.
        std::thread::sleep(Duration::from_millis(300));
        let title = format!("Edited for the {edit}. time");
        let edited_text: Vec<String> = text
            .lines()
            .map(|line| if line.starts_with("title:") { format!("title: {title}") } else { line.to_owned() })
            .collect();
        let start = Instant::now();
        fs::write(&edited, edited_text.join("\n")).expect("written");
        loop {
            next(&mut events);
            let heard = start.elapsed();
            let mut answer = String::new();
            get(&address, &page, "close").read_to_string(&mut answer).expect("a page");
            if answer.contains(&title) {
                told.push(heard);
                shown.push(start.elapsed());
                break;
            }
        }
    }
    for (what, times) in [("edit to news", &mut told), ("edit to page", &mut shown)] {
        times.sort_unstable();
        let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
        println!("{what}          {:>7.1} ms (longest {:.1} ms)", milliseconds(median), milliseconds(longest));
    }
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn get(address: &str, path: &str, connection: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: {connection}\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    stream
}

/// Waits for the next news.
fn next(events: &mut BufReader<TcpStream>) {
    let mut line = String::new();
    while !line.starts_with("data: ") {
        line.clear();
        assert!(events.read_line(&mut line).expect("an event") > 0, "the stream ended");
    }
}

fn first_rule(folder: &Path) -> Option<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths.iter().find_map(|path| {
        let is_rule = |path: &Path| fs::read_to_string(path).is_ok_and(|text| text.contains("\ndetection:"));
        if path.is_dir() { first_rule(path) } else { is_rule(path).then(|| path.clone()) }
    })
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::write(&target, fs::read(&path).expect("a file")).expect("written");
        }
    }
}
