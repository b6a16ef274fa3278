//! What is left of a matrix that is narrowed, counted: the same as the script of the theme counts.

use std::collections::BTreeSet;

use crate::graph::Coverage;

use super::{MatrixChoices, MatrixRule};

impl MatrixChoices {
    /// What there is on a platform, for each technique; nothing for those it does not have.
    ///
    /// # Panics
    /// If there is no such platform.
    pub fn on_platform(&self, platform: usize) -> Vec<Coverage> {
        let mut counts = self.counts(|rule| rule.platform == Some(platform));
        let meant = |platforms: &[usize]| platforms.is_empty() || platforms.contains(&platform);
        for test in self.tests.iter().filter(|test| meant(&test.platforms)) {
            counts[test.technique].tests += 1;
        }
        for (count, _) in counts.iter_mut().zip(&self.technique_platforms).filter(|(_, own)| !meant(own)) {
            *count = Coverage::default();
        }
        counts
    }

    /// What the rules of a log source cover, with the tests there are for it.
    pub fn of_source(&self, source: usize) -> Vec<Coverage> {
        let mut counts = self.counts(|rule| rule.source == Some(source));
        for test in &self.tests {
            let count = &mut counts[test.technique];
            count.tests += usize::from(count.rules > 0);
        }
        counts
    }

    /// The rules that are meant, and the Data Needed they need, for each technique.
    fn counts(&self, is_meant: impl Fn(&MatrixRule) -> bool) -> Vec<Coverage> {
        let mut counts = vec![Coverage::default(); self.techniques.len()];
        let mut data: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.techniques.len()];
        for rule in self.rules.iter().filter(|rule| is_meant(rule)) {
            for technique in &rule.techniques {
                counts[*technique].rules += 1;
                data[*technique].extend(&rule.data);
            }
        }
        for (count, data) in counts.iter_mut().zip(data) {
            count.data = data.len();
        }
        counts
    }
}
