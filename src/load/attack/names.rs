//! The user's table of names (`[attack] names`): `kind`, `tag`, `id`, `name` between tabs.
//!
//! It lets a repository keep the names of the ATT&CK its pages were written with. Empty lines,
//! lines that begin with `#` and a heading row are passed over.

use crate::model::{AttackKind, AttackName};

/// A row of the table that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameProblem {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong, without a final full stop.
    pub message: String,
}

/// Reads the table: the good rows in file order, and the problems of the others.
///
/// Of two rows for one tag the later is kept, as a problem that names the earlier line.
pub fn names(text: &str) -> (Vec<AttackName>, Vec<NameProblem>) {
    let mut names: Vec<(usize, AttackName)> = Vec::new();
    let mut problems = Vec::new();
    let mut seen = std::collections::HashMap::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (line, row) in (1..).zip(text.lines()) {
        if row.trim().is_empty() || row.starts_with('#') {
            continue;
        }
        let cells: Vec<&str> = row.split('\t').map(str::trim).collect();
        if line == 1 && cells.iter().map(|cell| cell.to_ascii_lowercase()).eq(COLUMNS) {
            continue;
        }
        match name(&cells) {
            Ok(name) => {
                if let Some(at) = seen.insert(name.tag.to_ascii_lowercase(), names.len()) {
                    let (earlier, old): &(usize, AttackName) = &names[at];
                    let message = format!("tag `{}` is already named on line {earlier}; this row replaces it", old.tag);
                    problems.push(NameProblem { line, message });
                }
                names.push((line, name));
            }
            Err(message) => problems.push(NameProblem { line, message }),
        }
    }
    let kept = (0..).zip(names).filter(|(i, (_, name))| seen.get(&name.tag.to_ascii_lowercase()) == Some(i));
    (kept.map(|(_, (_, name))| name).collect(), problems)
}

const COLUMNS: [&str; 4] = ["kind", "tag", "id", "name"];

/// The kinds Sigma tags name.
const KINDS: [AttackKind; 6] = [
    AttackKind::Tactic,
    AttackKind::Technique,
    AttackKind::Group,
    AttackKind::Software,
    AttackKind::Mitigation,
    AttackKind::Campaign,
];

fn name(cells: &[&str]) -> Result<AttackName, String> {
    let &[kind, tag, id, name] = cells else {
        return Err(format!("expected 4 columns between tabs (kind, tag, id, name), found {}", cells.len()));
    };
    if let Some((column, _)) = COLUMNS.iter().zip(cells).find(|(_, cell)| cell.is_empty()) {
        return Err(format!("column `{column}` is empty"));
    }
    if !KINDS.iter().any(|known| known.noun() == kind) {
        let known = KINDS.map(AttackKind::noun).join(", ");
        return Err(format!("unknown kind `{kind}`; known are {known}"));
    }
    Ok(AttackName { kind: kind.to_owned(), tag: tag.to_owned(), id: id.to_owned(), name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_kept_in_file_order() {
        let (names, problems) = names(
            "kind\ttag\tid\tname\n# ours\n\ntactic\tattack.defense_evasion\tTA0005\tDefense Evasion\r\n\
             technique\tattack.t1191\tT1191\tCMSTP\n",
        );
        assert_eq!(problems, []);
        assert_eq!(names.iter().map(|n| n.name.as_str()).collect::<Vec<_>>(), ["Defense Evasion", "CMSTP"]);
    }

    #[test]
    fn bad_rows_are_reported_with_their_line() {
        let (names, problems) = names(
            "technique\tattack.t1191\tT1191\n\ntechnique\tattack.t1002\t\tData Compressed\nthing\tattack.x\tX\tY\n\
             technique\tattack.t1\tT1\tfirst\ntechnique\tattack.T1\tT1\tsecond\n",
        );
        let shown: Vec<String> = problems.iter().map(|p| format!("{}: {}", p.line, p.message)).collect();
        assert_eq!(
            shown,
            [
                "1: expected 4 columns between tabs (kind, tag, id, name), found 3",
                "3: column `id` is empty",
                "4: unknown kind `thing`; known are tactic, technique, group, software, mitigation, campaign",
                "6: tag `attack.t1` is already named on line 5; this row replaces it",
            ]
        );
        assert_eq!(names.iter().map(|n| n.name.as_str()).collect::<Vec<_>>(), ["second"]);
    }

    #[test]
    fn the_names_of_february_2019_are_read_whole() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus/atc-2019/attack-names.tsv");
        let Ok(text) = std::fs::read_to_string(path) else {
            println!("skipped: {path} is not at hand");
            return;
        };
        let (names, problems) = names(&text);
        assert_eq!((names.len(), problems), (text.lines().count(), Vec::new()));
        let cmstp =
            names.iter().find(|name| name.tag == "attack.t1191").map(|name| (name.id.as_str(), name.name.as_str()));
        assert_eq!(cmstp, Some(("T1191", "CMSTP")));
    }
}
