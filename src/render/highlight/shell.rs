//! Commands for `sh` and `bash`, with the placeholders of Atomic Red Team.

use super::{Class, Marker, is_one_of, is_word, line_end, placeholder, run, string_end};

const KEYWORDS: [&str; 20] = [
    "if", "then", "else", "elif", "fi", "for", "in", "do", "done", "while", "until", "case", "esac", "function",
    "return", "export", "local", "exit", "select", "set",
];

pub(super) fn lex(marker: &mut Marker<'_>) {
    let bytes = marker.bytes();
    let mut at = 0;
    // Whether the next word is a command.
    let mut command = true;
    while at < bytes.len() {
        let b = bytes[at];
        let holder = placeholder(bytes, at);
        if holder > 0 {
            marker.mark(Class::Var, at, at + holder);
            at += holder;
            command = false;
            continue;
        }
        match b {
            b'#' if at == 0 || bytes[at - 1].is_ascii_whitespace() || bytes[at - 1] == b';' => {
                let end = line_end(bytes, at);
                marker.mark(Class::Comment, at, end);
                at = end;
            }
            b'\n' | b';' | b'|' | b'&' | b'(' | b'`' | b'{' => {
                if b != b'\n' {
                    marker.mark(Class::Op, at, at + 1);
                }
                command = true;
                at += 1;
            }
            b'<' | b'>' => {
                let end = run(bytes, at, |b| b == b'<' || b == b'>');
                marker.mark(Class::Op, at, end);
                at = end;
            }
            b'"' | b'\'' => {
                let end = string_end(bytes, at, b, (b == b'"').then_some(b'\\'));
                marker.mark_with_placeholders(Class::Str, at, end);
                at = end;
                command = false;
            }
            b'\\' => at += 2,
            b'$' => at = variable(marker, at),
            b'-' if at > 0 && bytes[at - 1].is_ascii_whitespace() => {
                let end = run(bytes, at, |b| is_word(b) || b == b'-');
                marker.mark(Class::Key, at, end);
                at = end.max(at + 1);
            }
            b if is_word(b) || matches!(b, b'/' | b'.' | b'~') => {
                at = word(marker, at, &mut command);
            }
            _ => at += 1,
        }
    }
}

fn variable(marker: &mut Marker<'_>, at: usize) -> usize {
    let bytes = marker.bytes();
    let end = match bytes.get(at + 1) {
        Some(b'{') => {
            let name = run(bytes, at + 2, |b| b != b'}' && b != b'\n');
            if bytes.get(name) == Some(&b'}') { name + 1 } else { name }
        }
        Some(b) if is_word(*b) => run(bytes, at + 1, is_word),
        Some(b'@' | b'*' | b'#' | b'?' | b'$' | b'!') => at + 2,
        _ => return at + 1,
    };
    marker.mark(Class::Var, at, end);
    end
}

fn word(marker: &mut Marker<'_>, at: usize, command: &mut bool) -> usize {
    let bytes = marker.bytes();
    let end = run(bytes, at, |b| is_word(b) || matches!(b, b'/' | b'.' | b'-' | b'+' | b'~' | b':' | b'@' | b'%'));
    if bytes.get(end) == Some(&b'=') {
        marker.mark(Class::Var, at, end);
        return end + 1;
    }
    if *command {
        let keyword = is_one_of(&bytes[at..end], &KEYWORDS);
        marker.mark(if keyword { Class::Keyword } else { Class::Command }, at, end);
        *command = keyword || &bytes[at..end] == b"sudo";
    } else if matches!(&bytes[at..end], b"in" | b"do" | b"then") {
        marker.mark(Class::Keyword, at, end);
        *command = &bytes[at..end] != b"in";
    }
    end
}
