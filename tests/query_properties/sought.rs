//! What a query asks of an event, as its engine understands it, and what a rule asks.

use std::net::IpAddr;

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
    /// Those of ASCII in any case, others as they are.
    Ascii,
    /// As they are.
    Exact,
    /// The value in lower case with the text as it is.
    Lowered,
}

/// What is asked of a value, or of an event.
#[derive(Debug, Clone)]
pub(crate) enum Sought {
    /// A text with wildcards, which is the whole value.
    Glob(Vec<Piece>, Case),
    /// A regular expression, found anywhere in a value.
    Regex(Box<Regex>, String),
    /// An address in a network.
    Net(String),
    /// Words in a row, as an analyzed field holds them.
    Phrase(String),
    /// Asked of the event, whatever the field.
    Words(Box<Sought>),
    /// All of these.
    All(Vec<Sought>),
    /// Any of these.
    Any(Vec<Sought>),
}

/// What an event has: the field's value, and what stands elsewhere in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event<'e> {
    pub(crate) field: &'e str,
    pub(crate) words: &'e str,
}

impl Sought {
    pub(crate) fn text(text: &str, case: Case) -> Self {
        Self::Glob(text.chars().map(Piece::Char).collect(), case)
    }

    /// A regular expression found anywhere in a value.
    pub(crate) fn within(regex: &str) -> Result<Self, String> {
        let compiled = Regex::new(regex).map_err(|error| format!("{error}: {regex}"))?;
        Ok(Self::Regex(Box::new(compiled), regex.to_owned()))
    }

    /// A regular expression that is the whole value.
    pub(crate) fn whole(regex: &str) -> Result<Self, String> {
        Self::within(&format!(r"\A(?:{regex})\z"))
    }

    /// The same, asked of the whole event.
    pub(crate) fn anywhere(self) -> Self {
        Self::Words(Box::new(self))
    }

    /// Whether a value of the field is found.
    pub(crate) fn finds(&self, value: &str) -> bool {
        self.finds_event(Event { field: value, words: "" })
    }

    /// Whether an event is found.
    pub(crate) fn finds_event(&self, event: Event<'_>) -> bool {
        match self {
            Self::Glob(pieces, Case::Lowered) => {
                let value: Vec<char> = event.field.to_lowercase().chars().collect();
                glob(pieces, &value, |a, b| a == b)
            }
            Self::Glob(pieces, case) => {
                let value: Vec<char> = event.field.chars().collect();
                let same = |a: char, b: char| match case {
                    Case::Any => a == b || a.to_lowercase().eq(b.to_lowercase()),
                    Case::Ascii => a.eq_ignore_ascii_case(&b),
                    _ => a == b,
                };
                glob(pieces, &value, same)
            }
            Self::Regex(regex, _) => regex.is_match(event.field).expect("it does not give up"),
            Self::Net(network) => {
                let network: Option<(IpAddr, u32)> = network
                    .split_once('/')
                    .and_then(|(address, bits)| Some((address.parse().ok()?, bits.parse().ok()?)));
                match (network, event.field.parse()) {
                    (Some((IpAddr::V4(network), bits)), Ok(IpAddr::V4(address))) => {
                        (network.to_bits() ^ address.to_bits()).checked_shr(32 - bits).unwrap_or(0) == 0
                    }
                    (Some((IpAddr::V6(network), bits)), Ok(IpAddr::V6(address))) => {
                        (network.to_bits() ^ address.to_bits()).checked_shr(128 - bits).unwrap_or(0) == 0
                    }
                    _ => false,
                }
            }
            Self::Phrase(text) => event.field.to_lowercase().contains(&text.to_lowercase()),
            Self::Words(inner) => inner.finds(event.words),
            Self::All(all) => all.iter().all(|one| one.finds_event(event)),
            Self::Any(any) => any.iter().any(|one| one.finds_event(event)),
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
