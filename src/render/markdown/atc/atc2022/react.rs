//! The pages of Response Actions and Response Stages, which were RE&CT's.

use std::fmt::Write as _;

use crate::model::{Corpus, Value};

use super::super::document::Document;
use super::super::sheet::{Sheet, unordered, web_links};
use super::super::{first, python};

/// Words of a title that are written in capitals.
const CAPITALS: [&str; 14] =
    ["ip", "dns", "ms", "ngfw", "ips", "url", "pe", "pdf", "elf", "dhcp", "vpn", "smb", "ftp", "http"];

/// Words of a title that begin with a capital.
const PROPER: [&str; 5] = ["unix", "windows", "proxy", "firewall", "mach-o"];

/// What the second digit of an action's id stands for.
const CATEGORIES: [&str; 7] = ["General", "Network", "Email", "File", "Process", "Configuration", "Identity"];

pub(super) fn action(corpus: &Corpus, document: Document<'_>) -> Option<String> {
    let rule = "|:---------------------------:|:--------------------|";
    let title = title(document.get("title")?.as_str()?);
    let mut sheet = Sheet::ruled("Title                      ", &title, 9, rule);
    sheet.row("**ID**                     ", &document.text("id"), 12);
    sheet.row("**Description**            ", document.description()?, 3);
    sheet.row("**Author**                 ", &document.text("author"), 8);
    sheet.row("**Creation Date**          ", &document.text("creation_date"), 1);
    sheet.row("**Category**               ", category(document.get("id")?.as_str()?), 6);
    let name = stage_name(document.get("stage")?.as_str()?);
    let links = stage_documents(corpus).filter(|stage| stage.text("title") == name).map(|stage| {
        let id = stage.text("id");
        format!("[{id}: {name}](../Response_Stages/{id}.md)")
    });
    sheet.out.extend(["| **Stage**                   |", &links.collect::<String>(), "| "]);
    let lists = [
        ("Automation", document.items_or_none("automation")?),
        ("References", web_links(&document.items_or_none("references")?)),
        ("Requirements", document.items_or_none("requirements")?),
    ];
    for (label, list) in lists.iter().filter(|(_, list)| !list.is_empty()) {
        sheet.out.extend(["\n| **", label, "** |", &unordered(list), "|"]);
    }
    sheet.out.extend(["\n\n### Workflow\n\n", &document.text("workflow")]);
    Some(sheet.out)
}

pub(super) fn stage(corpus: &Corpus, document: Document<'_>) -> Option<String> {
    let (title, id) = (document.text("title"), document.text("id"));
    let mut out = format!("# {title} \n\n**ID**: {id}\n\n{}", document.description()?);
    let mut rows = Vec::new();
    for (i, action) in corpus.response_actions.iter().enumerate() {
        let Some(entity) = first(&corpus.response_actions, i, |action| &action.origin) else { continue };
        let document = Document::new(&entity.document)?;
        if stage_name(document.get("stage")?.as_str()?) == title {
            let name = self::title(document.get("title")?.as_str()?);
            rows.push((document.text("id"), &action.origin.stem, name, document.description()?));
        }
    }
    rows.sort_unstable();
    if !rows.is_empty() {
        out.extend(["\n## Response Actions\n\n", HEAD]);
    }
    for (id, stem, name, description) in rows {
        let page = format!("../Response_Actions/{stem}.md");
        let _ = write!(out, "\n| [{id}]({page}) | [{name}]({page}) | {description} |");
    }
    Some(out)
}

/// The head of a table of stages or actions.
const HEAD: &str = "| ID    | Name     | Description |\n|:-----:|:--------:|-------------|";

pub(super) fn stages(corpus: &Corpus) -> Option<String> {
    let mut rows = Vec::new();
    for stage in stage_documents(corpus) {
        rows.push((stage.text("id"), stage.text("title"), stage.description()?));
    }
    if rows.is_empty() {
        return None;
    }
    rows.sort_unstable();
    let mut out = format!("# Response Stages\n\n{HEAD}");
    for (id, name, description) in rows {
        // The folder is that of the page itself, so that no link leads anywhere.
        let page = format!("Response_Stages/{id}.md");
        let _ = write!(out, "\n| [{id}]({page}) | [{name}]({page}) | {description} |");
    }
    Some(out)
}

/// The documents of the Response Stages.
fn stage_documents(corpus: &Corpus) -> impl Iterator<Item = Document<'_>> {
    let list = &corpus.response_stages;
    let entities = (0..list.len()).filter_map(|i| first(list, i, |stage| &stage.origin));
    entities.filter_map(|stage| Document::new(&stage.document))
}

/// `lessons_learned` → `Lessons Learned`, for the stages there were.
fn stage_name(key: &str) -> &str {
    match key {
        "preparation" => "Preparation",
        "identification" => "Identification",
        "containment" => "Containment",
        "eradication" => "Eradication",
        "recovery" => "Recovery",
        "lessons_learned" => "Lessons Learned",
        _ => "N/A",
    }
}

fn category(id: &str) -> &'static str {
    let known = || {
        let mut digits = id.strip_prefix("RA")?.chars().map(|c| c.to_digit(10));
        digits.next()??;
        CATEGORIES.get(digits.next()?? as usize).copied()
    };
    known().unwrap_or("N/A")
}

/// `RA_1111_get_ability_to_block_external_ip_address` → `Get ability to block external IP address`.
pub(super) fn title(title: &str) -> String {
    let numbered = |rest: &str| rest.len() >= 4 && rest.bytes().take(4).all(|b| b.is_ascii_digit());
    let rest = title.strip_prefix("RA_").or_else(|| title.strip_prefix("RP_"));
    if !rest.is_some_and(numbered) || title.contains('\n') {
        return title.to_owned();
    }
    let words: String = title.chars().skip(8).collect::<String>().replace('_', " ");
    let words = python::capitalize(&words);
    let word = |word: &str| match word.to_lowercase() {
        low if CAPITALS.contains(&low.as_str()) => word.to_uppercase(),
        low if PROPER.contains(&low.as_str()) => python::capitalize(word),
        _ => word.to_owned(),
    };
    words.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

/// The title of an action as playbooks and lists call it: `RA1001: Practice`.
pub(super) fn full_title(document: Document<'_>) -> Option<String> {
    let id = document.get("id").and_then(Value::as_str)?;
    Some(format!("{id}: {}", title(document.get("title")?.as_str()?)))
}
