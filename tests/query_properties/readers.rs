//! A reader for each language: what a query of one comparison with the field `f` asks for.
//!
//! They read as the engines do, know no more of the languages than one comparison needs, and take
//! nothing they do not know.

use crate::sought::{Case, Piece, Sought, pieces};

pub(crate) type Read = Result<Sought, String>;

/// A target, a format, and what reads it.
type Reader = (&'static str, &'static str, fn(&str) -> Read);

/// The readers by target and format.
pub(crate) const READERS: &[Reader] = &[
    ("es-qs", "default", lucene),
    ("graylog", "default", lucene),
    ("lucene", "default", lucene),
    ("opensearch", "default", lucene),
    ("opensearch", "ppl", ppl),
    ("eql", "default", eql),
    ("esql", "default", esql),
    ("kusto", "default", kusto),
    ("splunk", "default", splunk),
    ("splunk", "savedsearches", saved_search),
    ("splunk", "data_model", data_model),
    ("loki", "default", loki),
    ("sqlite", "default", sqlite),
    ("netwitness", "default", netwitness),
    ("victorialogs", "default", victorialogs),
    ("crowdstrike", "default", crowdstrike),
    ("logpoint", "default", logpoint),
    ("qradar-aql", "default", qradar),
    ("legacy-powershell", "default", powershell),
    ("legacy-grep", "default", grep),
];

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

/// The whole text is one between quotes.
fn only(text: &str, quote: char, escape: fn(&mut std::str::Chars<'_>) -> Option<String>) -> Result<String, String> {
    match quoted(text, quote, escape)? {
        (inner, "") => Ok(inner),
        (_, rest) => Err(format!("left over: {rest}")),
    }
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

fn after<'t>(text: &'t str, prefix: &str) -> Result<&'t str, String> {
    text.strip_prefix(prefix).ok_or_else(|| format!("no {prefix} before: {text}"))
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

/// An expression of Lucene as `regex` reads it: it is the whole value, and any line of it.
fn lucene_regex(regex: &str) -> Read {
    // Lucene wants these escaped, which others have as marks of words.
    Sought::whole(&format!("(?s:{})", regex.replace(r"\<", "<").replace(r"\>", ">")))
}

fn lucene(query: &str) -> Read {
    let term = query.strip_prefix("f.keyword:").or(query.strip_prefix("f:")).ok_or("no field")?;
    if term.starts_with('"') {
        return Ok(Sought::text(&only(term, '"', itself)?, Case::Any));
    }
    if let Some(regex) = term.strip_prefix('/') {
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
        return if chars.as_str().is_empty() { lucene_regex(&inner) } else { Err(format!("left over: {query}")) };
    }
    let mut escaped = false;
    for c in term.chars() {
        if !escaped && (" \t\n\r\u{3000}".contains(c) || r#"+!(){}[]^"~:/&|<>=-"#.contains(c)) {
            return Err(format!("bare {c:?}: {query}"));
        }
        escaped = c == '\\' && !escaped;
    }
    let word = ["AND", "OR", "NOT", "TO"].contains(&term);
    if escaped || word {
        Err(format!("no term: {query}"))
    } else {
        Ok(Sought::Glob(pieces(term, '*', Some('?'), Some('\\')), Case::Any))
    }
}

fn eql(query: &str) -> Read {
    let asked = after(query, "any where f")?;
    let wild = |text: &str, case| Ok(Sought::Glob(pieces(text, '*', Some('?'), None), case));
    if let Some(list) = asked.strip_prefix(" in~ (") {
        return Ok(Sought::text(&only(list.strip_suffix(')').ok_or("no end")?, '"', c_like)?, Case::Any));
    }
    if let Some(text) = asked.strip_prefix(" == ") {
        return Ok(Sought::text(&only(text, '"', c_like)?, Case::Exact));
    }
    if let Some(text) = asked.strip_prefix(" like ") {
        return wild(&only(text, '"', c_like)?, Case::Exact);
    }
    if let Some(text) = asked.strip_prefix(" regex~ ") {
        return lucene_regex(&format!("(?i:{})", only(text, '"', c_like)?));
    }
    if let Some(text) = asked.strip_prefix(" regex ") {
        return lucene_regex(&only(text, '"', c_like)?);
    }
    wild(&only(after(asked, ":")?, '"', c_like)?, Case::Any)
}

fn esql(query: &str) -> Read {
    let asked = after(query, "from * metadata _id, _index, _version | where ")?;
    for (function, before) in [("starts_with", false), ("ends_with", true)] {
        let Some(asked) = asked.strip_prefix(function) else { continue };
        let (asked, case) = match asked.strip_prefix("(to_lower(f), ") {
            Some(asked) => (asked, Case::Lowered),
            None => (after(asked, "(f, ")?, Case::Exact),
        };
        let text = only(asked.strip_suffix(')').ok_or("no end")?, '"', c_like)?;
        return Ok(open(before, &text, !before, case));
    }
    let (asked, case) = match asked.strip_prefix("to_lower(f)") {
        Some(asked) => (asked, Case::Lowered),
        None => (after(asked, "f")?, Case::Exact),
    };
    if let Some(text) = asked.strip_prefix("==") {
        return Ok(Sought::text(&only(text, '"', c_like)?, case));
    }
    if let Some(text) = asked.strip_prefix(" rlike ") {
        return lucene_regex(&only(text, '"', c_like)?);
    }
    Ok(Sought::Glob(pieces(&only(after(asked, " like ")?, '"', c_like)?, '*', Some('?'), Some('\\')), case))
}

fn kusto(query: &str) -> Read {
    if let Some(regex) = query.strip_prefix("f matches regex ") {
        return Sought::within(&only(regex, '"', c_like)?);
    }
    let operators = [
        ("f =~ ", false, false, Case::Any),
        ("f == ", false, false, Case::Exact),
        ("f startswith ", false, true, Case::Any),
        ("f startswith_cs ", false, true, Case::Exact),
        ("f endswith ", true, false, Case::Any),
        ("f endswith_cs ", true, false, Case::Exact),
        ("f contains ", true, true, Case::Any),
        ("f contains_cs ", true, true, Case::Exact),
    ];
    let (text, before, behind, case) = by_operator(query, &operators).ok_or("no operator")?;
    Ok(open(before, &only(text, '"', c_like)?, behind, case))
}

fn ppl(query: &str) -> Read {
    let (_, asked) = query.split_once(" | where ").ok_or("no comparison")?;
    if let Some(regex) = asked.strip_prefix("regexp_match(f, ") {
        return Sought::within(&only(regex.strip_suffix(')').ok_or("no end")?, '"', quote_or_backslash)?);
    }
    if let Some(like) = asked.strip_prefix("LIKE(f, ") {
        let (text, rest) = quoted(like, '"', quote_or_backslash)?;
        let case = match rest {
            ")" => Case::Any,
            ", true)" => Case::Exact,
            _ => return Err(format!("left over: {rest}")),
        };
        return Ok(Sought::Glob(pieces(&text, '%', Some('_'), Some('\\')), case));
    }
    Ok(Sought::text(&only(after(asked, "f=")?, '"', quote_or_backslash)?, Case::Exact))
}

fn splunk(query: &str) -> Read {
    let mut all = Vec::new();
    let mut rest = query;
    if let Some(behind) = rest.strip_prefix('*') {
        rest = behind;
    } else {
        let (text, behind) = quoted(after(rest, "f=")?, '"', quote_or_backslash)?;
        all.push(Sought::Glob(pieces(&text, '*', None, None), Case::Any));
        rest = behind;
    }
    while !rest.is_empty() {
        let (regex, behind) = quoted(after(rest, "\n| regex f=")?, '"', quote_or_backslash)?;
        all.push(Sought::within(&regex)?);
        rest = behind;
    }
    Ok(Sought::All(all))
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

fn saved_search(stanza: &str) -> Read {
    let settings = settings(stanza);
    let search = settings.iter().find_map(|setting| setting.strip_prefix("search = ")).ok_or("no search")?;
    // White space between commands is any.
    splunk(&search.replace(" \n| regex", "\n| regex"))
}

fn data_model(query: &str) -> Read {
    let (_, asked) = query.split_once(" where ").ok_or("no comparison")?;
    let mut all = Vec::new();
    let mut rest = asked;
    if let Some(behind) = rest.strip_prefix('*') {
        rest = behind;
    } else {
        let (text, behind) = quoted(after(rest, "Processes.process=")?, '"', quote_or_backslash)?;
        all.push(Sought::Glob(pieces(&text, '*', None, None), Case::Any));
        rest = behind;
    }
    // A list of names, then commands.
    rest = after(rest, " by Processes.")?;
    rest = &rest[rest.find(" | ").ok_or("no commands")?..];
    // The text that stands for a missing value is none.
    rest = rest.strip_prefix(r#" | eval "Processes.process"=nullif('Processes.process', "null")"#).unwrap_or(rest);
    while let Some(regex) = rest.strip_prefix(" | regex Processes.process=") {
        let (regex, behind) = quoted(regex, '"', quote_or_backslash)?;
        all.push(Sought::within(&regex)?);
        rest = behind;
    }
    after(rest, " | `drop_dm_object_name(Processes)` | convert ")?;
    Ok(Sought::All(all))
}

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

fn loki(query: &str) -> Read {
    let asked = after(query, r#"{job=~".+"} | logfmt | f"#)?;
    let (is_regex, text) = asked.strip_prefix("=~").map_or((false, after(asked, "=")), |text| (true, Ok(text)));
    match go(text?)? {
        (regex, "") if is_regex => Sought::whole(&regex),
        (text, "") => Ok(Sought::text(&text, Case::Exact)),
        (_, rest) => Err(format!("left over: {rest}")),
    }
}

fn sqlite(query: &str) -> Read {
    let asked = after(query, "SELECT * FROM logs WHERE f")?;
    if let Some(text) = asked.strip_prefix('=') {
        return match sqlite_text(text)? {
            (text, "") => Ok(Sought::text(&text, Case::Exact)),
            (text, " COLLATE NOCASE") => Ok(Sought::text(&text, Case::Any)),
            (_, rest) => Err(format!("left over: {rest}")),
        };
    }
    if let Some(text) = asked.strip_prefix(" LIKE ") {
        return match sqlite_text(text)? {
            (text, r" ESCAPE '\'") => Ok(Sought::Glob(pieces(&text, '%', Some('_'), Some('\\')), Case::Any)),
            (text, "") => Ok(Sought::Glob(pieces(&text, '%', Some('_'), None), Case::Any)),
            (_, rest) => Err(format!("left over: {rest}")),
        };
    }
    if let Some(text) = asked.strip_prefix(" REGEXP ") {
        let (regex, rest) = sqlite_text(text)?;
        return if rest.is_empty() { Sought::within(&regex) } else { Err(format!("left over: {rest}")) };
    }
    let (text, rest) = sqlite_text(after(asked, " GLOB ")?)?;
    if !rest.is_empty() {
        return Err(format!("left over: {rest}"));
    }
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
    Ok(Sought::Glob(out, Case::Exact))
}

fn netwitness(query: &str) -> Read {
    if let Some(regex) = query.strip_prefix("f regex ") {
        // Whether case counts is a setting of the server's unless it is said.
        let quote = if regex.starts_with('"') { '"' } else { '\'' };
        return Sought::within(&only(regex, quote, quote_or_backslash)?.replace("(?s-i)", "(?s)").replace("(?-i)", ""));
    }
    let operators = [
        ("f = ", false, false, Case::Any),
        ("f begins ", false, true, Case::Any),
        ("f ends ", true, false, Case::Any),
        ("f contains ", true, true, Case::Any),
    ];
    let (text, before, behind, case) = by_operator(query, &operators).ok_or("no operator")?;
    let quote = if text.starts_with('"') { '"' } else { '\'' };
    Ok(open(before, &only(text, quote, quote_or_backslash)?, behind, case))
}

fn victorialogs(query: &str) -> Read {
    if let Some(regex) = query.strip_prefix("f:~") {
        return match go(regex)? {
            (regex, "") => Sought::within(&regex),
            (_, rest) => Err(format!("left over: {rest}")),
        };
    }
    match go(after(query, "f:=")?)? {
        (text, "") => Ok(Sought::text(&text, Case::Exact)),
        (text, "*") => Ok(open(false, &text, true, Case::Exact)),
        (_, rest) => Err(format!("left over: {rest}")),
    }
}

fn crowdstrike(query: &str) -> Read {
    let mut rest = after(query, "f=/")?.chars();
    let mut regex = String::new();
    loop {
        match rest.next().ok_or("no end")? {
            '/' => break,
            '\n' | '\r' => return Err(format!("a line ends in an expression: {query}")),
            '\\' => match rest.next().ok_or("no end")? {
                '/' => regex.push('/'),
                c => regex.extend(['\\', c]),
            },
            c => regex.push(c),
        }
    }
    // `d`: the dot is a line end, too.
    let flags = match rest.as_str() {
        "" => "",
        "i" => "(?i)",
        "d" => "(?s)",
        "id" => "(?is)",
        rest => return Err(format!("left over: {rest}")),
    };
    Sought::within(&format!("{flags}{regex}"))
}

fn logpoint(query: &str) -> Read {
    if let Some(text) = query.strip_prefix("f=") {
        // There are no escapes, but two kinds of quotes.
        let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or("no quote")?;
        let text = text[1..].strip_suffix(quote).filter(|text| !text.contains([quote, '\n', '\r'])).ok_or("no text")?;
        return Ok(Sought::Glob(pieces(text, '*', Some('?'), None), Case::Any));
    }
    let regex = after(query, "\n| process regex(\"")?;
    let (regex, rest) = regex.split_once("\", f)").ok_or("no end")?;
    let wanted =
        "\n| process eval(\"f_condition=case(isnotnull(f_match) -> 'true', 'false')\")\n| search f_condition=\"true\"";
    if rest != wanted || regex.contains(['"', '\n', '\r']) {
        return Err(format!("another shape: {query}"));
    }
    Sought::within(regex)
}

fn qradar(query: &str) -> Read {
    let asked = after(query, "SELECT * FROM events WHERE ")?;
    let whole = |text: &str| match sql(text)? {
        (text, "") => Ok(text),
        (_, rest) => Err(format!("left over: {rest}")),
    };
    if let Some(text) = asked.strip_prefix("f MATCHES ") {
        return Sought::within(&whole(text)?);
    }
    if let Some(text) = asked.strip_prefix("f IMATCHES ") {
        return Sought::within(&format!("(?i){}", whole(text)?));
    }
    let (asked, case) = match asked.strip_prefix("LOWER(f)") {
        Some(asked) => (asked, Case::Lowered),
        None => (after(asked, "f")?, Case::Exact),
    };
    if let Some(text) = asked.strip_prefix('=') {
        return Ok(Sought::text(&whole(text)?, case));
    }
    Ok(Sought::Glob(pieces(&whole(after(asked, " LIKE ")?)?, '%', Some('_'), None), case))
}

fn powershell(query: &str) -> Read {
    let asked = after(query, "Where-Object { $_.f -")?;
    let (operator, text) = asked.strip_suffix(" }").and_then(|asked| asked.split_once(' ')).ok_or("no comparison")?;
    // Typographic quotes are quotes, too.
    let (text, rest) = doubled(text, &['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'])?;
    if !rest.is_empty() {
        return Err(format!("left over: {rest}"));
    }
    match operator {
        "eq" => Ok(Sought::text(&text, Case::Any)),
        "ceq" => Ok(Sought::text(&text, Case::Exact)),
        "like" => Ok(Sought::Glob(pieces(&text, '*', Some('?'), Some('`')), Case::Any)),
        "clike" => Ok(Sought::Glob(pieces(&text, '*', Some('?'), Some('`')), Case::Exact)),
        "match" => Sought::within(&format!("(?i){text}")),
        "cmatch" => Sought::within(&text),
        _ => Err(format!("no operator: {query}")),
    }
}

/// A command for a POSIX shell: the value may stand anywhere in its line.
fn grep(query: &str) -> Read {
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
    if pattern.contains('\n') { Err(format!("two patterns: {pattern}")) } else { Sought::within(&pattern) }
}
