//! The pages of Use Cases and Customers.

use crate::model::{Corpus, Origin, Value};

use super::super::document::Document;
use super::super::sheet::{Sheet, logging_policies, page_links, unordered};
use super::super::{first, python};

const RULE: &str = "|:-------------------|:--------------------|";

pub(super) fn use_case(corpus: &Corpus, document: Document<'_>) -> Option<String> {
    let mut sheet = head(document, "**Use Case Name** ", "usecase_name")?;
    foot(&mut sheet, corpus, document)?;
    Some(sheet.out)
}

pub(super) fn customer(corpus: &Corpus, document: Document<'_>) -> Option<String> {
    let mut sheet = head(document, "**Customer Name** ", "customer_name")?;
    let cases = &corpus.use_cases;
    let links = named(document.get("usecase"), "Use_Cases", |title| {
        let entities = (0..cases.len()).filter_map(|i| first(cases, i, |case| &case.origin));
        last_stem(title, entities.map(|case| (&case.document, &case.origin)))
    })?;
    sheet.row("**Use Cases**     ", &unordered(&links), 1);
    foot(&mut sheet, corpus, document)?;
    Some(sheet.out)
}

fn head(document: Document<'_>, label: &str, name: &str) -> Option<Sheet> {
    let mut sheet = Sheet::ruled("Title             ", &document.text("title"), 1, RULE);
    sheet.row(label, &document.text(name), 1);
    sheet.row("**Description**   ", document.description()?, 3);
    Some(sheet)
}

fn foot(sheet: &mut Sheet, corpus: &Corpus, document: Document<'_>) -> Option<()> {
    let data = match document.get("dataneeded") {
        Some(_) => document.wrapped("dataneeded")?,
        None => Vec::new(),
    };
    sheet.list_or_none("**Data Needed**   ", &page_links("Data_Needed", &data), 1, 0);
    let policies = logging_policies(&document.wrapped("loggingpolicy")?);
    sheet.row("**Logging Policy**", &unordered(&policies), 1);
    let rules = &corpus.rules;
    let links = named(Some(document.get("detectionrule")?), "Detection_Rules", |title| {
        let entities = (0..rules.len()).filter_map(|i| first(rules, i, |rule| &rule.origin));
        last_stem(title, entities.filter_map(|rule| Some((rule.documents.first()?, &rule.origin))))
    })?;
    sheet.row("**Detection Rule**", &unordered(&links), 1);
    sheet.out.pop();
    Some(())
}

/// Links to the entities of these titles; a title nothing has was an exception.
fn named<'c>(titles: Option<&Value>, folder: &str, stem: impl Fn(&str) -> Option<&'c str>) -> Option<Vec<String>> {
    let titles = match titles {
        None | Some(Value::Null) => return Some(Vec::new()),
        Some(Value::Seq(titles)) => titles,
        Some(_) => return None,
    };
    let link = |title: &Value| {
        let stem = if title.is_null() { "" } else { stem(&python::text(title))? };
        let title = python::text(title);
        Some(match title.as_str() {
            "None" => " Not existing ".to_owned(),
            title => format!("[{title}](../{folder}/{stem}.md)"),
        })
    };
    titles.iter().map(link).collect()
}

/// The file of the entity of this title; of two the last one counted.
fn last_stem<'c>(title: &str, entities: impl Iterator<Item = (&'c Value, &'c Origin)>) -> Option<&'c str> {
    let is = |document: &Value| document.get("title").is_some_and(|value| python::text(value) == title);
    entities.filter(|(document, _)| is(document)).last().map(|(_, origin)| origin.stem.as_str())
}
