//! Sources and licences, from what was really loaded: a page and `NOTICE.txt`.

use std::collections::BTreeSet;

use crate::site::{Block, Inline, Page, PageKind, RouteId};

use super::SiteView;
use super::parts::section;

/// A source, with the text its licence asks to show.
struct Credit {
    name: String,
    lines: Vec<String>,
    url: Option<&'static str>,
    /// A licence text to reproduce in full.
    licence: Option<&'static str>,
}

/// ATT&CK's copyright designation, licence and disclaimers, as its terms ask to show them.
const ATTACK_TERMS: &str = include_str!("../../../data/attack/NOTICE");

/// The terms without the file's own first sentences, which the lines above them say already.
fn attack_terms() -> &'static str {
    ATTACK_TERMS.split_once("\n\n").map_or(ATTACK_TERMS, |(_, terms)| terms)
}

const MIT: &str = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and \
associated documentation files (the \"Software\"), to deal in the Software without restriction, including without \
limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, \
and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the \
Software.

THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE \
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR \
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR \
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.";

fn credits(view: &SiteView<'_>) -> Vec<Credit> {
    let corpus = view.graph.corpus();
    let mut credits = Vec::new();
    if !corpus.attack.objects.is_empty() {
        credits.push(Credit {
            name: format!("MITRE ATT&CK® {}", corpus.attack.version),
            lines: vec![
                corpus.attack.copyright.clone(),
                format!("Facts taken from: {}.", corpus.attack.source),
                "MITRE ATT&CK and ATT&CK are registered trademarks of The MITRE Corporation, which neither made nor endorses this knowledge base.".to_owned(),
            ],
            url: Some("https://attack.mitre.org/resources/legal-and-branding/terms-of-use/"),
            licence: Some(attack_terms()),
        });
    }
    if !corpus.rules.is_empty() {
        credits.push(Credit {
            name: "Sigma rules".to_owned(),
            lines: vec![
                format!("{} rules; those that name no licence of their own are under the Detection Rule License 1.1.", corpus.rules.len()),
                "Each page of a rule names its author; the queries beside it are made from the rule, so they are modifications of it.".to_owned(),
                format!("Authors: {}.", authors(view)),
            ],
            url: Some("https://github.com/SigmaHQ/Detection-Rule-License"),
            licence: None,
        });
    }
    if !corpus.triggers.is_empty() {
        credits.push(Credit {
            name: "Atomic Red Team".to_owned(),
            lines: vec![
                format!("{} Triggers in the format of Atomic Red Team; those taken from it: Copyright (c) 2018 Red Canary, Inc., MIT License.", corpus.triggers.len()),
            ],
            url: Some("https://github.com/redcanaryco/atomic-red-team"),
            licence: Some(MIT),
        });
    }
    let atc_kinds = [
        corpus.data_needed.len(),
        corpus.logging_policies.len(),
        corpus.enrichments.len(),
        corpus.response_actions.len(),
        corpus.response_playbooks.len(),
        corpus.response_stages.len(),
        corpus.mitigation_systems.len(),
        corpus.mitigation_policies.len(),
        corpus.hardening_policies.len(),
        corpus.use_cases.len(),
        corpus.customers.len(),
    ];
    if atc_kinds.iter().any(|count| *count > 0) {
        credits.push(Credit {
            name: "Atomic Threat Coverage".to_owned(),
            lines: vec![
                "The kinds Data Needed, Logging Policy, Enrichment, Response Action, Response Playbook, Response Stage, Mitigation System, Mitigation Policy, Hardening Policy, Use Case and Customer, and the layout of their pages, come from Atomic Threat Coverage; entities taken from it or from RE&CT are under the Apache License 2.0.".to_owned(),
            ],
            url: Some("https://www.apache.org/licenses/LICENSE-2.0"),
            licence: None,
        });
    }
    credits
}

/// A paragraph of a licence; a heading underlined with hyphens leads it on one line.
fn paragraph(text: &str) -> String {
    match text.split_once('\n') {
        Some((heading, rest)) => match rest.split_once('\n') {
            Some((rule, rest)) if rule.bytes().all(|byte| byte == b'-') => format!("{heading}: {rest}"),
            _ => text.to_owned(),
        },
        None => text.to_owned(),
    }
}

/// Every author once, in alphabetical order.
fn authors(view: &SiteView<'_>) -> String {
    let rules = &view.graph.corpus().rules;
    let names: BTreeSet<&str> = rules
        .iter()
        .filter_map(|rule| rule.author.as_deref())
        .flat_map(|author| author.split([',', ';']))
        .map(|name| name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\'' | '"')))
        .filter(|name| !name.is_empty())
        .collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// The credits page.
pub(super) fn page(view: &SiteView<'_>, route: RouteId) -> Page {
    let mut page = view.blank(route, PageKind::Credits, "About", "Sources and licences".to_owned());
    page.summary.push_str("Where the content of this knowledge base comes from, and under which terms.");
    page.breadcrumbs = view.crumbs(None);
    for (n, credit) in credits(view).into_iter().enumerate() {
        let mut blocks: Vec<Block> =
            credit.lines.into_iter().map(|line| Block::Line(vec![Inline::text(line)])).collect();
        blocks.extend(credit.url.map(|url| Block::Line(vec![Inline::url(url)])));
        if let Some(licence) = credit.licence {
            blocks.extend(licence.split("\n\n").map(|part| Block::Line(vec![Inline::text(paragraph(part))])));
        }
        page.sections.push(section(&format!("source-{}", n + 1), &credit.name, None, blocks));
    }
    page
}

/// The text of `NOTICE.txt`.
pub fn notice(view: &SiteView<'_>) -> String {
    let mut out = format!("{}\n\n", view.config.title);
    for credit in credits(view) {
        out.push_str(&credit.name);
        out.push('\n');
        for line in credit.lines {
            out.push_str(&line);
            out.push('\n');
        }
        if let Some(url) = credit.url {
            out.push_str(url);
            out.push('\n');
        }
        if let Some(licence) = credit.licence {
            out.push('\n');
            out.push_str(licence);
            out.push('\n');
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}
