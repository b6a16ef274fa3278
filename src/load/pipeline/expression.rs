//! Expressions over the names of conditions: `not (a or b) and c`.

use crate::model::pipeline::Formula;

/// Nesting of parentheses and `not`.
const MAX_DEPTH: usize = 64;

/// Reads `text`; `names` are the conditions it may name, in order.
///
/// # Errors
/// What is wrong, as a sentence.
pub(super) fn parse(text: &str, names: &[&str]) -> Result<Formula, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, names };
    let formula = parser.any(0)?;
    match parser.tokens.get(parser.at) {
        None => Ok(formula),
        Some(token) => Err(format!("`{token}` is not expected there")),
    }
}

fn tokens(text: &str) -> Result<Vec<&str>, String> {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '(' | ')' => 1,
            c if word(c) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            other => return Err(format!("`{other}` is not expected there")),
        };
        tokens.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    Ok(tokens)
}

struct Parser<'t> {
    tokens: Vec<&'t str>,
    at: usize,
    names: &'t [&'t str],
}

impl Parser<'_> {
    fn next_is(&mut self, word: &str) -> bool {
        let is = self.tokens.get(self.at) == Some(&word);
        self.at += usize::from(is);
        is
    }

    fn any(&mut self, depth: usize) -> Result<Formula, String> {
        let mut parts = vec![self.all(depth)?];
        while self.next_is("or") {
            parts.push(self.all(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Formula::Any(parts) })
    }

    fn all(&mut self, depth: usize) -> Result<Formula, String> {
        let mut parts = vec![self.one(depth)?];
        while self.next_is("and") {
            parts.push(self.one(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Formula::All(parts) })
    }

    fn one(&mut self, depth: usize) -> Result<Formula, String> {
        if depth > MAX_DEPTH {
            return Err(format!("it is nested deeper than {MAX_DEPTH} levels"));
        }
        if self.next_is("not") {
            return Ok(Formula::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.next_is("(") {
            let inner = self.any(depth + 1)?;
            return if self.next_is(")") { Ok(inner) } else { Err("a `)` is missing".to_owned()) };
        }
        match self.tokens.get(self.at) {
            None => Err("it ends where a condition is expected".to_owned()),
            Some(token @ (&"and" | &"or" | &")")) => Err(format!("`{token}` is not expected there")),
            Some(name) => {
                self.at += 1;
                let found = self.names.iter().position(|known| known == name);
                found.map(Formula::Condition).ok_or_else(|| format!("it names `{name}`, which is no condition here"))
            }
        }
    }
}

impl Formula {
    /// Whether the condition at `index` occurs.
    pub(super) fn names(&self, index: usize) -> bool {
        match self {
            Self::Condition(i) => *i == index,
            Self::Not(inner) => inner.names(index),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.names(index)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_binds_before_and_before_or() {
        let parsed = parse("not a and b or (c or a)", &["a", "b", "c"]);
        let leaf = Formula::Condition;
        let expected = Formula::Any(vec![
            Formula::All(vec![Formula::Not(Box::new(leaf(0))), leaf(1)]),
            Formula::Any(vec![leaf(2), leaf(0)]),
        ]);
        assert_eq!(parsed, Ok(expected));
        assert_eq!(parse("a-b", &["a-b"]), Ok(leaf(0)));
    }

    #[test]
    fn mistakes_are_told() {
        for (text, message) in [
            ("a and", "it ends where a condition is expected"),
            ("", "it ends where a condition is expected"),
            ("a AND a", "`AND` is not expected there"),
            ("(a", "a `)` is missing"),
            ("a)", "`)` is not expected there"),
            ("a and d", "it names `d`, which is no condition here"),
            ("a & a", "`&` is not expected there"),
        ] {
            assert_eq!(parse(text, &["a"]), Err(message.to_owned()), "{text}");
        }
        assert!(parse(&"(".repeat(100_000), &["a"]).is_err());
        assert!(parse(&"not ".repeat(100_000), &["a"]).is_err());
    }
}
