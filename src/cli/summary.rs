//! What a build ends with: for each kind, files found = rendered + rejected.

use std::fmt::Write as _;

use crate::model::{Kind, KindTally, Tally};

/// The table of a build. Kinds of which nothing was found have no line.
pub(super) fn table(tally: &Tally) -> String {
    let rows: Vec<(&str, KindTally)> =
        Kind::ALL.into_iter().map(|kind| (kind.title(), tally.of(kind))).filter(|(_, row)| row.found > 0).collect();
    let total = rows.iter().fold(KindTally::default(), |sum, (_, row)| KindTally {
        found: sum.found + row.found,
        loaded: sum.loaded + row.loaded,
        rejected: sum.rejected + row.rejected,
    });
    let mut text = format!("{:<20} {:>8} {:>8} {:>8}\n", "", "found", "rendered", "rejected");
    for (title, row) in rows.into_iter().chain([("Total", total)]) {
        let _ = writeln!(text, "{title:<20} {:>8} {:>8} {:>8}", row.found, row.loaded, row.rejected);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_add_up() {
        let mut tally = Tally::default();
        for i in 0..12 {
            tally.count(Kind::Rule, i % 4 != 0);
        }
        tally.count(Kind::Page, true);
        assert_eq!(
            table(&tally),
            "                        found rendered rejected\n\
             Detection Rules            12        9        3\n\
             Pages                       1        1        0\n\
             Total                      13       10        3\n"
        );
    }
}
