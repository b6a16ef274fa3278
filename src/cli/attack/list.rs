//! `purplebook attack list`: the releases at hand.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use crate::config::Config;
use crate::model::{Attack, AttackKind, AttackObject, Domain, Status};
use crate::project::releases;
use crate::text::visible_controls;

use super::super::CLEAN;
use super::super::failure::Failure;
use super::count;

/// Lists what is configured first, then what is built in.
pub(super) fn run(config: &Config) -> Result<u8, Failure> {
    let mut text = String::new();
    for release in releases(config)? {
        let attack = &release.attack;
        let in_use = if release.in_use { ", in use" } else { "" };
        let _ = writeln!(text, "{}  {}{in_use}", attack.version, visible_controls(&attack.source));
        for domain in Domain::ALL {
            let _ = writeln!(text, "  {}", line(attack, domain));
        }
        let _ = writeln!(text, "  {}", count(attack.old_ids.len(), "retired id", "retired ids"));
    }
    io::stdout().write_all(text.as_bytes())?;
    Ok(CLEAN)
}

/// The numbers of a domain's objects in use.
fn line(attack: &Attack, domain: Domain) -> String {
    let number = |of: &dyn Fn(&AttackObject) -> bool| {
        let own = attack.objects.iter().filter(|o| o.status == Status::Active && o.domains.contains(&domain));
        own.filter(|object| of(object)).count()
    };
    let kind = |kind: AttackKind| number(&move |object| object.id.kind() == kind);
    let is_technique = |object: &AttackObject| object.id.kind() == AttackKind::Technique;
    let parts = [
        (kind(AttackKind::Tactic), "tactic", "tactics"),
        (number(&|object| is_technique(object) && !object.id.is_sub()), "technique", "techniques"),
        (number(&|object| is_technique(object) && object.id.is_sub()), "sub-technique", "sub-techniques"),
        (kind(AttackKind::Group), "group", "groups"),
        (kind(AttackKind::Software), "software", "software"),
        (kind(AttackKind::Campaign), "campaign", "campaigns"),
        (kind(AttackKind::Mitigation), "mitigation", "mitigations"),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| count(n, one, many)).collect();
    let release = attack.releases.get(&domain).map(|release| format!(" {release}")).unwrap_or_default();
    format!("{}{}: {}", domain.title(), visible_controls(&release), parts.join(", "))
}
