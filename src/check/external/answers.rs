//! The file of answers: addresses that were found fine, and when, so that they are not asked for
//! again at once.
//!
//! Only good news is kept: what was broken is asked for each time, so that it is not told a day
//! longer than it lasts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::Verdict;
use super::date::{day, days};

/// The version of the format.
const VERSION: u32 = 1;

/// Answers by address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<String, Answer>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    /// Days after 1 January 1970.
    day: u64,
    moved: Option<String>,
}

#[derive(Deserialize)]
struct Document {
    version: u32,
    answers: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    url: String,
    day: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    moved: Option<String>,
}

impl Answers {
    /// Reads the text of a file of answers and keeps those of at most `most` days before `today`,
    /// both in days.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn read(text: &str, today: u64, most: u64) -> Result<Self, String> {
        let document: Document = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if document.version != VERSION {
            return Err(format!("it is of version {}, and this purplebook knows version {VERSION}", document.version));
        }
        let fresh = |line: Line| {
            let day = days(&line.day).filter(|day| today.checked_sub(*day).is_some_and(|age| age < most))?;
            Some((line.url, Answer { day, moved: line.moved }))
        };
        Ok(Self(document.answers.into_iter().filter_map(fresh).collect()))
    }

    /// What is known of an address.
    pub fn get(&self, url: &str) -> Option<Verdict> {
        let answer = self.0.get(url)?;
        Some(answer.moved.clone().map_or(Verdict::Fine, |to| Verdict::Moved { to }))
    }

    /// Keeps a verdict of `today`, if it is a good one.
    pub fn keep(&mut self, url: &str, verdict: &Verdict, today: u64) {
        let moved = match verdict {
            Verdict::Fine => None,
            Verdict::Moved { to } => Some(to.clone()),
            _ => {
                self.0.remove(url);
                return;
            }
        };
        self.0.insert(url.to_owned(), Answer { day: today, moved });
    }

    /// The text of the file, a line for each address, sorted.
    pub fn text(&self) -> String {
        let mut text = format!("{{\n  \"version\": {VERSION},\n  \"answers\": [");
        for (i, (url, answer)) in self.0.iter().enumerate() {
            let line = Line { url: url.clone(), day: day(answer.day), moved: answer.moved.clone() };
            let json = serde_json::to_string(&line).unwrap_or_default();
            let _ = write!(text, "{}\n    {json}", if i == 0 { "" } else { "," });
        }
        text + if self.0.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\n  \"version\": 1,\n  \"answers\": [\n    {\"url\":\"https://a.example/\",\"day\":\"2026-11-29\"},\n    \
                        {\"url\":\"https://b.example/\",\"day\":\"2026-11-30\",\"moved\":\"https://c.example/\"}\n  ]\n}\n";

    #[test]
    fn good_news_is_kept_for_some_days() {
        let today = days("2026-11-30").expect("a day");
        let answers = Answers::read(TEXT, today, 7).expect("answers");
        assert_eq!(answers.get("https://a.example/"), Some(Verdict::Fine));
        assert_eq!(answers.get("https://b.example/"), Some(Verdict::Moved { to: "https://c.example/".to_owned() }));
        assert_eq!(answers.get("https://c.example/"), None);
        assert_eq!(answers.text(), TEXT);
        // Of one day, of none, and of a clock that went back.
        let of = |today: u64, most: u64| Answers::read(TEXT, today, most).expect("answers").0.len();
        assert_eq!((of(today, 2), of(today, 1), of(today, 0), of(today - 1, 7), of(today + 7, 7)), (2, 1, 0, 1, 0));
        let mut answers = answers;
        answers.keep("https://a.example/", &Verdict::Dead { why: String::new() }, today);
        answers.keep("https://b.example/", &Verdict::Fine, today);
        let line = "{\"url\":\"https://b.example/\",\"day\":\"2026-11-30\"}";
        assert_eq!(answers.text(), format!("{{\n  \"version\": 1,\n  \"answers\": [\n    {line}\n  ]\n}}\n"));
        assert_eq!(Answers::default().text(), "{\n  \"version\": 1,\n  \"answers\": []\n}\n");
    }

    #[test]
    fn what_is_no_file_of_answers_is_an_error() {
        assert!(Answers::read("# Notes\n", 0, 7).is_err_and(|why| why.starts_with("expected value at line 1")));
        let newer = Answers::read("{\"version\": 2, \"answers\": []}", 0, 7);
        assert_eq!(newer, Err("it is of version 2, and this purplebook knows version 1".to_owned()));
        let odd = "{\"version\": 1, \"answers\": [{\"url\": \"x\", \"day\": \"yesterday\"}]}";
        assert_eq!(Answers::read(odd, 0, 7), Ok(Answers::default()));
    }
}
