//! The condition of a Sigma 2.x rule: names, `1 of`, `not`, `and`, `or`, parentheses.

use crate::query::detection::Expression;

use super::super::{MAX_DEPTH, MAX_TOKENS};

/// Why a condition cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// A sentence naming the token.
    pub(super) reason: String,
    /// What to do.
    pub(super) help: Option<&'static str>,
    /// Whether the condition is sound in an older Sigma.
    pub(super) aggregation: bool,
}

impl Problem {
    fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), help: None, aggregation: false }
    }
}

/// Parses a condition.
pub(super) fn parse(text: &str) -> Result<Expression<'_>, Problem> {
    let tokens = tokenize(text)?;
    if tokens.is_empty() {
        return Err(Problem::new("the condition is empty"));
    }
    let mut parser = Parser { tokens: &tokens, next: 0 };
    let expression = parser.or(0)?;
    match parser.peek() {
        None => Ok(expression),
        Some(")") => Err(Problem::new("a `)` in the condition has no `(` before it")),
        Some(token) => Err(unexpected(token)),
    }
}

fn tokenize(text: &str) -> Result<Vec<&str>, Problem> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let len = match first {
            '(' | ')' => 1,
            '|' => {
                return Err(Problem {
                    reason: "the condition has an aggregation (`|`), which Sigma 2.x gave up".to_owned(),
                    help: Some("write a correlation rule that counts the matches of this one"),
                    aggregation: true,
                });
            }
            _ => rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_-*".contains(c))).unwrap_or(rest.len()),
        };
        if len == 0 {
            return Err(Problem::new(format!("unexpected `{first}` in the condition")));
        }
        if tokens.len() == MAX_TOKENS {
            return Err(Problem::new(format!("the condition has more than {MAX_TOKENS} words")));
        }
        tokens.push(&rest[..len]);
        rest = rest[len..].trim_start();
    }
    Ok(tokens)
}

fn unexpected(token: &str) -> Problem {
    let mut problem = Problem::new(format!("unexpected `{token}` in the condition"));
    if ["and", "or", "not", "of"].iter().any(|word| *word != token && word.eq_ignore_ascii_case(token)) {
        problem.help = Some("operators of a condition are written in lower case");
    }
    problem
}

struct Parser<'t, 'c> {
    tokens: &'t [&'c str],
    next: usize,
}

impl<'c> Parser<'_, 'c> {
    fn peek(&self) -> Option<&'c str> {
        self.tokens.get(self.next).copied()
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.peek() == Some(token);
        self.next += usize::from(found);
        found
    }

    fn or(&mut self, depth: usize) -> Result<Expression<'c>, Problem> {
        let mut children = vec![self.and(depth)?];
        while self.take("or") {
            children.push(self.and(depth)?);
        }
        Ok(if children.len() == 1 { children.remove(0) } else { Expression::Or(children) })
    }

    fn and(&mut self, depth: usize) -> Result<Expression<'c>, Problem> {
        let mut children = vec![self.unary(depth)?];
        while self.take("and") {
            children.push(self.unary(depth)?);
        }
        Ok(if children.len() == 1 { children.remove(0) } else { Expression::And(children) })
    }

    fn unary(&mut self, depth: usize) -> Result<Expression<'c>, Problem> {
        if depth > MAX_DEPTH {
            return Err(Problem::new(format!("the condition is nested deeper than {MAX_DEPTH} levels")));
        }
        if self.take("not") {
            return Ok(Expression::Not(Box::new(self.unary(depth + 1)?)));
        }
        if self.take("(") {
            let inner = self.or(depth + 1)?;
            return match self.peek() {
                Some(")") => {
                    self.next += 1;
                    Ok(inner)
                }
                Some(token) => Err(unexpected(token)),
                None => Err(Problem::new("a `(` in the condition has no `)`")),
            };
        }
        self.operand()
    }

    fn operand(&mut self) -> Result<Expression<'c>, Problem> {
        let token = match self.peek() {
            None => {
                let last = self.tokens.last().copied().unwrap_or_default();
                return Err(Problem::new(format!("the condition ends after `{last}`")));
            }
            Some(token @ (")" | "and" | "or")) => return Err(unexpected(token)),
            Some(token) => token,
        };
        self.next += 1;
        if matches!(token, "1" | "any" | "all") && self.take("of") {
            let all = token == "all";
            return match self.peek() {
                Some(pattern) if !matches!(pattern, "(" | ")" | "and" | "or" | "not") => {
                    self.next += 1;
                    Ok(Expression::Of { all, pattern })
                }
                _ => Err(Problem::new(format!("`{token} of` in the condition is followed by no name"))),
            };
        }
        if self.peek() == Some("of") {
            let mut problem = Problem::new(format!("`{token} of` is no operator of the condition"));
            problem.help = Some("Sigma knows `1 of`, `any of` and `all of`");
            return Err(problem);
        }
        if token.contains('*') {
            let mut problem =
                Problem::new(format!("`{token}` in the condition is a pattern without `1 of` or `all of`"));
            problem.help = Some("write `1 of` or `all of` before it");
            return Err(problem);
        }
        Ok(Expression::Name(token))
    }
}
