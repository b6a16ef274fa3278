//! Time grows with the length of a text, not faster, whatever the text.
//!
//! Each text is timed at one length and at eight times that length. Linear work takes eight times
//! as long; quadratic work sixty-four times, which the limit of twenty-four tells apart: processor
//! time of the thread is taken, the best of several tries counts, and very short times are a millisecond.

#![cfg(unix)]

use std::time::Duration;

use purplebook::render::{highlight, prose};
use purplebook::site::{OutPath, Prose, RouteId, RouteTable};
use rustix::time::{ClockId, clock_gettime};

const FACTOR: usize = 8;
const LIMIT: u32 = 24;

/// The time this thread has spent on a processor.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

fn time(work: impl Fn()) -> Duration {
    let start = processor_time();
    work();
    processor_time().saturating_sub(start).max(Duration::from_millis(1))
}

/// Notes `name` in `slow` if no try keeps the limit; other processes may spoil some of them.
fn check_linear(slow: &mut Vec<String>, name: &str, small: usize, work: impl Fn(usize)) {
    let (mut short, mut long) = (Duration::MAX, Duration::MAX);
    for _ in 0..8 {
        short = short.min(time(|| work(small)));
        long = long.min(time(|| work(small * FACTOR)));
        if long < short * LIMIT {
            return;
        }
    }
    slow.push(format!("{name}: {short:?} for {small}, {long:?} for {}", small * FACTOR));
}

#[test]
fn marking_source_texts() {
    let mut slow = Vec::new();
    let pieces = [
        "\"",
        "'",
        "#{",
        "${",
        "${a}",
        "<!--",
        "<a ",
        "<a b='",
        "&a",
        "&#",
        "%a",
        "%a%",
        "!a",
        "!(",
        "/",
        "\\",
        "@\"",
        "a: ",
        "- ",
        "\"\"\"",
        "key: 'x\n",
        "[",
        "*",
        "a:",
        "\" ",
        "{\"a\" :",
        "- - - |\n",
        "a|b",
        "a#",
        " #",
        "x: |\n",
        "`",
        "'\"",
        "#",
        "--",
        "0x",
    ];
    for language in ["yaml", "lucene", "json", "bash", "powershell", "command_prompt", "xml", "toml"] {
        for piece in pieces {
            check_linear(&mut slow, &format!("{piece:?} as {language}"), 2_000, |n| {
                highlight::highlight(language, &piece.repeat(n));
            });
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}

#[test]
fn reading_markdown() {
    let mut slow = Vec::new();
    let routes = RouteTable::new(vec![OutPath::new("index").expect("a path")]);
    let repeated = [
        "*a ",
        "*a **a ",
        "_a ",
        "a**b",
        "[",
        "![",
        "[a](",
        "![a](b",
        "[a](<b",
        "![a](",
        "](x)",
        "<",
        "<a ",
        "<code>",
        "<code>a ",
        "</code>",
        "<code>a</code> ",
        "`a``",
        "> ",
        "- ",
        "* a\n",
        "&",
        "\\",
        "<!--",
        "<?",
        "<![CDATA[",
        "[a]: b\n",
        "[a]:\n",
        "[a]: x:y\n",
        "| a ",
        "|a|\n|-|\n",
        "<b>",
        "<b>x</b> ",
        "[a](javascript:b) ",
        "![a](https://x.example) ",
        "~~a",
        "a\n",
        "# a\n",
        "```\n",
        "<x:y> ",
        "<div>\n\n",
        "a\n===\n",
        "    a\n\n",
    ];
    for piece in repeated {
        check_linear(&mut slow, &format!("{piece:?}"), 500, |n| convert(&piece.repeat(n), &routes));
    }
    let nested: [(&str, &str); 7] = [
        ("[", "]"),
        ("![", "](x)"),
        ("*a ", " a*"),
        ("[a", "](b)"),
        ("<code>", "</code>"),
        ("![", "](javascript:x)"),
        ("`", " ` "),
    ];
    for (open, close) in nested {
        check_linear(&mut slow, &format!("{open:?} … {close:?}"), 300, |n| {
            convert(&format!("{}a{}", open.repeat(n), close.repeat(n)), &routes);
        });
    }
    assert!(slow.is_empty(), "{slow:#?}");
}

fn convert(source: &str, routes: &RouteTable) {
    let prose = Prose { source: source.to_owned(), links: Vec::new(), heading_shift: 0 };
    prose::to_html(&prose, RouteId(0), routes);
    prose::to_markdown(&prose, RouteId(0), routes);
}
