//! Regular expressions that no engine takes.
//!
//! Sigma's are those of PCRE, and what a target's engine has is its own; so only what all of them
//! refuse is told: unbalanced groups and classes, a repetition of nothing, a final backslash.

/// What is wrong with a pattern, in a sentence about it.
pub(super) fn fault(pattern: &str) -> Option<&'static str> {
    let bytes = pattern.as_bytes();
    let mut at = 0;
    let mut open = 0_usize;
    // Whether there is something before that can be repeated.
    let mut repeatable = false;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => {
                match bytes.get(at + 1) {
                    None => return Some("it ends in a single `\\`"),
                    // Everything up to `\E` is literal.
                    Some(b'Q') => return None,
                    Some(_) => at += 1,
                }
                repeatable = true;
            }
            b'[' => match end_of_class(bytes, at) {
                Some(end) => {
                    at = end;
                    repeatable = true;
                }
                None => return Some("a `[` has no `]`"),
            },
            b'(' => {
                // Comments and verbs have rules of their own.
                if matches!(bytes.get(at + 1..at + 3), Some([b'*', _] | [b'?', b'#'])) {
                    return None;
                }
                open += 1;
                repeatable = false;
                if bytes.get(at + 1) == Some(&b'?') {
                    let rest = &bytes[at + 1..];
                    let end = rest.iter().position(|b| matches!(b, b')' | b':' | b'=' | b'!' | b'>'));
                    let head = &rest[..end.unwrap_or(1)];
                    // Under `x` an expression may have comments.
                    if head.contains(&b'x') && !head.contains(&b'<') {
                        return None;
                    }
                    at += head.len() + usize::from(end.is_some_and(|end| rest[end] != b')'));
                }
            }
            b')' => match open.checked_sub(1) {
                Some(rest) => {
                    open = rest;
                    repeatable = true;
                }
                None => return Some("a `)` has no `(`"),
            },
            b'|' => repeatable = false,
            b'*' | b'+' | b'?' if !repeatable => return Some("there is nothing before a `*`, `+` or `?` to repeat"),
            // `^*` is taken by some.
            _ => repeatable = true,
        }
        at += 1;
    }
    (open > 0).then_some("a `(` has no `)`")
}

/// The `]` that ends the class which starts at `start`.
fn end_of_class(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    if bytes.get(at) == Some(&b'^') {
        at += 1;
    }
    // A `]` that comes first is one of the characters.
    if bytes.get(at) == Some(&b']') {
        at += 1;
    }
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            // `[:alpha:]`
            b'[' if bytes.get(at + 1) == Some(&b':') => {
                let end = bytes[at + 2..].windows(2).position(|pair| pair == b":]");
                at = end.map_or(at + 1, |end| at + 2 + end + 2);
            }
            b']' => return Some(at),
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn only_what_no_engine_takes_is_a_fault() {
        for sound in [
            "",
            "a*b+c?",
            "a*?",
            "a++",
            "(?i)x",
            "(?:a|b)+",
            "(?=a)b",
            "(?<!a)b",
            "(?<n>a)",
            r"a\(b",
            r"\\",
            "[]a]",
            "[^]a]",
            "[[:alpha:]_]+",
            r"[\]]",
            "x{2,}",
            "{",
            "^*",
            "(|a)",
            "(?P<n>a*)",
            r"\Q(\E",
            "(?#()",
            "(*UTF8)a",
            "a|b*",
            "[(*]",
            "[[]",
            "é*",
        ] {
            assert_eq!(fault(sound), None, "{sound}");
        }
        for broken in ["(a", "a)", "[a", r"a\", "*a", "+", "a|*b", "(?:*a)", "[^]", "((a)", "(?<n>+)"] {
            assert!(fault(broken).is_some(), "{broken}");
        }
    }
}
