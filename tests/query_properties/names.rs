//! The name of a field comes back from its query, whatever characters it has, or is refused.

use proptest::prelude::*;
use purplebook::query::{Compat, Request, target};

use crate::query_support::convert_request;
use crate::readers::{c_like, doubled, itself, quote_or_backslash, quoted};
use crate::{map, text, with};

type Name = Result<String, String>;

/// A target, a format, what stands before and behind the name in the query of `name: zq`, and what
/// reads the name.
type Row = (&'static str, &'static str, &'static str, &'static str, fn(&str) -> Name);

const NAMES: &[Row] = &[
    ("es-qs", "default", "", ":\"zq\"", lucene),
    ("graylog", "default", "", ":\"zq\"", lucene),
    ("lucene", "default", "", ":zq", lucene),
    ("opensearch", "default", "", ":zq", lucene),
    ("opensearch", "ppl", "source=* | where LIKE(", ", \"zq\")", |name| {
        ticked(name, |c| c.is_ascii_alphanumeric() || "_.@".contains(c))
    }),
    ("eql", "default", "any where ", ":\"zq\"", |name| {
        ticked(name, |c| c.is_ascii_alphanumeric() || "_.@".contains(c))
    }),
    ("esql", "default", "from * metadata _id, _index, _version | where to_lower(", ")==\"zq\"", |name| {
        ticked(name, |c| c.is_ascii_alphanumeric() || "_.@".contains(c))
    }),
    ("kusto", "default", "", " =~ \"zq\"", kusto),
    ("splunk", "default", "", "=\"zq\"", |name| in_quotes(name, |c| c.is_alphanumeric() || "_.-{}:@/".contains(c))),
    ("sqlite", "default", "SELECT * FROM logs WHERE ", "='zq' COLLATE NOCASE", |name| {
        ticked(name, |c| c.is_ascii_alphanumeric() || c == '_')
    }),
    ("netwitness", "default", "", " = 'zq'", |name| plain(name, |c| c.is_alphanumeric() || "_.-".contains(c))),
    ("victorialogs", "default", "", ":~\"(?i)^zq$\"", |name| {
        if name.starts_with('"') {
            whole(quoted(name, '"', c_like))
        } else {
            plain(name, |c| c.is_alphanumeric() || "_.".contains(c))
        }
    }),
    ("crowdstrike", "default", "", "=/^zq$/i", |name| in_quotes(name, |c| c.is_alphanumeric() || "_.@#".contains(c))),
    ("logpoint", "default", "", "=\"zq\"", logpoint),
    ("qradar-aql", "default", "SELECT * FROM events WHERE LOWER(", ")='zq'", |name| {
        if name.starts_with('"') {
            whole(doubled(name, &['"']))
        } else {
            plain(name, |c| c.is_alphanumeric() || c == '_')
        }
    }),
    ("legacy-powershell", "default", "Where-Object { $_.", " -eq 'zq' }", |name| {
        if name.starts_with('\'') {
            whole(doubled(name, &['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}']))
        } else {
            plain(name, |c| c.is_alphanumeric() || c == '_')
        }
    }),
];

fn whole(read: Result<(String, &str), String>) -> Name {
    match read? {
        (name, "") => Ok(name),
        (_, rest) => Err(format!("left over: {rest}")),
    }
}

/// A name without quotes.
fn plain(name: &str, allowed: fn(char) -> bool) -> Name {
    if !name.is_empty() && name.chars().all(allowed) { Ok(name.to_owned()) } else { Err(format!("bare: {name}")) }
}

fn lucene(name: &str) -> Name {
    let mut out = String::new();
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push_str(&itself(&mut chars).ok_or("a backslash at the end")?),
            c if " \t\n\r\u{3000}".contains(c) || r#"!(){}[]^"~:/*?"#.contains(c) => {
                return Err(format!("bare {c:?}: {name}"));
            }
            c => out.push(c),
        }
    }
    Ok(out)
}

fn ticked(name: &str, allowed: fn(char) -> bool) -> Name {
    if name.starts_with('`') { whole(doubled(name, &['`'])) } else { plain(name, allowed) }
}

fn in_quotes(name: &str, allowed: fn(char) -> bool) -> Name {
    if name.starts_with('"') { whole(quoted(name, '"', quote_or_backslash)) } else { plain(name, allowed) }
}

/// Logpoint has no escapes.
fn logpoint(name: &str) -> Name {
    match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(name) if !name.contains(['"', '\n', '\r']) => Ok(name.to_owned()),
        _ => plain(name, |c| c.is_alphanumeric() || "_.".contains(c)),
    }
}

fn kusto(name: &str) -> Name {
    match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(text) => whole(quoted(text, '\'', c_like)),
        None => plain(name, |c| c.is_ascii_alphanumeric() || c == '_'),
    }
}

/// Names without the sign before modifiers.
fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => r#"[a-cA-C01 "'`\\*?%_$./&;:,=\[\](){}<>!~^+#@\u{2019}\n\t\r-]{1,8}"#,
        1 => "[^|]{1,6}",
    ]
}

proptest! {
    #[test]
    fn a_name_comes_back_from_its_query(name in any_name()) {
        let rule = with(vec![("s", map(&name, text("zq"))), ("condition", text("s"))], true);
        for (target_name, format, before, behind, read) in NAMES {
            let target = target(target_name).expect("registered");
            let request = Request {
                format: target.format(format).expect("there"),
                compat: Compat::Strict,
                ..Request::new(target)
            };
            let Ok(queries) = convert_request(&rule, &request) else { continue };
            let query = queries.concat();
            let written = query.strip_prefix(before).and_then(|query| query.strip_suffix(behind));
            let read = written.ok_or_else(|| "another shape".to_owned()).and_then(read);
            prop_assert_eq!(read.as_ref(), Ok(&name), "{} {}: {}", target_name, format, &query);
        }
    }
}
