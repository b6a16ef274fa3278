//! `[coverage]`: levels, needs and least numbers.

use toml::Spanned;
use toml::de::DeValue;

use crate::config::coverage::{Need, TacticMinimum};
use crate::config::schema::{Key, Takes};
use crate::config::suggest::{list, nearest};

use super::{Reader, at};

/// Sigma's levels (specification 2.1, "level").
const LEVELS: [&str; 5] = ["informational", "low", "medium", "high", "critical"];

impl Reader<'_> {
    /// A list of words out of a few.
    pub(super) fn words(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) {
        let Some(items) = value.get_ref().as_array() else { return self.wrong_type(key, value) };
        let (what, known): (&str, &[&str]) =
            if key.takes == Takes::Levels { ("level", &LEVELS) } else { ("need", &Need::NAMES) };
        for item in items {
            let Some(word) = item.get_ref().as_str() else {
                self.bad(item.span(), format!("the items of `{}` must be strings", key.name), item.get_ref());
                continue;
            };
            if !known.contains(&word) {
                let help = match nearest(word, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the {what}s are {}", list(known.iter().copied())),
                };
                self.refuse(item.span(), format!("unknown {what} `{word}`"), help);
            } else if key.takes == Takes::Levels {
                self.settings.coverage.levels.push(word.to_owned());
            } else {
                self.settings.coverage.need.extend(Need::named(word));
            }
        }
    }

    /// A table of whole numbers.
    pub(super) fn minima(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) {
        let Some(table) = value.get_ref().as_table() else { return self.wrong_type(key, value) };
        for (tactic, value) in table {
            let least = value.get_ref().as_integer().and_then(|n| usize::from_str_radix(n.as_str(), n.radix()).ok());
            let Some(least) = least else {
                self.bad(value.span(), format!("`{}` must be a whole number", tactic.get_ref()), value.get_ref());
                continue;
            };
            let (tactic, span) = (tactic.get_ref().to_string(), at(tactic.span()));
            self.settings.coverage.tactics.push(TacticMinimum { tactic, least, span });
        }
    }
}
