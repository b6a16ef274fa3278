//! A condition read leniently: enough to say which selections must hold together.
//!
//! This only weighs which log data matters. Whether the condition is valid is the compiler's to
//! say, so anything that cannot be read counts as "any selection".

/// A condition over selections, by their index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    Selection(usize),
    And(Vec<Condition>),
    Or(Vec<Condition>),
    /// A negated part: no data is needed for what must be absent.
    Not,
}

/// How far the events of a Data Needed fulfil a part of a condition, the better the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// They are other events.
    OtherEvent,
    /// No event is named, and they lack a field.
    LacksFields,
    /// No event is named, and they carry all fields.
    HasFields,
    /// They are the event that is named, and their Data Needed does not list every field.
    Event,
    /// They are the event that is named, with every field.
    EventWithFields,
}

impl Fit {
    /// Both at once: another event never fits, and where one part names the event, the others'
    /// fields do not make it another.
    fn and(self, other: Self) -> Self {
        let (less, more) = if self < other { (self, other) } else { (other, self) };
        match (less, more) {
            (Self::HasFields, Self::EventWithFields) => Self::EventWithFields,
            (Self::LacksFields | Self::HasFields, Self::Event | Self::EventWithFields) => Self::Event,
            _ => less,
        }
    }

    /// Whether the Data Needed serves.
    pub(super) fn serves(self) -> bool {
        self >= Self::HasFields
    }
}

/// Deeper parentheses are not looked into.
const MAX_DEPTH: usize = 32;

impl Condition {
    /// Reads a condition; `names` are the selections.
    pub(super) fn read(text: &str, names: &[&str]) -> Self {
        let search = text.split('|').next().unwrap_or_default();
        let spaced = search.replace('(', " ( ").replace(')', " ) ");
        let tokens: Vec<&str> = spaced.split_whitespace().collect();
        let mut reader = Reader { tokens: &tokens, at: 0, names };
        let condition = reader.or(0);
        if reader.at < tokens.len() { Self::any(names) } else { condition.unwrap_or_else(|| Self::any(names)) }
    }

    /// Any selection.
    pub(super) fn any(names: &[&str]) -> Self {
        Self::Or((0..names.len()).map(Self::Selection).collect())
    }

    /// How far events can fulfil it, given how far they fulfil each selection; `None` where only
    /// negations are left.
    pub(super) fn weigh(&self, selection: &dyn Fn(usize) -> Fit) -> Option<Fit> {
        match self {
            Self::Selection(i) => Some(selection(*i)),
            Self::Not => None,
            Self::And(parts) => parts.iter().filter_map(|part| part.weigh(selection)).reduce(Fit::and),
            Self::Or(parts) => parts.iter().filter_map(|part| part.weigh(selection)).max(),
        }
    }

    /// The selections that are not only negated.
    pub(super) fn wanted(&self, into: &mut Vec<usize>) {
        match self {
            Self::Selection(i) => into.push(*i),
            Self::Not => {}
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.wanted(into)),
        }
    }
}

struct Reader<'t> {
    tokens: &'t [&'t str],
    at: usize,
    names: &'t [&'t str],
}

impl Reader<'_> {
    fn peek(&self, word: &str) -> bool {
        self.tokens.get(self.at).is_some_and(|token| token.eq_ignore_ascii_case(word))
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek(word);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self, depth: usize) -> Option<Condition> {
        let mut parts = vec![self.and(depth)?];
        while self.take("or") {
            parts.push(self.and(depth)?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Condition::Or(parts) })
    }

    fn and(&mut self, depth: usize) -> Option<Condition> {
        let mut parts = vec![self.not(depth)?];
        while self.take("and") {
            parts.push(self.not(depth)?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Condition::And(parts) })
    }

    fn not(&mut self, depth: usize) -> Option<Condition> {
        let mut negated = false;
        while self.take("not") {
            negated = !negated;
        }
        let inner = self.operand(depth)?;
        Some(if negated { Condition::Not } else { inner })
    }

    fn operand(&mut self, depth: usize) -> Option<Condition> {
        if depth > MAX_DEPTH {
            return None;
        }
        if self.take("(") {
            let inner = self.or(depth + 1)?;
            return self.take(")").then_some(inner);
        }
        let quantified = self.tokens.get(self.at + 1).is_some_and(|of| of.eq_ignore_ascii_case("of"));
        if quantified {
            let all = self.peek("all");
            let selector = self.tokens.get(self.at + 2)?;
            self.at += 3;
            let chosen = self.chosen(selector);
            return Some(if all { Condition::And(chosen) } else { Condition::Or(chosen) });
        }
        let name = self.tokens.get(self.at)?;
        self.at += 1;
        self.names.iter().position(|known| known == name).map(Condition::Selection)
    }

    fn chosen(&self, selector: &str) -> Vec<Condition> {
        let matches = |name: &&str| match selector.split_once('*') {
            None => selector == *name || selector.eq_ignore_ascii_case("them"),
            Some((before, after)) => {
                name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
            }
        };
        (0..self.names.len()).filter(|i| matches(&self.names[*i])).map(Condition::Selection).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["selection_a", "selection_b", "filter_main", "other"];

    fn holds(condition: &str, possible: &[usize]) -> Option<bool> {
        let fit = |i| if possible.contains(&i) { Fit::HasFields } else { Fit::LacksFields };
        Condition::read(condition, &NAMES).weigh(&fit).map(Fit::serves)
    }

    #[test]
    fn the_event_decides_over_the_fields_of_other_selections() {
        let fits = [Fit::Event, Fit::LacksFields, Fit::OtherEvent, Fit::HasFields];
        let weigh = |condition: &str| Condition::read(condition, &NAMES).weigh(&|i| fits[i]);
        assert_eq!(Fit::HasFields.and(Fit::EventWithFields), Fit::EventWithFields);
        assert_eq!(Fit::EventWithFields.and(Fit::LacksFields), Fit::Event);
        assert_eq!(weigh("selection_a and selection_b"), Some(Fit::Event));
        assert_eq!(weigh("selection_a and filter_main"), Some(Fit::OtherEvent));
        assert_eq!(weigh("selection_b and other"), Some(Fit::LacksFields));
        assert_eq!(weigh("selection_b or filter_main"), Some(Fit::LacksFields));
        assert_eq!(weigh("selection_a and (selection_b or filter_main)"), Some(Fit::Event));
    }

    #[test]
    fn selections_that_must_hold_together_are_told_from_alternatives() {
        assert_eq!(holds("all of selection_* and not filter_main", &[0]), Some(false));
        assert_eq!(holds("all of selection_* and not filter_main", &[0, 1]), Some(true));
        assert_eq!(holds("1 of selection_* and not 1 of filter*", &[0]), Some(true));
        assert_eq!(holds("selection_a and (other or selection_b)", &[0, 3]), Some(true));
        assert_eq!(holds("not (not other)", &[3]), None);
        assert_eq!(holds("not filter_main", &[]), None);
        assert_eq!(holds("selection_a | count() by x > 5", &[0]), Some(true));
    }

    #[test]
    fn what_cannot_be_read_counts_as_any_selection() {
        for text in ["", "(", "selection_a and", "unknown", "selection_a selection_b", &"(".repeat(1000)] {
            assert_eq!(Condition::read(text, &NAMES), Condition::any(&NAMES), "{text}");
        }
    }
}
