//! `splunk`: what golden files do not show.

use super::{items, query};

#[test]
fn names_the_regex_command_cannot_take_are_matched_otherwise() {
    assert_eq!(items("splunk", "'a b|re': x").as_deref(), Ok("*\n| where match('a b', \"x\")"));
    let negated = "detection:\n  s: {A: x}\n  f: {'a b|re': y}\n  condition: s and not f\n";
    let expected = "A=\"x\"\n| where if(match('a b', \"y\"), 0, 1)=1";
    assert_eq!(query("splunk", "default", negated).as_deref(), Ok(expected));
}

#[test]
fn saved_searches_keep_apart_and_end_where_they_end() {
    let head = "\n[default]\ndispatch.earliest_time = -30d\ndispatch.latest_time = now\n\n";
    let two = "description: |\n  one\n  two \\\ndetection:\n  s: {A: x}\n  t: {B: y}\n  condition: [s, t]\n";
    let expected = format!(
        "{head}[Test]\ndescription = one \\\ntwo\nsearch = A=\"x\"\n{head}[Test (2)]\ndescription = one \\\ntwo\nsearch = B=\"y\""
    );
    assert_eq!(query("splunk", "savedsearches", two), Ok(expected));
    let regex = "detection:\n  s: {A: x}\n  t: [{B|re: y}, {C: z}]\n  condition: s and t\n";
    let search = query("splunk", "savedsearches", regex).expect("sound");
    assert!(search.contains("\nsearch = A=\"x\" \\\n| rex field=B"), "{search}");
}
