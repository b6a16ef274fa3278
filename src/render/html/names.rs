//! Names that must be given once on a page: anchors, and the labels of regions.

use std::collections::HashMap;

use crate::site::Page;
use crate::text::Anchors;

/// The identifiers of the default theme's own elements.
const OWN: [&str; 4] = ["pb-contents", "pb-main", "pb-nav", "pb-tools"];

/// What was given on a page so far.
pub(super) struct Names {
    /// Anchors; those of the sections are taken, headings in texts of authors get others.
    pub(super) anchors: Anchors,
    labels: HashMap<String, usize>,
}

impl Names {
    pub(super) fn of(page: &Page) -> Self {
        let mut anchors = Anchors::default();
        for anchor in OWN.into_iter().chain(page.sections.iter().map(|section| section.anchor.as_str())) {
            anchors.reserve(anchor);
        }
        Self { anchors, labels: HashMap::new() }
    }

    /// `label`, with a number where it was given before.
    pub(super) fn label(&mut self, label: String) -> String {
        let times = self.labels.entry(label.clone()).and_modify(|times| *times += 1).or_insert(1);
        if *times == 1 { label } else { format!("{label} ({times})") }
    }
}
