//! The tokens of a 2019 condition.
//!
//! The 2019 tokenizer tries its patterns in a fixed order and without word boundaries, so an
//! identifier that starts with a keyword falls apart (`original` is `or` and `iginal`), and `<=`
//! can never be read (`<` matches first). Rules of that time were written around this.

use crate::query::front::MAX_TOKENS;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `1 of`
    OneOf,
    /// `all of`
    AllOf,
    /// `count`, `min`, `max`, `avg`, `sum`
    Function,
    /// `near`
    Near,
    /// `by`
    By,
    /// `==`
    Equal,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `|`
    Pipe,
    /// `and`
    And,
    /// `or`
    Or,
    /// `not`
    Not,
    /// A name, a pattern or a number.
    Identifier,
    /// `(`
    Open,
    /// `)`
    Close,
}

/// A token with its text as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'c> {
    pub(super) kind: Kind,
    pub(super) text: &'c str,
}

/// In the order they are tried; all before the identifier match in any case.
const WORDS: [(&str, Kind); 16] = [
    ("count", Kind::Function),
    ("min", Kind::Function),
    ("max", Kind::Function),
    ("avg", Kind::Function),
    ("sum", Kind::Function),
    ("near", Kind::Near),
    ("by", Kind::By),
    ("==", Kind::Equal),
    ("<", Kind::Less),
    (">", Kind::Greater),
    ("|", Kind::Pipe),
    ("and", Kind::And),
    ("or", Kind::Or),
    ("not", Kind::Not),
    ("(", Kind::Open),
    (")", Kind::Close),
];

/// Why a condition has no tokens: a sentence naming the character.
pub(super) type Untokenized = String;

/// Splits a condition.
pub(super) fn tokenize(condition: &str) -> Result<Vec<Token<'_>>, Untokenized> {
    let mut tokens = Vec::new();
    let mut rest = condition;
    while let Some(first) = rest.chars().next() {
        let (kind, len) = match keyword(rest) {
            Some(found) => found,
            None if is_space(first) => {
                rest = &rest[first.len_utf8()..];
                continue;
            }
            None => match rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()) {
                0 => return Err(unexpected(first, rest)),
                len => (Kind::Identifier, len),
            },
        };
        if tokens.len() == MAX_TOKENS {
            return Err(format!("the condition has more than {MAX_TOKENS} words"));
        }
        tokens.push(Token { kind, text: &rest[..len] });
        rest = &rest[len..];
    }
    Ok(tokens)
}

/// The keyword `text` starts with, and its length.
fn keyword(text: &str) -> Option<(Kind, usize)> {
    let starts = |word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if starts("1 of") {
        return Some((Kind::OneOf, 4));
    }
    if starts("all of") {
        return Some((Kind::AllOf, 6));
    }
    WORDS.iter().find(|(word, _)| starts(word)).map(|(word, kind)| (*kind, word.len()))
}

fn unexpected(first: char, rest: &str) -> String {
    let seen: String = rest.chars().take(2).filter(|c| !c.is_whitespace()).collect();
    match seen.as_str() {
        "=" => "`=` is no operator of the condition".to_owned(),
        _ if first == '=' => "`<=` and `>=` are no operators of the condition".to_owned(),
        _ => format!("unexpected `{first}` in the condition"),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '*'
}

/// Whitespace as the 2019 converter's regular expressions see it.
pub(in crate::query) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}
