//! Texts with fields in braces, as Python's `str.format` reads them.
//! <https://docs.python.org/3/library/string.html#format-string-syntax>

use crate::model::pipeline::{Align, FormatField, FormatPart, FormatText};

/// Reads `text`, whose fields begin with one of `names`.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse(text: &str, names: &[&str]) -> Result<FormatText, String> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        plain.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        let tail = &rest[at + 1..];
        if let Some(after) = tail.strip_prefix(brace) {
            plain.push_str(brace);
            rest = after;
            continue;
        }
        let (inner, after) = match brace {
            "{" => tail.split_once('}').ok_or("a `{` is not closed; write `{{` for the character")?,
            _ => return Err("a `}` closes nothing; write `}}` for the character".to_owned()),
        };
        if !plain.is_empty() {
            parts.push(FormatPart::Text(std::mem::take(&mut plain)));
        }
        parts.push(FormatPart::Field(field(inner, names)?));
        rest = after;
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(FormatPart::Text(plain));
    }
    Ok(FormatText(parts))
}

fn field(inner: &str, names: &[&str]) -> Result<FormatField, String> {
    let (path, spec) = inner.split_once(':').unwrap_or((inner, ""));
    let (path, quoted) = match path.split_once('!') {
        None => (path, false),
        Some((path, "s")) => (path, false),
        Some((path, "r")) => (path, true),
        Some((_, other)) => return Err(format!("`!{other}` of `{{{inner}}}` is not known")),
    };
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(tail) = rest.strip_prefix('[') {
            let (key, after) = tail.split_once(']').ok_or_else(|| format!("a `[` of `{{{inner}}}` is not closed"))?;
            steps.push(key.to_owned());
            rest = after;
        } else {
            rest = rest.strip_prefix('.').filter(|_| !steps.is_empty()).unwrap_or(rest);
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            steps.push(rest[..end].to_owned());
            rest = &rest[end..];
        }
    }
    let root = steps.first().map(String::as_str).unwrap_or_default();
    if !names.contains(&root) {
        let names: Vec<String> = names.iter().map(|name| format!("`{{{name}}}`")).collect();
        return Err(format!("`{{{inner}}}` is none of {}", names.join(", ")));
    }
    let (align, fill, width, precision) = layout(spec).ok_or_else(|| format!("`:{spec}` is not known"))?;
    Ok(FormatField { steps, quoted, align, fill, width, precision })
}

/// Widest field.
const MAX_WIDTH: usize = 10_000;

/// `[[fill]align][width][.precision][s]`
fn layout(spec: &str) -> Option<(Align, char, usize, Option<usize>)> {
    let align = |c: char| match c {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Middle),
        _ => None,
    };
    let mut chars = spec.chars();
    let (first, second) = (chars.next(), chars.next());
    let (fill, side, rest) = match (first, second) {
        (Some(fill), Some(c)) if align(c).is_some() => (fill, align(c), &spec[fill.len_utf8() + c.len_utf8()..]),
        (Some(c), _) if align(c).is_some() => (' ', align(c), &spec[c.len_utf8()..]),
        _ => (' ', None, spec),
    };
    let rest = rest.strip_suffix('s').unwrap_or(rest);
    let (width, precision) = rest.split_once('.').map_or((rest, None), |(width, precision)| (width, Some(precision)));
    let number = |text: &str| text.parse().ok().filter(|number| *number <= MAX_WIDTH);
    let width = if width.is_empty() { 0 } else { number(width)? };
    let precision = match precision {
        None => None,
        Some(text) => Some(number(text)?),
    };
    Some((side.unwrap_or(Align::Left), fill, width, precision))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_with_their_layout() {
        let parsed = parse("{{a}} {rule.tags[0]!r:*>5.3s}.", &["rule"]);
        let field = FormatField {
            steps: vec!["rule".to_owned(), "tags".to_owned(), "0".to_owned()],
            quoted: true,
            align: Align::Right,
            fill: '*',
            width: 5,
            precision: Some(3),
        };
        let expected =
            vec![FormatPart::Text("{a} ".to_owned()), FormatPart::Field(field), FormatPart::Text(".".to_owned())];
        assert_eq!(parsed, Ok(FormatText(expected)));
    }

    #[test]
    fn mistakes_are_told() {
        for (text, message) in [
            ("{query", "a `{` is not closed; write `{{` for the character"),
            ("query}", "a `}` closes nothing; write `}}` for the character"),
            ("{nope}", "`{nope}` is none of `{query}`"),
            ("{}", "`{}` is none of `{query}`"),
            ("{query!x}", "`!x` of `{query!x}` is not known"),
            ("{query[0}", "a `[` of `{query[0}` is not closed"),
            ("{query:%}", "`:%` is not known"),
            ("{query:99999999999}", "`:99999999999` is not known"),
        ] {
            assert_eq!(parse(text, &["query"]), Err(message.to_owned()), "{text}");
        }
    }
}
