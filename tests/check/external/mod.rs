//! `check --external` against servers of this machine: what is asked, and what is said of the
//! replies.

mod server;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::project::{answer, check_command, project, write};

use server::{Answer, Server, ok, redirect, status};

const RULE: &str = "\
title: A rule
id: 7f4a0f38-8f5e-4b0c-9f0e-0a2f6f1f6c11
references:
REFERENCES
logsource:
  product: windows
  category: process_creation
detection:
  selection:
    EventID: 1
    CommandLine|contains: 'http://127.0.0.1:1/payload'
  condition: selection
tags:
  - attack.execution
  - attack.t1059
";

/// A project of one rule with these references, from line 4 on.
fn referring(references: &[String]) -> TempDir {
    let lines: Vec<String> = references.iter().map(|url| format!("  - {url}")).collect();
    project(&[("content/rules/a.yml", &RULE.replace("REFERENCES", &lines.join("\n")))])
}

/// The answer of a check that knows of no proxy.
fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = check_command(folder, args);
    for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env_remove(name);
    }
    answer(command)
}

/// With the flag, this machine allowed, without pauses.
fn ask(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let usual = ["--external", "--external-allow-private", "--external-pause", "0"];
    run(folder, &[&usual, args].concat())
}

fn said(code: i32, out: &str) -> (i32, String, String) {
    (code, out.to_owned(), String::new())
}

#[test]
fn nobody_is_asked_without_the_flag() {
    let server = Server::new(&[]);
    let dir = referring(&[server.url("/gone")]);
    assert_eq!(run(dir.path(), &[]), said(0, "no findings\n"));
    assert_eq!(server.asked(), [""; 0]);
    assert!(!dir.path().join("purplebook-external.json").exists());
    let (code, _, err) = run(dir.path(), &["--external-cache", "x.json"]);
    assert_eq!(code, 2);
    assert!(err.starts_with("error: the following required arguments were not provided:\n  --external\n"), "{err}");
}

#[test]
fn each_kind_of_answer_is_told_at_the_address() {
    let server = Server::new(&[
        ("/fine", ok),
        ("HEAD /get-only", |_| status("405 Method Not Allowed")),
        ("GET /get-only", |_| status("200 OK")),
        ("/gone", |_| status("410 Gone")),
        ("/login", |_| status("403 Forbidden")),
        ("/broken", |_| status("500 Internal Server Error")),
        ("/old", |_| redirect("301 Moved Permanently", "/older")),
        ("/older", |_| redirect("308 Permanent Redirect", "/fine?x=1")),
        ("/fine?x=1", ok),
        ("/today", |_| redirect("302 Found", "/fine")),
        ("/loop", |_| redirect("302 Found", "/loop")),
        ("/to-gone", |_| redirect("302 Found", "/gone")),
        ("/to-file", |_| redirect("302 Found", "file:///etc/passwd")),
        ("/odd", |_| "SSH-2.0-OpenSSH_9.6\r\n".to_owned()),
        ("/half", |_| "HTTP/1.1 200 OK\r\nContent-Le".to_owned()),
        ("/nothing", |_| String::new()),
    ]);
    let paths = [
        "/fine",
        "/get-only",
        "/missing",
        "/gone",
        "/login",
        "/broken",
        "/old#part",
        "/today",
        "/loop",
        "/to-gone",
        "/to-file",
        "/odd",
        "/half",
        "/nothing",
    ];
    let dir = referring(&paths.map(|path| server.url(path)));
    let (code, out, err) = ask(dir.path(), &[]);
    let base = server.url("");
    let expected = [
        format!("6:5: warning[PB511] `{base}/missing` is dead: the server answers 404 Not Found"),
        format!("7:5: warning[PB511] `{base}/gone` is dead: the server answers 410 Gone"),
        format!("8:5: note[PB513] `{base}/login` could not be checked: the server answers 403 Forbidden"),
        format!("9:5: note[PB513] `{base}/broken` could not be checked: the server answers 500 Internal Server Error"),
        format!("10:5: note[PB514] `{base}/old#part` has moved to `{base}/fine?x=1#part`"),
        format!("12:5: note[PB513] `{base}/loop` could not be checked: the server redirects more than 10 times"),
        format!(
            "13:5: warning[PB511] `{base}/to-gone` is dead: the server answers 410 Gone, after a redirect to `{base}/gone`"
        ),
        format!(
            "14:5: note[PB513] `{base}/to-file` could not be checked: the server redirects to `file:///etc/passwd`, which is no http or https address"
        ),
        format!("15:5: note[PB512] `{base}/odd` cannot be reached: the answer cannot be read: "),
        format!(
            "16:5: note[PB512] `{base}/half` cannot be reached: there is no connection: it ended before the answer"
        ),
        format!(
            "17:5: note[PB512] `{base}/nothing` cannot be reached: there is no connection: it ended before the answer"
        ),
    ];
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!((code, lines.len(), err.as_str()), (1, expected.len() + 1, ""), "{out}");
    for (line, expected) in lines.iter().zip(&expected) {
        assert!(line.starts_with(&format!("content/rules/a.yml:{expected}")), "{line}\nshould be\n{expected}");
    }
    assert_eq!(lines[11], "3 warnings, 8 notes in 1 file");
    let asked = server.asked();
    let count = |request: &str| asked.iter().filter(|asked| *asked == request).count();
    assert_eq!((count("HEAD /fine"), count("GET /fine"), count("GET /get-only")), (2, 0, 1), "{asked:?}");
    assert_eq!((count("HEAD /missing"), count("GET /missing"), count("HEAD /loop")), (1, 1, 11), "{asked:?}");
    let heads = server.heads.lock().expect("the heads");
    assert!(heads[0].to_lowercase().contains("user-agent: purplebook/"), "{}", heads[0]);
    assert!(heads.iter().all(|head| !head.contains("#part")));
    // Detections are not followed.
    assert!(!out.contains("payload"));
}

#[test]
fn every_place_of_an_address_is_told_and_it_is_asked_for_once() {
    let server = Server::new(&[]);
    let (gone, longer) = (server.url("/gone"), server.url("/gone/x"));
    let dir = referring(&[format!("'{gone}'   # é"), format!("\"{longer}\""), format!("See {gone} of 2019")]);
    let root = dir.path();
    let page = format!("# Ünï\n\nSee [{gone}]({gone}#a), ![x]({gone}), <{gone}> and [it][1].\n\n[1]: {longer}\n");
    write(root, "content/pages/notes.md", &page);
    write(
        root,
        "content/response_actions/RA_0001_x.yml",
        &format!(
            "title: RA_0001_x\nstage: identification\nreferences: {gone}\nworkflow: |\n  First.\n  Then [é]({gone}), not {gone}/y.\n"
        ),
    );
    write(
        root,
        "content/triggers/T1059/T1059.yaml",
        &format!(
            "attack_technique: T1059\ndisplay_name: X\natomic_tests:\n  - name: A test\n    auto_generated_guid: \
             f3132740-55bc-48c4-bcc0-758a459cd027\n    description: |\n      See [it]({gone}).\n    supported_platforms: \
             [windows]\n    executor:\n      name: powershell\n      command: curl {}\n",
            server.url("/never")
        ),
    );
    let (code, out, err) = ask(root, &[]);
    let dead = |url: &str| format!("warning[PB511] `{url}` is dead: the server answers 404 Not Found");
    let fragment = format!("{gone}#a");
    let expected = [
        format!("content/pages/notes.md:3:{}: {}", 8 + gone.len(), dead(&fragment)),
        format!("content/pages/notes.md:3:{}: {}", 18 + 2 * gone.len(), dead(&gone)),
        format!("content/pages/notes.md:3:{}: {}", 22 + 3 * gone.len(), dead(&gone)),
        format!("content/pages/notes.md:5:6: {}", dead(&longer)),
        format!("content/response_actions/RA_0001_x.yml:3:13: {}", dead(&gone)),
        format!("content/response_actions/RA_0001_x.yml:6:12: {}", dead(&gone)),
        format!("content/rules/a.yml:4:6: {}", dead(&gone)),
        format!("content/rules/a.yml:5:6: {}", dead(&longer)),
        format!("content/triggers/T1059/T1059.yaml:7:16: {}", dead(&gone)),
        "9 warnings in 4 files\n".to_owned(),
    ];
    assert_eq!((code, out, err), said(1, &expected.join("\n")));
    assert_eq!(server.asked(), ["HEAD /gone", "GET /gone", "HEAD /gone/x", "GET /gone/x"]);
    // One may be let pass where it stands, which is never called unused.
    let dir = referring(&[format!("{gone}   # purplebook: allow(PB511) the only source there was")]);
    assert_eq!(ask(dir.path(), &[]), said(0, "no findings\n"));
    assert_eq!(run(dir.path(), &[]), said(0, "no findings\n"));
    // Nor is one that is known called gone by a run that does not ask.
    let dir = referring(&[gone]);
    assert_eq!(ask(dir.path(), &["--baseline", "write"]).1, "1 finding written to purplebook-baseline.json\n");
    assert_eq!(run(dir.path(), &["--baseline", "use"]), said(0, "no findings\n"));
    assert_eq!(ask(dir.path(), &["--baseline", "use"]).1, "no findings\n");
}

#[test]
fn what_answered_is_not_asked_again_for_some_days() {
    let server = Server::new(&[("/fine", ok), ("/old", |_| redirect("301 Moved Permanently", "/fine"))]);
    let urls = ["/fine", "/gone", "/old"].map(|path| server.url(path));
    let dir = referring(&urls);
    let root = dir.path();
    let first = ask(root, &[]);
    assert_eq!(server.asked(), ["HEAD /fine", "HEAD /gone", "GET /gone", "HEAD /old", "HEAD /fine"]);
    let cache = root.join("purplebook-external.json");
    let text = fs::read_to_string(&cache).expect("the answers");
    let day = text.split("\"day\":\"").nth(1).and_then(|rest| rest.get(..10)).expect("a day");
    let expected = format!(
        "{{\n  \"version\": 1,\n  \"answers\": [\n    {{\"url\":\"{0}\",\"day\":\"{day}\"}},\n    \
         {{\"url\":\"{1}\",\"day\":\"{day}\",\"moved\":\"{0}\"}}\n  ]\n}}\n",
        urls[0], urls[2]
    );
    assert_eq!(text, expected);
    // What was broken is asked for again, and everything is told again.
    assert_eq!(ask(root, &[]), first);
    assert_eq!(server.asked(), ["HEAD /gone", "GET /gone"]);
    assert_eq!(fs::read_to_string(&cache).expect("the answers"), text);
    // Without the patience of days, and where the answers are older, all is asked for.
    assert_eq!(ask(root, &["--external-max-age", "0"]), first);
    assert_eq!(server.asked().len(), 5);
    write(root, "purplebook-external.json", &text.replace(day, "2020-02-29"));
    assert_eq!(ask(root, &[]), first);
    assert_eq!(server.asked().len(), 5);
    // The file may be another, and is none that holds something else.
    server.asked();
    let (code, _, err) = ask(root, &["--external-cache", "x/answers.json"]);
    assert_eq!((code, err.as_str()), (2, "error: cannot keep answers in x/answers.json: there is no folder x\n"));
    assert_eq!(server.asked(), [""; 0]);
    write(root, "purplebook.toml", "[check]\nexternal_cache = \"ci/answers.json\"\n");
    write(root, "ci/answers.json", "# Notes\n");
    assert_eq!(
        ask(root, &[]),
        (
            2,
            String::new(),
            "error: ci/answers.json is no file of answers: expected value at line 1 column 1\nhelp: remove it, or name \
             another file with --external-cache\n"
                .to_owned()
        )
    );
    assert_eq!(fs::read_to_string(root.join("ci/answers.json")).expect("the notes"), "# Notes\n");
    assert_eq!(ask(root, &["--external-cache", "ci/mine.json"]), first);
    assert!(root.join("ci/mine.json").exists());
}

#[test]
fn what_takes_too_long_is_given_up_and_the_host_with_it() {
    fn slow(_: usize) -> String {
        thread::sleep(Duration::from_secs(4));
        status("200 OK")
    }
    let paths = ["/slow?1", "/slow?2", "/slow?3", "/slow?4", "/slow?5"];
    let server = Server::new(&paths.map(|path| (path, slow as Answer)));
    let urls = paths.map(|path| server.url(path));
    let dir = referring(&urls);
    let started = Instant::now();
    let (code, out, _) = ask(dir.path(), &["--external-timeout", "1"]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!((code, lines.len()), (0, 6), "{out}");
    for (i, line) in lines[..3].iter().enumerate() {
        let why = "cannot be reached: there was no answer within 1 s";
        assert_eq!(*line, format!("content/rules/a.yml:{}:5: note[PB512] `{}` {why}", i + 4, urls[i]));
    }
    let why = "cannot be reached: it was not tried, since `127.0.0.1` did not answer 3 times in a row";
    assert_eq!(lines[4], format!("content/rules/a.yml:8:5: note[PB512] `{}` {why}", urls[4]));
    assert!(started.elapsed() < Duration::from_secs(55), "{:?}", started.elapsed());
    assert_eq!(server.asked(), ["HEAD /slow?1", "HEAD /slow?2", "HEAD /slow?3"]);
}

#[test]
fn a_host_is_asked_one_thing_at_a_time_with_a_pause() {
    let server = Server::new(&[("/1", ok), ("/2", ok), ("/3", ok), ("/4", ok)]);
    let dir = referring(&["/1", "/2", "/3", "/4"].map(|path| server.url(path)));
    let (code, out, _) = run(dir.path(), &["--external", "--external-allow-private", "--external-pause", "300"]);
    assert_eq!((code, out.as_str()), (0, "no findings\n"));
    assert_eq!(server.most.load(Ordering::SeqCst), 1);
    let asked = server.asked.lock().expect("the list");
    for pair in asked.windows(2) {
        let between = pair[1].1 - pair[0].1;
        assert!(between >= Duration::from_millis(290), "{between:?}");
    }
    assert_eq!(asked.len(), 4);
}

#[test]
fn hosts_are_asked_at_the_same_time() {
    // Each waits for the other: asked one after the other, both would time out.
    static WAITING: AtomicUsize = AtomicUsize::new(0);
    fn both(_: usize) -> String {
        WAITING.fetch_add(1, Ordering::SeqCst);
        let started = Instant::now();
        while WAITING.load(Ordering::SeqCst) < 2 && started.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_millis(10));
        }
        status("200 OK")
    }
    let server = Server::new(&[("/a", both), ("/b", both)]);
    let other = server.url("/b").replace("127.0.0.1", "localhost");
    let dir = referring(&[server.url("/a"), other]);
    assert_eq!(ask(dir.path(), &["--external-timeout", "15"]), said(0, "no findings\n"));
}

#[test]
fn a_server_that_asks_for_patience_gets_it_within_limits() {
    let server = Server::new(&[
        ("/soon", |before| {
            let busy =
                "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            if before == 0 { busy.to_owned() } else { status("200 OK") }
        }),
        ("/late", |_| {
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3600\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                .to_owned()
        }),
    ]);
    let dir = referring(&["/soon", "/late"].map(|path| server.url(path)));
    let late = format!(
        "content/rules/a.yml:5:5: note[PB513] `{}` could not be checked: the server answers 429 Too Many Requests\n1 note in 1 file\n",
        server.url("/late")
    );
    assert_eq!(ask(dir.path(), &[]), said(0, &late));
    let asked = server.asked.lock().expect("the list");
    let soon: Vec<Instant> = asked.iter().filter(|(asked, _)| asked == "HEAD /soon").map(|(_, at)| *at).collect();
    assert_eq!(soon.len(), 2);
    assert!(soon[1] - soon[0] >= Duration::from_millis(990));
    assert_eq!(asked.iter().filter(|(asked, _)| asked.ends_with("/late")).count(), 1);
}

#[test]
fn a_body_is_not_read() {
    let server = Server::new(&[
        ("HEAD /huge", |_| status("501 Not Implemented")),
        ("GET /huge", |_| "HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n".to_owned()),
    ]);
    let dir = referring(&[server.url("/huge")]);
    let started = Instant::now();
    assert_eq!(ask(dir.path(), &["--external-timeout", "60"]), said(0, "no findings\n"));
    assert!(started.elapsed() < Duration::from_secs(50), "{:?}", started.elapsed());
    // A head without end is given up, too.
    let server =
        Server::new(&[("/head", |_| format!("HTTP/1.1 200 OK\r\n{}", "X-Padding: xxxxxxxxxxxx\r\n".repeat(100_000)))]);
    let dir = referring(&[server.url("/head")]);
    let (code, out, _) = ask(dir.path(), &[]);
    assert_eq!(code, 0);
    assert!(out.contains("/head` cannot be reached: "), "{out}");
}

#[test]
fn hosts_that_are_not_public_are_refused_also_behind_names_and_redirects() {
    let server = Server::new(&[("/fine", ok)]);
    let port = server.port;
    let dir = referring(&[
        server.url("/fine"),
        format!("http://localhost:{port}/fine"),
        format!("http://[::1]:{port}/fine"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        format!("http://2130706433:{port}/fine"),
        "https://user:secret@10.0.0.1/".to_owned(),
    ]);
    let (code, out, err) = run(dir.path(), &["--external", "--external-pause", "0"]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!((code, lines.len(), err.as_str()), (0, 7, ""), "{out}");
    let refused = |line: &str, column: &str, url: &str, address: &str| {
        format!(
            "content/rules/a.yml:{line}:{column}: note[PB513] `{url}` could not be checked: `{address}` is no public \
             address (`--external-allow-private` allows them)"
        )
    };
    assert_eq!(lines[0], refused("4", "5", &server.url("/fine"), "127.0.0.1"));
    assert!(lines[1].contains(" is no public address"), "{}", lines[1]);
    assert_eq!(lines[2], refused("6", "5", &format!("http://[::1]:{port}/fine"), "::1"));
    assert_eq!(lines[3], refused("7", "5", "http://169.254.169.254/latest/meta-data/", "169.254.169.254"));
    assert_eq!(lines[4], refused("8", "5", &format!("http://2130706433:{port}/fine"), "127.0.0.1"));
    assert!(lines[5].ends_with("could not be checked: it carries a user name or password"), "{}", lines[5]);
    assert_eq!(server.asked(), [""; 0]);
}

#[test]
fn a_proxy_is_used_and_asked_for_nothing_that_is_not_public() {
    let proxy = Server::new(&[("CONNECT www.no-such-host.zz:80", |_| status("403 Forbidden"))]);
    let dir = referring(&["http://www.no-such-host.zz/x".to_owned(), "http://10.0.0.1/x".to_owned()]);
    let mut command = check_command(dir.path(), &["--external", "--external-pause", "0"]);
    for name in ["https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name);
    }
    command.env("http_proxy", proxy.url(""));
    let (code, out, _) = answer(command);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!((code, lines.len()), (0, 3), "{out}");
    let refused = "content/rules/a.yml:4:5: note[PB512] `http://www.no-such-host.zz/x` cannot be reached: there is no \
                   connection: CONNECT proxy failed: ";
    assert!(lines[0].starts_with(refused), "{}", lines[0]);
    assert!(lines[1].contains("`10.0.0.1` is no public address"), "{}", lines[1]);
    assert_eq!(proxy.asked(), ["CONNECT www.no-such-host.zz:80"; 2]);
}

#[test]
fn what_is_skipped_is_not_asked_for() {
    let server = Server::new(&[]);
    let dir = referring(&[
        server.url("/a/b"),
        server.url("/c"),
        "https://example.com/".to_owned(),
        "https://kb.example/x".to_owned(),
        "mailto:a@b.invalid".to_owned(),
        "ftp://127.0.0.1/x".to_owned(),
        "Internal research".to_owned(),
        server.url("/kb/page.html"),
    ]);
    let config =
        format!("[site]\nbase_url = \"{}\"\n[check]\nexternal_skip = [\"http://*/a/*\", \"*/c\"]\n", server.url("/kb"));
    write(dir.path(), "purplebook.toml", &config);
    assert_eq!(ask(dir.path(), &[]), said(0, "no findings\n"));
    assert_eq!(server.asked(), [""; 0]);
    write(dir.path(), "purplebook.toml", "[check]\nexternal_skip = 3\n");
    let (code, out, err) = ask(dir.path(), &[]);
    assert_eq!((code, err.as_str()), (2, ""));
    assert!(out.contains("`external_skip` must be a pattern of addresses, or a list of them"), "{out}");
}

#[test]
fn links_of_a_written_site_are_asked_for_once_and_told_once() {
    let server = Server::new(&[("/fine", ok)]);
    let (fine, gone, both) = (server.url("/fine"), server.url("/gone"), server.url("/both"));
    let dir = referring(std::slice::from_ref(&both));
    let root = dir.path();
    let html = format!("<p>é <a href=\"{gone}\">x</a> <a href='{fine}'>y</a> <a href=\"{both}\">z</a></p>\n");
    write(root, "site/a.html", &html);
    write(root, "site/b.html", &html);
    write(root, "site/c.md", &format!("é [{gone}]({gone})\n[x]({gone}?md)\n"));
    let (code, out, _) = ask(root, &[]);
    let dead = "is dead: the server answers 404 Not Found";
    let expected = format!(
        "content/rules/a.yml:4:5: warning[PB511] `{both}` {dead}\nsite/a.html:1:15: warning[PB511] `{gone}` {dead} (and 2 \
         more places)\nsite/c.md:2:5: warning[PB511] `{gone}?md` {dead}\n3 warnings in 3 files\n"
    );
    assert_eq!((code, out), (1, expected));
    let asked = server.asked();
    assert_eq!(asked.len(), 7, "{asked:?}");
}

#[test]
fn with_changed_since_only_changed_files_are_asked_about() {
    let server = Server::new(&[]);
    let dir = referring(&[server.url("/old")]);
    let root = dir.path();
    let git = |args: &[&str]| {
        let settings = ["user.name=T", "user.email=t@example.org", "init.defaultBranch=main"];
        let settings = settings.iter().flat_map(|setting| ["-c", setting]);
        let status = Command::new("git").args(settings).args(args).current_dir(root).stdout(Stdio::null()).status();
        assert!(status.expect("git runs").success());
    };
    git(&["init", "-q"]);
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "a commit"]);
    write(root, "content/pages/new.md", &format!("# New\n\n[x]({})\n", server.url("/new")));
    let (code, out, _) = ask(root, &["--changed-since", "HEAD"]);
    assert_eq!((code, out.lines().count()), (1, 2), "{out}");
    assert!(out.starts_with("content/pages/new.md:3:5: warning[PB511] "), "{out}");
    assert_eq!(server.asked(), ["HEAD /new", "GET /new"]);
}
