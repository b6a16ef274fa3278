//! Between two releases of ATT&CK: what differs, and what of the content has to follow.

mod differences;
mod items;
mod layers;
mod passage;
mod tags;
mod triggers;
mod upgrade;

pub use differences::{Differences, MovedTactics, Renamed, Replaced, differences};
pub use upgrade::{Change, FileChange, Question, Upgrade, upgrade};

use crate::model::{Attack, AttackId};

/// The name of an object; of a sub-technique its technique's and its own.
fn full_name(attack: &Attack, id: AttackId) -> String {
    let name = |id| attack.object(id).map(|object| object.name.as_str());
    match (id.parent().and_then(name), name(id)) {
        (Some(parent), Some(own)) => format!("{parent}: {own}"),
        (_, own) => own.unwrap_or_default().to_owned(),
    }
}

/// The tag of an object: of a tactic its short name, of anything else its id.
fn tag(attack: &Attack, id: AttackId) -> String {
    match attack.object(id).and_then(|object| object.short_name.as_deref()) {
        Some(short) => format!("attack.{short}"),
        None => format!("attack.{}", id.to_string().to_ascii_lowercase()),
    }
}
