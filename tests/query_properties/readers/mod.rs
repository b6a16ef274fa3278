//! A reader for each language: what a query about the field `f` and about words without a field
//! asks for.
//!
//! They read as the engines do, know no more of the languages than comparisons, lists, AND, OR
//! and parentheses, and take nothing they do not know.

mod elastic;
mod lucene;
mod patterns;
mod search;
mod tables;

pub(crate) use search::settings;

use crate::sought::{Case, Piece, Sought};

/// What is read, or why it cannot be.
pub(crate) type Read = Result<Sought, String>;

/// What is read at the start of a text, and what stands behind.
type Part<'t> = Result<(Sought, &'t str), String>;

/// A target, a format, and what reads it.
type Reader = (&'static str, &'static str, fn(&str) -> Read);

/// The readers by target and format.
pub(crate) const READERS: &[Reader] = &[
    ("es-qs", "default", lucene::query),
    ("graylog", "default", lucene::query),
    ("lucene", "default", lucene::query),
    ("opensearch", "default", lucene::query),
    ("opensearch", "ppl", elastic::ppl),
    ("eql", "default", elastic::eql),
    ("esql", "default", elastic::esql),
    ("kusto", "default", tables::kusto),
    ("splunk", "default", search::splunk),
    ("splunk", "savedsearches", search::saved_search),
    ("splunk", "data_model", search::data_model),
    ("loki", "default", patterns::loki),
    ("sqlite", "default", tables::sqlite),
    ("netwitness", "default", tables::netwitness),
    ("victorialogs", "default", patterns::victorialogs),
    ("crowdstrike", "default", patterns::crowdstrike),
    ("logpoint", "default", search::logpoint),
    ("qradar-aql", "default", tables::qradar),
    ("legacy-powershell", "default", patterns::powershell),
    ("legacy-grep", "default", patterns::grep),
];

/// Which of AND and OR binds tighter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    And,
    Or,
    /// Both may not stand beside each other.
    Neither,
}

/// How a language joins comparisons.
struct Joints {
    and: &'static [&'static str],
    or: &'static str,
    first: First,
}

/// Comparisons joined by AND and OR, some in parentheses; what else stands behind is left.
fn expression<'t>(text: &'t str, joints: &Joints, leaf: &dyn Fn(&'t str) -> Part<'t>) -> Part<'t> {
    // Those joined by what binds tighter stand together.
    let (first, mut rest) = operand(text, joints, leaf)?;
    let mut groups = vec![vec![first]];
    let mut links = [false, false];
    loop {
        let and = joints.and.iter().find_map(|and| rest.strip_prefix(and));
        let (is_or, behind) = match (rest.strip_prefix(joints.or), and) {
            (Some(behind), _) => (true, behind),
            (_, Some(behind)) => (false, behind),
            _ => break,
        };
        // A space is an AND only before another comparison.
        let (next, behind) = match operand(behind, joints, leaf) {
            Ok(part) => part,
            Err(_) if joints.and.contains(&" ") && !is_or => break,
            Err(why) => return Err(why),
        };
        links[usize::from(is_or)] = true;
        if is_or == (joints.first == First::Or) {
            groups.last_mut().expect("the first").push(next);
        } else {
            groups.push(vec![next]);
        }
        rest = behind;
    }
    if links == [true, true] && joints.first == First::Neither {
        return Err(format!("AND beside OR: {text}"));
    }
    let (inner, outer): (fn(_) -> _, fn(_) -> _) =
        if joints.first == First::Or { (Sought::Any, Sought::All) } else { (Sought::All, Sought::Any) };
    Ok((outer(groups.into_iter().map(inner).collect()), rest))
}

fn operand<'t>(text: &'t str, joints: &Joints, leaf: &dyn Fn(&'t str) -> Part<'t>) -> Part<'t> {
    let Some(inner) = text.strip_prefix('(') else { return leaf(text) };
    let (sought, rest) = expression(inner, joints, leaf)?;
    Ok((sought, after(rest, ")")?))
}

/// Nothing may be left.
fn nothing_behind((sought, rest): (Sought, &str)) -> Read {
    if rest.is_empty() { Ok(sought) } else { Err(format!("left over: {rest}")) }
}

/// Values with `separator` between them, up to `end`.
fn values<'t>(
    text: &'t str,
    separator: &str,
    end: &str,
    value: &dyn Fn(&'t str) -> Result<(String, &'t str), String>,
) -> Result<(Vec<String>, &'t str), String> {
    let mut out = Vec::new();
    let mut rest = text;
    loop {
        let (one, behind) = value(rest)?;
        out.push(one);
        match behind.strip_prefix(separator) {
            Some(behind) => rest = behind,
            None => return Ok((out, after(behind, end)?)),
        }
    }
}

/// The text between quotes at the start, and what stands behind.
///
/// `escape` makes a character of what stands behind a backslash, or gives up.
pub(crate) fn quoted(
    text: &str,
    quote: char,
    escape: impl Fn(&mut std::str::Chars<'_>) -> Option<String>,
) -> Result<(String, &str), String> {
    let wrong = || format!("no text in {quote}: {text}");
    let mut chars = text.strip_prefix(quote).ok_or_else(wrong)?.chars();
    let mut out = String::new();
    loop {
        match chars.next().ok_or_else(wrong)? {
            '\\' => out.push_str(&escape(&mut chars).ok_or_else(wrong)?),
            c if c == quote => return Ok((out, chars.as_str())),
            c => out.push(c),
        }
    }
}

/// The next character as it is.
pub(crate) fn itself(chars: &mut std::str::Chars<'_>) -> Option<String> {
    chars.next().map(String::from)
}

/// Only a quote or a backslash can be escaped; another backslash is one.
pub(crate) fn quote_or_backslash(chars: &mut std::str::Chars<'_>) -> Option<String> {
    let next = chars.clone().next();
    match next {
        Some('"' | '\'' | '\\') => itself(chars),
        _ => Some("\\".to_owned()),
    }
}

/// The escapes that C, Java, Go and JSON have in common; nothing else can be escaped.
pub(crate) fn c_like(chars: &mut std::str::Chars<'_>) -> Option<String> {
    match chars.next()? {
        'n' => Some("\n".to_owned()),
        'r' => Some("\r".to_owned()),
        't' => Some("\t".to_owned()),
        'u' => {
            let digits: String = chars.by_ref().take(4).collect();
            let c = (digits.len() == 4).then(|| u32::from_str_radix(&digits, 16).ok())??;
            char::from_u32(c).map(String::from)
        }
        c @ ('"' | '\'' | '\\') => Some(c.to_string()),
        _ => None,
    }
}

/// A text in double quotes with C's escapes.
fn c_text(text: &str) -> Result<(String, &str), String> {
    quoted(text, '"', c_like)
}

/// A text in double quotes in which only those and backslashes are escaped.
fn plain_text(text: &str) -> Result<(String, &str), String> {
    quoted(text, '"', quote_or_backslash)
}

/// A text whose quotes are doubled, in which nothing else is special; what stands behind it, too.
pub(crate) fn doubled<'t>(text: &'t str, quotes: &[char]) -> Result<(String, &'t str), String> {
    let wrong = || format!("no text in {quotes:?}: {text}");
    let mut chars = text.strip_prefix(quotes[0]).ok_or_else(wrong)?.chars();
    let mut out = String::new();
    loop {
        let c = chars.next().ok_or_else(wrong)?;
        if quotes.contains(&c) {
            match chars.as_str().strip_prefix(quotes) {
                // Where there are quotes of several kinds, the second stays.
                Some(_) => out.extend(chars.next()),
                None => return Ok((out, chars.as_str())),
            }
        } else {
            out.push(c);
        }
    }
}

fn after<'t>(text: &'t str, prefix: &str) -> Result<&'t str, String> {
    text.strip_prefix(prefix).ok_or_else(|| format!("no {prefix:?} before: {text}"))
}

/// A text as pieces, with what goes on before and after.
fn open(before: bool, text: &str, behind: bool, case: Case) -> Sought {
    let many = |open: bool| open.then_some(Piece::Many);
    Sought::Glob(many(before).into_iter().chain(text.chars().map(Piece::Char)).chain(many(behind)).collect(), case)
}

/// What the operators of a table ask of the text behind them: operator, open before, open after, case.
fn by_operator<'t>(query: &'t str, table: &[(&str, bool, bool, Case)]) -> Option<(&'t str, bool, bool, Case)> {
    let found = table.iter().find_map(|row| Some((query.strip_prefix(row.0)?, row)));
    found.map(|(rest, (_, before, behind, case))| (rest, *before, *behind, *case))
}
