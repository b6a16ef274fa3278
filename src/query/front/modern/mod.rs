//! Sigma 2.x: detections with field modifiers, and conditions over them.

mod condition;
mod modifier;

use crate::model::{Rule, RuleKind, Value};
use crate::query::refusal::{Refusal, Spot};
use crate::query::tree::{Detection, Leaf, Node, Test};

use super::{MAX_DEPTH, MAX_LEAVES, matches_glob};
use condition::Expression;
use modifier::Fault;

/// Modifiers of one key: more than any chain that means something.
const MAX_MODIFIERS: usize = 16;

/// Reads one merged document of a rule.
pub(in crate::query) fn read<'r>(rule: &'r Rule, document: &'r Value) -> Result<Detection<'r>, Refusal<'r>> {
    match rule.kind {
        RuleKind::Detection => {}
        RuleKind::Correlation => {
            return Err(Refusal::unsupported(Spot::Top("correlation"), "correlations are not converted to queries"));
        }
        RuleKind::Filter => {
            let reason = "a filter is no query of its own: it narrows the rules it names";
            return Err(Refusal::unsupported(Spot::Top("filter"), reason));
        }
    }
    let detection =
        document.get("detection").ok_or_else(|| Refusal::broken(Spot::Top(""), "the rule has no `detection`"))?;
    let entries = detection.as_map().ok_or_else(|| {
        let reason = format!("`detection` must be a mapping, this is {}", detection.type_name());
        Refusal::broken(Spot::Top("detection"), reason)
    })?;
    let mut reader = Reader { detections: Vec::with_capacity(entries.len()), budget: MAX_LEAVES };
    // `timeframe` is a setting of the 2019 language that some rules still carry.
    for entry in entries.iter().filter(|(name, _)| name != "condition" && name != "timeframe") {
        let tree = reader.detection(entry, &entry.1, 0)?;
        reader.detections.push((entry, Some(tree)));
    }
    let queries = match detection.get("condition") {
        Some(Value::Seq(items)) if !items.is_empty() => items
            .iter()
            .enumerate()
            .map(|(i, item)| reader.condition(item, Spot::Condition(Some(i))))
            .collect::<Result<_, _>>()?,
        Some(Value::Seq(_)) => return Err(Refusal::broken(Spot::Condition(None), "the list of conditions is empty")),
        Some(value) => vec![reader.condition(value, Spot::Condition(None))?],
        None => return Err(Refusal::broken(Spot::Top("detection"), "`detection` has no `condition`")),
    };
    Ok(Detection { rule, queries })
}

struct Reader<'r> {
    /// Each detection in document order; its tree is taken by the first condition that names it
    /// and built again for any other.
    detections: Vec<(&'r (String, Value), Option<Node<'r>>)>,
    /// Comparisons that may still be made.
    budget: usize,
}

impl<'r> Reader<'r> {
    /// The tree of a detection or a part of it; `entry` is what to point at.
    fn detection(
        &mut self,
        entry: &'r (String, Value),
        value: &'r Value,
        depth: usize,
    ) -> Result<Node<'r>, Refusal<'r>> {
        let name = &entry.0;
        if depth > MAX_DEPTH {
            let reason = format!("the detection `{name}` is nested deeper than {MAX_DEPTH} levels");
            return Err(Refusal::broken(Spot::Entry(entry), reason));
        }
        match value {
            Value::Map(entries) if !entries.is_empty() => {
                Ok(Node::all(entries.iter().map(|entry| self.item(entry)).collect::<Result<_, _>>()?))
            }
            Value::Seq(items) if !items.is_empty() => Ok(Node::any(
                items.iter().map(|item| self.detection(entry, item, depth + 1)).collect::<Result<_, _>>()?,
            )),
            Value::Map(_) | Value::Seq(_) => {
                Err(Refusal::broken(Spot::Entry(entry), format!("the detection `{name}` is empty")))
            }
            Value::Null => {
                Err(Refusal::broken(Spot::Entry(entry), format!("the detection `{name}` has nothing to search for")))
            }
            scalar => {
                self.spend(1, Spot::Item(scalar))?;
                let test = modifier::plain(scalar).unwrap_or(Test::Null);
                Ok(Node::Leaf(Leaf { field: None, test, spot: Spot::Item(scalar) }))
            }
        }
    }

    /// One `field|modifier: value` entry.
    fn item(&mut self, entry: &'r (String, Value)) -> Result<Node<'r>, Refusal<'r>> {
        let spot = Spot::Entry(entry);
        let mut parts = entry.0.split('|');
        let field = parts.next().filter(|field| !field.is_empty());
        let modifiers: Vec<&str> = parts.collect();
        check_modifiers(&modifiers, spot)?;
        let values = match &entry.1 {
            Value::Seq(items) if items.is_empty() => std::slice::from_ref(&Value::Null),
            Value::Seq(items) => items.as_slice(),
            value => std::slice::from_ref(value),
        };
        let mut leaves = Vec::with_capacity(values.len());
        for value in values {
            let mut test = modifier::plain(value).ok_or_else(|| {
                let reason =
                    format!("the value of `{}` must be text or a number, this is {}", entry.0, value.type_name());
                Refusal::broken(spot, reason)
            })?;
            for name in modifiers.iter().filter(|name| !matches!(**name, "all" | "neq")) {
                test = modifier::apply(name, test, value).map_err(|fault| match fault {
                    Fault::Misused(reason) => Refusal::broken(spot, reason),
                    Fault::TooMuch(reason) => Refusal::unsupported(spot, reason),
                })?;
            }
            if field.is_none() && matches!(test, Test::Null) {
                return Err(Refusal::broken(spot, "a keyword has nothing to search for"));
            }
            self.spend(if let Test::Any(tests) = &test { tests.len() } else { 1 }, spot)?;
            leaves.push(Node::Leaf(Leaf { field, test, spot }));
        }
        let node = if modifiers.contains(&"all") { Node::all(leaves) } else { Node::any(leaves) };
        Ok(if modifiers.contains(&"neq") { Node::Not(Box::new(node)) } else { node })
    }

    fn condition(&mut self, value: &'r Value, spot: Spot<'r>) -> Result<Node<'r>, Refusal<'r>> {
        let text = value
            .as_str()
            .ok_or_else(|| Refusal::broken(spot, format!("a condition must be text, this is {}", value.type_name())))?;
        let expression = condition::parse(text).map_err(|problem| {
            let refusal = if problem.aggregation {
                Refusal::unsupported(spot, problem.reason)
            } else {
                Refusal::broken(spot, problem.reason)
            };
            match problem.help {
                Some(help) => refusal.help(help),
                None => refusal,
            }
        })?;
        self.resolve(&expression, spot)
    }

    fn resolve(&mut self, expression: &Expression<'_>, spot: Spot<'r>) -> Result<Node<'r>, Refusal<'r>> {
        match expression {
            Expression::Name(name) => {
                let found = self.detections.iter().position(|(entry, _)| entry.0 == *name);
                match found {
                    Some(i) => self.take(i),
                    None => Err(self.unknown(name, spot)),
                }
            }
            Expression::Not(child) => Ok(Node::Not(Box::new(self.resolve(child, spot)?))),
            Expression::And(children) => Ok(Node::And(self.resolve_all(children, spot)?)),
            Expression::Or(children) => Ok(Node::Or(self.resolve_all(children, spot)?)),
            Expression::Of { all, pattern } => {
                let chosen: Vec<usize> =
                    (0..self.detections.len()).filter(|i| selects(pattern, &self.detections[*i].0.0)).collect();
                if chosen.is_empty() {
                    let reason = format!("the condition names `{pattern}`, which no detection matches");
                    return Err(Refusal::broken(spot, reason));
                }
                let nodes = chosen.into_iter().map(|i| self.take(i)).collect::<Result<Vec<_>, _>>()?;
                Ok(if *all { Node::all(nodes) } else { Node::any(nodes) })
            }
        }
    }

    fn resolve_all(&mut self, children: &[Expression<'_>], spot: Spot<'r>) -> Result<Vec<Node<'r>>, Refusal<'r>> {
        children.iter().map(|child| self.resolve(child, spot)).collect()
    }

    fn take(&mut self, index: usize) -> Result<Node<'r>, Refusal<'r>> {
        let (entry, tree) = &mut self.detections[index];
        let entry = *entry;
        match tree.take() {
            Some(tree) => Ok(tree),
            None => self.detection(entry, &entry.1, 0),
        }
    }

    fn unknown(&self, name: &str, spot: Spot<'r>) -> Refusal<'r> {
        let refusal = Refusal::broken(spot, format!("the condition names `{name}`, which is not defined"));
        let names = self.detections.iter().map(|(entry, _)| entry.0.as_str());
        let near = names
            .filter(|known| known.len().max(name.len()) <= 256)
            .map(|known| (strsim::damerau_levenshtein(known, name), known))
            .min();
        match near {
            _ if name.eq_ignore_ascii_case("and")
                || name.eq_ignore_ascii_case("or")
                || name.eq_ignore_ascii_case("not") =>
            {
                refusal.help("operators of a condition are written in lower case")
            }
            Some((distance, known)) if distance <= 2 => refusal.help(format!("did you mean `{known}`?")),
            _ => refusal,
        }
    }

    fn spend(&mut self, leaves: usize, spot: Spot<'r>) -> Result<(), Refusal<'r>> {
        self.budget = self.budget.checked_sub(leaves).ok_or_else(|| {
            Refusal::unsupported(spot, format!("the rule expands to more than {MAX_LEAVES} comparisons"))
        })?;
        Ok(())
    }
}

/// Names that start with `_` are private: only a pattern that starts so selects them.
fn selects(pattern: &str, name: &str) -> bool {
    (pattern == "them" || matches_glob(pattern, name)) && (!name.starts_with('_') || pattern.starts_with('_'))
}

/// Every modifier is known, and those that read the raw value come first.
fn check_modifiers<'r>(modifiers: &[&str], spot: Spot<'r>) -> Result<(), Refusal<'r>> {
    if modifiers.len() > MAX_MODIFIERS {
        return Err(Refusal::broken(spot, format!("the key has more than {MAX_MODIFIERS} modifiers")));
    }
    for (i, name) in modifiers.iter().enumerate() {
        if !modifier::is_known(name) {
            let refusal = Refusal::broken(spot, format!("`{name}` is no modifier of Sigma"));
            return Err(match modifier::nearest(name) {
                Some(known) => refusal.help(format!("did you mean `{known}`?")),
                None => refusal,
            });
        }
        let first = modifiers[..i].iter().all(|before| matches!(*before, "all" | "neq"));
        if modifier::reads_raw(name) && !first {
            return Err(Refusal::broken(spot, format!("modifier `{name}` must come first")));
        }
    }
    Ok(())
}
