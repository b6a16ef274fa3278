//! Sigma strings: text with wildcards, as Sigma 2.x reads them.

/// A piece of a Sigma string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Characters that mean themselves.
    Text(String),
    /// `*`: any run of characters.
    Many,
    /// `?`: any one character.
    One,
    /// `%name%`, to be replaced by the user's own values.
    Placeholder(String),
}

/// A Sigma string. Neighbouring text parts are one part; no text part is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Part>);

impl Pattern {
    /// Reads a string of a rule: bare `*` and `?` are wildcards; a backslash before `*`, `?` or a
    /// backslash makes that character literal and is itself literal anywhere else.
    pub(super) fn parse(text: &str) -> Self {
        let mut pattern = Self::default();
        let mut rest = text;
        while let Some(at) = rest.find(['\\', '*', '?']) {
            pattern.push_text(&rest[..at]);
            let tail = &rest[at + 1..];
            let escaped = tail.chars().next().filter(|c| matches!(c, '*' | '?' | '\\'));
            match (rest.as_bytes()[at], escaped) {
                (b'*', _) => pattern.0.push(Part::Many),
                (b'?', _) => pattern.0.push(Part::One),
                (_, Some(_)) => pattern.push_text(&tail[..1]),
                (_, None) => pattern.push_text("\\"),
            }
            rest = if rest.as_bytes()[at] == b'\\' && escaped.is_some() { &tail[1..] } else { tail };
        }
        pattern.push_text(rest);
        pattern
    }

    /// Whether `text` of a rule is read as this pattern.
    pub(super) fn is(&self, text: &str) -> bool {
        if text.contains(['\\', '*', '?']) {
            return *self == Self::parse(text);
        }
        // Nothing in it means anything but itself.
        match self.0.as_slice() {
            [] => text.is_empty(),
            [Part::Text(own)] => own == text,
            _ => false,
        }
    }

    /// Text without any wildcard.
    pub(super) fn literal(text: &str) -> Self {
        let mut pattern = Self::default();
        pattern.push_text(text);
        pattern
    }

    /// The pieces.
    pub(super) fn parts(&self) -> &[Part] {
        &self.0
    }

    /// Appends text.
    pub(super) fn push_text(&mut self, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(Part::Text(last)) => last.push_str(text),
            _ => self.0.push(Part::Text(text.to_owned())),
        }
    }

    /// Appends a piece that is no text.
    pub(super) fn push(&mut self, part: Part) {
        match part {
            Part::Text(text) => self.push_text(&text),
            other => self.0.push(other),
        }
    }

    /// With `*` in front, unless there is one.
    pub(super) fn open_start(mut self) -> Self {
        if self.0.first() != Some(&Part::Many) {
            self.0.insert(0, Part::Many);
        }
        self
    }

    /// With `*` at the end, unless there is one.
    pub(super) fn open_end(mut self) -> Self {
        if self.0.last() != Some(&Part::Many) {
            self.0.push(Part::Many);
        }
        self
    }

    /// Whether there is a `*` or `?`.
    pub(super) fn has_wildcard(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Many | Part::One))
    }

    /// The name of the first placeholder.
    pub(super) fn placeholder(&self) -> Option<&str> {
        self.0.iter().find_map(|part| match part {
            Part::Placeholder(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The text, if there is nothing but text.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, Pattern};

    fn text(s: &str) -> Part {
        Part::Text(s.to_owned())
    }

    #[test]
    fn a_backslash_is_literal_unless_it_escapes() {
        for (written, parts) in [
            (r"C:\Windows\*", vec![text(r"C:\Windows*")]),
            (r"C:\Windows\\*", vec![text(r"C:\Windows\"), Part::Many]),
            (r"\cmd.exe", vec![text(r"\cmd.exe")]),
            (r"\\\\host", vec![text(r"\\host")]),
            (r"a\?b?", vec![text("a?b"), Part::One]),
            (r"end\", vec![text(r"end\")]),
            ("", vec![]),
            ("ü*ß", vec![text("ü"), Part::Many, text("ß")]),
        ] {
            assert_eq!(Pattern::parse(written).parts(), parts, "{written}");
        }
    }

    #[test]
    fn a_text_is_the_pattern_it_is_read_as() {
        let texts = ["", "a", "A", "ab", "*", "?", r"\", r"\\", r"\*", r"\\*", "a*", r"a\*", "*a*", r"C:\a"];
        for one in texts {
            for other in texts {
                assert_eq!(
                    Pattern::parse(one).is(other),
                    Pattern::parse(one) == Pattern::parse(other),
                    "{one} {other}"
                );
            }
        }
    }

    #[test]
    fn opening_twice_adds_one_star() {
        let pattern = Pattern::parse("*a").open_start().open_end().open_end();
        assert_eq!(pattern.parts(), [Part::Many, text("a"), Part::Many]);
    }
}
