//! `grep`: the patterns of 2019 with plus signs escaped and quoted for the shell, and a look ahead
//! for a field that has no value.

use crate::model::Value;
use crate::query::front::legacy::{Leaf, Rule};
use crate::query::target::grep::Legacy;
use crate::query::target::legacy_text::{Done, LegacyDialect, Tokens, documents};

use super::{Backend, Printed, comparable, no_regex};

pub(super) const BACKEND: Backend =
    Backend { name: "grep", config: None, write: commands, end: "", index_field: false };

fn commands<'r>(rules: &[Rule<'r>]) -> Printed<'r> {
    let mut lines = Lines(Legacy { escapes_plus: true });
    Printed::whole(documents(rules, |_, condition| Ok(lines.query(condition)?.map(|pattern| command(&pattern)))))
}

fn command(pattern: &str) -> String {
    format!("grep -P '^{}'", pattern.replace('\'', "'\"'\"'"))
}

struct Lines(Legacy);

impl LegacyDialect for Lines {
    const TOKENS: Tokens = Legacy::TOKENS;

    fn field<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r> {
        no_regex(leaf, "Node type not implemented for this backend")?;
        comparable(leaf)?;
        self.0.field(out, leaf)
    }

    /// What it looks for is the name of the field, which no line of a log needs to have.
    fn null<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r> {
        out.extend(["(?!", leaf.name, ")"]);
        Ok(())
    }

    fn keyword<'r>(&mut self, out: &mut String, value: &'r Value) -> Done<'r> {
        self.0.keyword(out, value)
    }
}
