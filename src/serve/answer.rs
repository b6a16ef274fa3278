//! From a request to an answer: the file of the site, a redirect to a folder, or the page for
//! missing addresses.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use axum::body::Body;
use axum::extract;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::watch;

use super::guard::{Hosts, Refusal, check};
use super::{Shown, Site, live};
use crate::site::OutPath;
use crate::text::{SafeUrl, escape_html};

/// What all requests share.
#[derive(Clone)]
pub(super) struct State {
    shown: watch::Receiver<Shown>,
    hosts: Arc<Hosts>,
    base: Arc<str>,
}

impl State {
    pub(super) fn new(shown: watch::Receiver<Shown>, hosts: Hosts, base: &str) -> Self {
        Self { shown, hosts: Arc::new(hosts), base: base.into() }
    }
}

/// Answers a request.
pub(super) async fn answer(extract::State(state): extract::State<State>, request: Request<Body>) -> Response {
    let path = request.uri().path();
    let is_stream = path == live::STREAM;
    let mut response = match check(&state.hosts, request.method(), request.uri(), request.headers(), is_stream) {
        Err(refusal) => refused(refusal),
        Ok(()) if is_stream => live::stream(state.shown.clone()),
        Ok(()) if path == live::SCRIPT => text(StatusCode::OK, "text/javascript; charset=utf-8", live::SOURCE),
        Ok(()) => {
            let (shown, path, base) = (state.shown.borrow().clone(), path.to_owned(), Arc::clone(&state.base));
            // A page takes no time to speak of; the search of a large site does.
            let made = tokio::task::spawn_blocking(move || file(&shown, &base, &path)).await;
            made.unwrap_or_else(|_| text(StatusCode::INTERNAL_SERVER_ERROR, PLAIN, "This file could not be made.\n"))
        }
    };
    let headers = response.headers_mut();
    for (name, value) in [
        // What is shown next may be another edition: nothing may be kept, and no page brought back.
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    response
}

const PLAIN: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

fn text(status: StatusCode, kind: &'static str, text: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, kind)], text).into_response()
}

fn refused(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Host => text(StatusCode::MISDIRECTED_REQUEST, PLAIN, refusal.text()),
        Refusal::Origin => text(StatusCode::FORBIDDEN, PLAIN, refusal.text()),
        Refusal::Method => {
            let mut response = text(StatusCode::METHOD_NOT_ALLOWED, PLAIN, refusal.text());
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            response
        }
    }
}

/// The answer for a path of the site, which lies at `base`.
fn file(shown: &Shown, base: &str, requested: &str) -> Response {
    let site = &*shown.site;
    let found = match target(site, base, requested) {
        Ok(Target::Redirect(to)) => {
            return (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response();
        }
        Ok(Target::File(path, bytes)) => Ok((StatusCode::OK, kind(&path), bytes)),
        Ok(Target::Nothing) => missing(site),
        Err(reason) => Err(reason),
    };
    let (status, kind, bytes) = found.unwrap_or_else(|reason| {
        let page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Broken page</title>\n\
             <h1>This page cannot be made</h1>\n<pre>{}</pre>\n",
            escape_html(&reason)
        );
        (StatusCode::INTERNAL_SERVER_ERROR, HTML, page.into_bytes())
    });
    let tag = tag(&bytes);
    let (bytes, policy) = match kind {
        // A page brings its policy along; what is added holds with any.
        HTML => (
            live::with_script(bytes, &shown.edition, &tag),
            "object-src 'none'; base-uri 'none'; frame-ancestors 'self'",
        ),
        // Chromium shows no document in a frame of its own reader under a policy.
        "application/pdf" => (bytes, "frame-ancestors 'self'"),
        // A drawing that is opened by itself.
        _ => (bytes, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"),
    };
    let mut response =
        (status, [(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, policy)], bytes).into_response();
    let headers = response.headers_mut();
    // Weak: of pages the element that follows changes is not counted.
    let values = [(header::ETAG.as_str(), format!("W/\"{tag}\"")), ("purplebook-edition", shown.edition.to_string())];
    for (name, value) in values {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(header::HeaderName::from_bytes(name.as_bytes()).unwrap_or(header::ETAG), value);
        }
    }
    response
}

/// Tells contents apart, within this process.
fn tag(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// What a path leads to.
enum Target {
    File(OutPath, Vec<u8>),
    /// An address below this server's root.
    Redirect(String),
    Nothing,
}

fn target(site: &dyn Site, base: &str, requested: &str) -> Result<Target, String> {
    if base != "/" && (requested == "/" || format!("{requested}/") == base) {
        return Ok(Target::Redirect(base.to_owned()));
    }
    let Some(path) = requested.strip_prefix(base).and_then(decoded) else { return Ok(Target::Nothing) };
    let is_folder = path.is_empty() || path.ends_with('/');
    let index = |folder: &str| OutPath::new(&format!("{folder}index.html"));
    let wanted = if is_folder { index(&path) } else { OutPath::new(&path) };
    // What is no path of the output is looked for nowhere.
    let Ok(wanted) = wanted else { return Ok(Target::Nothing) };
    if let Some(bytes) = site.file(&wanted)? {
        return Ok(Target::File(wanted, bytes));
    }
    let below = index(&format!("{path}/")).ok().filter(|_| !is_folder);
    if let Some(below) = below
        && site.file(&below)?.is_some()
    {
        return Ok(Target::Redirect(format!("{base}{}/", SafeUrl::from_path(&path, None))));
    }
    Ok(Target::Nothing)
}

/// The site's page for missing addresses.
fn missing(site: &dyn Site) -> Result<(StatusCode, &'static str, Vec<u8>), String> {
    let page = match OutPath::new("404.html") {
        Ok(path) => site.file(&path)?,
        Err(_) => None,
    };
    Ok(match page {
        Some(bytes) => (StatusCode::NOT_FOUND, HTML, bytes),
        None => (StatusCode::NOT_FOUND, PLAIN, b"There is no page at this address.\n".to_vec()),
    })
}

/// A path without percent signs; `None` if it is not UTF-8 or not well formed.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first == b'%' {
            let (digits, after) = after.split_at_checked(2)?;
            let digits = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The type of a file by its extension, as hosts for static sites send it.
fn kind(path: &OutPath) -> &'static str {
    let extension = path.as_str().rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref().unwrap_or_default() {
        "html" => HTML,
        "md" => "text/markdown; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "xml" => "application/xml",
        "csv" => "text/csv; charset=utf-8",
        "txt" => PLAIN,
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_signs_are_read_once() {
        assert_eq!(decoded("a%20b/%C3%BC.html").as_deref(), Some("a b/ü.html"));
        assert_eq!(decoded("%252e%252e").as_deref(), Some("%2e%2e"));
        for path in ["%", "%2", "%zz", "%+1", "%ff"] {
            assert_eq!(decoded(path), None, "{path}");
        }
    }
}
