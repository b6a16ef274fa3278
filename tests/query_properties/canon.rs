//! What is sought in one form, whichever way a language has to say it: texts with wildcards, joined
//! by AND and OR. Regular expressions of texts and dots are read back into the texts they stand for.

use std::collections::BTreeSet;

use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{
    AssertionKind, Ast, ClassSet, ClassSetItem, Flag, FlagsItemKind, GroupKind, RepetitionKind, RepetitionOp,
};

use crate::sought::{Case, Piece, Sought};

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    /// A character in any case, as it is in lower case.
    Fold(String),
    /// A character that has a case, in this one.
    Exact(char),
    One,
    Many,
    /// One character that is no line end.
    OneInLine,
    /// Characters that are no line ends.
    ManyInLine,
    Start,
    End,
}

/// What is sought.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Canon {
    /// A text that is the whole value of the field, or of any if it is a word.
    Text {
        word: bool,
        units: Vec<Unit>,
    },
    /// Words in a row.
    Phrase(String),
    Net(String),
    All(BTreeSet<Canon>),
    Any(BTreeSet<Canon>),
}

impl Canon {
    /// The form of what is sought, or why there is none.
    pub(crate) fn of(sought: &Sought) -> Result<Self, String> {
        of(sought, false)
    }
}

fn of(sought: &Sought, word: bool) -> Result<Canon, String> {
    let each = |parts: &[Sought]| parts.iter().map(|part| of(part, word)).collect::<Result<Vec<_>, _>>();
    Ok(match sought {
        Sought::Glob(pieces, case) => Canon::Text { word, units: units(pieces, *case) },
        Sought::Regex(_, regex) => {
            let ast = Parser::new().parse(regex).map_err(|why| format!("{why}"))?;
            let mut texts = BTreeSet::new();
            for sequence in sequences(&ast, &mut Flags::default())? {
                texts.insert(Canon::Text { word, units: anchored(&sequence)? });
            }
            one_or(texts, Canon::Any)
        }
        Sought::Net(network) => Canon::Net(network.clone()),
        Sought::Phrase(text) => Canon::Phrase(text.clone()),
        Sought::Words(inner) => of(inner, true)?,
        Sought::All(parts) => all(each(parts)?),
        Sought::Any(parts) => any(each(parts)?),
    })
}

fn one_or(mut parts: BTreeSet<Canon>, join: fn(BTreeSet<Canon>) -> Canon) -> Canon {
    match (parts.len(), parts.pop_first()) {
        (1, Some(one)) => one,
        (_, first) => {
            parts.extend(first);
            join(parts)
        }
    }
}

fn all(parts: Vec<Canon>) -> Canon {
    let mut flat = BTreeSet::new();
    for part in parts {
        match part {
            Canon::All(inner) => flat.extend(inner),
            part => {
                flat.insert(part);
            }
        }
    }
    // What is said again more exactly narrows the search only.
    let narrows = |one: &Canon, part: &Canon| covers(part, one) && !covers(one, part);
    let narrower = |part: &&Canon| flat.iter().any(|other| narrows(other, part));
    let flat: BTreeSet<Canon> = flat.iter().filter(|part| !narrower(part)).cloned().collect();
    one_or(flat, Canon::All)
}

fn any(parts: Vec<Canon>) -> Canon {
    let mut flat = BTreeSet::new();
    for part in parts {
        match part {
            Canon::Any(inner) => flat.extend(inner),
            part => {
                flat.insert(part);
            }
        }
    }
    // A phrase finds in analyzed fields what the text anywhere finds in others.
    let texts = flat.clone();
    flat.retain(|part| match part {
        Canon::Phrase(text) => {
            let around = std::iter::once(Piece::Many).chain(text.chars().map(Piece::Char)).chain([Piece::Many]);
            let units = units(&around.collect::<Vec<_>>(), Case::Any);
            !texts.contains(&Canon::Text { word: true, units })
        }
        _ => true,
    });
    one_or(flat, Canon::Any)
}

/// Whether all that `narrow` finds is found by `wide`, as far as their texts show it.
fn covers(wide: &Canon, narrow: &Canon) -> bool {
    match (wide, narrow) {
        (wide, Canon::Any(parts)) => parts.iter().all(|part| covers(wide, part)),
        (Canon::All(parts), narrow) => parts.iter().all(|part| covers(part, narrow)),
        (Canon::Any(parts), narrow) => parts.iter().any(|part| covers(part, narrow)),
        (wide, Canon::All(parts)) => parts.iter().any(|part| covers(wide, part)),
        (Canon::Text { word: a, units: wide }, Canon::Text { word: b, units: narrow }) => {
            a == b && covers_units(wide, narrow)
        }
        (wide, narrow) => wide == narrow,
    }
}

fn covers_units(wide: &[Unit], narrow: &[Unit]) -> bool {
    let is_many = |unit: &Unit| matches!(unit, Unit::Many | Unit::ManyInLine);
    // Wildcards beside each other: as many characters at least, or no others.
    let run = wide.iter().take_while(|unit| matches!(unit, Unit::Many | Unit::One)).count();
    if run > 0 {
        let (wildcards, rest) = wide.split_at(run);
        let ones = wildcards.iter().filter(|unit| **unit == Unit::One).count();
        return (0..=narrow.len()).any(|at| {
            let chars = narrow[..at].iter().filter(|unit| !is_many(unit)).count();
            let fits = if ones == run { chars == ones && at == ones } else { chars >= ones };
            fits && covers_units(rest, &narrow[at..])
        });
    }
    match (wide.split_first(), narrow.split_first()) {
        (None, None) => true,
        (Some((first, wide)), Some((other, narrow))) => {
            let same =
                first == other || matches!((first, other), (Unit::Fold(_), Unit::Exact(c)) if fold(*c) == *first);
            same && covers_units(wide, narrow)
        }
        _ => false,
    }
}

fn fold(c: char) -> Unit {
    // The two small sigmas are one letter.
    Unit::Fold(c.to_lowercase().collect::<String>().replace('ς', "σ"))
}

fn exact(c: char) -> Unit {
    if c.to_lowercase().eq([c]) && c.to_uppercase().eq([c]) { fold(c) } else { Unit::Exact(c) }
}

fn units(pieces: &[Piece], case: Case) -> Vec<Unit> {
    joined(pieces.iter().map(|piece| match (piece, case) {
        (Piece::Char(c), Case::Exact) => exact(*c),
        (Piece::Char(c), Case::Ascii) if !c.is_ascii() => exact(*c),
        (Piece::Char(c), _) => fold(*c),
        (Piece::Many, _) => Unit::Many,
        (Piece::One, _) => Unit::One,
    }))
}

/// Without a wildcard beside another that finds as much.
fn joined(units: impl Iterator<Item = Unit>) -> Vec<Unit> {
    let mut out: Vec<Unit> = Vec::new();
    for unit in units {
        match (out.last(), &unit) {
            (Some(Unit::Many), Unit::Many | Unit::ManyInLine) | (Some(Unit::ManyInLine), Unit::ManyInLine) => {}
            (Some(Unit::ManyInLine), Unit::Many) => *out.last_mut().expect("it is there") = unit,
            _ => {
                // Letters that are two in lower case.
                match unit {
                    Unit::Fold(text) => out.extend(text.chars().map(|c| Unit::Fold(c.into()))),
                    unit => out.push(unit),
                }
            }
        }
    }
    // `*?` finds what `?*` finds.
    for at in 1..out.len() {
        if out[at - 1] == Unit::Many && out[at] == Unit::One {
            out.swap(at - 1, at);
        }
    }
    out
}

/// A sequence found anywhere, as the whole value.
fn anchored(sequence: &[Unit]) -> Result<Vec<Unit>, String> {
    let mut inner = sequence;
    let mut out = Vec::new();
    if let Some(rest) = inner.strip_prefix(&[Unit::Start]) {
        inner = rest;
        // Twice the same place.
        while let Some(rest) = inner.strip_prefix(&[Unit::Start]) {
            inner = rest;
        }
    } else {
        out.push(Unit::Many);
    }
    let mut behind = vec![Unit::Many];
    while let Some(rest) = inner.strip_suffix(&[Unit::End]) {
        inner = rest;
        behind.clear();
    }
    if inner.contains(&Unit::Start) || inner.contains(&Unit::End) {
        return Err(format!("an end within: {sequence:?}"));
    }
    out.extend_from_slice(inner);
    out.extend(behind);
    Ok(joined(out.into_iter()))
}

/// Flags of a regular expression.
#[derive(Debug, Default, Clone, Copy)]
struct Flags {
    ignore_case: bool,
    dot_all: bool,
}

impl Flags {
    fn set(&mut self, flags: &regex_syntax::ast::Flags) -> Result<(), String> {
        let mut on = true;
        for item in &flags.items {
            match item.kind {
                FlagsItemKind::Negation => on = false,
                FlagsItemKind::Flag(Flag::CaseInsensitive) => self.ignore_case = on,
                FlagsItemKind::Flag(Flag::DotMatchesNewLine) => self.dot_all = on,
                // As it is without being said.
                FlagsItemKind::Flag(Flag::Unicode) if on => {}
                FlagsItemKind::Flag(flag) => return Err(format!("the flag {flag:?}")),
            }
        }
        Ok(())
    }
}

/// The sequences a regular expression stands for.
fn sequences(ast: &Ast, flags: &mut Flags) -> Result<Vec<Vec<Unit>>, String> {
    let unit = |unit: Unit| Ok(vec![vec![unit]]);
    match ast {
        Ast::Empty(_) => Ok(vec![Vec::new()]),
        Ast::Flags(set) => {
            flags.set(&set.flags)?;
            Ok(vec![Vec::new()])
        }
        Ast::Literal(literal) => unit(if flags.ignore_case { fold(literal.c) } else { exact(literal.c) }),
        Ast::Dot(_) => unit(if flags.dot_all { Unit::One } else { Unit::OneInLine }),
        Ast::Assertion(assertion) => match assertion.kind {
            AssertionKind::StartLine | AssertionKind::StartText => unit(Unit::Start),
            AssertionKind::EndLine | AssertionKind::EndText => unit(Unit::End),
            _ => Err(format!("the assertion {:?}", assertion.kind)),
        },
        Ast::Repetition(repetition) => match (&repetition.op, repetition.ast.as_ref()) {
            (RepetitionOp { kind: RepetitionKind::ZeroOrMore, .. }, Ast::Dot(_)) => {
                unit(if flags.dot_all { Unit::Many } else { Unit::ManyInLine })
            }
            _ => Err(format!("the repetition {repetition:?}")),
        },
        Ast::Group(group) => {
            let mut inner = *flags;
            if let GroupKind::NonCapturing(set) = &group.kind {
                inner.set(set)?;
            }
            sequences(&group.ast, &mut inner)
        }
        Ast::Alternation(alternation) => {
            let mut out = Vec::new();
            for one in &alternation.asts {
                out.extend(sequences(one, flags)?);
            }
            Ok(out)
        }
        Ast::Concat(concat) => {
            let mut out = vec![Vec::new()];
            for one in &concat.asts {
                let next = sequences(one, flags)?;
                out = out.iter().flat_map(|before| next.iter().map(move |one| [&before[..], one].concat())).collect();
            }
            Ok(out)
        }
        Ast::ClassBracketed(class) => {
            let mut chars = Vec::new();
            match &class.kind {
                ClassSet::Item(ClassSetItem::Literal(literal)) => chars.push(literal.c),
                ClassSet::Item(ClassSetItem::Union(union)) => {
                    for item in &union.items {
                        let ClassSetItem::Literal(literal) = item else { return Err(format!("a class: {item:?}")) };
                        chars.push(literal.c);
                    }
                }
                kind => return Err(format!("a class: {kind:?}")),
            }
            // All cases of one letter.
            let letter = fold(*chars.first().ok_or("an empty class")?);
            let one = chars.len() > 1 && chars.iter().all(|c| fold(*c) == letter) && !class.negated;
            match (one, chars.as_slice()) {
                (true, _) => unit(letter),
                (_, [c]) if !class.negated => unit(if flags.ignore_case { fold(*c) } else { exact(*c) }),
                _ => Err(format!("a class: {chars:?}")),
            }
        }
        _ => Err(format!("not read: {ast}")),
    }
}
