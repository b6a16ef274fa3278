//! Searches with commands behind pipes: Splunk and Logpoint.

use super::{First, Joints, Part, Read, after, expression, plain_text, values};
use crate::sought::{Case, Piece, Sought, pieces};

/// In both languages an OR binds tighter than the space that is an AND.
const JOINTS: Joints = Joints { and: &[" "], or: " OR ", first: First::Or };

/// Fields that earlier commands made, and when they are `true`.
type Made = Vec<(String, Sought)>;

/// A word without a field: anywhere in the event.
fn word(text: &str, one: Option<char>) -> Sought {
    let mut inner = vec![Piece::Many];
    inner.extend(pieces(text, '*', one, None));
    inner.push(Piece::Many);
    Sought::Glob(inner, Case::Any).anywhere()
}

/// The condition that a field made before is `true`.
fn made_before<'t>(text: &'t str, made: &Made) -> Option<(Sought, &'t str)> {
    made.iter().find_map(|(name, sought)| {
        let rest = text.strip_prefix(name.as_str())?.strip_prefix("=\"true\"")?;
        Some((sought.clone(), rest))
    })
}

fn splunk_term<'t>(text: &'t str, field: &str, made: &Made) -> Part<'t> {
    if let Some(found) = made_before(text, made) {
        return Ok(found);
    }
    if let Some(rest) = text.strip_prefix('*').filter(|rest| rest.is_empty() || rest.starts_with([' ', '\n'])) {
        return Ok((Sought::All(Vec::new()), rest));
    }
    if text.starts_with('"') {
        let (text, rest) = plain_text(text)?;
        return Ok((word(&text, None), rest));
    }
    let of = |text: &String| Sought::Glob(pieces(text, '*', None, None), Case::Any);
    let asked = after(text, field)?;
    if let Some(list) = asked.strip_prefix(" IN (") {
        let (list, rest) = values(list, ", ", ")", &plain_text)?;
        return Ok((Sought::Any(list.iter().map(of).collect()), rest));
    }
    let (text, rest) = plain_text(after(asked, "=")?)?;
    Ok((of(&text), rest))
}

/// Commands behind pipes, as long as they are known.
fn splunk_commands<'t>(mut rest: &'t str, pipe: &str, field: &str, all: &mut Vec<Sought>) -> Result<&'t str, String> {
    let mut made = Made::new();
    while let Some(command) = rest.strip_prefix(pipe) {
        if let Some(regex) = command.strip_prefix("rex field=") {
            let (regex, behind) = plain_text(after(after(regex, field)?, " ")?)?;
            let named = regex.strip_prefix("(?<").and_then(|regex| regex.strip_suffix(')'));
            let (group, regex) = named.and_then(|named| named.split_once('>')).ok_or("no group")?;
            let eval = after(after(behind, pipe)?, "eval ")?;
            let (name, behind) = eval.split_once('=').ok_or("no name")?;
            rest = after(behind, &format!("if(isnotnull({group}), \"true\", \"false\")"))?;
            made.push((name.to_owned(), Sought::within(regex)?));
        } else if let Some(eval) = command.strip_prefix("eval ") {
            let (name, behind) = eval.split_once('=').ok_or("no name")?;
            let (regex, behind) = plain_text(after(behind, "if(match('_raw', ")?)?;
            rest = after(behind, "), \"true\", \"false\")")?;
            made.push((name.to_owned(), Sought::within(&regex)?.anywhere()));
        } else if let Some(search) = command.strip_prefix("search ") {
            let (sought, behind) = expression(search, &JOINTS, &|text| splunk_term(text, field, &made))?;
            all.push(sought);
            rest = behind;
        } else if let Some(regex) = command.strip_prefix("regex ") {
            let raw = regex.strip_prefix("_raw=");
            let (regex, behind) = plain_text(match raw {
                Some(regex) => regex,
                None => after(after(regex, field)?, "=")?,
            })?;
            let sought = Sought::within(&regex)?;
            all.push(if raw.is_some() { sought.anywhere() } else { sought });
            rest = behind;
        } else {
            break;
        }
    }
    Ok(rest)
}

fn splunk_search(query: &str, pipe: &str) -> Read {
    let (sought, rest) = expression(query, &JOINTS, &|text| splunk_term(text, "f", &Made::new()))?;
    let mut all = vec![sought];
    match splunk_commands(rest, pipe, "f", &mut all)? {
        "" => Ok(Sought::All(all)),
        rest => Err(format!("left over: {rest}")),
    }
}

pub(super) fn splunk(query: &str) -> Read {
    splunk_search(query, "\n| ")
}

/// The settings of a stanza, its name before them; a line that ends in a backslash goes on in the
/// next.
pub(crate) fn settings(stanza: &str) -> Vec<String> {
    let mut settings: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in stanza.split('\n') {
        let (line, more) = line.strip_suffix('\\').map_or((line, false), |line| (line, true));
        match settings.last_mut().filter(|_| goes_on) {
            Some(setting) => {
                setting.push('\n');
                setting.push_str(line);
            }
            None => settings.push(line.to_owned()),
        }
        goes_on = more;
    }
    settings
}

pub(super) fn saved_search(stanza: &str) -> Read {
    let settings = settings(stanza);
    let search = settings.iter().find_map(|setting| setting.strip_prefix("search = ")).ok_or("no search")?;
    splunk_search(search, " \n| ")
}

pub(super) fn data_model(query: &str) -> Read {
    let (_, asked) = query.split_once(" where ").ok_or("no comparison")?;
    let field = "Processes.process";
    let (sought, rest) = expression(asked, &JOINTS, &|text| splunk_term(text, field, &Made::new()))?;
    let mut all = vec![sought];
    // A list of names, then commands.
    let rest = after(rest, " by Processes.")?;
    let rest = &rest[rest.find(" | ").ok_or("no commands")?..];
    // The text that stands for a missing value is none.
    let rest = rest.strip_prefix(r#" | eval "Processes.process"=nullif('Processes.process', "null")"#).unwrap_or(rest);
    let rest = splunk_commands(rest, " | ", field, &mut all)?;
    after(rest, " | `drop_dm_object_name(Processes)` | convert ")?;
    Ok(Sought::All(all))
}

/// A text of Logpoint, which has no escapes, but two kinds of quotes.
fn logpoint_text(text: &str) -> Result<(String, &str), String> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or_else(|| format!("no quote: {text}"))?;
    let (inner, rest) = text[1..].split_once(quote).ok_or("no end")?;
    if inner.contains(['\n', '\r']) {
        return Err(format!("a line ends in a text: {text}"));
    }
    Ok((inner.to_owned(), rest))
}

fn logpoint_term<'t>(text: &'t str, made: &Made) -> Part<'t> {
    if let Some(found) = made_before(text, made) {
        return Ok(found);
    }
    if text.starts_with(['"', '\'']) {
        let (text, rest) = logpoint_text(text)?;
        return Ok((word(&text, Some('?')), rest));
    }
    let of = |text: &String| Sought::Glob(pieces(text, '*', Some('?'), None), Case::Any);
    if let Some(list) = text.strip_prefix("f IN [") {
        let (list, rest) = values(list, ", ", "]", &logpoint_text)?;
        return Ok((Sought::Any(list.iter().map(of).collect()), rest));
    }
    let (text, rest) = logpoint_text(after(text, "f=")?)?;
    Ok((of(&text), rest))
}

pub(super) fn logpoint(query: &str) -> Read {
    let (mut all, mut made) = (Vec::new(), Made::new());
    let mut rest = query;
    if !rest.starts_with('\n') {
        let (sought, behind) = expression(rest, &JOINTS, &|text| logpoint_term(text, &made))?;
        all.push(sought);
        rest = behind;
    }
    while !rest.is_empty() {
        if let Some(search) = rest.strip_prefix("\n| search ") {
            let (sought, behind) = expression(search, &JOINTS, &|text| logpoint_term(text, &made))?;
            all.push(sought);
            rest = behind;
            continue;
        }
        // A quote ends the expression.
        let (regex, behind) = after(rest, "\n| process regex(\"")?.split_once('"').ok_or("no end")?;
        let (flags, named) = regex.split_once("(?P<").ok_or("no group")?;
        let (group, named) = named.split_once('>').ok_or("no group")?;
        let named = named.strip_suffix(')').ok_or("no end")?;
        if regex.contains(['\n', '\r']) {
            return Err(format!("a line ends in an expression: {query}"));
        }
        let (name, behind) = after(behind, ", f)\n| process eval(\"")?.split_once('=').ok_or("no name")?;
        let behind = after(behind, &format!("case(isnotnull({group}) -> 'true', 'false')\")"))?;
        made.push((name.to_owned(), Sought::within(&format!("{flags}{named}"))?));
        rest = behind.strip_prefix(' ').unwrap_or(behind);
    }
    Ok(Sought::All(all))
}
