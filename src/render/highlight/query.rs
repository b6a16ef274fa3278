//! Query languages of `SIEMs`, as far as they are alike: comparisons of fields, and commands after pipes.

use super::{Class, Language, Marker, is_number, is_word, run, string_end};

/// Words that are operators, or begin a clause, in one of the languages, sorted.
#[rustfmt::skip]
const WORDS: [&[u8]; 52] = [
    b"and", b"any", b"as", b"asc", b"between", b"by", b"cased", b"cidr", b"collate", b"contains", b"contains_cs",
    b"datamodel", b"desc", b"ends", b"endswith", b"endswith_cs", b"escape", b"exists", b"false", b"from", b"group",
    b"has", b"having", b"ilike", b"imatches", b"in", b"is", b"like", b"matches", b"maxspan", b"metadata", b"nocase",
    b"not", b"null", b"on", b"or", b"order", b"over", b"regex", b"regexp", b"rlike", b"select", b"sequence", b"span",
    b"startswith", b"startswith_cs", b"true", b"until", b"using", b"where", b"with", b"xor",
];

pub(super) fn lex(marker: &mut Marker<'_>, language: Language) {
    let bytes = marker.bytes();
    let escape = (language != Language::Sql).then_some(b'\\');
    // Whether a command may stand here: at the start, and after a pipe.
    let mut command = true;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'"' | b'\'' | b'`' => {
                // Go's raw strings know no escape.
                let end = string_end(bytes, at, byte, escape.filter(|_| byte != b'`'));
                marker.mark(Class::Str, at, end);
                at = end;
            }
            b'/' if at > 0 && matches!(bytes[at - 1], b'=' | b'(' | b' ') && language == Language::Query => {
                let end = string_end(bytes, at, b'/', Some(b'\\'));
                marker.mark(Class::Str, at, end);
                at = end;
            }
            b'|' if bytes.get(at + 1) != Some(&b'|') && at.checked_sub(1).map(|before| bytes[before]) != Some(b'|') => {
                at = run(bytes, at + 1, |b| b == b' ');
                command = true;
                continue;
            }
            b'*' | b'?' | b'!' | b'<' | b'>' | b'=' | b'~' | b'&' | b'|' => {
                let end = run(bytes, at, |b| b"*?!<>=~&|".contains(&b));
                marker.mark(Class::Op, at, end);
                at = end;
            }
            b if is_word(b) || b == b'@' => {
                at = word(marker, at, command);
            }
            b' ' | b'\n' => {
                at += 1;
                continue;
            }
            _ => at += 1,
        }
        command = false;
    }
}

/// Marks a command, a field, an operator or a number; other words stay plain.
fn word(marker: &mut Marker<'_>, at: usize, command: bool) -> usize {
    let bytes = marker.bytes();
    let end = run(bytes, at, |b| is_word(b) || matches!(b, b'.' | b'-' | b'@'));
    let word = &bytes[at..end];
    let next = bytes.get(run(bytes, end, |b| b == b' ')).copied().unwrap_or_default();
    let compared = matches!(next, b'=' | b'!' | b'<' | b'>' | b':' | b'~');
    if is_operator(word) {
        marker.mark(Class::Keyword, at, end);
    } else if compared {
        marker.mark(Class::Key, at, end);
    } else if is_number(word) {
        marker.mark(Class::Num, at, end);
    } else if command {
        marker.mark(Class::Command, at, end);
    }
    end
}

fn is_operator(word: &[u8]) -> bool {
    let mut lower = [0; 16];
    let Some(lower) = lower.get_mut(..word.len()) else { return false };
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    WORDS.binary_search(&&*lower).is_ok()
}

#[cfg(test)]
mod tests {
    use super::WORDS;

    #[test]
    fn words_are_in_order() {
        assert!(WORDS.is_sorted());
    }
}
