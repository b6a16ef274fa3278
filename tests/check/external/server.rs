//! A server of this machine that remembers what it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

/// What a server sends for a request: given how often the same was asked before.
pub(super) type Answer = fn(usize) -> String;

/// A server of a few paths; what it has no answer for is 404.
pub(super) struct Server {
    pub(super) port: u16,
    /// `HEAD /x`, in order.
    pub(super) asked: Arc<Mutex<Vec<(String, Instant)>>>,
    /// The most connections there were at a time.
    pub(super) most: Arc<AtomicUsize>,
    /// The heads of all requests.
    pub(super) heads: Arc<Mutex<Vec<String>>>,
}

pub(super) fn status(line: &str) -> String {
    format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

pub(super) fn redirect(line: &str, to: &str) -> String {
    format!("HTTP/1.1 {line}\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

impl Server {
    pub(super) fn new(answers: &[(&'static str, Answer)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = Self { port, asked: Arc::default(), most: Arc::default(), heads: Arc::default() };
        let answers: Arc<BTreeMap<&str, Answer>> = Arc::new(answers.iter().copied().collect());
        let (asked, most, heads) = (Arc::clone(&server.asked), Arc::clone(&server.most), Arc::clone(&server.heads));
        let open = Arc::new(AtomicUsize::new(0));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (asked, most, heads) = (Arc::clone(&asked), Arc::clone(&most), Arc::clone(&heads));
                let (answers, open) = (Arc::clone(&answers), Arc::clone(&open));
                thread::spawn(move || {
                    most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    answer(stream, &answers, &asked, &heads);
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        server
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What was asked, and forgets it.
    pub(super) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("the list")).into_iter().map(|(asked, _)| asked).collect()
    }
}

fn answer(
    mut stream: TcpStream,
    answers: &BTreeMap<&str, Answer>,
    asked: &Mutex<Vec<(String, Instant)>>,
    heads: &Mutex<Vec<String>>,
) {
    let mut head = String::new();
    let mut reader = BufReader::new(stream.try_clone().expect("the connection"));
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let Some((request, _)) = head.split_once(" HTTP/1.1") else { return };
    let request = request.to_owned();
    heads.lock().expect("the list").push(head);
    let before = {
        let mut asked = asked.lock().expect("the list");
        let before = asked.iter().filter(|(other, _)| *other == request).count();
        asked.push((request.clone(), Instant::now()));
        before
    };
    let path = request.split(' ').nth(1).unwrap_or_default();
    let answer = answers.get(request.as_str()).or_else(|| answers.get(path));
    let text = answer.map_or_else(|| status("404 Not Found"), |answer| answer(before));
    // The other side may be gone.
    let _ = stream.write_all(text.as_bytes());
    if text.contains("Content-Length: 99999999") {
        // A body that does not end: until nobody listens any more.
        let block = vec![b'x'; 65536];
        while stream.write_all(&block).is_ok() {}
    }
}

pub(super) fn ok(_: usize) -> String {
    status("200 OK")
}
