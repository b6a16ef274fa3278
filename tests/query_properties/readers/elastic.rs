//! The languages with commands of Elasticsearch and `OpenSearch`: EQL, ES|QL and PPL.

use super::lucene::{regex_of, words};
use super::{
    First, Joints, Part, Read, after, by_operator, c_text, expression, nothing_behind, open, plain_text, quoted, values,
};
use crate::sought::{Case, Sought, pieces};

fn wild(text: &str, case: Case) -> Sought {
    Sought::Glob(pieces(text, '*', Some('?'), None), case)
}

pub(super) fn eql(query: &str) -> Read {
    let joints = Joints { and: &[" and "], or: " or ", first: First::Neither };
    nothing_behind(expression(after(query, "any where ")?, &joints, &eql_comparison)?)
}

fn eql_comparison(text: &str) -> Part<'_> {
    if let Some(network) = text.strip_prefix("cidrMatch(f, ") {
        let (network, rest) = c_text(network)?;
        return Ok((Sought::Net(network), after(rest, ")")?));
    }
    let asked = after(text, "f")?;
    for (operator, case) in [(" in~ (", None), (" like~ (", Some(Case::Any))] {
        let Some(list) = asked.strip_prefix(operator) else { continue };
        let (list, rest) = values(list, ", ", ")", &c_text)?;
        let one = |text: &String| case.map_or_else(|| Sought::text(text, Case::Any), |case| wild(text, case));
        return Ok((Sought::Any(list.iter().map(one).collect()), rest));
    }
    if let Some(list) = asked.strip_prefix(" regex~ (") {
        let (list, rest) = values(list, ", ", ")", &c_text)?;
        let one = |regex: &String| regex_of(&format!("(?i:{regex})"));
        return Ok((Sought::Any(list.iter().map(one).collect::<Result<_, _>>()?), rest));
    }
    for (operator, read) in [
        (" == ", (|text| Ok(Sought::text(text, Case::Exact))) as fn(&str) -> Read),
        (" like ", |text| Ok(wild(text, Case::Exact))),
        (" regex~ ", |text| regex_of(&format!("(?i:{text})"))),
        (" regex ", regex_of),
        (":", |text| Ok(wild(text, Case::Any))),
    ] {
        let Some(text) = asked.strip_prefix(operator) else { continue };
        let (text, rest) = c_text(text)?;
        return Ok((read(&text)?, rest));
    }
    Err(format!("no operator: {text}"))
}

pub(super) fn esql(query: &str) -> Read {
    let joints = Joints { and: &[" and "], or: " or ", first: First::And };
    let asked = after(query, "from * metadata _id, _index, _version | where ")?;
    nothing_behind(expression(asked, &joints, &esql_comparison)?)
}

fn esql_comparison(text: &str) -> Part<'_> {
    if let Some(search) = text.strip_prefix("qstr(") {
        let (search, rest) = c_text(search)?;
        return Ok((words(&search)?, after(rest, ")")?));
    }
    if let Some(network) = text.strip_prefix("cidr_match(f, ") {
        let (network, rest) = c_text(network)?;
        return Ok((Sought::Net(network), after(rest, ")")?));
    }
    for (function, before) in [("starts_with(", false), ("ends_with(", true)] {
        let Some(asked) = text.strip_prefix(function) else { continue };
        let (asked, case) = match asked.strip_prefix("to_lower(f), ") {
            Some(asked) => (asked, Case::Lowered),
            // An address is no text unless it is made one.
            None => (
                after(asked.strip_prefix("to_string(f)").or(asked.strip_prefix('f')).unwrap_or(asked), ", ")?,
                Case::Exact,
            ),
        };
        let (text, rest) = c_text(asked)?;
        return Ok((open(before, &text, !before, case), after(rest, ")")?));
    }
    let (asked, case) = match text.strip_prefix("to_lower(f)") {
        Some(asked) => (asked, Case::Lowered),
        None => (after(text, "f")?, Case::Exact),
    };
    if let Some(list) = asked.strip_prefix(" in (") {
        let (list, rest) = values(list, ", ", ")", &c_text)?;
        return Ok((Sought::Any(list.iter().map(|text| Sought::text(text, case)).collect()), rest));
    }
    if let Some(text) = asked.strip_prefix("==") {
        let (text, rest) = c_text(text)?;
        return Ok((Sought::text(&text, case), rest));
    }
    if let Some(text) = asked.strip_prefix(" rlike ") {
        let (text, rest) = c_text(text)?;
        return Ok((regex_of(&text)?, rest));
    }
    let (text, rest) = c_text(after(asked, " like ")?)?;
    Ok((Sought::Glob(pieces(&text, '*', Some('?'), Some('\\')), case), rest))
}

pub(super) fn ppl(query: &str) -> Read {
    let joints = Joints { and: &[" AND "], or: " OR ", first: First::And };
    let (_, asked) = query.split_once(" | where ").ok_or("no comparison")?;
    nothing_behind(expression(asked, &joints, &ppl_comparison)?)
}

fn ppl_comparison(text: &str) -> Part<'_> {
    if let Some(search) = text.strip_prefix(r#"query_string(["*"], "#) {
        let (search, rest) = plain_text(search)?;
        return Ok((words(&search)?, after(rest, ")")?));
    }
    if let Some(network) = text.strip_prefix("cidrmatch(f, ") {
        let (network, rest) = plain_text(network)?;
        return Ok((Sought::Net(network), after(rest, ")")?));
    }
    if let Some(regex) = text.strip_prefix("regexp_match(f, ") {
        let (regex, rest) = plain_text(regex)?;
        return Ok((Sought::within(&regex)?, after(rest, ")")?));
    }
    // The whole value, in single quotes.
    if let Some(regex) = text.strip_prefix("match(f, ") {
        let (regex, rest) = quoted(regex, '\'', super::quote_or_backslash)?;
        return Ok((Sought::whole(&regex)?, after(rest, ")")?));
    }
    let like = ["LIKE(f, ", "LIKE(cast(f as string), "].iter().find_map(|start| text.strip_prefix(start));
    if let Some(like) = like {
        let (text, rest) = plain_text(like)?;
        let ends = [(")", false, false, Case::Any), (", true)", false, false, Case::Exact)];
        let (rest, .., case) = by_operator(rest, &ends).ok_or_else(|| format!("left over: {rest}"))?;
        return Ok((Sought::Glob(pieces(&text, '%', Some('_'), Some('\\')), case), rest));
    }
    if let Some(list) = text.strip_prefix("f in (") {
        let (list, rest) = values(list, ", ", ")", &plain_text)?;
        return Ok((Sought::Any(list.iter().map(|text| Sought::text(text, Case::Exact)).collect()), rest));
    }
    let (text, rest) = plain_text(after(text, "f=")?)?;
    Ok((Sought::text(&text, Case::Exact), rest))
}
