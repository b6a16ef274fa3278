//! Who is answered, and with what.

use std::net::TcpListener;
use std::path::Path;

use crate::project::{command, project, purplebook};
use crate::server::Server;

const RULE: &str = "title: A rule\nid: 5ae7a9f2-9d0a-4d1c-9f3c-111111111111\nlevel: low\nlogsource:\n    product: windows\n    \
                    category: process_creation\ndetection:\n    selection:\n        Image: x\n    condition: selection\n";

fn small() -> tempfile::TempDir {
    project(&[
        ("content/rules/a.yml", RULE),
        ("content/pages/guide/index.md", "# A guide\n"),
        ("content/pages/pictures/a b.png", "png"),
    ])
}

#[test]
fn the_address_is_printed_and_the_pages_are_there() {
    let dir = small();
    let server = Server::start(dir.path(), &[]);
    assert_eq!(server.url, format!("http://127.0.0.1:{}/", server.port));
    let home = server.get("/");
    assert_eq!((home.status, home.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert_eq!(server.get("/index.html").body, home.body);
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
        ("content-security-policy", "object-src 'none'; base-uri 'none'; frame-ancestors 'self'"),
    ] {
        assert_eq!(home.header(name), Some(value), "{name}");
    }
    assert_eq!(home.header("access-control-allow-origin"), None);
    assert!(home.header("etag").is_some_and(|tag| tag.starts_with("W/\"")), "{}", home.head);
    assert_eq!(home.text().matches("/.purplebook/live.js").count(), 1);
    for (path, kind) in [
        ("/Detection_Rules/a.md", "text/markdown; charset=utf-8"),
        ("/assets/style.css", "text/css; charset=utf-8"),
        ("/assets/script.js", "text/javascript; charset=utf-8"),
        ("/assets/icon.svg", "image/svg+xml"),
        ("/assets/search/index.js", "text/javascript; charset=utf-8"),
        ("/exports/tables/detection_rules.csv", "text/csv; charset=utf-8"),
        ("/pictures/a%20b.png", "image/png"),
        ("/NOTICE.txt", "text/plain; charset=utf-8"),
        ("/.nojekyll", "application/octet-stream"),
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)), "{path}");
        assert!(!answer.head.to_ascii_lowercase().contains("set-cookie"), "{path}");
    }
}

#[test]
fn a_folder_is_answered_with_its_index_and_a_missing_page_with_the_page_of_the_site() {
    let dir = small();
    let server = Server::start(dir.path(), &[]);
    let folder = server.get("/Detection_Rules");
    assert_eq!((folder.status, folder.header("location")), (307, Some("/Detection_Rules/")));
    assert_eq!(server.get("/Detection_Rules/").body, server.get("/Detection_Rules/index.html").body);
    let missing = server.get("/nothing/here");
    assert_eq!((missing.status, missing.header("content-type")), (404, Some("text/html; charset=utf-8")));
    assert!(missing.text().contains("<h1>Page not found</h1>"), "{}", missing.text());
    assert!(missing.text().contains("/.purplebook/live.js"), "it is followed, too: the page may come to be");
}

#[test]
fn only_what_asks_for_this_machine_by_its_names_is_answered() {
    let dir = small();
    let server = Server::start(dir.path(), &["--allow-host", "kb.example"]);
    let port = server.port;
    for host in ["localhost", "127.0.0.1", "[::1]", "kb.example", "LOCALHOST"] {
        for host in [host.to_owned(), format!("{host}:{port}"), format!("{host}:443")] {
            assert_eq!(server.request("GET", "/", &[("Host", &host)]).status, 200, "{host}");
        }
    }
    let text = "This server does not answer to this name. Allow it with `--allow-host NAME`.\n";
    let hosts = [
        "attacker.example",
        "127.0.0.1.attacker.example",
        "localhost.attacker.example:8000",
        "192.168.1.1",
        "a@localhost",
        "",
    ];
    for host in hosts {
        for path in ["/", "/.purplebook/events", "/.purplebook/live.js", "/nothing"] {
            let answer = server.request("GET", path, &[("Host", host)]);
            assert_eq!((answer.status, answer.text()), (421, text), "{host} {path}");
        }
    }
    // Twice, not at all, and one in the request line that is not the one in the header.
    for request in [
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: attacker.example\r\nConnection: close\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(),
        "GET / HTTP/1.0\r\n\r\n".to_owned(),
        format!("GET http://attacker.example/ HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"),
    ] {
        let answer = server.send(request.as_bytes());
        assert!(matches!(answer.status, 400 | 421), "{request}: {}", answer.head);
    }
}

#[test]
fn nothing_is_given_to_pages_of_other_sites() {
    let dir = small();
    let server = Server::start(dir.path(), &[]);
    let own = format!("http://127.0.0.1:{}", server.port);
    let text = "This server answers its own pages only, and another site has sent this request.\n";
    for path in ["/", "/assets/search/index.js", "/.purplebook/events", "/.purplebook/live.js"] {
        for headers in [
            vec![("Origin", "https://attacker.example")],
            vec![("Origin", "null")],
            vec![("Origin", "http://127.0.0.1:1")],
            vec![("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "script")],
            vec![("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Dest", "empty")],
            vec![("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe")],
        ] {
            let answer = server.request("GET", path, &headers);
            assert_eq!((answer.status, answer.text()), (403, text), "{path} {headers:?}");
        }
    }
    // A link from elsewhere is followed, but not to the stream.
    let followed = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")];
    assert_eq!(server.request("GET", "/", &followed).status, 200);
    assert_eq!(server.request("GET", "/.purplebook/events", &followed).status, 403);
    let fetched = [
        ("Origin", own.as_str()),
        ("Sec-Fetch-Site", "same-origin"),
        ("Sec-Fetch-Mode", "cors"),
        ("Sec-Fetch-Dest", "empty"),
    ];
    assert_eq!(server.request("GET", "/", &fetched).status, 200);
}

#[test]
fn only_reading_is_answered() {
    let dir = small();
    let server = Server::start(dir.path(), &[]);
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"] {
        let answer = server.request(method, "/", &[]);
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")), "{method}");
        assert_eq!(answer.text(), "This server answers GET and HEAD only.\n", "{method}");
    }
    let (head, get) = (server.request("HEAD", "/", &[]), server.get("/"));
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in ["content-type", "content-length", "etag"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    assert_eq!(server.request("HEAD", "/nothing", &[]).status, 404);
}

/// The ways to write a path that leaves the site: none leads to a file of the disk, none to
/// another host, and the server goes on.
#[test]
fn no_path_leads_out_of_the_site() {
    let dir = small();
    let server = Server::start(dir.path(), &[]);
    let up = [
        "..",
        "%2e%2e",
        "%2E%2e",
        ".%2e",
        "%2e.",
        "%252e%252e",
        "..%00",
        "..;",
        "..%5c",
        "%c0%ae%c0%ae",
        "..%ff",
        "....",
    ];
    let between = ["/", "%2f", "%5c", "\\", "//", "/./", "%2F%2F", "%255c"];
    let targets = ["purplebook.toml", "content/rules/a.yml", "etc/passwd", "Cargo.toml"];
    let mut paths: Vec<String> = [
        "//attacker.example",
        "//attacker.example/%2e%2e",
        "/\\attacker.example",
        "/%5Cattacker.example",
        "/%00",
        "/index.html%00",
        "/index.html%00.png",
        "/C:/Windows/win.ini",
        "/c%3a/windows",
        "/CON",
        "/aux.html",
        "/file:///etc/passwd",
        "/%",
        "/%2",
        "/%zz",
        "/.",
        "/..",
        "/./",
        "/../",
        "/index.html/",
        "/index.html/.",
        "/content/rules/a.yml",
        "/purplebook.toml",
        "/.purplebook/../purplebook.toml",
        "/.purplebook/",
        "/.purplebook",
        "/.git/config",
        "/output/index.html",
        "/Detection_Rules/./a.html",
        "/Detection_Rules//a.html",
        "/Detection_Rules%2fa.html%2f",
    ]
    .map(str::to_owned)
    .into();
    for up in up {
        for between in between {
            for target in targets {
                paths.push(format!("/{up}{between}{target}"));
                paths.push(format!("/assets/{up}{between}{up}{between}{target}"));
            }
        }
    }
    for path in &paths {
        let answer = server.get(path);
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.head);
        assert_eq!(answer.header("location"), None, "{path}");
        assert!(!answer.body.windows(9).any(|bytes| bytes == b"detection"), "{path}");
    }
    // One spelling that is sound, so that the test cannot pass with a server that answers nothing.
    assert_eq!(server.get("/Detection_Rules%2Fa.html").status, 200);
    assert_eq!(server.get(&format!("/{}", "a".repeat(20_000))).status, 431);
    assert_eq!(server.get("/").status, 200);
}

#[test]
fn a_port_that_is_in_use_is_said_before_anything_is_built() {
    let dir = small();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let (code, out, err) = purplebook(dir.path(), &["serve", "--port", &port.to_string()]);
    let expected = format!(
        "error: port {port} of 127.0.0.1 is in use\nhelp: choose another one with `--port`; 0 is any free one\n"
    );
    assert_eq!((code, out, err), (2, String::new(), expected));
}

#[test]
fn a_site_that_others_can_read_is_warned_of() {
    let dir = small();
    let server = Server::start(dir.path(), &["--host", "0.0.0.0"]);
    assert_eq!(server.url, format!("http://localhost:{}/", server.port));
    let warning = server.line("warning: ");
    assert_eq!(
        warning,
        "warning: everybody who can reach this machine at 0.0.0.0 can read the whole site, and what is found in it"
    );
    // Addresses cannot be made to lead elsewhere; names can.
    assert_eq!(server.request("GET", "/", &[("Host", "192.168.7.7:8000")]).status, 200);
    assert_eq!(server.request("GET", "/", &[("Host", "attacker.example")]).status, 421);
}

#[test]
fn a_site_below_a_path_is_shown_below_it() {
    let dir = small();
    let server = Server::start(dir.path(), &["--base-url", "https://example.org/team/kb"]);
    assert_eq!(server.url, format!("http://127.0.0.1:{}/team/kb/", server.port));
    for path in ["/", "/team/kb"] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("location")), (307, Some("/team/kb/")), "{path}");
    }
    assert_eq!(server.get("/team/kb/").status, 200);
    assert_eq!(server.get("/team/kb/Detection_Rules").header("location"), Some("/team/kb/Detection_Rules/"));
    let missing = server.get("/team/elsewhere");
    assert_eq!(missing.status, 404);
    assert!(missing.text().contains("href=\"/team/kb/assets/style.css\""));
    assert_eq!(server.get("/team/kb/assets/style.css").status, 200);
}

#[cfg(unix)]
#[test]
fn control_c_ends_it_with_an_open_stream_too() {
    let dir = small();
    let server = Server::start(dir.path(), &[]);
    let mut events = server.events();
    events.news();
    assert_eq!(server.interrupt(), Some(0));
}

#[test]
fn nothing_is_written() {
    let dir = small();
    let before = files(dir.path());
    let server = Server::start(dir.path(), &[]);
    server.get("/");
    server.get("/assets/search/index.js");
    drop(server);
    assert_eq!(files(dir.path()), before);
    let mut help = command(dir.path(), &["serve", "--help"]);
    assert!(help.output().expect("the program runs").status.success());
}

fn files(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        names.push(path.display().to_string());
        if path.is_dir() {
            names.extend(files(&path));
        }
    }
    names.sort();
    names
}
