//! What makes a page follow the site: one element in it, the script it names, and the event stream
//! the script listens to.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use memchr::memmem;
use tokio::sync::watch;

use super::Shown;

/// The event stream. No file of a site lies in a folder whose name begins with a dot.
pub(super) const STREAM: &str = "/.purplebook/events";
/// The script.
pub(super) const SCRIPT: &str = "/.purplebook/live.js";
/// Its text.
pub(super) const SOURCE: &str = include_str!("live.js");

/// Nothing is sent for longer only if the connection is broken.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How soon a browser asks again after the stream broke off.
const RETRY: Duration = Duration::from_millis(500);

/// A page with the element that has it followed; nothing else of it is changed.
pub(super) fn with_script(mut page: Vec<u8>, edition: &str, tag: &str) -> Vec<u8> {
    let element = format!("<script src=\"{SCRIPT}\" data-edition=\"{edition}\" data-tag=\"{tag}\" defer></script>");
    let at = memmem::rfind(&page, b"</body>").unwrap_or(page.len());
    page.splice(at..at, element.into_bytes());
    page
}

/// The news as they come, beginning with those there are.
pub(super) fn stream(mut shown: watch::Receiver<Shown>) -> Response {
    shown.mark_changed();
    let events = stream::unfold(shown, |mut shown| async {
        shown.changed().await.ok()?;
        let news = shown.borrow_and_update().news.clone();
        let event = Event::default().event("news").retry(RETRY).data(news);
        Some((Ok::<_, Infallible>(event), shown))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response()
}
