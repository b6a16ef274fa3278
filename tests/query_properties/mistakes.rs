//! What targets cannot say of lists and words, what they say in another way, and where the text of
//! the reference converter is known to be wrong.

use purplebook::query::Compat;

use crate::lists::{Question, Selection, Shape, Way};
use crate::sought::{Case, Piece, Sought};

/// Targets and formats.
type Targets = &'static [(&'static str, &'static str)];

/// Targets, what they refuse, and why.
pub(crate) type Refused = (Targets, fn(Compat, &Question) -> bool, &'static str);

fn any_of(question: &Question, is: impl Fn(&Selection) -> bool) -> bool {
    question.selections.iter().any(is)
}

pub(crate) const REFUSED: &[Refused] = &[
    (
        &[("es-qs", "default"), ("graylog", "default")],
        |_, question| any_of(question, |one| one.way == Way::Cased),
        "fields are compared in any case or in exact case, as they are mapped",
    ),
    (
        &[("lucene", "default"), ("opensearch", "default")],
        |compat, question| compat == Compat::Strict && any_of(question, |one| one.way == Way::Cased),
        "fields are compared in any case or in exact case, as they are mapped",
    ),
    (
        &[("eql", "default")],
        |compat, question| compat == Compat::Strict && any_of(question, |one| one.word),
        "a function would be needed for each field",
    ),
    (
        &[("sqlite", "default"), ("splunk", "data_model")],
        |_, question| any_of(question, |one| one.word),
        "there is no search over all columns",
    ),
    (
        &[("netwitness", "default")],
        |compat, question| compat == Compat::Strict && any_of(question, |one| one.word),
        "there is no search over all meta keys",
    ),
    (
        &[("crowdstrike", "default"), ("logpoint", "default"), ("qradar-aql", "default")],
        |_, question| any_of(question, |one| one.word && one.is_regex()),
        "the event as a whole has no regular expressions",
    ),
    (
        &[
            ("crowdstrike", "default"),
            ("logpoint", "default"),
            ("qradar-aql", "default"),
            ("legacy-powershell", "default"),
        ],
        |_, question| any_of(question, |one| one.word && one.way == Way::Cased),
        "words are found in any case",
    ),
    (
        &[("legacy-grep", "default")],
        |_, question| any_of(question, |one| one.has_char(|c| matches!(c, '\n' | '\0'))),
        "a line has no end within it, and a command no character 0",
    ),
];

/// What a query of a target has to ask for a selection.
pub(crate) fn expected(name: &str, selection: &Selection) -> Sought {
    let asked = selection.asked();
    match name {
        // Lines have no fields.
        "legacy-grep" => without_fields(&asked),
        // Analyzed fields hold words, which a pattern cannot span.
        "graylog" if selection.word && selection.way == Way::Match => each_text(&asked, &|pieces, case| {
            let inner = &pieces[1..pieces.len() - 1];
            let text: Option<String> =
                inner.iter().map(|piece| if let Piece::Char(c) = piece { Some(*c) } else { None }).collect();
            match text {
                Some(text) if text.contains(char::is_whitespace) => Sought::Phrase(text),
                _ => Sought::Glob(pieces.to_vec(), case),
            }
        }),
        // There is one wildcard, without an escape, and no field to check.
        "splunk" if selection.word && selection.way == Way::Match => each_text(&asked, &|pieces, case| {
            let wide =
                |piece: &Piece| if matches!(piece, Piece::One | Piece::Char('*')) { Piece::Many } else { *piece };
            Sought::Glob(pieces.iter().map(wide).collect(), case)
        }),
        // There are no escapes.
        "logpoint" if selection.word => each_text(&asked, &|pieces, case| {
            let has =
                |wanted: fn(char) -> bool| pieces.iter().any(|piece| matches!(piece, Piece::Char(c) if wanted(*c)));
            let quotes = has(|c| c == '"') && has(|c| c == '\'');
            let widened = quotes || has(|c| matches!(c, '*' | '?') || c.is_control());
            let wide = |piece: &Piece| match piece {
                Piece::Char('*') => Piece::Many,
                Piece::Char('?') => Piece::One,
                Piece::Char(c) if widened && (*c == '"' || c.is_control()) => Piece::One,
                piece => *piece,
            };
            Sought::Glob(pieces.iter().map(wide).collect(), case)
        }),
        // Letters of ASCII only have cases.
        "sqlite" if selection.way == Way::Match => {
            each_text(&asked, &|pieces, _| Sought::Glob(pieces.to_vec(), Case::Ascii))
        }
        _ => asked,
    }
}

fn each_text(sought: &Sought, change: &dyn Fn(&[Piece], Case) -> Sought) -> Sought {
    let each = |parts: &[Sought]| parts.iter().map(|part| each_text(part, change)).collect();
    match sought {
        Sought::Glob(pieces, case) => change(pieces, *case),
        Sought::Words(inner) => each_text(inner, change).anywhere(),
        Sought::All(parts) => Sought::All(each(parts)),
        Sought::Any(parts) => Sought::Any(each(parts)),
        sought => sought.clone(),
    }
}

fn without_fields(sought: &Sought) -> Sought {
    let each = |parts: &[Sought]| parts.iter().map(without_fields).collect();
    match sought {
        Sought::Words(inner) => without_fields(inner),
        Sought::All(parts) => Sought::All(each(parts)),
        Sought::Any(parts) => Sought::Any(each(parts)),
        Sought::Glob(pieces, case) => {
            let around = std::iter::once(Piece::Many).chain(pieces.iter().copied()).chain([Piece::Many]);
            Sought::Glob(around.collect(), *case)
        }
        sought => sought.clone(),
    }
}

/// A mistake of the reference's: what it gets wrong about a selection of a question.
pub(crate) struct Mistake {
    pub(crate) targets: Targets,
    pub(crate) why: &'static str,
    /// Whether it shows in a selection.
    pub(crate) when: fn(&Selection, &Question) -> bool,
}

const fn mistake(targets: Targets, why: &'static str, when: fn(&Selection, &Question) -> bool) -> Mistake {
    Mistake { targets, why, when }
}

const LUCENE: Targets = &[("lucene", "default"), ("opensearch", "default")];
const PPL: Targets = &[("opensearch", "ppl")];
const EQL: Targets = &[("eql", "default")];
const ESQL: Targets = &[("esql", "default")];
const KUSTO: Targets = &[("kusto", "default")];
const SPLUNK: Targets = &[("splunk", "default"), ("splunk", "savedsearches"), ("splunk", "data_model")];
const SEARCHES: Targets = &[("splunk", "default"), ("splunk", "savedsearches")];
const DATA_MODEL: Targets = &[("splunk", "data_model")];
const SAVED: Targets = &[("splunk", "savedsearches")];
const LOKI: Targets = &[("loki", "default")];
const NETWITNESS: Targets = &[("netwitness", "default")];
const VICTORIALOGS: Targets = &[("victorialogs", "default")];
const CROWDSTRIKE: Targets = &[("crowdstrike", "default")];
const LOGPOINT: Targets = &[("logpoint", "default")];
const QRADAR: Targets = &[("qradar-aql", "default")];

fn has_case(one: &Selection) -> bool {
    one.has_char(|c| !c.to_lowercase().eq([c]) || !c.to_uppercase().eq([c]))
}

fn is_wild(one: &Selection) -> bool {
    one.has(|piece| !matches!(piece, Piece::Char(_))) || one.shape != Shape::Whole
}

fn is_cased(one: &Selection) -> bool {
    one.way == Way::Cased
}

/// Whether a text has a wildcard that is not at an end.
fn has_inner(one: &Selection) -> bool {
    one.items.iter().flatten().any(|pieces| {
        let is_end = |at: usize| at == 0 || at + 1 == pieces.len();
        let wild = |(at, piece): (usize, &Piece)| match piece {
            Piece::Char(_) => false,
            Piece::Many => !is_end(at),
            Piece::One => true,
        };
        pieces.iter().enumerate().any(wild)
    })
}

/// Whether a comparison is one of several that need not hold.
fn is_alternative(one: &Selection, question: &Question) -> bool {
    (one.items.len() > 1 && !one.all) || (question.selections.len() > 1 && !question.all)
}

pub(crate) const MISTAKES: &[Mistake] = &[
    mistake(LUCENE, "expressions are not translated", |one, _| one.is_regex()),
    mistake(LUCENE, "a list forgets `cased`, a value has none", |one, _| is_cased(one)),
    mistake(LUCENE, "white space that is no space is not escaped", |one, _| {
        one.has_char(|c| matches!(c, '\t' | '\n' | '\r' | '\u{3000}'))
    }),
    mistake(LUCENE, "words and signs of the syntax are values", |one, _| {
        one.items.iter().flatten().any(|pieces| {
            let text: String = pieces.iter().map(|piece| if let Piece::Char(c) = piece { *c } else { ' ' }).collect();
            ["AND", "OR", "NOT"].contains(&text.trim()) || text.starts_with(['<', '>'])
        })
    }),
    mistake(PPL, "a text alone is no condition", |one, _| one.word),
    mistake(PPL, "`match` searches analyzed text for words", |one, _| one.is_regex()),
    mistake(PPL, "`=` and `in` compare in exact case", |one, _| one.way == Way::Match && has_case(one)),
    mistake(PPL, "`=` and `in` know no wildcards, which are escaped there", |one, _| {
        !one.is_regex() && (one.has_char(|c| matches!(c, '%' | '_')) || (is_cased(one) && has_inner(one)))
    }),
    mistake(PPL, "a backslash is left out, and a quote moves the wildcards", |one, _| {
        one.has_char(|c| matches!(c, '\\' | '"' | '*' | '?'))
    }),
    mistake(EQL, "a text alone is no condition", |one, _| one.word),
    mistake(EQL, "expressions are not translated, and quotes in them end the text", |one, _| one.is_regex()),
    mistake(EQL, "`==` knows no wildcards, and a list forgets `cased`", |one, _| is_cased(one)),
    mistake(EQL, "a line end or tab is escaped as itself", |one, _| one.has_char(|c| matches!(c, '\t' | '\n' | '\r'))),
    mistake(EQL, "a wildcard has no escape", |one, _| one.has_char(|c| matches!(c, '*' | '?'))),
    mistake(ESQL, "refuses words and `cased`", |one, _| one.word || is_cased(one)),
    mistake(ESQL, "expressions are not translated", |one, _| one.is_regex()),
    mistake(ESQL, "a wildcard is escaped where there is none", |one, _| one.has_char(|c| matches!(c, '*' | '?'))),
    mistake(ESQL, "a backslash before a character of a pattern is its escape", |one, _| {
        !one.is_regex() && is_wild(one) && one.has_char(|c| c == '\\')
    }),
    mistake(ESQL, "texts are compared in exact case", |one, _| has_case(one)),
    mistake(KUSTO, "a text alone is no condition", |one, _| one.word),
    mistake(KUSTO, "a list forgets `cased`, a value has none", |one, _| is_cased(one)),
    mistake(KUSTO, "`has_all` looks for words", |one, question| {
        (one.all || (question.all && question.selections.len() > 1)) && !one.is_regex()
    }),
    mistake(KUSTO, "the pieces around a wildcard may stand in any order", |one, _| !one.is_regex() && has_inner(one)),
    mistake(SPLUNK, "`?` is as wide as `*`, which has no escape", |one, _| {
        !one.is_regex() && one.has(|piece| matches!(piece, Piece::One | Piece::Char('*' | '?')))
    }),
    mistake(SPLUNK, "a list forgets `cased`, a value has none", |one, _| is_cased(one)),
    mistake(SEARCHES, "an expression is a word", |one, _| one.word && one.is_regex()),
    mistake(SPLUNK, "no search stands before the first command", |one, question| {
        one.is_regex() && is_alternative(one, question)
    }),
    mistake(DATA_MODEL, "a line end is a space", |one, _| one.has_char(|c| c == '\n')),
    mistake(SAVED, "a line end has a space before it", |one, _| one.has_char(|c| c == '\n')),
    mistake(LOKI, "the dot of a wildcard is no line end", |one, _| !one.is_regex() && is_wild(one)),
    mistake(LOKI, "the escape of a wildcard is a backslash", |one, _| {
        !one.is_regex() && one.has_char(|c| matches!(c, '*' | '?'))
    }),
    mistake(LOKI, "an expression is the whole value", |one, _| !one.word && one.is_regex()),
    mistake(LOKI, "refuses `cased` words, and words as one of several alternatives", |one, question| {
        one.word && (is_cased(one) || (question.selections.len() > 1 && !question.all))
    }),
    mistake(LOKI, "quotes, backslashes and line ends of a line are escaped", |one, _| {
        one.word && !one.is_regex() && one.has_char(|c| matches!(c, '"' | '\\') || c.is_control())
    }),
    mistake(NETWITNESS, "a word has no key", |one, _| one.word),
    mistake(NETWITNESS, "`casematch` is no operator", |one, _| is_cased(one)),
    mistake(NETWITNESS, "wildcards within are left out", |one, _| has_inner(one)),
    mistake(NETWITNESS, "quotes and backslashes are not escaped", |one, _| {
        one.has_char(|c| matches!(c, '\'' | '\\' | '"'))
    }),
    mistake(VICTORIALOGS, "texts are compared in exact case", |one, _| !one.is_regex() && has_case(one)),
    mistake(VICTORIALOGS, "a part of a text is a phrase of words", |one, _| !one.is_regex() && is_wild(one)),
    mistake(VICTORIALOGS, "words stand in `_msg` only", |one, _| one.word),
    mistake(CROWDSTRIKE, "words have quotes", |one, _| one.word),
    mistake(CROWDSTRIKE, "`cased` has quotes", |one, _| is_cased(one)),
    mistake(CROWDSTRIKE, "a slash ends an expression", |one, _| one.is_regex() && one.has_char(|c| c == '/')),
    mistake(CROWDSTRIKE, "a line end ends an expression", |one, _| one.has_char(|c| matches!(c, '\n' | '\r'))),
    mistake(CROWDSTRIKE, "the dot of a wildcard is no line end", |one, _| has_inner(one)),
    mistake(LOGPOINT, "a wildcard has no escape, nor has a quote", |one, _| {
        !one.is_regex() && one.has_char(|c| matches!(c, '*' | '?' | '"' | '\'') || c.is_control())
    }),
    mistake(LOGPOINT, "`cased` is forgotten", |one, _| is_cased(one)),
    mistake(LOGPOINT, "a quote ends an expression", |one, _| {
        one.is_regex() && one.has_char(|c| matches!(c, '"' | '\n' | '\r'))
    }),
    mistake(QRADAR, "`=` and `IN` compare in exact case", |one, _| one.way == Way::Match && has_case(one)),
    mistake(QRADAR, "words are the whole payload", |one, _| one.word),
    mistake(QRADAR, "refuses `cased`", |one, _| is_cased(one)),
    mistake(QRADAR, "wildcards of LIKE have no escape", |one, _| {
        !one.is_regex() && one.has_char(|c| matches!(c, '%' | '_'))
    }),
];
