//! The syntax of Lucene's query parser, which Elasticsearch, `OpenSearch` and Graylog share.

use super::{First, Joints, Part, Read, after, expression, itself, nothing_behind, quoted};
use crate::sought::{Case, Sought, pieces};

/// The parser knows no precedence.
const JOINTS: Joints = Joints { and: &[" AND "], or: " OR ", first: First::Neither };

pub(super) fn query(query: &str) -> Read {
    nothing_behind(expression(query, &JOINTS, &comparison)?)
}

/// A search that names no field.
pub(super) fn words(query: &str) -> Read {
    nothing_behind(expression(query, &JOINTS, &|text| term(text, true))?)
}

fn comparison(text: &str) -> Part<'_> {
    let Some(value) = text.strip_prefix("f.keyword:").or(text.strip_prefix("f:")) else { return term(text, true) };
    let Some(list) = value.strip_prefix('(') else { return term(value, false) };
    let (sought, rest) = expression(list, &JOINTS, &|text| term(text, false))?;
    Ok((sought, after(rest, ")")?))
}

/// A value of a field, or a word without one.
fn term(text: &str, word: bool) -> Part<'_> {
    let of = |sought: Sought| if word { sought.anywhere() } else { sought };
    if text.starts_with('"') {
        let (phrase, rest) = quoted(text, '"', itself)?;
        return Ok((of(if word { Sought::Phrase(phrase) } else { Sought::text(&phrase, Case::Any) }), rest));
    }
    if let Some(regex) = text.strip_prefix('/') {
        // Only an escaped slash is no end.
        let mut inner = String::new();
        let mut chars = regex.chars();
        loop {
            match chars.next().ok_or("no end")? {
                '/' => break,
                '\\' => match chars.next().ok_or("no end")? {
                    '/' => inner.push('/'),
                    c => inner.extend(['\\', c]),
                },
                c => inner.push(c),
            }
        }
        return Ok((of(regex_of(&inner)?), chars.as_str()));
    }
    let mut escaped = false;
    let mut end = text.len();
    for (at, c) in text.char_indices() {
        if !escaped && matches!(c, ' ' | ')') {
            end = at;
            break;
        }
        if !escaped && ("\t\n\r\u{3000}".contains(c) || r#"+!({}[]^"~:/&|<>=-"#.contains(c)) {
            return Err(format!("bare {c:?}: {text}"));
        }
        escaped = c == '\\' && !escaped;
    }
    let (term, rest) = text.split_at(end);
    if escaped || ["", "AND", "OR", "NOT"].contains(&term) {
        return Err(format!("no term: {text}"));
    }
    Ok((of(Sought::Glob(pieces(term, '*', Some('?'), Some('\\')), Case::Any)), rest))
}

/// An expression of Lucene as `regex` reads it: it is the whole value, and any line of it.
pub(super) fn regex_of(regex: &str) -> Read {
    // Lucene wants these escaped, which others have as marks of words.
    Sought::whole(&format!("(?s:{})", regex.replace(r"\<", "<").replace(r"\>", ">")))
}
