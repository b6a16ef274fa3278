//! Lists of values and words without a field come back from their query, in both modes: the texts,
//! how each is compared, and how they are joined.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{TestCaseError, TestRunner};
use purplebook::model::{Rule, Value};
use purplebook::query::{Compat, Request, target};

use crate::canon::Canon;
use crate::mistakes::{MISTAKES, Mistake, REFUSED, expected};
use crate::query_support::convert_request;
use crate::readers::READERS;
use crate::sought::{Case, Event, Piece, Sought, sigma};
use crate::values::{filled, piece, probes};
use crate::{built_in, map, text, with};

/// How a rule compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Match,
    Cased,
    Regex,
    RegexAnyCase,
}

/// Where a value may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Whole,
    Contains,
    StartsWith,
    EndsWith,
}

/// A selection of a rule: values of the field, or words.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    pub(crate) word: bool,
    pub(crate) way: Way,
    pub(crate) shape: Shape,
    pub(crate) all: bool,
    /// Of a regular expression the alternatives; a text has one.
    pub(crate) items: Vec<Vec<Vec<Piece>>>,
}

impl Selection {
    pub(crate) fn is_regex(&self) -> bool {
        matches!(self.way, Way::Regex | Way::RegexAnyCase)
    }

    /// Whether a text of it has a piece.
    pub(crate) fn has(&self, wanted: impl Fn(Piece) -> bool) -> bool {
        self.items.iter().flatten().flatten().any(|piece| wanted(*piece))
    }

    /// Whether a text of it has a character.
    pub(crate) fn has_char(&self, wanted: impl Fn(char) -> bool) -> bool {
        self.has(|piece| matches!(piece, Piece::Char(c) if wanted(c)))
    }

    fn value(&self, field: &str) -> Value {
        let item = |alternatives: &Vec<Vec<Piece>>| {
            let one = |pieces: &Vec<Piece>| {
                if self.is_regex() { regex::escape(&filled(pieces, "", 'j')) } else { sigma(pieces) }
            };
            text(alternatives.iter().map(one).collect::<Vec<_>>().join("|"))
        };
        let items = match self.items.as_slice() {
            [one] if !self.all => item(one),
            items => Value::Seq(items.iter().map(item).collect()),
        };
        let mut key = if self.word { String::new() } else { field.to_owned() };
        key.push_str(match self.shape {
            Shape::Whole => "",
            Shape::Contains => "|contains",
            Shape::StartsWith => "|startswith",
            Shape::EndsWith => "|endswith",
        });
        key.push_str(match self.way {
            Way::Match => "",
            Way::Cased => "|cased",
            Way::Regex => "|re",
            Way::RegexAnyCase => "|re|i",
        });
        if self.all {
            key.push_str("|all");
        }
        match (key.as_str(), items) {
            ("", items @ Value::Seq(_)) => items,
            ("", one) => Value::Seq(vec![one]),
            (key, items) => map(key, items),
        }
    }

    /// What the rule itself asks.
    pub(crate) fn asked(&self) -> Sought {
        let anywhere = self.word || self.is_regex() || self.shape == Shape::Contains;
        let before = anywhere || self.shape == Shape::EndsWith;
        let behind = anywhere || self.shape == Shape::StartsWith;
        let case = if matches!(self.way, Way::Match | Way::RegexAnyCase) { Case::Any } else { Case::Exact };
        let many = |open: bool| open.then_some(Piece::Many);
        let one = |pieces: &Vec<Piece>| {
            let pieces = many(before).into_iter().chain(pieces.iter().copied()).chain(many(behind)).collect();
            let sought = Sought::Glob(pieces, case);
            if self.word { sought.anywhere() } else { sought }
        };
        let items = self.items.iter().map(|item| Sought::Any(item.iter().map(one).collect())).collect();
        if self.all { Sought::All(items) } else { Sought::Any(items) }
    }

    /// Values that are found, nearly found and not found.
    fn probes(&self) -> Vec<String> {
        let texts: Vec<&Vec<Piece>> = self.items.iter().flatten().collect();
        let mut out: Vec<String> = texts.iter().flat_map(|pieces| probes(pieces)).collect();
        let values: Vec<String> = texts.iter().map(|pieces| filled(pieces, "", 'j')).collect();
        // What is asked for together, and what only looks like a list.
        for separator in ["", "j", ", ", "\", \"", "|", "\n"] {
            out.push(values.join(separator));
        }
        let backwards: Vec<&str> = values.iter().rev().map(String::as_str).collect();
        out.push(backwards.join(" "));
        out
    }
}

/// How the selections of a rule are joined.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) selections: Vec<Selection>,
    pub(crate) all: bool,
}

impl Question {
    fn rule(&self, format: &str) -> Rule {
        let field = if format == "data_model" { "CommandLine" } else { "f" };
        let names = ["s", "t"];
        let mut detection: Vec<(&str, Value)> =
            names.iter().zip(&self.selections).map(|(name, one)| (*name, one.value(field))).collect();
        let names: Vec<&str> = detection.iter().map(|(name, _)| *name).collect();
        let condition = names.join(if self.all { " and " } else { " or " });
        detection.push(("condition", text(condition)));
        let mut rule = with(detection, true);
        if format == "data_model" {
            let Value::Map(document) = &mut rule.documents[0] else { unreachable!("it is one") };
            let source = [("category", "process_creation"), ("product", "windows")];
            let source = source.map(|(key, value)| (key.to_owned(), text(value)));
            document.push(("logsource".to_owned(), Value::Map(source.into())));
        }
        rule
    }

    /// The query in one of the modes, or none.
    fn query(&self, name: &str, format: &str, compat: Compat) -> Option<String> {
        let target = target(name).expect("registered");
        let mut request = Request { format: target.format(format).expect("there"), compat, ..Request::new(target) };
        if format == "data_model" {
            request.chain = built_in("splunk_cim");
        }
        convert_request(&self.rule(format), &request).ok().map(|queries| queries.concat())
    }

    fn joined(&self, of: impl Fn(&Selection) -> Sought) -> Sought {
        let parts = self.selections.iter().map(of).collect();
        if self.all { Sought::All(parts) } else { Sought::Any(parts) }
    }
}

/// Checks one query of a target.
pub(crate) fn check(name: &str, format: &str, compat: Compat, question: &Question) -> Result<(), String> {
    let query = question.query(name, format, compat);
    let about = |what: &str| format!("{name} {format} {compat:?}: {what}\n{question:?}\n{query:?}");
    let refused = REFUSED.iter().find(|row| row.0.contains(&(name, format)) && (row.1)(compat, question));
    match (&query, refused) {
        (Some(_), None) => {}
        (None, Some(_)) => return Ok(()),
        (None, None) => return Err(about("is refused")),
        (Some(_), Some(row)) => return Err(about(&format!("is not refused: {}", row.2))),
    }
    let query = query.as_deref().unwrap_or_default();
    let read = READERS.iter().find(|row| (row.0, row.1) == (name, format)).expect("a reader").2;
    let sought = read(query).map_err(|why| about(&why))?;
    let asked = question.joined(|selection| expected(name, selection));
    // Where a line of a log stands for its fields, a text may be there as JSON writes it or as it is.
    let escaped = |one: &Selection| one.has_char(|c| matches!(c, '"' | '\\' | '\n' | '\r' | '\t'));
    let of_words = || question.selections.iter().filter(|one| one.word);
    let in_json = name == "loki" && of_words().any(|one| !one.is_regex() && escaped(one));
    if !in_json {
        let (found, wanted) = (Canon::of(&sought).map_err(|why| about(&why))?, Canon::of(&asked)?);
        if found != wanted {
            return Err(about(&format!("\nfound  {found:?}\nwanted {wanted:?}")));
        }
    }
    let probes = |word: bool| -> Vec<String> {
        let of_kind = question.selections.iter().filter(|one| one.word == word || name == "legacy-grep");
        let mut probes: Vec<String> = of_kind.flat_map(Selection::probes).collect();
        probes.push("j".to_owned());
        if name == "legacy-grep" {
            // Lines have no ends within them.
            probes.retain(|probe| !probe.contains('\n'));
        }
        probes
    };
    let (fields, words) = (probes(false), probes(true));
    let asks_words = question.selections.iter().any(|one| one.word);
    let some =
        |probes: &[String]| -> Vec<String> { probes.first().into_iter().chain(probes.last()).cloned().collect() };
    let mut events: Vec<(String, String)> = Vec::new();
    for (fields, words) in [(&fields, some(&words)), (&some(&fields), words)] {
        for field in fields {
            events.extend(
                words.iter().map(|word| (field.clone(), if asks_words { word.clone() } else { String::new() })),
            );
        }
    }
    events.sort();
    events.dedup();
    for (field, words) in &events {
        let event = Event { field, words };
        let (found, wanted) = (sought.finds_event(event), asked.finds_event(event));
        let is_right = if in_json {
            // Both ways of writing it are found, and so is what is between them. An expression is
            // asked of the line as it is.
            let line = Event { words: &json_text(words), ..event };
            let plain = of_words().all(|one| !one.is_regex() && !one.has(|piece| piece == Piece::One));
            let read = plain && !words.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
            !wanted || (found && (!read || sought.finds_event(line)))
        } else {
            found == wanted
        };
        if !is_right {
            return Err(about(&format!("{event:?} is found: {found}\n{sought:?}")));
        }
    }
    Ok(())
}

/// A text as JSON has it between quotes.
fn json_text(text: &str) -> String {
    let quoted = serde_json::to_string(text).expect("a text");
    quoted[1..quoted.len() - 1].to_owned()
}

fn is_refused(name: &str, format: &str, compat: Compat, question: &Question) -> bool {
    REFUSED.iter().any(|row| row.0.contains(&(name, format)) && (row.1)(compat, question))
}

/// Whether the reference is known to be wrong about a question.
pub(crate) fn is_mistake(name: &str, format: &str, compat: Compat, question: &Question) -> bool {
    compat == Compat::PySigma
        && MISTAKES.iter().any(|row| {
            row.targets.contains(&(name, format))
                && question.selections.iter().any(|selection| (row.when)(selection, question))
        })
}

/// Texts that would end a value, go on with a list or be a word of some language.
const HOSTILE: &[&str] = &[
    "a\", \"b",
    "a','b",
    "a', 'b",
    "a) or (b",
    "a) OR (b",
    "a)) OR ((b",
    "|",
    ",",
    "a|b",
    "a,b",
    "a, b",
    "\"",
    "'",
    "`",
    "\\",
    "a\\",
    "\\\"",
    "a\\\", \"b",
    "\") or f=\"",
    "' OR '1'='1",
    "\" OR f:\"b",
    "a OR b",
    "a or b",
    "a AND b",
    "AND",
    "OR",
    "NOT",
    "TO",
    "not",
    " ",
    " a",
    "a ",
    "a\nb",
    "a\r\nb",
    "\n",
    "a/i or f=/b",
    "/",
    "//",
    "a/b",
    "]",
    "[",
    "\"]",
    "[a]",
    "{a}",
    "}",
    "${a}",
    "$(a)",
    "%",
    "_",
    "a%b",
    "a_b",
    "*",
    "?",
    "a*b",
    "a?b",
    "' -or $_.f -eq '",
    "'''",
    "a\n| search \"",
    "\"\n| regex f=\"",
    "\" | search *",
    "` or f=`",
    "\u{2019} -or \u{2018}",
    "^a$",
    ".*",
    "(?i)a",
    "a||b",
    "a && b",
    "!",
    "~",
    "#",
    "<",
    ">",
    "=",
    "-",
    "-a",
    "+a",
    ":",
    "a:b",
    "@",
    ";",
    "&",
    "\\n",
    "\\x41",
    "\\Q",
    "\\E",
    "\u{e9}",
    "\u{df}",
    "\u{1f600}",
    "1",
    "0",
    "true",
    "null",
    "1.5",
    "\t",
    "a\tb",
    "\u{2028}",
    // Quotes of both kinds in one text.
    "'\"",
    "a'b\"c",
    "\"', '\"",
    "`'\"",
];

fn any_text(wild: bool) -> impl Strategy<Value = Vec<Piece>> {
    let chars = |text: &str| text.chars().map(Piece::Char).collect::<Vec<_>>();
    let hostile = prop::sample::select(HOSTILE).prop_map(chars);
    let pieces = prop::collection::vec(piece(), 1..7).prop_map(move |pieces| {
        pieces
            .into_iter()
            .map(|piece| if wild || matches!(piece, Piece::Char(_)) { piece } else { Piece::Char('j') })
            .collect()
    });
    let both = (hostile.clone(), any::<bool>(), any::<bool>()).prop_map(move |(mut pieces, before, behind)| {
        // Open at one end or both.
        pieces.extend((behind && wild).then_some(Piece::Many));
        if before && wild {
            pieces.insert(0, Piece::Many);
        }
        pieces
    });
    // A pattern of wildcards alone asks whether there is a value.
    let text = prop_oneof![2 => hostile, 1 => both, 3 => pieces];
    text.prop_filter("wildcards alone", |pieces: &Vec<Piece>| {
        pieces.iter().any(|piece| matches!(piece, Piece::Char(_)))
    })
}

fn selection(word: bool, way: Way) -> impl Strategy<Value = Selection> {
    let is_regex = matches!(way, Way::Regex | Way::RegexAnyCase);
    let item = prop::collection::vec(any_text(!is_regex), if is_regex { 1..3 } else { 1..2 });
    let shapes = if word || is_regex {
        vec![Shape::Whole]
    } else {
        vec![Shape::Whole, Shape::Whole, Shape::Contains, Shape::StartsWith, Shape::EndsWith]
    };
    (prop::collection::vec(item, 1..4), prop::sample::select(shapes), any::<bool>()).prop_map(
        move |(items, shape, all)| {
            // One value cannot be all of several.
            let all = all && items.len() > 1;
            Selection { word, way, shape, all, items }
        },
    )
}

const WAYS: [Way; 4] = [Way::Match, Way::Cased, Way::Regex, Way::RegexAnyCase];

/// All kinds of questions, each of which is asked for itself.
fn questions() -> Vec<(String, BoxedStrategy<Question>)> {
    let mut out = Vec::new();
    for way in WAYS {
        for word in [false, true] {
            let one = selection(word, way).prop_map(|one| Question { selections: vec![one], all: true });
            out.push((format!("{} {way:?}", if word { "words" } else { "values" }), one.boxed()));
        }
    }
    let of_any_way = |word: bool| prop::sample::select(WAYS.to_vec()).prop_flat_map(move |way| selection(word, way));
    for (a, b) in [(false, false), (false, true), (true, false), (true, true)] {
        let two = (of_any_way(a), of_any_way(b), any::<bool>());
        let two = two.prop_map(|(a, b, all)| Question { selections: vec![a, b], all });
        out.push((format!("two, words {a} {b}"), two.boxed()));
    }
    out
}

/// Lists of all hostile texts that the reference is not known to be wrong about.
fn hostile_lists(name: &str, format: &str, wrong: &mut Vec<String>) {
    for compat in [Compat::Strict, Compat::PySigma] {
        for (way, word) in WAYS.into_iter().flat_map(|way| [(way, false), (way, true)]) {
            let question = |texts: &[&str]| {
                let item = |text: &&str| vec![text.chars().map(Piece::Char).collect()];
                let items = texts.iter().map(item).collect();
                let selections = vec![Selection { word, way, shape: Shape::Whole, all: false, items }];
                Question { selections, all: true }
            };
            // A text that is refused would have its list refused.
            let asked = |text: &&str| {
                let one = question(&[text]);
                !is_mistake(name, format, compat, &one) && !is_refused(name, format, compat, &one)
            };
            let texts: Vec<&str> = HOSTILE.iter().copied().filter(asked).collect();
            for few in texts.chunks(5).map(question) {
                // Alternatives may be a mistake where one value is none.
                if !is_mistake(name, format, compat, &few) {
                    wrong.extend(check(name, format, compat, &few).err());
                }
            }
        }
    }
}

fn any_list(name: &str, format: &str) {
    let mut wrong = Vec::new();
    hostile_lists(name, format, &mut wrong);
    for (kind, strategy) in questions() {
        for compat in [Compat::Strict, Compat::PySigma] {
            let config = ProptestConfig {
                // Each kind in both modes for itself.
                cases: ProptestConfig::default().cases.div_ceil(16),
                max_shrink_iters: 200,
                failure_persistence: None,
                max_global_rejects: u32::MAX,
                max_local_rejects: u32::MAX,
                ..ProptestConfig::default()
            };
            let result = TestRunner::new(config).run(&strategy, |question| {
                if is_mistake(name, format, compat, &question) {
                    return Ok(());
                }
                check(name, format, compat, &question).map_err(TestCaseError::fail)
            });
            if let Err(why) = result {
                wrong.push(format!("{kind}: {why}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Each mistake alone spoils some query; one that does not, or no longer does, has no place in the
/// list.
#[test]
fn known_mistakes_are_made() {
    let mut runner = TestRunner::deterministic();
    let questions = questions();
    let mut asked: Vec<Question> = Vec::new();
    for _ in 0..400 {
        for (_, strategy) in &questions {
            asked.push(strategy.new_tree(&mut runner).expect("a question").current());
        }
    }
    let mut idle = Vec::new();
    for (at, row) in MISTAKES.iter().enumerate() {
        for target in row.targets {
            let shows = |row: &Mistake, question: &Question| {
                row.targets.contains(target) && question.selections.iter().any(|one| (row.when)(one, question))
            };
            let others = |question: &Question| {
                MISTAKES.iter().enumerate().any(|(other, row)| other != at && shows(row, question))
            };
            let wrong = asked
                .iter()
                .filter(|question| shows(row, question) && !others(question))
                .any(|question| check(target.0, target.1, Compat::PySigma, question).is_err());
            if !wrong {
                idle.push(format!("{target:?}: {}", row.why));
            }
        }
    }
    assert!(idle.is_empty(), "{}", idle.join("\n"));
}

macro_rules! each {
    ($($test:ident $name:literal $format:literal;)*) => {
        $(#[test]
        fn $test() {
            any_list($name, $format);
        })*

        #[test]
        fn every_reader_is_used() {
            let used = [$(($name, $format)),*];
            assert!(READERS.iter().map(|row| (row.0, row.1)).eq(used));
        }
    };
}

each! {
    es_qs "es-qs" "default";
    graylog "graylog" "default";
    lucene "lucene" "default";
    opensearch "opensearch" "default";
    ppl "opensearch" "ppl";
    eql "eql" "default";
    esql "esql" "default";
    kusto "kusto" "default";
    splunk "splunk" "default";
    saved_search "splunk" "savedsearches";
    data_model "splunk" "data_model";
    loki "loki" "default";
    sqlite "sqlite" "default";
    netwitness "netwitness" "default";
    victorialogs "victorialogs" "default";
    crowdstrike "crowdstrike" "default";
    logpoint "logpoint" "default";
    qradar "qradar-aql" "default";
    powershell "legacy-powershell" "default";
    grep "legacy-grep" "default";
}
