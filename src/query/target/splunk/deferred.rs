//! What a search cannot say: the commands behind it.

use std::collections::BTreeMap;

/// Characters a name of a group may have in PCRE.
const MAX_GROUP: usize = 32;

/// The commands behind one search.
#[derive(Debug, Default)]
pub(super) struct Deferred {
    /// `rex` and `eval`: each makes a field that the second search looks at.
    pub(super) conditions: Vec<String>,
    /// `regex` and `where`: each drops events.
    pub(super) checks: Vec<String>,
    /// How many conditions there are of each field.
    counters: BTreeMap<String, usize>,
    /// The names of the conditions.
    names: Vec<String>,
}

impl Deferred {
    /// A field that is `true` where `regex` is found in `field`, made by `rex`.
    pub(super) fn rex(&mut self, field: &str, regex: &str) -> String {
        let (stem, number) = self.number(field);
        let condition = format!("{stem}Condition{number}");
        let group = group(&stem, &number);
        self.conditions.push(format!("rex field={field} \"(?<{group}>{regex})\""));
        self.conditions.push(format!("eval {condition}=if(isnotnull({group}), \"true\", \"false\")"));
        self.names.push(condition.clone());
        condition
    }

    /// A field that is `true` where `expression` is, which is about `field`.
    pub(super) fn eval(&mut self, field: &str, expression: &str) -> String {
        let plain: String =
            field.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' }).collect();
        // Fields that begin with an underscore are Splunk's own.
        let (stem, number) = self.number(plain.trim_start_matches('_'));
        let first = if stem.starts_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
        let condition = format!("{first}{stem}Condition{number}");
        self.conditions.push(format!("eval {condition}=if({expression}, \"true\", \"false\")"));
        self.names.push(condition.clone());
        condition
    }

    /// The last part of a field's name, and what tells its conditions apart.
    fn number(&mut self, field: &str) -> (String, String) {
        let stem = field.rsplit('.').next().unwrap_or(field).to_owned();
        let counter = self.counters.entry(stem.clone()).or_default();
        *counter += 1;
        let number = if *counter == 1 { String::new() } else { counter.to_string() };
        (stem, number)
    }

    /// Whether `name` is a field made here.
    pub(super) fn made(&self, name: &str) -> bool {
        self.names.iter().any(|made| made == name)
    }
}

/// The name of a group, cut to what PCRE takes and told apart by a hash of the whole.
fn group(stem: &str, number: &str) -> String {
    let group = format!("{stem}Match{number}");
    if group.len() <= MAX_GROUP {
        return group;
    }
    // FNV-1a.
    let hash = stem.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let tail = format!("{hash:08x}Match{number}");
    let head: String = stem.chars().filter(char::is_ascii).take(MAX_GROUP.saturating_sub(tail.len())).collect();
    head + &tail
}
