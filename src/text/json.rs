//! JSON on lines of its own, each as deep as what it is part of.

/// Valid JSON with one member or item to a line, its words as they were written; `None` if that has more than
/// `limit` bytes.
pub fn indented_json(text: &str, limit: usize) -> Option<String> {
    let mut out = String::with_capacity(text.len().min(limit));
    let mut depth = 0_usize;
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let len = match first {
            '"' => string_len(rest),
            '{' | '[' | '}' | ']' | ',' | ':' => 1,
            _ => rest.find(['{', '[', '}', ']', ',', ':', '"', ' ', '\t', '\r', '\n']).unwrap_or(rest.len()).max(1),
        };
        let (word, after) = rest.split_at(rest.ceil_char_boundary(len));
        rest = after.trim_start();
        match first {
            '}' | ']' => depth = depth.saturating_sub(1),
            '{' | '[' => depth += 1,
            _ => {}
        }
        out.push_str(word);
        let closes = rest.starts_with(['}', ']']);
        match first {
            ':' => out.push(' '),
            '{' | '[' if closes => {}
            '{' | '[' | ',' => push_line(&mut out, depth, limit),
            _ if closes => push_line(&mut out, depth.saturating_sub(1), limit),
            _ => {}
        }
        if out.len() > limit {
            return None;
        }
    }
    Some(out)
}

fn push_line(out: &mut String, depth: usize, limit: usize) {
    out.push('\n');
    // Deeper than the limit is too long with the first line.
    out.extend(std::iter::repeat_n("  ", depth.min(limit)));
}

/// The bytes of the string a text begins with, its quotes among them.
fn string_len(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_items_stand_on_lines_of_their_own() {
        let text = r#" {"a":1,"b" : {}, "c":[ ],"d":["x, \\\"]{" ,-2.50e3,{"e":null}]} "#;
        let shown = "{\n  \"a\": 1,\n  \"b\": {},\n  \"c\": [],\n  \"d\": [\n    \"x, \\\\\\\"]{\",\n    -2.50e3,\n    {\n      \"e\": null\n    }\n  ]\n}";
        assert_eq!(indented_json(text, 1000).as_deref(), Some(shown));
        assert_eq!(indented_json(shown, 1000).as_deref(), Some(shown));
        assert_eq!(indented_json(text, shown.len()).as_deref(), Some(shown));
        assert_eq!(indented_json(text, shown.len() - 1), None);
    }

    #[test]
    fn depth_costs_no_more_than_the_limit() {
        let deep = ["[".repeat(500_000), "]".repeat(500_000)].concat();
        assert_eq!(indented_json(&deep, 10_000), None);
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[]{}\\[\",:a1é\\\\ \n]{0,40}") {
            let _ = indented_json(&text, 100);
        }
    }
}
