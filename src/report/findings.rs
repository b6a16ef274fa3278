//! The one collection all findings go through.

use crate::text::At;

use super::{Finding, Severity};

/// Findings in the order they were made; [`Findings::sorted`] gives the order they are shown in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// Adds all of `other`.
    pub fn append(&mut self, mut other: Findings) {
        self.0.append(&mut other.0);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// How many have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|finding| finding.severity == severity).count()
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// All of them, to change where they point.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Finding> {
        self.0.iter_mut()
    }

    /// With `first` added to the number of every file they name, so that findings in two sets of
    /// files can be shown as one list.
    #[must_use]
    pub fn renumbered(mut self, first: u32) -> Self {
        for fix in self.0.iter_mut().filter_map(|finding| finding.fix.as_mut()) {
            fix.place.file.0 = fix.place.file.0.saturating_add(first);
            if let Some(replacement) = &mut fix.replacement {
                replacement.span.file.0 = replacement.span.file.0.saturating_add(first);
            }
        }
        let places = self.0.iter_mut().flat_map(|finding| {
            let also = finding.also.iter_mut().map(|note| &mut note.at);
            std::iter::once(&mut finding.at).chain(also)
        });
        for at in places {
            let file = match at {
                At::File(file) => file,
                At::Span(span) => &mut span.file,
                At::Yaml(place) => &mut place.file,
            };
            file.0 = file.0.saturating_add(first);
        }
        self
    }

    /// Sorted by file, position and code, without repetitions.
    ///
    /// Files are numbered in the order of their paths, so this is the order by path; positions
    /// must have been resolved to spans before, or findings of one file sort by kind of position.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.0.sort_by(|a, b| (a.at.file(), &a.at, a.code, &a.message).cmp(&(b.at.file(), &b.at, b.code, &b.message)));
        self.0.dedup();
        self
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a mut Findings {
    type Item = &'a mut Finding;
    type IntoIter = std::slice::IterMut<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter_mut()
    }
}

impl Extend<Finding> for Findings {
    fn extend<I: IntoIterator<Item = Finding>>(&mut self, iter: I) {
        self.0.extend(iter);
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}
