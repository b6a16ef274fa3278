//! Data Needed as ATC calculated them in February 2019, errors included.

use std::collections::BTreeSet;

use crate::model::{DataNeeded, Rule};

/// The Data Needed ATC would have listed for the rule, as indices into `data`.
pub(super) fn derive(_rule: &Rule, _data: &[DataNeeded]) -> BTreeSet<u32> {
    BTreeSet::new()
}
