//! What a query asks of one field, as its engine understands it, and what a rule asks.

use fancy_regex::Regex;

/// A piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    Char(char),
    Many,
    One,
}

/// How letters are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// In any case.
    Any,
    /// As they are.
    Exact,
    /// The value in lower case with the text as it is.
    Lowered,
}

/// What is asked of a value.
#[derive(Debug, Clone)]
pub(crate) enum Sought {
    /// A text with wildcards, which is the whole value.
    Glob(Vec<Piece>, Case),
    /// A regular expression.
    Regex(Box<Regex>),
    /// All of these.
    All(Vec<Sought>),
}

impl Sought {
    pub(crate) fn text(text: &str, case: Case) -> Self {
        Self::Glob(text.chars().map(Piece::Char).collect(), case)
    }

    /// A regular expression found anywhere in a value.
    pub(crate) fn within(regex: &str) -> Result<Self, String> {
        let compiled = Regex::new(regex).map_err(|error| format!("{error}: {regex}"))?;
        Ok(Self::Regex(Box::new(compiled)))
    }

    /// A regular expression that is the whole value.
    pub(crate) fn whole(regex: &str) -> Result<Self, String> {
        Self::within(&format!(r"\A(?:{regex})\z"))
    }

    /// Whether a value is found.
    pub(crate) fn finds(&self, value: &str) -> bool {
        match self {
            Self::Glob(pieces, Case::Lowered) => {
                let value: Vec<char> = value.to_lowercase().chars().collect();
                glob(pieces, &value, |a, b| a == b)
            }
            Self::Glob(pieces, case) => {
                let value: Vec<char> = value.chars().collect();
                let same = |a: char, b: char| a == b || (*case == Case::Any && a.to_lowercase().eq(b.to_lowercase()));
                glob(pieces, &value, same)
            }
            Self::Regex(regex) => regex.is_match(value).expect("it does not give up"),
            Self::All(all) => all.iter().all(|one| one.finds(value)),
        }
    }
}

fn glob(pieces: &[Piece], value: &[char], same: impl Fn(char, char) -> bool + Copy) -> bool {
    // From each place in the value that the pieces so far lead to.
    let mut places = vec![false; value.len() + 1];
    places[0] = true;
    for piece in pieces {
        let mut next = vec![false; value.len() + 1];
        for at in (0..=value.len()).filter(|at| places[*at]) {
            match piece {
                Piece::Many => next[at..].fill(true),
                Piece::One if at < value.len() => next[at + 1] = true,
                Piece::Char(c) if value.get(at).is_some_and(|found| same(*c, *found)) => next[at + 1] = true,
                _ => {}
            }
        }
        places = next;
    }
    places[value.len()]
}

/// Pieces with `many` and `one` for wildcards, and the character behind `escape` as it is.
pub(crate) fn pieces(text: &str, many: char, one: Option<char>, escape: Option<char>) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(match c {
            c if Some(c) == escape => Piece::Char(chars.next().unwrap_or(c)),
            c if c == many => Piece::Many,
            c if Some(c) == one => Piece::One,
            c => Piece::Char(c),
        });
    }
    out
}

/// Pieces as a rule writes them.
pub(crate) fn sigma(pieces: &[Piece]) -> String {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Char(c) => {
                if matches!(c, '\\' | '*' | '?') {
                    out.push('\\');
                }
                out.push(*c);
            }
            Piece::Many => out.push('*'),
            Piece::One => out.push('?'),
        }
    }
    out
}
