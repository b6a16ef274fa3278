//! The pages of Data Needed, Logging Policies, Enrichments and Response Actions.

use crate::model::Value;

use super::super::document::Document;
use super::super::sheet::{Sheet, logging_policies, page_links, unordered, web_links};

/// The dashes under the title of most kinds.
pub(super) const DASHES: (usize, usize) = (15, 113);

pub(super) fn data_needed(value: &Value) -> Option<String> {
    let document = Document::new(value)?;
    // Without the key ATC looped over nothing at all, which is an exception and not an empty list.
    document.get("loggingpolicy")?;
    let policies = logging_policies(&document.wrapped("loggingpolicy")?);

    let mut sheet = Sheet::new("Title         ", &document.text("title"), 102, DASHES);
    sheet.row("Description   ", document.description()?, 96);
    sheet.row("Logging Policy", &unordered(&policies), 1);
    sheet.row("References    ", &unordered(&web_links(&document.wrapped("references")?)), 34);
    sheet.row("Platform      ", &document.text("platform"), 3);
    sheet.out.extend(["| Type           | ", &document.text("type"), " \t\t| \n"]);
    sheet.row("Channel       ", &document.text("channel"), 4);
    sheet.row("Provider      ", &document.text("provider"), 3);
    sheet.row("Fields        ", &unordered(&document.items("fields")?), 47);
    sheet.out.push('\n');
    sheet.log_samples(document)?;
    Some(sheet.out)
}

pub(super) fn logging_policy(value: &Value) -> Option<String> {
    let document = Document::new(value)?;
    let mut sheet = Sheet::new("Title         ", &document.text("title"), 69, (15, 80));
    sheet.row("Description   ", document.description()?, 63);
    sheet.row("Default       ", &document.text("default"), 67);
    sheet.row("Event Volume  ", &document.text("volume"), 68);
    sheet.row("EventID       ", &unordered(&document.items("eventID")?), 9);
    sheet.row("References    ", &unordered(&web_links(&document.items("references")?)), 1);
    sheet.configuration(document)?;
    Some(sheet.out)
}

pub(super) fn enrichment(value: &Value) -> Option<String> {
    let document = Document::new(value)?;
    let mut sheet = Sheet::new("Title         ", &document.text("title"), 1, DASHES);
    sheet.row("Description   ", document.description()?, 1);
    for (label, key) in [("Data Needed   ", "data_needed"), ("Data to enrich", "data_to_enrich")] {
        sheet.list_or_none(label, &page_links("Data_Needed", &document.items(key)?), 1, 0);
    }
    sheet.list_or_none("References    ", &web_links(&document.items("references")?), 1, 0);
    sheet.tabbed("Author   ", &document.text("author"), 1, 3);
    let requirements = page_links("Enrichments", &document.items("requirements")?);
    if requirements.is_empty() {
        sheet.row("Requirements \t", "None", 1);
    } else {
        // The second `>` stood in the template.
        sheet.tight("Requirements \t", &[&unordered(&requirements), ">"], 1, 0);
    }
    sheet.list_or_none("New fields    ", &document.items("new_fields")?, 1, 0);
    sheet.out.extend(["\n\n### Config\n\n", &document.text("config")]);
    Some(sheet.out)
}

pub(super) fn response_action(value: &Value) -> Option<String> {
    let document = Document::new(value)?;
    let mut sheet = Sheet::new("Title         ", &document.text("title"), 102, DASHES);
    sheet.row("Stage   ", &document.text("stage"), 60);
    sheet.list_or_none("Automation", &document.items("automation")?, 1, 0);
    sheet.row("Author   ", &document.text("author"), 58);
    sheet.row("Creation Date   ", &document.text("creation_date"), 44);
    sheet.list_or_none("References    ", &web_links(&document.items("references")?), 34, 0);
    sheet.row("Description   ", document.description()?, 63);
    let linked = page_links("Response_Actions", &document.items("linked_ra")?);
    sheet.list_or_none("Linked Response Actions", &linked, 1, 0);
    sheet.list_or_none("Linked Analytics", &document.items("linked_analytics")?, 1, 0);
    sheet.out.extend(["\n\n### Workflow\n\n", &document.text("workflow")]);
    Some(sheet.out)
}
