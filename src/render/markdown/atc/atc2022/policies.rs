//! The pages of Mitigation Systems, Mitigation Policies and Hardening Policies.

use crate::model::Attack;

use super::super::document::Document;
use super::super::python;
use super::super::sheet::{Sheet, page_links, unordered, web_links};
use super::tags::{self, Tag};

pub(super) fn mitigation_system(document: Document<'_>) -> Option<String> {
    let mut sheet = Sheet::new("Title              ", &document.text("title"), 69, (20, 80));
    sheet.row("**Platform**       ", &unordered(&document.wrapped("platform")?), 14);
    sheet.row("**Minimum Version**", &unordered(&document.wrapped("minimum_version")?), 1);
    sheet.row("**References**     ", &unordered(&web_links(&document.items("references")?)), 1);
    sheet.out.extend(["\n## Description\n\n", document.description()?, "\n"]);
    Some(sheet.out)
}

pub(super) fn mitigation_policy(attack: &Attack, document: Document<'_>) -> Option<String> {
    let kind = "Mitigation Policy";
    let tags = Tags::read(attack, document)?;
    let mut sheet = head(document, &tags, kind)?;
    let systems = if document.filled("mitigation_system")? {
        page_links("Mitigation_Systems", &document.wrapped("mitigation_system")?)
    } else {
        Vec::new()
    };
    sheet.row("**Mitigation System**    ", &mapped(&systems, kind, "Mitigation System"), 1);
    versions(&mut sheet, document)?;
    sheet.row("**Prerequisites**        ", &unordered(&document.items("prerequisites")?), 16);
    foot(sheet, document, &tags)
}

pub(super) fn hardening_policy(attack: &Attack, document: Document<'_>) -> Option<String> {
    let tags = Tags::read(attack, document)?;
    let mut sheet = head(document, &tags, "Hardening Policy")?;
    versions(&mut sheet, document)?;
    foot(sheet, document, &tags)
}

/// Title, description and what of ATT&CK the policy is mapped to.
fn head(document: Document<'_>, tags: &Tags, kind: &str) -> Option<Sheet> {
    let mut sheet = Sheet::new("Title                    ", &document.text("title"), 74, (26, 85));
    sheet.row("**Description**          ", document.description()?, 68);
    sheet.row("**ATT&amp;CK Tactic**    ", &mapped(&tags.tactics, kind, "ATT&amp;CK Tactic"), 1);
    sheet.row("**ATT&amp;CK Technique** ", &mapped(&tags.techniques, kind, "ATT&amp;CK Technique"), 1);
    sheet.row("**ATT&amp;CK Mitigation**", &mapped(&tags.mitigations, kind, "ATT&amp;CK Mitigation"), 1);
    Some(sheet)
}

/// The list, or that there is none yet.
fn mapped(list: &[String], kind: &str, what: &str) -> String {
    if list.is_empty() {
        return format!(" This {kind} wasn't mapped to {what} yet ");
    }
    format!("{} ", unordered(list))
}

fn versions(sheet: &mut Sheet, document: Document<'_>) -> Option<()> {
    sheet.row("**Platform**             ", &unordered(&document.wrapped("platform")?), 19);
    sheet.row("**Minimum Version**      ", &unordered(&document.wrapped("minimum_version")?), 6);
    Some(())
}

fn foot(mut sheet: Sheet, document: Document<'_>, tags: &Tags) -> Option<String> {
    sheet.row("**References**           ", &unordered(&web_links(&document.items("references")?)), 6);
    if !tags.others.is_empty() {
        sheet.out.extend(["| Other Tags | ", &unordered(&tags.others), " | "]);
    }
    let configuration = python::strip(document.get("configuration")?.as_str()?);
    sheet.out.extend(["\n\n## Configuration\n\n", configuration]);
    Some(sheet.out)
}

/// The tags of a policy, as they are shown.
#[derive(Default)]
struct Tags {
    tactics: Vec<String>,
    techniques: Vec<String>,
    mitigations: Vec<String>,
    others: Vec<String>,
}

impl Tags {
    /// What is neither of ATT&CK's nor an unknown tactic is another tag twice: once as such, and
    /// once because it is none of ATT&CK's.
    fn read(attack: &Attack, document: Document<'_>) -> Option<Self> {
        let mut read = Self::default();
        let site = "https://attack.mitre.org";
        for tag in tags::list(document.get("tags"))? {
            match tags::read(attack, &tag) {
                Tag::Tactic(Some(tactic)) => read.tactics.push(tactic.web_link(&format!("{site}/tactics/"))),
                Tag::Tactic(None) => read.others.push(tag),
                Tag::Technique(technique) => read.techniques.push(technique.web_link(&format!("{site}/techniques/"))),
                Tag::Mitigation(measure) => read.mitigations.push(measure.web_link(&format!("{site}/mitigations/"))),
                // Techniques of AM!TT stood among those of ATT&CK.
                Tag::AmittTechnique(id) => {
                    read.techniques.push(format!("[{id}: None]({site}/techniques/{})", id.replace('.', "/")));
                    read.others.push(tag);
                }
                Tag::AmittTactic | Tag::Other => read.others.extend([tag.clone(), tag]),
            }
        }
        Some(read)
    }
}
