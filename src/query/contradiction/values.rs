//! When two comparisons of one field cannot both come out as wanted.
//!
//! Sound, not complete: what is not certain for any engine is taken to be possible. A field has one
//! value or none. A text of an event may be compared in any folding of case, so two texts differ
//! only if they differ in every one of them.

use std::net::IpAddr;

use crate::query::pattern::{Part, Pattern};
use crate::query::test::{Comparison, Number, Test};

/// Steps that may still be made; at 0 nothing more is found.
#[derive(Debug)]
pub(super) struct Budget(pub(super) usize);

impl Budget {
    /// Whether `steps` are left, which are spent.
    pub(super) fn spend(&mut self, steps: usize) -> bool {
        match self.0.checked_sub(steps) {
            Some(rest) => self.0 = rest,
            None => self.0 = 0,
        }
        self.0 > 0
    }
}

/// Whether no single value passes both tests.
pub(super) fn exclude_each_other(a: &Test, b: &Test, budget: &mut Budget) -> bool {
    match (a, b) {
        (Test::Match(p) | Test::Cased(p), Test::Match(q) | Test::Cased(q)) => {
            let exact = matches!((a, b), (Test::Cased(_), Test::Cased(_)));
            disjoint(p, q, exact, budget)
        }
        (Test::Number(x), Test::Number(y)) => as_float(*x) < as_float(*y) || as_float(*x) > as_float(*y),
        (Test::Bool(x), Test::Bool(y)) | (Test::Exists(x), Test::Exists(y)) => x != y,
        (Test::Exists(false) | Test::Null, other) | (other, Test::Exists(false) | Test::Null) => needs_a_value(other),
        (Test::Number(x), Test::Match(p) | Test::Cased(p)) | (Test::Match(p) | Test::Cased(p), Test::Number(x)) => {
            number_is_not(*x, p, budget)
        }
        (Test::Number(x), Test::Compare(sign, limit)) | (Test::Compare(sign, limit), Test::Number(x)) => {
            !holds(as_float(*x), *sign, as_float(*limit))
        }
        (Test::Match(p) | Test::Cased(p), Test::Compare(sign, limit))
        | (Test::Compare(sign, limit), Test::Match(p) | Test::Cased(p)) => {
            decimal(p).is_some_and(|x| !holds(x, *sign, as_float(*limit)))
        }
        (Test::Compare(sign, limit), Test::Compare(other, bound)) => {
            apart(*sign, as_float(*limit), *other, as_float(*bound))
        }
        (Test::Cidr(x), Test::Cidr(y)) => match (net(x), net(y)) {
            (Some(x), Some(y)) => x.1 < y.0 || y.1 < x.0,
            _ => false,
        },
        (Test::Cidr(x), Test::Match(p) | Test::Cased(p)) | (Test::Match(p) | Test::Cased(p), Test::Cidr(x)) => {
            match (net(x), address(p)) {
                (Some((first, last)), Some(address)) => address < first || address > last,
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether every value that passes the test `inner` passes `outer` too.
pub(super) fn implies(inner: &Test, outer: &Test, budget: &mut Budget) -> bool {
    match (inner, outer) {
        // In the reference's reading a time forgets how it is compared, so even two that look the
        // same may not be.
        (Test::TimePart(_), _) | (_, Test::TimePart(_)) => false,
        (inner, outer) if inner == outer => true,
        (Test::Match(p) | Test::Cased(p), Test::Match(q) | Test::Cased(q)) => {
            let caseless = matches!(outer, Test::Match(_));
            within(p, q, caseless, matches!(inner, Test::Cased(_)), budget)
        }
        (Test::Number(Number::Int(x)), Test::Match(q) | Test::Cased(q)) => {
            within(&Pattern::literal(&x.to_string()), q, true, true, budget)
        }
        (Test::Match(p) | Test::Cased(p), Test::Number(x)) => decimal(p).is_some_and(|y| same(as_float(*x), y)),
        (Test::Number(x), Test::Number(y)) => same(as_float(*x), as_float(*y)),
        (Test::Number(x), Test::Compare(sign, limit)) => holds(as_float(*x), *sign, as_float(*limit)),
        (Test::Compare(sign, limit), Test::Compare(other, bound)) => {
            covers(*sign, as_float(*limit), *other, as_float(*bound))
        }
        (Test::Cidr(x), Test::Cidr(y)) => match (net(x), net(y)) {
            (Some(x), Some(y)) => y.0 <= x.0 && x.1 <= y.1,
            _ => false,
        },
        (Test::Match(p) | Test::Cased(p), Test::Cidr(x)) => match (address(p), net(x)) {
            (Some(address), Some((first, last))) => first <= address && address <= last,
            _ => false,
        },
        (other, Test::Exists(true)) => needs_a_value(other),
        _ => false,
    }
}

/// Whether a field that is not there, or empty, fails the test in every engine.
fn needs_a_value(test: &Test) -> bool {
    match test {
        Test::Match(pattern) | Test::Cased(pattern) => {
            pattern.parts().iter().any(|part| matches!(part, Part::Text(_) | Part::One))
        }
        Test::Number(_) | Test::Bool(_) | Test::Cidr(_) | Test::Compare(..) | Test::Bytes(_) => true,
        _ => false,
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers that large are told apart by nobody")]
fn as_float(number: Number) -> f64 {
    match number {
        Number::Int(i) => i as f64,
        Number::Float(x) => x,
    }
}

fn same(x: f64, y: f64) -> bool {
    x.partial_cmp(&y).is_some_and(std::cmp::Ordering::is_eq)
}

fn holds(x: f64, sign: Comparison, limit: f64) -> bool {
    match sign {
        Comparison::Greater => x > limit,
        Comparison::GreaterOrEqual => x >= limit,
        Comparison::Less => x < limit,
        Comparison::LessOrEqual => x <= limit,
    }
}

fn is_lower_bound(sign: Comparison) -> bool {
    matches!(sign, Comparison::Greater | Comparison::GreaterOrEqual)
}

fn is_strict(sign: Comparison) -> bool {
    matches!(sign, Comparison::Greater | Comparison::Less)
}

/// Whether no number is on both sides.
fn apart(s: Comparison, x: f64, t: Comparison, y: f64) -> bool {
    let (low, high) = match (is_lower_bound(s), is_lower_bound(t)) {
        (true, false) => (x, y),
        (false, true) => (y, x),
        _ => return false,
    };
    low > high || (same(low, high) && (is_strict(s) || is_strict(t)))
}

/// Whether all numbers on the first side are on the second.
fn covers(s: Comparison, x: f64, t: Comparison, y: f64) -> bool {
    let beyond = if is_lower_bound(s) { x > y } else { x < y };
    is_lower_bound(s) == is_lower_bound(t) && (beyond || (same(x, y) && (is_strict(s) || !is_strict(t))))
}

/// The whole number a text says in decimal digits, in the one way to write it.
fn decimal(pattern: &Pattern) -> Option<f64> {
    let text = pattern.as_text()?;
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then(|| as_float(Number::Int(number)))
}

/// Whether a number cannot be the text; one in hexadecimal digits may be.
fn number_is_not(number: Number, pattern: &Pattern, budget: &mut Budget) -> bool {
    let Number::Int(number) = number else { return false };
    let digits = |part: &Part| match part {
        Part::Text(text) => text.bytes().all(|b| b.is_ascii_digit()),
        Part::Many | Part::One => true,
        Part::Placeholder(_) => false,
    };
    pattern.parts().iter().all(digits)
        && pattern.as_text().is_none_or(|text| !text.starts_with('0') || text == "0")
        && disjoint(&Pattern::literal(&number.to_string()), pattern, true, budget)
}

/// The first and last address of a network; those of IPv4 as IPv6 has them.
fn net(text: &str) -> Option<(u128, u128)> {
    let (address, length) = text.split_once('/')?;
    let (address, length): (IpAddr, u32) = (address.parse().ok()?, length.parse().ok()?);
    let length = if address.is_ipv4() { length + 96 } else { length };
    let first = bits(address);
    Some((first, first | u128::MAX.checked_shr(length).unwrap_or(0)))
}

fn address(pattern: &Pattern) -> Option<u128> {
    pattern.as_text()?.parse().ok().map(bits)
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// A character or wildcard.
#[derive(Clone, Copy, PartialEq)]
enum Symbol<'p> {
    Char(char),
    One,
    Many,
    /// A placeholder, whose values are not known here.
    Named(&'p str),
}

fn symbols(pattern: &Pattern) -> Vec<Symbol<'_>> {
    let mut symbols = Vec::new();
    for part in pattern.parts() {
        match part {
            Part::Text(text) => symbols.extend(text.chars().map(Symbol::Char)),
            Part::One => symbols.push(Symbol::One),
            Part::Many => symbols.push(Symbol::Many),
            Part::Placeholder(name) => symbols.push(Symbol::Named(name)),
        }
    }
    symbols
}

fn is_ascii(pattern: &Pattern) -> bool {
    pattern.parts().iter().all(|part| !matches!(part, Part::Text(text) if !text.is_ascii()))
}

/// Whether a pattern stands for values that are not known here: it has a placeholder, or is one as
/// Sigma had them before `expand`, a whole value between percent signs.
fn is_open(pattern: &Pattern) -> bool {
    let name =
        |text: &str| text.strip_prefix('%')?.strip_suffix('%').map(|name| !name.is_empty() && !name.contains('%'));
    let is_named = matches!(pattern.parts(), [Part::Text(text)] if name(text) == Some(true));
    is_named || pattern.placeholder().is_some()
}

/// Whether no text fits both patterns: one is all text and does not fit the other, or their
/// beginnings or ends differ.
fn disjoint(p: &Pattern, q: &Pattern, exact: bool, budget: &mut Budget) -> bool {
    // Outside ASCII, engines differ in what is the same letter.
    if is_open(p) || is_open(q) || !(exact || (is_ascii(p) && is_ascii(q))) {
        return false;
    }
    let equal = |a: char, b: char| if exact { a == b } else { a.eq_ignore_ascii_case(&b) };
    let (ps, qs) = (symbols(p), symbols(q));
    let fits = |text: &[Symbol<'_>], pattern: &[Symbol<'_>], budget: &mut Budget| {
        let one = |symbol: Symbol<'_>, wanted: Symbol<'_>| match (symbol, wanted) {
            (Symbol::Char(a), Symbol::Char(b)) => equal(a, b),
            (_, wanted) => wanted == Symbol::One,
        };
        matches(text, pattern, one, budget)
    };
    match (p.has_wildcard(), q.has_wildcard()) {
        (false, _) => fits(&ps, &qs, budget) == Some(false),
        (true, false) => fits(&qs, &ps, budget) == Some(false),
        (true, true) => {
            let differ = |pair: (&Symbol<'_>, &Symbol<'_>)| match pair {
                (Symbol::Char(a), Symbol::Char(b)) => Some(!equal(*a, *b)),
                (Symbol::Many, _) | (_, Symbol::Many) => None,
                _ => Some(false),
            };
            let starts = ps.iter().zip(&qs).map_while(differ).any(|differ| differ);
            budget.spend(ps.len() + qs.len())
                && (starts || ps.iter().rev().zip(qs.iter().rev()).map_while(differ).any(|differ| differ))
        }
    }
}

/// Whether every text that fits `p` fits `q`, which takes letters in any case if it is `caseless`;
/// `cased` says that `p` does not.
fn within(p: &Pattern, q: &Pattern, caseless: bool, cased: bool, budget: &mut Budget) -> bool {
    let one = |symbol: Symbol<'_>, wanted: Symbol<'_>| match (symbol, wanted) {
        (Symbol::Char(a), Symbol::Char(b)) if caseless => a.eq_ignore_ascii_case(&b),
        (Symbol::Char(a), Symbol::Char(b)) => a == b && (cased || !a.is_alphabetic()),
        (Symbol::Char(a), Symbol::One) => a.is_ascii(),
        (Symbol::One, Symbol::One) => true,
        (Symbol::Named(a), Symbol::Named(b)) => caseless && a == b,
        _ => false,
    };
    matches(&symbols(p), &symbols(q), one, budget) == Some(true)
}

/// Whether `symbols` as a whole fits `pattern`, where `*` takes any run of them; `None` if that
/// takes too many steps.
fn matches(
    symbols: &[Symbol<'_>],
    pattern: &[Symbol<'_>],
    one: impl Fn(Symbol<'_>, Symbol<'_>) -> bool,
    budget: &mut Budget,
) -> Option<bool> {
    let (mut s, mut p) = (0, 0);
    // Only the last `*` is ever gone back to.
    let mut star: Option<(usize, usize)> = None;
    while let Some(symbol) = symbols.get(s) {
        if !budget.spend(1) {
            return None;
        }
        match pattern.get(p) {
            Some(Symbol::Many) => {
                star = Some((p, s));
                p += 1;
            }
            Some(wanted) if one(*symbol, *wanted) => {
                s += 1;
                p += 1;
            }
            _ => match star {
                Some((star_p, star_s)) => {
                    (p, s) = (star_p + 1, star_s + 1);
                    star = Some((star_p, s));
                }
                None => return Some(false),
            },
        }
    }
    Some(pattern[p..].iter().all(|symbol| *symbol == Symbol::Many))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::test::{RegexFlags, TimePart};

    fn text(pattern: &str) -> Test {
        Test::Match(Pattern::parse(pattern))
    }

    fn hour(number: i64) -> Test {
        Test::TimePart(TimePart { part: "hour".into(), comparison: None, number: Number::Int(number) })
    }

    fn cased(pattern: &str) -> Test {
        Test::Cased(Pattern::parse(pattern))
    }

    fn int(i: i64) -> Test {
        Test::Number(Number::Int(i))
    }

    fn compare(sign: Comparison, i: i64) -> Test {
        Test::Compare(sign, Number::Int(i))
    }

    fn cidr(net: &str) -> Test {
        Test::Cidr(net.into())
    }

    #[test]
    fn only_what_no_value_passes_is_excluded() {
        use Comparison::{Greater, GreaterOrEqual, Less, LessOrEqual};
        for (a, b, expected) in [
            (text("a"), text("b"), true),
            (text("a"), text("A"), false),
            (cased("a"), text("A"), false),
            (cased("a"), cased("A"), true),
            (cased("a*"), cased("A*"), true),
            (text("ab"), text("a?"), false),
            (text("abc"), text("a?"), true),
            (text(r"*\\cmd.exe"), text(r"*\\CMD.EXE"), false),
            (text(r"*\\cmd.exe"), text(r"*\\pwsh.exe"), true),
            (text("a*"), text("b*"), true),
            (text("%Workstations%"), text("%Servers%"), false),
            (text("%Workstations%"), text("srv-*"), false),
            (text("%Temp%\\a"), text("b"), true),
            (text("%"), text("%%"), true),
            (text("a*"), text("*b"), false),
            (text("a*c"), text("*bc"), false),
            (text("a*c"), text("ab*d"), true),
            (text("?b*"), text("ac*"), true),
            (text("*x*"), text("y"), true),
            (text("*x*"), text("*y*"), false),
            (text("*"), text(""), false),
            (text("é"), text("e"), false),
            (text("é"), text("É"), false),
            (text(""), text("a"), true),
            (text("a"), Test::Null, true),
            (text("*"), Test::Null, false),
            (text(""), Test::Null, false),
            (Test::Exists(false), text("?*"), true),
            (Test::Exists(false), Test::Exists(true), true),
            (Test::Exists(true), Test::Null, false),
            (Test::Exists(false), Test::Null, false),
            (int(1), int(2), true),
            (int(1), int(1), false),
            (int(1), text("1"), false),
            (int(1), text("2"), true),
            (int(1), text("2*"), true),
            (int(10), text("*0*"), false),
            (int(1), text("0x1"), false),
            (int(1), text("01"), false),
            (int(1), text("one"), false),
            (int(5), compare(Greater, 5), true),
            (int(5), compare(GreaterOrEqual, 5), false),
            (text("5"), compare(Less, 5), true),
            (text("abc"), compare(Less, 5), false),
            (compare(Greater, 5), compare(Less, 5), true),
            (compare(GreaterOrEqual, 5), compare(LessOrEqual, 5), false),
            (compare(GreaterOrEqual, 5), compare(Less, 5), true),
            (compare(Greater, 5), compare(Less, 6), false),
            (compare(Greater, 5), compare(Greater, 6), false),
            (cidr("10.0.0.0/8"), cidr("192.168.0.0/16"), true),
            (cidr("10.0.0.0/8"), cidr("10.1.0.0/16"), false),
            (cidr("10.0.0.0/8"), cidr("::ffff:10.0.0.0/104"), false),
            (cidr("0.0.0.0/0"), cidr("fe80::/10"), true),
            (cidr("::/0"), cidr("10.0.0.0/8"), false),
            (cidr("10.0.0.0/8"), text("11.0.0.1"), true),
            (cidr("10.0.0.0/8"), text("10.255.255.255"), false),
            (cidr("10.0.0.0/8"), text("11.*"), false),
            (Test::Regex("a".into(), RegexFlags::default()), text("b"), false),
            (hour(1), hour(2), false),
        ] {
            assert_eq!(exclude_each_other(&a, &b, &mut Budget(9999)), expected, "{a:?} {b:?}");
            assert_eq!(exclude_each_other(&b, &a, &mut Budget(9999)), expected, "{b:?} {a:?}");
        }
    }

    #[test]
    fn without_steps_left_nothing_is_certain() {
        assert!(!exclude_each_other(&text("ab"), &text("b*"), &mut Budget(1)));
        assert!(!exclude_each_other(&text("a*"), &text("b*"), &mut Budget(1)));
        assert!(!implies(&text("ab"), &text("a*"), &mut Budget(1)));
    }

    #[test]
    fn only_what_passes_always_is_implied() {
        use Comparison::{Greater, GreaterOrEqual, Less};
        for (inner, outer, expected) in [
            (text("a"), text("A"), true),
            (text("a"), cased("a"), false),
            (text("1"), cased("1"), true),
            (cased("a"), cased("a"), true),
            (cased("a"), text("A"), true),
            (text(r"*\\cmd.exe"), text("*cmd.exe"), true),
            (text("*cmd.exe"), text(r"*\\cmd.exe"), false),
            (text("*ab*"), text("*a*"), true),
            (text("a?c"), text("a*"), true),
            (text("a*c"), text("a?c"), false),
            (text("?"), text("?*"), true),
            (text("*"), text("?*"), false),
            (text("anything"), text("*"), true),
            (int(10), text("1*"), true),
            (text("10"), int(10), true),
            (text("010"), int(10), false),
            (int(6), compare(Greater, 5), true),
            (compare(Greater, 5), compare(GreaterOrEqual, 5), true),
            (compare(GreaterOrEqual, 5), compare(Greater, 5), false),
            (compare(Greater, 5), compare(Greater, 3), true),
            (compare(Less, 3), compare(Less, 5), true),
            (compare(Less, 3), compare(Greater, 1), false),
            (cidr("10.1.0.0/16"), cidr("10.0.0.0/8"), true),
            (cidr("10.0.0.0/8"), cidr("10.1.0.0/16"), false),
            (text("10.2.3.4"), cidr("10.0.0.0/8"), true),
            (text("a"), Test::Exists(true), true),
            (text("*"), Test::Exists(true), false),
            (hour(1), hour(1), false),
        ] {
            assert_eq!(implies(&inner, &outer, &mut Budget(9999)), expected, "{inner:?} {outer:?}");
        }
    }
}
