//! `purplebook attack diff`: what differs between two releases.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use serde::Serialize;
use serde_json::{Value, json};

use crate::config::Config;
use crate::model::AttackId;
use crate::project::at_hand;
use crate::release::{Differences, differences};
use crate::text::visible_controls;

use super::super::CLEAN;
use super::super::failure::Failure;
use super::args::AttackFormat;
use super::document;

/// Compares two releases; that they differ is no failure.
pub(super) fn run(config: &Config, (from, to): (&str, &str), format: AttackFormat) -> Result<u8, Failure> {
    let (from, to) = (at_hand(config, from)?, at_hand(config, to)?);
    let found = differences(&from, &to);
    let text = match format {
        AttackFormat::Human => human(&found, &from.version, &to.version),
        AttackFormat::Json => json(&found, &from.version, &to.version)?,
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(CLEAN)
}

fn human(found: &Differences, from: &str, to: &str) -> String {
    if found.is_empty() {
        return format!("ATT&CK {from} and {to} do not differ\n");
    }
    let mut sections = Vec::new();
    sections.push(("added", found.added.iter().map(|(id, name)| (*id, name.clone())).collect()));
    let renamed = found.renamed.iter().map(|it| (it.id, format!("{} -> {}", it.from, it.to)));
    sections.push(("renamed", renamed.collect()));
    let revoked = found.revoked.iter().map(|it| {
        let by = it.by.as_ref().map_or_else(|| "nothing".to_owned(), |(id, name)| format!("{id} {name}"));
        (it.id, format!("{} -> {by}", it.name))
    });
    sections.push(("revoked", revoked.collect()));
    sections.push(("deprecated", found.deprecated.clone()));
    sections.push(("removed", found.removed.clone()));
    let moved = found.moved.iter().map(|it| {
        let left = it.left.iter().map(|name| format!("-{name}"));
        let joined = it.joined.iter().map(|name| format!("+{name}"));
        (it.id, format!("{} ({})", it.name, left.chain(joined).collect::<Vec<_>>().join(" ")))
    });
    sections.push(("moved to other tactics", moved.collect::<Vec<(AttackId, String)>>()));

    // Names may come from a bundle of anyone's.
    let mut text = format!("ATT&CK {} -> {}\n", visible_controls(from), visible_controls(to));
    for (title, lines) in sections {
        for group in lines.chunk_by(|a, b| a.0.kind() == b.0.kind()) {
            let _ = writeln!(text, "\n{} {title}: {}", group[0].0.kind().noun(), group.len());
            for (id, line) in group {
                let _ = writeln!(text, "  {id} {}", visible_controls(line));
            }
        }
    }
    text
}

#[derive(Serialize)]
struct Page<'a> {
    from: &'a str,
    to: &'a str,
    added: Vec<Value>,
    renamed: Vec<Value>,
    revoked: Vec<Value>,
    deprecated: Vec<Value>,
    removed: Vec<Value>,
    moved: Vec<Value>,
}

fn json(found: &Differences, from: &str, to: &str) -> Result<String, Failure> {
    let object = |id: AttackId, mut more: Value| {
        more["id"] = json!(id.to_string());
        more["kind"] = json!(id.kind().noun());
        more
    };
    let named =
        |list: &[(AttackId, String)]| list.iter().map(|(id, name)| object(*id, json!({ "name": name }))).collect();
    let page = Page {
        from,
        to,
        added: named(&found.added),
        renamed: found.renamed.iter().map(|it| object(it.id, json!({ "from": it.from, "to": it.to }))).collect(),
        revoked: found
            .revoked
            .iter()
            .map(|it| {
                let by = it.by.as_ref().map(|(id, name)| json!({ "id": id.to_string(), "name": name }));
                object(it.id, json!({ "name": it.name, "by": by }))
            })
            .collect(),
        deprecated: named(&found.deprecated),
        removed: named(&found.removed),
        moved: found
            .moved
            .iter()
            .map(|it| object(it.id, json!({ "name": it.name, "left": it.left, "joined": it.joined })))
            .collect(),
    };
    document(&page)
}
