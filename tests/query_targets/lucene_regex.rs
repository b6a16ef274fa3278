//! Regular expressions in the targets whose engine is Lucene.

use super::{items, query};

#[test]
fn those_longer_than_the_engine_takes_are_refused() {
    for target in ["lucene", "opensearch", "es-qs", "graylog"] {
        // Two characters at each end let it be found anywhere.
        let longest = items(target, &format!("A|re: {}", "a".repeat(996)));
        assert!(longest.is_ok_and(|query| query.contains(&"a".repeat(996))), "{target}");
        let longer = items(target, &format!("A|re: {}", "a".repeat(997)));
        let why = "the regular expression is longer than the 1000 characters Elasticsearch takes";
        assert_eq!(longer, Err(why.to_owned()), "{target}");
    }
}

#[test]
fn letters_of_all_alphabets_are_found_in_any_case() {
    for (target, query) in [
        ("lucene", "A:/.*[éÉ][aA].*/"),
        ("es-qs", "A.keyword:/.*[éÉ][aA].*/"),
        ("graylog", "A:/.*[éÉ][aA].*/"),
        ("esql", "from * metadata _id, _index, _version | where A rlike \".*[éÉ][aA].*\""),
    ] {
        assert_eq!(items(target, "A|re|i: éa").as_deref(), Ok(query), "{target}");
    }
    let words = |target: &str| query(target, "default", "detection:\n  s: [ΟΔΟΣ]\n  condition: s\n");
    let expected = "from * metadata _id, _index, _version | where qstr(\"/.*[Οο][Δδ][Οο][Σςσ].*/\")";
    assert_eq!(words("esql").as_deref(), Ok(expected));
}
