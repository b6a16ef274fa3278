//! The front matter of a Markdown file: TOML between `+++` or YAML between `---`.

/// A front matter within its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrontMatter<'t> {
    /// Whether it is TOML; else it is YAML.
    pub is_toml: bool,
    /// Between the fences.
    pub text: &'t str,
    /// Where [`Self::text`] begins.
    pub start: usize,
    /// Where the text of the page begins.
    pub body: usize,
}

/// The front matter of `text`, or the fence that is not closed.
pub fn front_matter(text: &str) -> Option<Result<FrontMatter<'_>, &'static str>> {
    let fence = ["+++", "---"].into_iter().find(|fence| first_line(text) == *fence)?;
    let start = text.find('\n')? + 1;
    let mut at = start;
    while at < text.len() {
        let line = first_line(&text[at..]);
        let next = text[at..].find('\n').map_or(text.len(), |i| at + i + 1);
        if line == fence {
            return Some(Ok(FrontMatter { is_toml: fence == "+++", text: &text[start..at], start, body: next }));
        }
        at = next;
    }
    // A page may begin with a thematic break; only what looks like keys was meant as front matter.
    let looks_like_keys = first_line(&text[start..]).contains(if fence == "+++" { '=' } else { ':' });
    looks_like_keys.then_some(Err(fence))
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default().trim_end()
}
