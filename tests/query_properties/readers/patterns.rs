//! Languages that mostly compare with regular expressions: `LogQL`, `LogsQL`, `LogScale`,
//! PowerShell and `grep -P`.

use super::{
    First, Joints, Part, Read, after, c_like, doubled, expression, nothing_behind, open, plain_text, quoted, values,
};
use crate::sought::{Case, Sought, pieces};

/// A text of Go, raw or with escapes.
fn go(text: &str) -> Result<(String, &str), String> {
    match text.strip_prefix('`') {
        Some(raw) => raw.split_once('`').map(|(raw, rest)| (raw.to_owned(), rest)).ok_or_else(|| "no end".to_owned()),
        None => quoted(text, '"', |chars| {
            if let Some(rest) = chars.as_str().strip_prefix('x') {
                let code = u8::from_str_radix(rest.get(..2)?, 16).ok().filter(u8::is_ascii)?;
                *chars = rest[2..].chars();
                return Some(char::from(code).to_string());
            }
            if let Some(c) = chars.as_str().strip_prefix('a').map(|_| '\u{7}') {
                chars.next();
                return Some(c.to_string());
            }
            c_like(chars)
        }),
    }
}

pub(super) fn loki(query: &str) -> Read {
    let joints = Joints { and: &[" and "], or: " or ", first: First::And };
    let mut rest = after(query, r#"{job=~".+"}"#)?;
    let mut all = Vec::new();
    while let Some(filter) = rest.strip_prefix(" |~ ") {
        let (regex, behind) = go(filter)?;
        all.push(Sought::within(&regex)?.anywhere());
        rest = behind;
    }
    if let Some(labels) = rest.strip_prefix(" | logfmt | ") {
        let labels = labels.strip_prefix("label_format sigma_line=`{{ __line__ }}` | ").unwrap_or(labels);
        all.push(nothing_behind(expression(labels, &joints, &loki_label)?)?);
        rest = "";
    }
    nothing_behind((Sought::All(all), rest))
}

fn loki_label(text: &str) -> Part<'_> {
    // The line as it was, which `label_format` made a label.
    if let Some(regex) = text.strip_prefix("sigma_line=~") {
        let (regex, rest) = go(regex)?;
        return Ok((Sought::whole(&regex)?.anywhere(), rest));
    }
    let asked = after(text, "f=")?;
    if let Some(network) = asked.strip_prefix("ip(") {
        let (network, rest) = go(network)?;
        return Ok((Sought::Net(network), after(rest, ")")?));
    }
    if let Some(regex) = asked.strip_prefix('~') {
        let (regex, rest) = go(regex)?;
        return Ok((Sought::whole(&regex)?, rest));
    }
    let (text, rest) = go(asked)?;
    Ok((Sought::text(&text, Case::Exact), rest))
}

pub(super) fn victorialogs(query: &str) -> Read {
    let joints = Joints { and: &[" AND "], or: " OR ", first: First::And };
    nothing_behind(expression(query, &joints, &victorialogs_filter)?)
}

fn victorialogs_filter(text: &str) -> Part<'_> {
    for (field, word) in [("f:~", false), ("*:~", true)] {
        let Some(regex) = text.strip_prefix(field) else { continue };
        let (regex, rest) = go(regex)?;
        let sought = Sought::within(&regex)?;
        return Ok((if word { sought.anywhere() } else { sought }, rest));
    }
    if let Some(network) = text.strip_prefix("f:ipv4_range(") {
        let (network, rest) = go(network)?;
        return Ok((Sought::Net(network), after(rest, ")")?));
    }
    if let Some(list) = text.strip_prefix("f:in(") {
        let (list, rest) = values(list, ", ", ")", &go)?;
        return Ok((Sought::Any(list.iter().map(|text| Sought::text(text, Case::Exact)).collect()), rest));
    }
    let (text, rest) = go(after(text, "f:=")?)?;
    Ok(match rest.strip_prefix('*') {
        Some(rest) => (open(false, &text, true, Case::Exact), rest),
        None => (Sought::text(&text, Case::Exact), rest),
    })
}

pub(super) fn crowdstrike(query: &str) -> Read {
    // Functions are joined by the word.
    let joints = Joints { and: &[" and ", " "], or: " or ", first: First::Or };
    nothing_behind(expression(query, &joints, &crowdstrike_filter)?)
}

fn crowdstrike_filter(text: &str) -> Part<'_> {
    if let Some(list) = text.strip_prefix("cidr(f, subnet=") {
        let (list, rest) = match list.strip_prefix('[') {
            Some(list) => values(list, ", ", "]", &plain_text)?,
            None => plain_text(list).map(|(one, rest)| (vec![one], rest))?,
        };
        return Ok((Sought::Any(list.into_iter().map(Sought::Net).collect()), after(rest, ")")?));
    }
    let (regex, word) = match text.strip_prefix("f=/") {
        Some(regex) => (regex, false),
        None => (after(text, "/")?, true),
    };
    let mut rest = regex.chars();
    let mut regex = String::new();
    loop {
        match rest.next().ok_or("no end")? {
            '/' => break,
            '\n' | '\r' => return Err(format!("a line ends in an expression: {text}")),
            '\\' => match rest.next().ok_or("no end")? {
                '/' => regex.push('/'),
                c => regex.extend(['\\', c]),
            },
            c => regex.push(c),
        }
    }
    // `d`: the dot is a line end, too.
    let rest = rest.as_str();
    let (flags, rest) = rest.split_at(rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len()));
    let flags = match flags {
        "" => "",
        "i" => "(?i)",
        "d" => "(?s)",
        "id" => "(?is)",
        flags => return Err(format!("no flags: {flags}")),
    };
    let sought = Sought::within(&format!("{flags}{regex}"))?;
    Ok((if word { sought.anywhere() } else { sought }, rest))
}

pub(super) fn powershell(query: &str) -> Read {
    // Both bind alike.
    let joints = Joints { and: &[" -and "], or: " -or ", first: First::Neither };
    let (sought, rest) = expression(after(query, "Where-Object { ")?, &joints, &powershell_comparison)?;
    nothing_behind((sought, after(rest, " }")?))
}

fn powershell_comparison(text: &str) -> Part<'_> {
    let (asked, word) = match text.strip_prefix("@($_.PSObject.Properties.Value) -") {
        Some(asked) => (asked, true),
        None => (after(text, "$_.f -")?, false),
    };
    let (operator, text) = asked.split_once(' ').ok_or("no comparison")?;
    // Typographic quotes are quotes, too.
    let (text, rest) = doubled(text, &['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'])?;
    let sought = match operator {
        "eq" => Sought::text(&text, Case::Any),
        "ceq" => Sought::text(&text, Case::Exact),
        "like" => Sought::Glob(pieces(&text, '*', Some('?'), Some('`')), Case::Any),
        "clike" => Sought::Glob(pieces(&text, '*', Some('?'), Some('`')), Case::Exact),
        "match" => Sought::within(&format!("(?i){text}"))?,
        "cmatch" => Sought::within(&text)?,
        _ => return Err(format!("no operator: {operator}")),
    };
    Ok((if word { sought.anywhere() } else { sought }, rest))
}

/// A command for a POSIX shell: the value may stand anywhere in its line.
pub(super) fn grep(query: &str) -> Read {
    let quoted = after(query, "grep -P ")?;
    let mut pattern = String::new();
    let mut rest = quoted;
    while !rest.is_empty() {
        if let Some(more) = rest.strip_prefix(r"\'") {
            pattern.push('\'');
            rest = more;
        } else {
            let (inner, more) = after(rest, "'")?.split_once('\'').ok_or("no end")?;
            pattern.push_str(inner);
            rest = more;
        }
    }
    if pattern.contains('\n') {
        return Err(format!("two patterns: {pattern}"));
    }
    nothing_behind(lookaheads(after(&pattern, "(?i)^")?)?)
}

/// Looks from the start of the line, one behind the other.
fn lookaheads(text: &str) -> Part<'_> {
    let mut all = Vec::new();
    let mut rest = text;
    loop {
        if let Some(regex) = rest.strip_prefix("(?=") {
            let end = closing(regex).ok_or("no end")?;
            // Lines have no ends within them.
            all.push(Sought::within(&format!("(?is)^(?:{})", &regex[..end]))?);
            rest = &regex[end + 1..];
        } else if let Some(mut alternatives) = rest.strip_prefix("(?:") {
            let mut any = Vec::new();
            loop {
                let (one, behind) = lookaheads(alternatives)?;
                any.push(one);
                let Some(behind) = behind.strip_prefix('|') else {
                    rest = after(behind, ")")?;
                    break;
                };
                alternatives = behind;
            }
            all.push(Sought::Any(any));
        } else if all.is_empty() {
            return Err(format!("no look ahead: {rest}"));
        } else {
            return Ok((Sought::All(all), rest));
        }
    }
}

/// Where the group that was opened before the text is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}
