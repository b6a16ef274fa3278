//! A strict reader of Lucene queries, and what they find in an event.
//!
//! Strict: a level that mixes AND and OR, or has a bare NOT in an OR, is an error, because
//! Lucene's grammar has no precedence one could rely on.

use std::collections::BTreeMap;

/// An event: field → value.
pub(crate) type Event = BTreeMap<String, String>;

/// Whether the event is found. Case is ignored except by regular expressions.
pub(crate) fn finds(query: &str, event: &Event) -> Result<bool, String> {
    let mut reader = Reader { rest: query };
    let found = reader.level(event, None)?;
    if reader.rest.is_empty() { Ok(found) } else { Err(format!("left over: {}", reader.rest)) }
}

struct Reader<'q> {
    rest: &'q str,
}

enum Piece {
    Char(char),
    Many,
    One,
}

impl Reader<'_> {
    fn take(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Parts joined by one operator, up to the end or a `)`.
    fn level(&mut self, event: &Event, field: Option<&str>) -> Result<bool, String> {
        let mut operator = None;
        let mut negated = self.rest.starts_with("NOT ");
        let mut result = self.part(event, field)?;
        loop {
            let next = if self.take(" AND ") {
                "AND"
            } else if self.take(" OR ") {
                "OR"
            } else {
                return Ok(result);
            };
            if *operator.get_or_insert(next) != next {
                return Err(format!("AND and OR mixed before: {}", self.rest));
            }
            negated |= self.rest.starts_with("NOT ");
            if next == "OR" && negated {
                return Err(format!("bare NOT in an OR before: {}", self.rest));
            }
            let part = self.part(event, field)?;
            result = if next == "AND" { result && part } else { result || part };
        }
    }

    fn part(&mut self, event: &Event, field: Option<&str>) -> Result<bool, String> {
        if self.take("NOT ") {
            return Ok(!self.part(event, field)?);
        }
        if self.take("(") {
            let found = self.level(event, field)?;
            return if self.take(")") { Ok(found) } else { Err(format!("no `)` before: {}", self.rest)) };
        }
        if self.rest.starts_with(['"', '/']) {
            return self.delimited(event, field);
        }
        let term = self.term()?;
        if field.is_none() && self.take(":") {
            let name: String = text_of(&term);
            return self.value(event, &name);
        }
        let wanted = text_of(&term);
        Ok(values(event, field).any(|value| match wanted.strip_prefix('>') {
            Some(number) if field.is_some() => value.parse::<f64>().ok() > number.parse::<f64>().ok(),
            _ => matches(&term, value),
        }))
    }

    fn value(&mut self, event: &Event, name: &str) -> Result<bool, String> {
        if name == "_exists_" {
            let field = text_of(&self.term()?);
            return Ok(event.contains_key(&field));
        }
        let name = name.strip_suffix(".keyword").unwrap_or(name);
        self.part(event, Some(name))
    }

    fn delimited(&mut self, event: &Event, field: Option<&str>) -> Result<bool, String> {
        let quote = self.rest.chars().next().unwrap_or_default();
        let mut escaped = false;
        let end = self.rest[1..].find(|c| {
            let end = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            end
        });
        let body = &self.rest[1..=end.ok_or("an open quote")?];
        self.rest = &self.rest[body.len() + 2..];
        if quote == '/' {
            let regex = format!("^(?s:{})$", body.replace(r"\<", "<").replace(r"\>", ">"));
            let regex = regex::Regex::new(&regex).map_err(|error| error.to_string())?;
            return Ok(values(event, field).any(|value| regex.is_match(value)));
        }
        let mut text = String::new();
        let mut chars = body.chars();
        while let Some(c) = chars.next() {
            text.extend(if c == '\\' { chars.next() } else { Some(c) });
        }
        let text = text.to_lowercase();
        Ok(values(event, field).map(str::to_lowercase).any(|value| match field {
            Some(_) => value == text,
            None => value.contains(&text),
        }))
    }

    fn term(&mut self) -> Result<Vec<Piece>, String> {
        let mut pieces = Vec::new();
        let mut chars = self.rest.char_indices();
        let end = loop {
            let Some((at, c)) = chars.next() else { break self.rest.len() };
            match c {
                '\\' => pieces.push(Piece::Char(chars.next().ok_or("a backslash at the end")?.1)),
                '*' => pieces.push(Piece::Many),
                '?' => pieces.push(Piece::One),
                ' ' | ')' | ':' => break at,
                '(' | '"' | '[' | ']' | '{' | '}' | '^' | '~' | '/' | '!' | '&' | '|' => {
                    return Err(format!("`{c}` in a term: {}", self.rest));
                }
                c => pieces.push(Piece::Char(c)),
            }
        };
        if end == 0 {
            return Err(format!("no term before: {}", self.rest));
        }
        self.rest = &self.rest[end..];
        Ok(pieces)
    }
}

fn text_of(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Char(c) => *c,
            Piece::Many => '*',
            Piece::One => '?',
        })
        .collect()
}

fn values<'e>(event: &'e Event, field: Option<&str>) -> impl Iterator<Item = &'e str> {
    let field = field.map(str::to_owned);
    event
        .iter()
        .filter(move |(name, _)| field.as_ref().is_none_or(|field| field == *name))
        .map(|(_, value)| value.as_str())
}

fn matches(pieces: &[Piece], value: &str) -> bool {
    let mut pattern = "(?is)^".to_owned();
    for piece in pieces {
        match piece {
            Piece::Char(c) => pattern.push_str(&regex::escape(&c.to_string())),
            Piece::Many => pattern.push_str(".*"),
            Piece::One => pattern.push('.'),
        }
    }
    regex::Regex::new(&(pattern + "$")).expect("escaped").is_match(value)
}
