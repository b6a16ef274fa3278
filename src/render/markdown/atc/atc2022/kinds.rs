//! The pages of Data Needed, Logging Policies and Enrichments.

use super::super::document::Document;
use super::super::sheet::{Sheet, logging_policies, page_links, unordered, web_links};

/// The line below the title of the kinds that have short values.
pub(super) const SHORT: &str = "|:-------------------|:------------------|";

pub(super) fn data_needed(document: Document<'_>) -> Option<String> {
    // Without the key ATC looped over nothing at all, which is an exception and not an empty list.
    document.get("loggingpolicy")?;
    let mut sheet = Sheet::ruled("Title             ", &document.text("title"), 7, SHORT);
    sheet.row("**Author**        ", &document.text("author"), 8);
    sheet.row("**Description**   ", document.description()?, 1);
    sheet.row("**Logging Policy**", &unordered(&logging_policies(&document.wrapped("loggingpolicy")?)), 1);
    let policies =
        if document.filled("mitigation_policy")? { document.wrapped("mitigation_policy")? } else { Vec::new() };
    if !policies.is_empty() {
        sheet.tight("**Mitigation Policy**", &[&unordered(&page_links("Mitigation_Policies", &policies))], 1, 0);
    }
    sheet.row("**References**    ", &unordered(&web_links(&document.wrapped("references")?)), 1);
    sheet.row("**Platform**      ", &document.text("platform"), 4);
    sheet.row("**Type**          ", &document.text("type"), 8);
    sheet.row("**Channel**       ", &document.text("channel"), 5);
    sheet.row("**Provider**      ", &document.text("provider"), 4);
    sheet.row("**Fields**        ", &unordered(&document.items("fields")?), 1);
    sheet.out.push('\n');
    sheet.log_samples(document)?;
    Some(sheet.out)
}

pub(super) fn logging_policy(document: Document<'_>) -> Option<String> {
    let mut sheet = Sheet::new("Title           ", &document.text("title"), 69, (17, 80));
    sheet.row("**Author**      ", &document.text("author"), 70);
    sheet.row("**Description** ", document.description()?, 63);
    sheet.row("**Default**     ", &document.text("default"), 67);
    sheet.row("**Event Volume**", &document.text("volume"), 68);
    sheet.row("**EventID**     ", &unordered(&document.items("eventID")?), 9);
    sheet.row("**References**  ", &unordered(&web_links(&document.items("references")?)), 1);
    sheet.configuration(document)?;
    Some(sheet.out)
}

pub(super) fn enrichment(document: Document<'_>) -> Option<String> {
    let mut sheet = Sheet::new("Title             ", &document.text("title"), 1, (19, 113));
    sheet.row("**Description**   ", document.description()?, 1);
    for (label, key) in [("**Data Needed**   ", "data_needed"), ("**Data to enrich**", "data_to_enrich")] {
        sheet.list_or_none(label, &page_links("Data_Needed", &document.items(key)?), 1, 0);
    }
    sheet.list_or_none("**References**    ", &web_links(&document.items("references")?), 1, 0);
    sheet.row("**Author**        ", &document.text("author"), 11);
    let requirements = page_links("Enrichments", &document.items("requirements")?);
    if requirements.is_empty() {
        sheet.row("**Requirements**  ", "None", 1);
    } else {
        // The second `>` stood in the template.
        sheet.tight("**Requirements**  ", &[&unordered(&requirements), ">"], 1, 0);
    }
    sheet.list_or_none("**New fields**    ", &document.items("new_fields")?, 1, 0);
    sheet.out.extend(["\n\n### Config\n\n", &document.text("config")]);
    Some(sheet.out)
}
