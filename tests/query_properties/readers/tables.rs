//! Languages of tables: KQL, SQL of `SQLite` and `QRadar`, and the queries of `NetWitness`.

use super::{
    First, Joints, Part, Read, after, by_operator, c_text, doubled, expression, nothing_behind, open,
    quote_or_backslash, quoted, values,
};
use crate::sought::{Case, Piece, Sought, pieces};

pub(super) fn kusto(query: &str) -> Read {
    let joints = Joints { and: &[" and "], or: " or ", first: First::Neither };
    nothing_behind(expression(query, &joints, &kusto_comparison)?)
}

fn kusto_comparison(text: &str) -> Part<'_> {
    if let Some(network) = text.strip_prefix("ipv4_is_in_range(f, ") {
        let (network, rest) = c_text(network)?;
        return Ok((Sought::Net(network), after(rest, ")")?));
    }
    // A star is any column.
    let (asked, word) = match text.strip_prefix("* ") {
        Some(asked) => (asked, true),
        None => (after(text, "f ")?, false),
    };
    let of = |sought: Sought| if word { sought.anywhere() } else { sought };
    if let Some(regex) = asked.strip_prefix("matches regex ") {
        let (regex, rest) = c_text(regex)?;
        return Ok((of(Sought::within(&regex)?), rest));
    }
    if let Some(list) = asked.strip_prefix("in~ (") {
        let (list, rest) = values(list, ", ", ")", &c_text)?;
        return Ok((of(Sought::Any(list.iter().map(|text| Sought::text(text, Case::Any)).collect())), rest));
    }
    let operators = [
        ("=~ ", false, false, Case::Any),
        ("== ", false, false, Case::Exact),
        ("startswith ", false, true, Case::Any),
        ("startswith_cs ", false, true, Case::Exact),
        ("endswith ", true, false, Case::Any),
        ("endswith_cs ", true, false, Case::Exact),
        ("contains ", true, true, Case::Any),
        ("contains_cs ", true, true, Case::Exact),
    ];
    let (text, before, behind, case) = by_operator(asked, &operators).ok_or("no operator")?;
    let (text, rest) = c_text(text)?;
    Ok((of(open(before, &text, behind, case)), rest))
}

/// A text of SQL.
fn sql(text: &str) -> Result<(String, &str), String> {
    doubled(text, &['\''])
}

/// A text of `SQLite`, which cannot hold the character 0 itself.
fn sqlite_text(text: &str) -> Result<(String, &str), String> {
    let (mut out, mut rest) = sql(text)?;
    if out.contains('\0') {
        return Err(format!("cut short: {text}"));
    }
    while let Some(more) = rest.strip_prefix("||char(0)||") {
        let (text, behind) = sql(more)?;
        out.push('\0');
        out.push_str(&text);
        rest = behind;
    }
    Ok((out, rest))
}

pub(super) fn sqlite(query: &str) -> Read {
    let joints = Joints { and: &[" AND "], or: " OR ", first: First::And };
    nothing_behind(expression(after(query, "SELECT * FROM logs WHERE ")?, &joints, &sqlite_comparison)?)
}

fn sqlite_comparison(text: &str) -> Part<'_> {
    let asked = after(text, "f")?;
    for (operator, case) in [(" COLLATE NOCASE IN (", Case::Ascii), (" IN (", Case::Exact)] {
        let Some(list) = asked.strip_prefix(operator) else { continue };
        let (list, rest) = values(list, ", ", ")", &sqlite_text)?;
        return Ok((Sought::Any(list.iter().map(|text| Sought::text(text, case)).collect()), rest));
    }
    if let Some(text) = asked.strip_prefix('=') {
        let (text, rest) = sqlite_text(text)?;
        return Ok(match rest.strip_prefix(" COLLATE NOCASE") {
            Some(rest) => (Sought::text(&text, Case::Ascii), rest),
            None => (Sought::text(&text, Case::Exact), rest),
        });
    }
    if let Some(text) = asked.strip_prefix(" LIKE ") {
        let (text, rest) = sqlite_text(text)?;
        let (escape, rest) = match rest.strip_prefix(r" ESCAPE '\'") {
            Some(rest) => (Some('\\'), rest),
            None => (None, rest),
        };
        return Ok((Sought::Glob(pieces(&text, '%', Some('_'), escape), Case::Ascii), rest));
    }
    if let Some(text) = asked.strip_prefix(" REGEXP ") {
        let (regex, rest) = sqlite_text(text)?;
        return Ok((Sought::within(&regex)?, rest));
    }
    let (text, rest) = sqlite_text(after(asked, " GLOB ")?)?;
    // A bracket opens a set; here only of one.
    let mut out = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '*' => Piece::Many,
            '?' => Piece::One,
            '[' => match (chars.next(), chars.next()) {
                (Some(c), Some(']')) => Piece::Char(c),
                _ => return Err(format!("a set: {text}")),
            },
            c => Piece::Char(c),
        });
    }
    Ok((Sought::Glob(out, Case::Exact), rest))
}

pub(super) fn qradar(query: &str) -> Read {
    let joints = Joints { and: &[" AND "], or: " OR ", first: First::Neither };
    nothing_behind(expression(after(query, "SELECT * FROM events WHERE ")?, &joints, &qradar_comparison)?)
}

fn qradar_comparison(text: &str) -> Part<'_> {
    if let Some(network) = text.strip_prefix("INCIDR(") {
        let (network, rest) = sql(network)?;
        return Ok((Sought::Net(network), after(rest, ", f)")?));
    }
    let subjects = [
        ("LOWER(UTF8(payload))", true, Case::Lowered),
        ("UTF8(payload)", true, Case::Exact),
        ("LOWER(f)", false, Case::Lowered),
        ("f", false, Case::Exact),
    ];
    let found = subjects.iter().find_map(|(subject, word, case)| Some((text.strip_prefix(subject)?, *word, *case)));
    let (asked, word, case) = found.ok_or_else(|| format!("no field: {text}"))?;
    let of = |sought: Sought| if word { sought.anywhere() } else { sought };
    for (operator, flags) in [(" MATCHES ", ""), (" IMATCHES ", "(?i)")] {
        let Some(regex) = asked.strip_prefix(operator).filter(|_| case == Case::Exact) else { continue };
        let (regex, rest) = sql(regex)?;
        return Ok((of(Sought::within(&format!("{flags}{regex}"))?), rest));
    }
    if let Some(list) = asked.strip_prefix(" IN(") {
        let (list, rest) = values(list, ", ", ")", &sql)?;
        return Ok((of(Sought::Any(list.iter().map(|text| Sought::text(text, case)).collect())), rest));
    }
    if let Some(text) = asked.strip_prefix('=') {
        let (text, rest) = sql(text)?;
        return Ok((of(Sought::text(&text, case)), rest));
    }
    let (text, rest) = sql(after(asked, " LIKE ")?)?;
    Ok((of(Sought::Glob(pieces(&text, '%', Some('_'), None), case)), rest))
}

pub(super) fn netwitness(query: &str) -> Read {
    let joints = Joints { and: &[" && "], or: " || ", first: First::Neither };
    nothing_behind(expression(query, &joints, &netwitness_comparison)?)
}

/// A text in quotes of either kind.
fn either(text: &str) -> Result<(String, &str), String> {
    quoted(text, if text.starts_with('"') { '"' } else { '\'' }, quote_or_backslash)
}

fn netwitness_comparison(text: &str) -> Part<'_> {
    if let Some(regex) = text.strip_prefix("f regex ") {
        // Whether case counts is a setting of the server's unless it is said.
        let (regex, rest) = either(regex)?;
        return Ok((Sought::within(&regex.replace("(?s-i)", "(?s)").replace("(?-i)", ""))?, rest));
    }
    let operators = [
        ("f = ", false, false, Case::Any),
        ("f begins ", false, true, Case::Any),
        ("f ends ", true, false, Case::Any),
        ("f contains ", true, true, Case::Any),
    ];
    let (list, before, behind, case) = by_operator(text, &operators).ok_or("no operator")?;
    if !list.starts_with(['\'', '"']) {
        // Addresses stand bare.
        let (network, rest) = list.split_at(list.find(' ').unwrap_or(list.len()));
        return Ok((Sought::Net(network.to_owned()), rest));
    }
    let (list, rest) = values(list, ",", "", &either)?;
    Ok((Sought::Any(list.iter().map(|text| open(before, text, behind, case)).collect()), rest))
}
