//! What a rule asks for is what the engine is asked for, whatever characters stand in it.

use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use purplebook::model::Value;
use purplebook::query::{Request, target};

use crate::query_support::convert_request;
use crate::readers::READERS;
use crate::sought::{Case, Piece, Sought, sigma};
use crate::{built_in, map, text, with};

/// Characters that mean something somewhere, letters, and any others.
fn character() -> impl Strategy<Value = char> {
    let special: Vec<char> =
        "\"'`\\/*?%_$^.|&;:,#@!~+-=<>()[]{}\n\r\t\u{0}\u{1}\u{7f}\u{85}\u{a0}\u{2018}\u{2019}\u{2028}\u{3000}\u{feff}"
            .chars()
            .collect();
    let letters: Vec<char> = "abnrtuxXABNdswQE01 ".chars().collect();
    prop_oneof![
        4 => prop::sample::select(special),
        4 => prop::sample::select(letters),
        1 => "[^\\p{Cc}]".prop_map(|text| text.chars().next().expect("one")),
    ]
}

pub(crate) fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        10 => character().prop_map(Piece::Char),
        1 => Just(Piece::Many),
        1 => Just(Piece::One),
    ]
}

/// A text of a rule.
pub(crate) fn any_pattern() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 1..9).prop_map(|pieces| sigma(&pieces))
}

/// How a rule writes what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Match,
    Cased,
    Regex,
}

/// A value of these pieces.
pub(crate) fn filled(pieces: &[Piece], many: &str, one: char) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Char(c) => c.to_string(),
        Piece::Many => many.to_owned(),
        Piece::One => one.to_string(),
    };
    pieces.iter().map(piece).collect()
}

/// Values that are found, nearly found and not found.
pub(crate) fn probes(pieces: &[Piece]) -> Vec<String> {
    let filled = |many: &str, one: char| filled(pieces, many, one);
    let value = filled("", 'j');
    let mut probes = vec![
        value.clone(),
        filled("z\nz", '\n'),
        filled("*", '?'),
        value.to_ascii_uppercase(),
        value.to_ascii_lowercase(),
        format!("j{value}"),
        format!("{value}j"),
        format!("j\n{value}\nj"),
        format!("\\{value}"),
        format!("{value}\\"),
        value.replace('\\', "\\\\"),
        value.replace('\\', ""),
        value.replace("\\\\", "\\"),
        value.replace(['\n', '\r'], " "),
        value.replace(['\n', '\r'], " \n"),
        value.replace('\n', "n"),
        value.trim().to_owned(),
        String::new(),
    ];
    let chars: Vec<char> = value.chars().collect();
    for at in 0..chars.len() {
        let mut without = chars.clone();
        without.remove(at);
        probes.push(without.iter().collect());
        let mut other = chars.clone();
        other[at] = 'j';
        probes.push(other.iter().collect());
    }
    probes
}

/// What the rule itself asks of a value.
fn asked(pieces: &[Piece], way: Way, anywhere: bool) -> Sought {
    let many = |open: bool| open.then_some(Piece::Many);
    let open = anywhere || way == Way::Regex;
    let case = if way == Way::Match { Case::Any } else { Case::Exact };
    Sought::Glob(many(open).into_iter().chain(pieces.iter().copied()).chain(many(open)).collect(), case)
}

/// Whether a target cannot say it.
fn refuses(name: &str, format: &str, pieces: &[Piece], way: Way) -> bool {
    match name {
        "es-qs" | "graylog" | "lucene" | "opensearch" if format == "default" => way == Way::Cased,
        // The end of a line cannot stand in one, nor the character 0 in a command.
        "legacy-grep" => pieces.iter().any(|piece| matches!(piece, Piece::Char('\n' | '\0'))),
        _ => false,
    }
}

/// The query of a comparison, or none.
fn query(name: &str, format: &str, modifier: &str, value: &str) -> Option<String> {
    let field = if format == "data_model" { "CommandLine" } else { "f" };
    let item = map(&format!("{field}{modifier}"), text(value));
    let mut rule = with(vec![("s", item), ("condition", text("s"))], true);
    let target = target(name).expect("registered");
    let mut request = Request { format: target.format(format).expect("there"), ..Request::new(target) };
    if format == "data_model" {
        let Value::Map(document) = &mut rule.documents[0] else { unreachable!("it is one") };
        let source = [("category", "process_creation"), ("product", "windows")];
        let source = source.map(|(key, value)| (key.to_owned(), text(value)));
        document.push(("logsource".to_owned(), Value::Map(source.into())));
        request.chain = built_in("splunk_cim");
    }
    convert_request(&rule, &request).ok().map(|queries| queries.concat())
}

fn check(name: &str, format: &str, mut pieces: Vec<Piece>, way: Way) -> Result<(), TestCaseError> {
    if way == Way::Regex {
        for piece in &mut pieces {
            *piece = if let Piece::Char(_) = piece { *piece } else { Piece::Char('j') };
        }
    }
    let (modifier, written) = match way {
        Way::Match => ("", sigma(&pieces)),
        Way::Cased => ("|cased", sigma(&pieces)),
        Way::Regex => ("|re", regex::escape(&filled(&pieces, "", 'j'))),
    };
    let query = query(name, format, modifier, &written);
    prop_assert_eq!(query.is_none(), refuses(name, format, &pieces, way), "{} {}: {:?}", name, format, &query);
    let Some(query) = query else { return Ok(()) };
    let read = READERS.iter().find(|row| (row.0, row.1) == (name, format)).expect("a reader").2;
    let sought = read(&query).map_err(|why| TestCaseError::fail(format!("{name} {format}: {why}\n{query}")))?;
    let asked = asked(&pieces, way, name == "legacy-grep");
    // Lines have no ends within them.
    for probe in probes(&pieces).iter().filter(|probe| name != "legacy-grep" || !probe.contains('\n')) {
        let (found, wanted) = (sought.finds(probe), asked.finds(probe));
        prop_assert_eq!(found, wanted, "{} {} {:?}: {:?}\n{}\n{:?}", name, format, way, probe, &query, &sought);
    }
    Ok(())
}

fn any_value(name: &str, format: &str) {
    let ways = vec![Way::Match, Way::Match, Way::Cased, Way::Regex];
    let strategy = (prop::collection::vec(piece(), 1..9), any::<bool>(), any::<bool>(), prop::sample::select(ways));
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let result = TestRunner::new(config).run(&strategy, |(mut pieces, before, behind, way)| {
        pieces.extend(behind.then_some(Piece::Many));
        if before {
            pieces.insert(0, Piece::Many);
        }
        // A pattern of wildcards alone asks whether there is a value.
        prop_assume!(pieces.iter().any(|piece| matches!(piece, Piece::Char(_))));
        check(name, format, pieces, way)
    });
    if let Err(why) = result {
        panic!("{why}");
    }
}

macro_rules! each {
    ($($test:ident $name:literal $format:literal;)*) => {
        $(#[test]
        fn $test() {
            any_value($name, $format);
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
