//! A 2019 condition: tokens → search tree and aggregation.
//!
//! The parser reduces one operator after the other over the whole token list, as the converter
//! of that time did. It pairs the first `(` with the first `)`, so nested parentheses fail.

use crate::query::aggregation::{Aggregation, Comparison};

use super::token::{Kind, Token};
use super::{Definitions, Node, optimize};

/// Why a condition cannot be parsed: a sentence naming the token.
pub(super) type Problem = String;

enum Item<'c, 'd> {
    Token(Token<'c>),
    Node(Node<'d>),
}

/// Tree of the part left of `|`; `None` if the optimizer leaves nothing.
pub(super) fn search<'c, 'd>(
    tokens: &[Token<'c>],
    definitions: &mut Definitions<'d>,
) -> Result<Option<Node<'d>>, Problem> {
    let mut items: Vec<Item<'c, 'd>> = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    while let Some(open) = rest.iter().position(|token| token.kind == Kind::Open) {
        let close = rest.iter().position(|token| token.kind == Kind::Close);
        let close = close.ok_or("a `(` in the condition has no `)`; the 2019 language cannot nest parentheses")?;
        if close < open {
            return Err("a `)` in the condition has no `(` before it".to_owned());
        }
        if close == open + 1 {
            return Err("`()` in the condition is empty".to_owned());
        }
        let inner = search(&rest[open + 1..close], definitions)?;
        items.extend(rest[..open].iter().map(|token| Item::Token(*token)));
        items.push(Item::Node(Node::Group(Box::new(inner.unwrap_or(Node::And(Vec::new()))))));
        rest = &rest[close + 1..];
    }
    items.extend(rest.iter().map(|token| Item::Token(*token)));
    let items = quantified(items, Kind::AllOf, definitions)?;
    let items = quantified(items, Kind::OneOf, definitions)?;
    let items = identifiers(items, definitions)?;
    let items = negations(items)?;
    let items = binary(items, Kind::And)?;
    let mut items = binary(items, Kind::Or)?;
    match (items.pop(), items.is_empty()) {
        (Some(Item::Node(node)), true) => Ok(optimize::optimize(definitions.in_log_source(node))),
        (None, _) => Err("the condition is empty".to_owned()),
        (Some(Item::Token(token)), _) => Err(format!("unexpected `{}` in the condition", token.text)),
        (Some(Item::Node(_)), false) => match items.iter().find_map(stray) {
            Some(text) => Err(format!("unexpected `{text}` in the condition")),
            None => Err("two names in the condition have no `and` or `or` between them".to_owned()),
        },
    }
}

fn stray<'c>(item: &Item<'c, '_>) -> Option<&'c str> {
    match item {
        Item::Token(token) => Some(token.text),
        Item::Node(_) => None,
    }
}

/// `1 of X` and `all of X`: the next token is used by its text, whatever it is.
fn quantified<'c, 'd>(
    items: Vec<Item<'c, 'd>>,
    kind: Kind,
    definitions: &mut Definitions<'d>,
) -> Result<Vec<Item<'c, 'd>>, Problem> {
    let mut out = Vec::with_capacity(items.len());
    let mut items = items.into_iter();
    while let Some(item) = items.next() {
        match item {
            Item::Token(token) if token.kind == kind => match items.next() {
                Some(Item::Token(name)) => {
                    out.push(Item::Node(definitions.quantified(name.text, kind == Kind::AllOf)?));
                }
                _ => return Err(format!("`{}` in the condition is followed by no name", token.text)),
            },
            other => out.push(other),
        }
    }
    Ok(out)
}

fn identifiers<'c, 'd>(
    items: Vec<Item<'c, 'd>>,
    definitions: &mut Definitions<'d>,
) -> Result<Vec<Item<'c, 'd>>, Problem> {
    items
        .into_iter()
        .map(|item| match item {
            Item::Token(token) if token.kind == Kind::Identifier => Ok(Item::Node(definitions.group(token.text)?)),
            other => Ok(other),
        })
        .collect()
}

fn negations<'c, 'd>(items: Vec<Item<'c, 'd>>) -> Result<Vec<Item<'c, 'd>>, Problem> {
    let mut out = Vec::with_capacity(items.len());
    let mut items = items.into_iter();
    while let Some(item) = items.next() {
        match item {
            Item::Token(token) if token.kind == Kind::Not => match items.next() {
                Some(Item::Node(node)) => out.push(Item::Node(Node::Not(Box::new(node)))),
                _ => return Err(format!("`{}` in the condition is followed by no name", token.text)),
            },
            other => out.push(other),
        }
    }
    Ok(out)
}

fn binary<'c, 'd>(items: Vec<Item<'c, 'd>>, kind: Kind) -> Result<Vec<Item<'c, 'd>>, Problem> {
    let mut out: Vec<Item<'c, 'd>> = Vec::with_capacity(items.len());
    let mut items = items.into_iter();
    while let Some(item) = items.next() {
        match item {
            Item::Token(token) if token.kind == kind => match (out.pop(), items.next()) {
                (Some(Item::Node(left)), Some(Item::Node(right))) => {
                    let pair = vec![left, right];
                    out.push(Item::Node(if kind == Kind::And { Node::And(pair) } else { Node::Or(pair) }));
                }
                _ => return Err(format!("`{}` in the condition has no name on one side", token.text)),
            },
            other => out.push(other),
        }
    }
    Ok(out)
}

/// The part right of `|`.
pub(super) fn aggregation<'c>(tokens: &[Token<'c>]) -> Result<Aggregation<'c>, Problem> {
    let mut tokens = tokens.iter();
    let aggregation = match tokens.next() {
        Some(token) if token.kind == Kind::Near => {
            near(&mut tokens)?;
            Aggregation::Near
        }
        Some(token) if token.kind == Kind::Function => count(token.text, &mut tokens)?,
        Some(token) => return Err(format!("`{}` right of `|` is no aggregation", token.text)),
        None => return Err("nothing stands right of `|` in the condition".to_owned()),
    };
    match tokens.next() {
        Some(token) => Err(format!("unexpected `{}` after the aggregation", token.text)),
        None => Ok(aggregation),
    }
}

type Tokens<'t, 'c> = std::slice::Iter<'t, Token<'c>>;

fn expect<'c>(tokens: &mut Tokens<'_, 'c>, kind: Kind, what: &str) -> Result<&'c str, Problem> {
    match tokens.next() {
        Some(token) if token.kind == kind => Ok(token.text),
        Some(token) => Err(format!("`{}` in the aggregation stands where {what} belongs", token.text)),
        None => Err(format!("the aggregation ends where {what} belongs")),
    }
}

fn count<'c>(function: &'c str, tokens: &mut Tokens<'_, 'c>) -> Result<Aggregation<'c>, Problem> {
    if function.chars().any(|c| c.is_ascii_uppercase()) {
        return Err(format!("`{function}` is no function of an aggregation; they are written in lower case"));
    }
    expect(tokens, Kind::Open, "`(`")?;
    let field = match tokens.as_slice().first() {
        Some(token) if token.kind == Kind::Identifier => tokens.next().map(|token| token.text),
        _ => None,
    };
    expect(tokens, Kind::Close, "`)`")?;
    let mut by = None;
    if tokens.as_slice().first().is_some_and(|token| token.kind == Kind::By) {
        tokens.next();
        by = Some(expect(tokens, Kind::Identifier, "a field")?);
    }
    let comparison = match tokens.next() {
        Some(token) if token.kind == Kind::Equal => Comparison::Equal,
        Some(token) if token.kind == Kind::Less => Comparison::Less,
        Some(token) if token.kind == Kind::Greater => Comparison::Greater,
        Some(token) => return Err(format!("`{}` in the aggregation stands where a comparison belongs", token.text)),
        None => return Err("the aggregation ends where a comparison belongs".to_owned()),
    };
    let value = expect(tokens, Kind::Identifier, "a number")?;
    Ok(Aggregation::Count { function, field, by, comparison, value })
}

fn near(tokens: &mut Tokens<'_, '_>) -> Result<(), Problem> {
    expect(tokens, Kind::Identifier, "a name")?;
    while tokens.as_slice().first().is_some_and(|token| token.kind == Kind::And) {
        tokens.next();
        if tokens.as_slice().first().is_some_and(|token| token.kind == Kind::Not) {
            tokens.next();
        }
        expect(tokens, Kind::Identifier, "a name")?;
    }
    Ok(())
}
