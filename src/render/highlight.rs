//! Source texts with their parts marked for the style sheet.
//!
//! The lexers are deliberately shallow: they mark what helps a reader and leave the rest alone.
//! Whatever they do, the text of the result is the input, byte for byte: they only name ranges,
//! and [`Marker`] writes every byte between them. All run in one pass, in linear time.
//!
//! The classes, which are the whole interface to a theme's style sheet:
//! `hl-com` comment · `hl-key` key, field, attribute, option · `hl-str` string, regular expression ·
//! `hl-num` number · `hl-kw` keyword, constant, modifier, tag name · `hl-op` operator, wildcard ·
//! `hl-var` variable, placeholder, alias · `hl-cmd` command.

mod batch;
mod json;
mod lucene;
mod powershell;
mod query;
mod shell;
mod toml;
mod xml;
mod yaml;

use crate::text::Html;

/// A language that is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is its own name")]
pub enum Language {
    Yaml,
    Lucene,
    Json,
    Shell,
    PowerShell,
    Batch,
    Xml,
    Toml,
    Sql,
    Query,
}

impl Language {
    /// The language called `name` in any of its usual names, in any case; `None` for all others.
    ///
    /// The names of Sigma's targets and of Atomic Red Team's executors count as languages.
    pub fn from_name(name: &str) -> Option<Self> {
        // Longer than every name in the table: not worth lowering.
        if name.len() > 16 {
            return None;
        }
        Some(match name.to_ascii_lowercase().as_str() {
            "yaml" | "yml" | "sigma" => Self::Yaml,
            "lucene" | "es-qs" | "es-qs-lr" | "kibana" | "graylog" | "opensearch" => Self::Lucene,
            "json" | "jsonc" | "es-rule" | "xpack-watcher" => Self::Json,
            "sh" | "bash" | "shell" | "zsh" | "console" => Self::Shell,
            "powershell" | "ps1" | "pwsh" | "ps" => Self::PowerShell,
            "cmd" | "bat" | "batch" | "command_prompt" | "dos" => Self::Batch,
            "xml" | "html" | "plist" | "svg" => Self::Xml,
            "toml" | "ini" => Self::Toml,
            "sql" => Self::Sql,
            "kusto" | "kql" | "spl" | "eql" | "esql" | "ppl" | "logql" | "logsql" | "logscale" | "logpoint"
            | "netwitness" => Self::Query,
            _ => return None,
        })
    }

    /// The name in Markdown fences, as most renderers know it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Lucene => "lucene",
            Self::Json => "json",
            Self::Shell => "bash",
            Self::PowerShell => "powershell",
            Self::Batch => "bat",
            Self::Xml => "xml",
            Self::Toml => "toml",
            Self::Sql => "sql",
            // No renderer knows them all by one name.
            Self::Query => "",
        }
    }
}

/// `text` as markup, marked if the language is known, else only escaped.
pub fn highlight(language: &str, text: &str) -> Html {
    let Some(language) = Language::from_name(language) else {
        return Html::escape(text);
    };
    let mut marker = Marker { text, done: 0, html: Html::new() };
    match language {
        Language::Yaml => yaml::lex(&mut marker),
        Language::Lucene => lucene::lex(&mut marker),
        Language::Json => json::lex(&mut marker),
        Language::Shell => shell::lex(&mut marker),
        Language::PowerShell => powershell::lex(&mut marker),
        Language::Batch => batch::lex(&mut marker),
        Language::Xml => xml::lex(&mut marker),
        Language::Toml => toml::lex(&mut marker),
        Language::Sql | Language::Query => query::lex(&mut marker, language),
    }
    marker.finish()
}

/// What a marked range is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Comment,
    Key,
    Str,
    Num,
    Keyword,
    Op,
    Var,
    Command,
}

impl Class {
    const fn open(self) -> &'static str {
        match self {
            Self::Comment => "<span class=\"hl-com\">",
            Self::Key => "<span class=\"hl-key\">",
            Self::Str => "<span class=\"hl-str\">",
            Self::Num => "<span class=\"hl-num\">",
            Self::Keyword => "<span class=\"hl-kw\">",
            Self::Op => "<span class=\"hl-op\">",
            Self::Var => "<span class=\"hl-var\">",
            Self::Command => "<span class=\"hl-cmd\">",
        }
    }
}

/// Writes the text; lexers tell it which ranges to mark, in ascending order.
struct Marker<'a> {
    text: &'a str,
    done: usize,
    html: Html,
}

impl<'a> Marker<'a> {
    /// The text as bytes; lexers compare ASCII only, so they stop at character boundaries.
    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// Marks `start..end`; a range that is empty, out of order or splits a character stays plain.
    fn mark(&mut self, class: Class, start: usize, end: usize) {
        if start >= end || start < self.done {
            return;
        }
        let (Some(before), Some(token)) = (self.text.get(self.done..start), self.text.get(start..end)) else {
            return;
        };
        self.html.push_text(before);
        self.html.push_static(class.open());
        self.html.push_text(token);
        self.html.push_static("</span>");
        self.done = end;
    }

    /// Marks `start..end`, with the placeholders `#{…}` of Atomic Red Team in it as variables.
    fn mark_with_placeholders(&mut self, class: Class, start: usize, end: usize) {
        let bytes = self.bytes();
        let (mut from, mut at) = (start, start);
        while at < end {
            let length = placeholder(bytes, at);
            if length == 0 || at + length > end {
                at += 1;
                continue;
            }
            self.mark(class, from, at);
            self.mark(Class::Var, at, at + length);
            at += length;
            from = at;
        }
        self.mark(class, from, end);
    }

    fn finish(mut self) -> Html {
        if let Some(rest) = self.text.get(self.done..) {
            self.html.push_text(rest);
        }
        self.html
    }
}

/// The length of a placeholder `#{name}` at `at`, or 0.
fn placeholder(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at) != Some(&b'#') || bytes.get(at + 1) != Some(&b'{') {
        return 0;
    }
    let name = run(bytes, at + 2, |b| is_word(b) || b == b'-' || b == b'.');
    if name > at + 2 && bytes.get(name) == Some(&b'}') { name + 1 - at } else { 0 }
}

/// The end of the run of bytes from `at` that satisfy `wanted`.
fn run(bytes: &[u8], at: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|b| !wanted(*b)).unwrap_or(rest.len())
}

/// One past the closing `quote` of a string that opens at `at`, or the end of the text.
///
/// `escape` makes the next byte part of the string, if the language has such a character.
fn string_end(bytes: &[u8], at: usize, quote: u8, escape: Option<u8>) -> usize {
    let mut end = at + 1;
    while end < bytes.len() {
        if Some(bytes[end]) == escape {
            end += 2;
        } else if bytes[end] == quote {
            return end + 1;
        } else {
            end += 1;
        }
    }
    bytes.len()
}

/// Like [`string_end`], for languages whose strings end with their line at the latest.
fn line_string_end(bytes: &[u8], at: usize, quote: u8, escape: Option<u8>) -> usize {
    let mut end = at + 1;
    while end < bytes.len() && bytes[end] != b'\n' {
        if Some(bytes[end]) == escape && bytes.get(end + 1) != Some(&b'\n') {
            end += 2;
        } else if bytes[end] == quote {
            return end + 1;
        } else {
            end += 1;
        }
    }
    end.min(bytes.len())
}

/// The end of the line `at` is in, without its line feed.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + memchr::memchr(b'\n', rest).unwrap_or(rest.len())
}

/// The offset after the next `needle` from `at`, or the end of the text.
fn after(bytes: &[u8], at: usize, needle: &[u8]) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    memchr::memmem::find(rest, needle).map_or(bytes.len(), |found| at + found + needle.len())
}

/// Letters, digits, `_` and every byte of a non-ASCII character.
fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80
}

/// Whether `word` is a number as programs write them (`12`, `0x1F`, `1.5`, `-3`).
fn is_number(word: &[u8]) -> bool {
    let digits = word.strip_prefix(b"-").unwrap_or(word);
    match digits {
        [b'0', b'x' | b'X', hex @ ..] => !hex.is_empty() && hex.iter().all(u8::is_ascii_hexdigit),
        [b'0'..=b'9', ..] => {
            digits.iter().all(|b| b.is_ascii_digit() || *b == b'.') && memchr::memchr_iter(b'.', digits).count() < 2
        }
        _ => false,
    }
}

/// Whether `word` is in `list`, which is in lower case, whatever the case of `word`.
fn is_one_of(word: &[u8], list: &[&str]) -> bool {
    word.len() <= 16 && list.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
