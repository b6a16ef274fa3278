//! `legacy-powershell`: filters for Windows events in PowerShell.
//!
//! Rules of 2019 get the pipeline of that time, which looks for text in the rendered message.
//! Rules of Sigma 2.x get a `Where-Object` for objects whose properties bear the names of the
//! rule's fields, as `Import-Csv`, `ConvertFrom-Json` or a function that spreads an event's data
//! give them. Operators ignore case unless they begin with `c`; `-and` and `-or` bind alike, so
//! the two never stand side by side without parentheses.

use std::fmt::Write as _;

use crate::model::Value;
use crate::query::aggregation::{Aggregation, Comparison};
use crate::query::front::legacy::{self, Condition, Rule};
use crate::query::pattern::{Part, Pattern};
use crate::query::reading::Reading;
use crate::query::refusal::{Documents, Refusal, Spot};
use crate::query::test::Test;
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{Dialect, Form, Grouping, Lists, Syntax, Written, cannot_say};

use super::legacy_text::{
    Done, LegacyDialect, Tokens, any_text_of, cannot_count, documents, escape, items, text_of, words,
};
use super::{Format, LegacyTarget, Target};

pub(super) const TARGET: Target = Target {
    name: "legacy-powershell",
    title: "PowerShell",
    description: "PowerShell filter for Windows events",
    formats: &[Format {
        name: "default",
        description: "the filter",
        language: "powershell",
        write: modern,
        correlate: None,
    }],
    legacy: Some(LegacyTarget { write: pipelines, end: "", index_field: false }),
};

fn modern<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let filter = |query: &Node<'n>| Ok(format!("Where-Object {{ {} }}", PowerShell.query(query)?));
    reading.queries.iter().map(filter).collect()
}

/// The expressions of today.
struct PowerShell;

impl<'n> Dialect<'n> for PowerShell {
    const SYNTAX: Syntax = Syntax {
        and: " -and ",
        or: " -or ",
        not: "-not ",
        grouping: Grouping::Needed,
        lists: Lists::NONE,
        not_null: true,
    };

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        match leaf.field {
            Some(field) => comparison(out, &property(field), &leaf),
            None => keyword(out, &leaf),
        }
    }

    /// `-not` binds tighter than any comparison.
    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        if let Node::Leaf(Leaf { field: Some(field), test: Test::Null | Test::Exists(false), .. }) = child {
            out.extend(["$null -ne ", &property(field)]);
            return Ok(Form::Single);
        }
        out.push_str("-not (");
        self.node(out, child)?;
        out.push(')');
        Ok(Form::Single)
    }
}

/// A property of the object in the pipeline.
fn property(field: &str) -> String {
    let plain = field.starts_with(|c: char| c.is_ascii_alphabetic())
        && field.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { format!("$_.{field}") } else { format!("$_.{}", quoted(field)) }
}

/// Text in single quotes, between which only they are special. PowerShell takes the typographic
/// ones for quotes as well.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        if matches!(c, '\'' | '\u{2018}'..='\u{201b}') {
            out.push(c);
        }
        out.push(c);
    }
    out.push('\'');
    out
}

fn comparison<'n>(out: &mut String, property: &str, leaf: &Leaf<'n>) -> Written<'n> {
    let text = match leaf.test {
        Test::Match(pattern) if pattern.placeholder().is_none() => format!("{property} {}", matching(pattern, "")),
        Test::Cased(pattern) if pattern.placeholder().is_none() => format!("{property} {}", matching(pattern, "c")),
        Test::Number(number) => format!("{property} -eq {number}"),
        Test::Bool(flag) => format!("{property} -eq '{flag}'"),
        Test::Null | Test::Exists(false) => format!("$null -eq {property}"),
        Test::Exists(true) => format!("$null -ne {property}"),
        Test::Regex(regex, flags) => format!("{property} -cmatch {}", quoted(&format!("{}{regex}", flags.prefix()))),
        Test::Compare(comparison, number) => {
            let operator = match comparison.sign() {
                ">" => "-gt",
                ">=" => "-ge",
                "<" => "-lt",
                _ => "-le",
            };
            // Nothing at all, and text that is no number, would be less than any number.
            let _ = write!(
                out,
                "($null -ne {property} -and $null -ne ({property} -as [double]) -and ({property} -as [double]) {operator} {number})"
            );
            return Ok(Form::Single);
        }
        Test::FieldRef(other) if !other.open_start && !other.open_end => {
            format!("{property} -eq {}", self::property(&other.field))
        }
        _ => return Err(cannot_say(leaf, "a PowerShell filter")),
    };
    out.push_str(&text);
    Ok(Form::Single)
}

/// Text without a field is looked for in all properties.
fn keyword<'n>(out: &mut String, leaf: &Leaf<'n>) -> Written<'n> {
    let wanted = match leaf.test {
        Test::Match(pattern) if pattern.placeholder().is_none() => {
            matching(&pattern.clone().open_start().open_end(), "")
        }
        Test::Number(number) => matching(&Pattern::literal(&number.to_string()).open_start().open_end(), ""),
        Test::Regex(regex, flags) => format!("-cmatch {}", quoted(&format!("{}{regex}", flags.prefix()))),
        _ => return Err(cannot_say(leaf, "a PowerShell filter")),
    };
    out.extend(["@($_.PSObject.Properties.Value) ", &wanted]);
    Ok(Form::Single)
}

/// The operator and operand for a pattern; `case` is `c` to respect it.
///
/// `-like` has no dependable escape for brackets, so text with what it takes for special is
/// matched by a regular expression.
fn matching(pattern: &Pattern, case: &str) -> String {
    if let Some(text) = pattern.as_text() {
        return format!("-{case}eq {}", quoted(text));
    }
    let special = |part: &Part| matches!(part, Part::Text(text) if text.contains(['[', ']', '*', '?', '`']));
    if pattern.parts().iter().any(special) {
        let mut regex = "(?s)^".to_owned();
        for part in pattern.parts() {
            match part {
                Part::Text(text) => regex.push_str(&regex::escape(text)),
                Part::Many => regex.push_str(".*"),
                Part::One | Part::Placeholder(_) => regex.push('.'),
            }
        }
        regex.push_str(r"\z");
        return format!("-{case}match {}", quoted(&regex));
    }
    let mut glob = String::new();
    for part in pattern.parts() {
        match part {
            Part::Text(text) => glob.push_str(text),
            Part::Many => glob.push('*'),
            Part::One | Part::Placeholder(_) => glob.push('?'),
        }
    }
    format!("-{case}like {}", quoted(&glob))
}

fn pipelines<'r>(rules: &[Rule<'r>]) -> Documents<'r> {
    documents(rules, |_, condition| {
        let Some(search) = Message.query(condition)? else { return Ok(None) };
        let rest = rest(condition)?;
        Ok(Some(format!("Get-WinEvent | where {{{search} }}{rest}")))
    })
}

/// What stood behind the filter in 2019.
pub(super) fn rest<'r>(condition: &Condition<'r>) -> Result<String, Refusal<'r>> {
    let (field, by, comparison, value) = match condition.aggregation {
        None => return Ok(" | select TimeCreated,Id,RecordId,ProcessId,MachineName,Message".to_owned()),
        Some(Aggregation::Count { function: "count", field, by, comparison, value }) => (field, by, comparison, value),
        Some(_) => return Err(cannot_count(condition, "this PowerShell pipeline can count events and nothing else")),
    };
    let operator = match comparison {
        Comparison::Greater => "-gt",
        Comparison::Less => "-lt",
        // The converter had no operator for it.
        Comparison::Equal => "None",
    };
    Ok(match (field, by) {
        (Some(field), Some(by)) => format!(
            "  | select {by}, {field} | group {by} | foreach {{ [PSCustomObject]@{{'{by}'=$_.name;'Count'=($_.group.{field} | sort -u).count}} }}  | sort count -desc | where {{ $_.count {operator} {value} }}"
        ),
        (one, other) => {
            let group = one.or(other).unwrap_or_default();
            format!(
                "  | group-object {group} | where {{ $_.count {operator} {value} }} | select name,count | sort -desc"
            )
        }
    })
}

/// The filters of 2019.
pub(super) struct Message;

impl LegacyDialect for Message {
    const TOKENS: Tokens = words(" -and ", " -or ", " -not ");

    fn field<'r>(&mut self, out: &mut String, leaf: legacy::Leaf<'r>) -> Done<'r> {
        let is_id = leaf.name == "EventID";
        let Value::Seq(list) = leaf.value() else {
            let text = text_of(leaf.value(), Spot::Entry(leaf.entry))?;
            if is_id {
                compared(out, "$_.ID -eq \"", &text);
            } else {
                compared(out, &format!("$_.message -match \"{}.*", leaf.name), &text.replace('*', ".*"));
            }
            return Ok(());
        };
        items(out, list, ("(", " -or ", ")"), |out, item| {
            let text = any_text_of(item, Spot::Item(item))?;
            if is_id {
                compared(out, "$_.ID -eq \"", &text);
            } else if text.contains('*') {
                compared(out, &format!("$_.message -match \"{}.*", leaf.name), &text.replace('*', ".*"));
            } else {
                compared(out, "$_.message -match \"", &text);
            }
            Ok(())
        })
    }

    fn null<'r>(&mut self, out: &mut String, leaf: legacy::Leaf<'r>) -> Done<'r> {
        out.extend(["-not ", leaf.name, "=\"*\""]);
        Ok(())
    }

    /// Keywords were the one thing nothing was escaped in.
    fn keyword<'r>(&mut self, out: &mut String, value: &'r Value) -> Done<'r> {
        out.extend(["$_.message -match \"", &text_of(value, Spot::Item(value))?, "\""]);
        Ok(())
    }
}

fn compared(out: &mut String, before: &str, text: &str) {
    out.push_str(before);
    escape(out, text, |c| matches!(c, '"' | '+'));
    out.push('"');
}
