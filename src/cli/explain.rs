//! `purplebook explain`: what a finding means.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use crate::config::nearest;
use crate::report::Code;

use super::CLEAN;
use super::failure::Failure;

/// Prints the explanation of a code (`PB206`, `pb206` or `206`), or the list of all.
pub(super) fn run(code: Option<&str>) -> Result<u8, Failure> {
    let text = match code {
        Some(typed) => explanation(find(typed)?),
        None => list(),
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(CLEAN)
}

fn find(typed: &str) -> Result<Code, Failure> {
    let as_number = typed.trim().parse::<u16>().ok();
    let by_number = Code::ALL.iter().copied().find(|code| Some(code.number()) == as_number);
    by_number.or_else(|| typed.parse().ok()).ok_or_else(|| {
        let codes: Vec<String> = Code::ALL.iter().map(ToString::to_string).collect();
        let help = match nearest(typed, codes.iter().map(String::as_str)) {
            Some(code) => format!("did you mean `{code}`? `purplebook explain` lists all codes"),
            None => "`purplebook explain` lists all codes".to_owned(),
        };
        Failure::help(format!("unknown code `{typed}`"), help)
    })
}

fn explanation(code: Code) -> String {
    format!("{code}: {} ({})\n\n{}", code.title(), code.severity(), code.explanation())
}

fn list() -> String {
    let mut text = String::new();
    for code in Code::ALL {
        let _ = writeln!(text, "{code}  {:<8} {}", code.severity(), code.title());
    }
    text
}
