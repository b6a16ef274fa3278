//! Commands for `cmd.exe`, with the placeholders of Atomic Red Team.

use super::{Class, Marker, is_one_of, is_word, line_end, line_string_end, placeholder, run};

const KEYWORDS: [&str; 16] = [
    "if",
    "else",
    "for",
    "in",
    "do",
    "not",
    "exist",
    "defined",
    "goto",
    "call",
    "set",
    "setlocal",
    "endlocal",
    "exit",
    "errorlevel",
    "pause",
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
            b'\n' | b'(' | b'|' | b'&' => {
                if b == b'|' || b == b'&' {
                    marker.mark(Class::Op, at, at + 1);
                }
                command = true;
                at += 1;
            }
            b':' if command => {
                let end = line_end(bytes, at);
                let class = if bytes.get(at + 1) == Some(&b':') { Class::Comment } else { Class::Keyword };
                marker.mark(class, at, end);
                at = end;
            }
            b'<' | b'>' => {
                marker.mark(Class::Op, at, at + 1);
                at += 1;
            }
            b'"' => {
                // A string of cmd.exe never goes on after its line.
                let end = line_string_end(bytes, at, b'"', None);
                marker.mark_with_placeholders(Class::Str, at, end);
                at = end;
                command = false;
            }
            b'^' => at += 2,
            b'%' | b'!' => at = variable(marker, at),
            b'/' if at > 0 && bytes[at - 1] == b' ' => {
                let end = run(bytes, at + 1, is_word);
                marker.mark(Class::Key, at, end);
                at = end;
            }
            b if is_word(b) => at = word(marker, at, &mut command),
            _ => at += 1,
        }
    }
}

/// `%NAME%`, `!NAME!`, `%1`, `%~dp0`, `%%i`.
fn variable(marker: &mut Marker<'_>, at: usize) -> usize {
    let bytes = marker.bytes();
    let sign = bytes[at];
    let name = run(bytes, at + 1, |b| is_word(b) || matches!(b, b'(' | b')' | b':' | b'~' | b',' | b'='));
    let end = if name > at + 1 && bytes.get(name) == Some(&sign) {
        name + 1
    } else if sign == b'%' {
        let word = run(bytes, at + 1, |b| b == b'%' || b == b'~');
        run(bytes, word, |b| b.is_ascii_alphanumeric()).min(word + 8)
    } else {
        at + 1
    };
    if end > at + 1 {
        marker.mark(Class::Var, at, end);
    }
    end
}

fn word(marker: &mut Marker<'_>, at: usize, command: &mut bool) -> usize {
    let bytes = marker.bytes();
    let end = run(bytes, at, |b| is_word(b) || matches!(b, b'.' | b'-' | b'\\' | b':'));
    let word = &bytes[at..end];
    if *command && word.eq_ignore_ascii_case(b"rem") {
        let line = line_end(bytes, at);
        marker.mark(Class::Comment, at, line);
        return line;
    }
    if is_one_of(word, &KEYWORDS) {
        marker.mark(Class::Keyword, at, end);
        *command = word.eq_ignore_ascii_case(b"do") || word.eq_ignore_ascii_case(b"else");
    } else {
        if *command {
            marker.mark(Class::Command, at, end);
        }
        *command = false;
    }
    end
}
