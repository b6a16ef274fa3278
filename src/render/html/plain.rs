//! Markdown and source texts shown as they were written: readable, safe, without markup.

use crate::site::{Prose, RouteId, RouteTable};
use crate::text::Html;

/// The Markdown, as it was written.
pub(super) fn to_html(prose: &Prose, _from: RouteId, _routes: &RouteTable) -> Html {
    let mut out = Html::new();
    out.push_static("<pre><code>");
    out.push_text(&prose.source);
    out.push_static("</code></pre>");
    out
}

/// The source text, without marks.
pub(super) fn highlight(_language: &str, text: &str) -> Html {
    Html::escape(text)
}
