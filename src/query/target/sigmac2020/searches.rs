//! `splunk` and `logpoint`: the searches of 2019, with other words for what they cannot say.

use crate::model::Value;
use crate::query::aggregation::Aggregation;
use crate::query::front::legacy::{Condition, Leaf, Rule};
use crate::query::target::legacy_logpoint::{self, LogPoint};
use crate::query::target::legacy_splunk::{self, Splunk};
use crate::query::target::legacy_text::{Done, LegacyDialect, Tokens, documents};

use super::{Backend, Printed, comparable, no_regex, refused};

pub(super) const SPLUNK: Backend =
    Backend { name: "splunk", config: Some("splunk-windows"), write: splunk, end: "", index_field: true };

pub(super) const LOGPOINT: Backend =
    Backend { name: "logpoint", config: Some("logpoint-windows"), write: logpoint, end: "", index_field: false };

fn splunk<'r>(rules: &[Rule<'r>]) -> Printed<'r> {
    Printed::whole(documents(rules, |rule, condition| {
        let Some(search) = Searches(Splunk).query(condition)? else { return Ok(None) };
        relates_nothing(condition)?;
        legacy_splunk::finished(search, rule, condition).map(Some)
    }))
}

fn logpoint<'r>(rules: &[Rule<'r>]) -> Printed<'r> {
    Printed::whole(documents(rules, |_, condition| {
        let Some(search) = Searches(LogPoint).query(condition)? else { return Ok(None) };
        relates_nothing(condition)?;
        legacy_logpoint::finished(search, condition).map(Some)
    }))
}

fn relates_nothing<'r>(condition: &Condition<'r>) -> Done<'r> {
    match condition.aggregation {
        Some(Aggregation::Near) => {
            Err(refused(condition, "The 'near' aggregation operator is not yet implemented for this backend"))
        }
        _ => Ok(()),
    }
}

/// The searches of 2019, of what they can say.
struct Searches<D>(D);

impl<D: LegacyDialect> LegacyDialect for Searches<D> {
    const TOKENS: Tokens = D::TOKENS;

    fn field<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r> {
        no_regex(leaf, "Type modifier 're' is not supported by backend")?;
        comparable(leaf)?;
        self.0.field(out, leaf)
    }

    fn null<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r> {
        self.0.null(out, leaf)
    }

    fn keyword<'r>(&mut self, out: &mut String, value: &'r Value) -> Done<'r> {
        self.0.keyword(out, value)
    }

    fn index(&mut self, out: &mut String, name: &str) {
        self.0.index(out, name);
    }
}
