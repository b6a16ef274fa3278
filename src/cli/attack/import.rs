//! `purplebook attack import`: the facts of STIX bundles in a small file.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use crate::model::Domain;
use crate::project::{Import, import};
use crate::text::visible_controls;

use super::super::failure::Failure;
use super::super::template::create;
use super::super::{CLEAN, shown};
use super::args::ImportArgs;
use super::count;

/// Writes the file and says what is in it and how to use it.
pub(super) fn run(args: &ImportArgs) -> Result<u8, Failure> {
    let made = import(&args.bundles, args.release.as_deref())?;
    if made.objects == 0 {
        return Err(Failure::new("there is no object with an ATT&CK identifier in it; nothing was written"));
    }
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(default_name(&made)));
    if args.force && fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
        fs::remove_file(&path)
            .map_err(|error| Failure::new(format!("cannot replace `{}`: {error}", path.display())))?;
    }
    create(&path, &made.text)?;
    let mut err = io::stderr().lock();
    for note in &made.notes {
        let _ = writeln!(err, "note: {}", visible_controls(note));
    }
    let releases = made.releases.iter().map(|(domain, version)| release(*domain, version.as_deref()));
    let releases = match releases.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "additions".to_owned(),
        some => some,
    };
    let (path, releases) = (shown(&path), visible_controls(&releases).into_owned());
    let (objects, relations) =
        (count(made.objects, "object", "objects"), count(made.relations, "relation", "relations"));
    writeln!(
        io::stdout(),
        "created {path}: {releases}, {objects}, {relations}\n\nTo use it, in purplebook.toml:\n\n[attack]\nbundle = {path:?}"
    )?;
    Ok(CLEAN)
}

fn release(domain: Domain, version: Option<&str>) -> String {
    format!("{} {}", domain.title(), version.unwrap_or("of an unknown release"))
}

/// `attack-18.1.tsv`, by the first release that is known.
fn default_name(made: &Import) -> String {
    let known = made.releases.values().flatten().next().map(String::as_str).unwrap_or_default();
    let plain: String = known.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
    if plain.is_empty() { "attack.tsv".to_owned() } else { format!("attack-{plain}.tsv") }
}
