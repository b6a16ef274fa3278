//! A running server, and a client that sends what it is told to, byte for byte.

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::project::command;

/// No test waits longer: a machine may have much else to do.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    /// The address that was printed.
    pub(crate) url: String,
    lines: Receiver<String>,
    said: RefCell<Vec<String>>,
}

/// An answer: status, head and body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut named = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.trim())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }
}

impl Server {
    /// Starts the program in `folder` and waits until it says where it is.
    pub(crate) fn start(folder: &Path, args: &[&str]) -> Self {
        let mut all = vec!["serve", "--port", "0"];
        all.extend(args);
        let mut command = command(folder, &all);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
        let (sender, lines) = mpsc::channel();
        for stream in [
            Box::new(child.stdout.take().expect("output")) as Box<dyn std::io::Read + Send>,
            Box::new(child.stderr.take().expect("errors")),
        ] {
            let sender = sender.clone();
            thread::spawn(move || {
                for line in BufReader::new(stream).lines() {
                    let Ok(line) = line else { return };
                    let _ = sender.send(line);
                }
            });
        }
        let mut server = Self { child, port: 0, url: String::new(), lines, said: RefCell::default() };
        let line = server.line("Serving at ");
        line.split_whitespace().nth(2).expect("an address").clone_into(&mut server.url);
        let authority = server.url.split('/').nth(2).expect("a host");
        server.port = authority.rsplit_once(':').expect("a port").1.parse().expect("a number");
        server
    }

    /// The first line of what the program says that has `text` in it and was not asked for before;
    /// its two streams come in any order.
    pub(crate) fn line(&self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        let mut said = self.said.borrow_mut();
        loop {
            if let Some(at) = said.iter().position(|line| line.contains(text)) {
                return said.remove(at);
            }
            match self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => said.push(line),
                Err(error) => panic!("no line with `{text}` came ({error}), but:\n{}", said.join("\n")),
            }
        }
    }

    /// Sends a request as it stands, and reads the answer to its end.
    pub(crate) fn send(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time");
        stream.write_all(request).expect("sent");
        let mut bytes = Vec::new();
        // A server that closes before all is read resets the connection; what came counts.
        let _ = stream.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        Answer { status, head, body: bytes.split_off((end + 4).min(bytes.len())) }
    }

    pub(crate) fn request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let own = ("Host", &*format!("127.0.0.1:{}", self.port));
        let own = Some(own).filter(|_| !headers.iter().any(|(name, _)| *name == "Host"));
        let headers = headers.iter().copied().chain(own).map(|(name, value)| format!("{name}: {value}\r\n"));
        let head = headers.collect::<String>();
        self.send(format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n{head}\r\n").as_bytes())
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[])
    }

    /// A file of the site as a build would write it.
    pub(crate) fn file(&self, path: &str) -> Option<Vec<u8>> {
        let answer = self.get(&format!("/{}", encoded(path)));
        let expected = if answer.status == 404 { None } else { Some(200) };
        assert!(expected.is_none_or(|status| answer.status == status), "{path}: {}", answer.head);
        expected.map(|_| without_script(&answer.body))
    }

    /// The event stream.
    pub(crate) fn events(&self) -> Events {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time");
        let request = format!("GET /.purplebook/events HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", self.port);
        stream.write_all(request.as_bytes()).expect("sent");
        Events(BufReader::new(stream))
    }

    /// Asks the program to end as Ctrl-C does; gives its exit code.
    #[cfg(unix)]
    pub(crate) fn interrupt(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        let sent = std::process::Command::new("kill").args(["-INT", &pid]).status().expect("kill runs");
        assert!(sent.success());
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code();
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the server did not end");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A stream of news.
pub(crate) struct Events(BufReader<TcpStream>);

impl Events {
    /// The next news.
    pub(crate) fn news(&mut self) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).expect("an event") > 0, "the stream ended");
            if let Some(data) = line.trim_end().strip_prefix("data: ") {
                return serde_json::from_str(data).expect("JSON");
            }
        }
    }

    /// The next news that are as wanted: what one edit makes may be built in two steps.
    pub(crate) fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let news = self.news();
            if wanted(&news) {
                return news;
            }
            assert!(Instant::now() < end, "only other news came, at last {news}");
        }
    }
}

/// A page without the one element the server adds.
pub(crate) fn without_script(page: &[u8]) -> Vec<u8> {
    let start = b"<script src=\"/.purplebook/live.js\" ";
    let Some(at) = page.windows(start.len()).position(|bytes| bytes == start) else { return page.to_vec() };
    let end = b"</script>";
    let length = page[at..].windows(end.len()).position(|bytes| bytes == end).expect("the end of the element");
    [&page[..at], &page[at + length + end.len()..]].concat()
}

/// A path as it stands in a request.
pub(crate) fn encoded(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
