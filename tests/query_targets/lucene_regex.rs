//! Regular expressions in the targets whose engine is Lucene.

use super::items;

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
