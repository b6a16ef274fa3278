//! `purplebook attack list`: the releases at hand.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use serde::Serialize;

use crate::config::Config;
use crate::model::{Attack, AttackKind, AttackObject, Domain, Status};
use crate::project::{Release, releases};
use crate::text::visible_controls;

use super::super::CLEAN;
use super::super::failure::Failure;
use super::args::AttackFormat;
use super::{count, document};

/// Lists what is configured first, then what is built in.
pub(super) fn run(config: &Config, format: AttackFormat) -> Result<u8, Failure> {
    let releases = releases(config)?;
    let text = match format {
        AttackFormat::Human => releases.iter().map(human).collect(),
        AttackFormat::Json => document(&Page { releases: releases.iter().map(Listed::new).collect() })?,
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(CLEAN)
}

fn human(release: &Release) -> String {
    let attack = &release.attack;
    let in_use = if release.in_use { ", in use" } else { "" };
    let mut text = format!("{}  {}{in_use}\n", attack.version, visible_controls(&attack.source));
    for domain in Domain::ALL {
        let counts = Counts::of(attack, domain);
        let parts = [
            (counts.tactics, "tactic", "tactics"),
            (counts.techniques, "technique", "techniques"),
            (counts.sub_techniques, "sub-technique", "sub-techniques"),
            (counts.groups, "group", "groups"),
            (counts.software, "software", "software"),
            (counts.campaigns, "campaign", "campaigns"),
            (counts.mitigations, "mitigation", "mitigations"),
        ];
        let parts: Vec<String> =
            parts.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| count(n, one, many)).collect();
        let release = attack.releases.get(&domain).map(|release| format!(" {release}")).unwrap_or_default();
        let _ = writeln!(text, "  {}{}: {}", domain.title(), visible_controls(&release), parts.join(", "));
    }
    let _ = writeln!(text, "  {}", count(attack.old_ids.len(), "retired id", "retired ids"));
    text
}

#[derive(Serialize)]
struct Page<'a> {
    releases: Vec<Listed<'a>>,
}

#[derive(Serialize)]
struct Listed<'a> {
    version: &'a str,
    source: &'a str,
    in_use: bool,
    domains: Vec<ListedDomain<'a>>,
    retired_ids: usize,
}

#[derive(Serialize)]
struct ListedDomain<'a> {
    domain: &'static str,
    release: Option<&'a str>,
    #[serde(flatten)]
    counts: Counts,
}

impl<'a> Listed<'a> {
    fn new(release: &'a Release) -> Self {
        let attack = &release.attack;
        let domain = |domain: Domain| ListedDomain {
            domain: domain.key(),
            release: attack.releases.get(&domain).map(String::as_str),
            counts: Counts::of(attack, domain),
        };
        Self {
            version: &attack.version,
            source: &attack.source,
            in_use: release.in_use,
            domains: Domain::ALL.into_iter().map(domain).collect(),
            retired_ids: attack.old_ids.len(),
        }
    }
}

/// The numbers of a domain's objects in use.
#[derive(Serialize)]
struct Counts {
    tactics: usize,
    techniques: usize,
    sub_techniques: usize,
    groups: usize,
    software: usize,
    campaigns: usize,
    mitigations: usize,
}

impl Counts {
    fn of(attack: &Attack, domain: Domain) -> Self {
        let number = |of: &dyn Fn(&AttackObject) -> bool| {
            let own = attack.objects.iter().filter(|o| o.status == Status::Active && o.domains.contains(&domain));
            own.filter(|object| of(object)).count()
        };
        let kind = |kind: AttackKind| number(&move |object| object.id.kind() == kind);
        let is_technique = |object: &AttackObject| object.id.kind() == AttackKind::Technique;
        Self {
            tactics: kind(AttackKind::Tactic),
            techniques: number(&|object| is_technique(object) && !object.id.is_sub()),
            sub_techniques: number(&|object| is_technique(object) && object.id.is_sub()),
            groups: kind(AttackKind::Group),
            software: kind(AttackKind::Software),
            campaigns: kind(AttackKind::Campaign),
            mitigations: kind(AttackKind::Mitigation),
        }
    }
}
