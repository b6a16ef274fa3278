//! `powershell`: the pipelines of 2019 over one log, which the configuration names like a field.

use crate::model::Value;
use crate::query::aggregation::Aggregation;
use crate::query::front::legacy::{Leaf, Rule};
use crate::query::refusal::Refusal;
use crate::query::target::legacy_text::{Done, LegacyDialect, Tokens, documents};
use crate::query::target::powershell::{self, Message};

use super::{Backend, Printed, comparable, refused};

pub(super) const BACKEND: Backend =
    Backend { name: "powershell", config: Some("powershell"), write: pipelines, end: "", index_field: false };

/// The field of a configuration that names the log.
const LOG: &str = "LogName";

fn pipelines<'r>(rules: &[Rule<'r>]) -> Printed<'r> {
    let mut events = Events { log: None };
    Printed::whole(documents(rules, |_, condition| {
        let counts = matches!(condition.aggregation, None | Some(Aggregation::Count { function: "count", .. }));
        if !counts {
            return Err(refused(condition, "Only COUNT aggregation function is implemented for this backend"));
        }
        let Some(filter) = events.query(condition)? else { return Ok(None) };
        let log = events.log.as_deref().map(|log| format!(" -LogName {log}")).unwrap_or_default();
        Ok(Some(format!("Get-WinEvent{log} | where {{{filter} }}{}", powershell::rest(condition)?)))
    }))
}

/// The filters of one file.
struct Events {
    /// The log last named. It was not forgotten between the documents of a file, so that one
    /// without a log was looked for in that of the one before.
    log: Option<String>,
}

impl LegacyDialect for Events {
    const TOKENS: Tokens = Message::TOKENS;

    fn compared<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Result<bool, Refusal<'r>> {
        if leaf.name == LOG {
            self.log = leaf.value().scalar_text();
            return Ok(false);
        }
        self.field(out, leaf).map(|()| true)
    }

    fn field<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r> {
        // In lists, unlike the others, it took anything and printed it.
        let is_list = |value: &Value| value.as_seq().is_some_and(|items| items.iter().all(|v| v.as_map().is_none()));
        if !is_list(leaf.value()) {
            comparable(leaf)?;
        }
        Message.field(out, leaf)
    }

    fn null<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r> {
        Message.null(out, leaf)
    }

    fn keyword<'r>(&mut self, out: &mut String, value: &'r Value) -> Done<'r> {
        Message.keyword(out, value)
    }
}
