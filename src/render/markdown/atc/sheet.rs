//! A page being written: the table at its head, with ATC's padding, and the sections below.

use super::document::Document;

/// A page.
pub(super) struct Sheet {
    pub(super) out: String,
}

impl Sheet {
    /// The title row and the line below it: `label` and `value` dashes.
    pub(super) fn new(head: &str, title: &str, blanks: usize, dashes: (usize, usize)) -> Self {
        let rule = format!("|:{}|:{}|", "-".repeat(dashes.0), "-".repeat(dashes.1));
        Self::ruled(head, title, blanks, &rule)
    }

    /// The title row and the line below it as given.
    pub(super) fn ruled(head: &str, title: &str, blanks: usize, rule: &str) -> Self {
        let mut sheet = Self { out: String::with_capacity(4 << 10) };
        sheet.row(head, title, blanks);
        sheet.out.extend([rule, "\n"]);
        sheet
    }

    /// `| {label} | {cell}`, so many blanks, and the bar.
    pub(super) fn row(&mut self, label: &str, cell: &str, blanks: usize) {
        self.tabbed(label, cell, blanks, 0);
    }

    /// The same with tabs before the bar.
    pub(super) fn tabbed(&mut self, label: &str, cell: &str, blanks: usize, tabs: usize) {
        self.tight(label, &[" ", cell], blanks, tabs);
    }

    /// A cell that holds a list without a blank before it, or ` None`.
    pub(super) fn list_or_none(&mut self, label: &str, list: &[String], blanks: usize, tabs: usize) {
        if list.is_empty() {
            self.tabbed(label, "None", blanks, tabs);
        } else {
            self.tight(label, &[&unordered(list)], blanks, tabs);
        }
    }

    /// A cell without the blank before it.
    pub(super) fn tight(&mut self, label: &str, cell: &[&str], blanks: usize, tabs: usize) {
        self.out.push_str("| ");
        self.out.push_str(label);
        self.out.push_str(" |");
        self.out.extend(cell.iter().copied());
        self.repeat(" ", blanks);
        self.repeat("\t", tabs);
        self.out.push_str("|\n");
    }

    /// A heading, and `text` fenced as code.
    pub(super) fn code(&mut self, heading: &str, text: &str) {
        self.out.extend(["### ", heading, "\n\n```\n", text, "\n```\n\n"]);
    }

    /// The samples of a Data Needed, where it has any.
    pub(super) fn log_samples(&mut self, document: Document<'_>) -> Option<()> {
        let sample = document.section("sample")?;
        if sample.is_empty() {
            self.out.push('\n');
        } else {
            self.out.push_str("\n## Log Samples\n\n");
            self.code("Raw Log", &sample);
        }
        self.out.push_str("\n\n");
        let sample = document.section("enriched_sample")?;
        if sample.is_empty() {
            self.out.push('\n');
        } else {
            self.out.push_str("\n\n");
            self.code("Enriched Log", &sample);
        }
        Some(())
    }

    /// How a Logging Policy is switched on, where it says so.
    pub(super) fn configuration(&mut self, document: Document<'_>) -> Option<()> {
        self.out.push_str("\n\n\n");
        let configuration = document.section("configuration")?;
        if !configuration.is_empty() {
            self.out.extend(["## Configuration\n\n", &configuration, "\n\n"]);
        }
        Some(())
    }

    fn repeat(&mut self, text: &str, times: usize) {
        self.out.extend(std::iter::repeat_n(text, times));
    }
}

/// An HTML list in one line.
pub(super) fn unordered(items: &[String]) -> String {
    let mut out = String::with_capacity(16 + items.iter().map(|item| item.len() + 9).sum::<usize>());
    out.push_str("<ul>");
    for item in items {
        out.extend(["<li>", item, "</li>"]);
    }
    out.push_str("</ul>");
    out
}

/// Links to the pages of `names` in `folder`.
pub(super) fn page_links(folder: &str, names: &[String]) -> Vec<String> {
    names.iter().map(|name| page_link(folder, name)).collect()
}

pub(super) fn page_link(folder: &str, name: &str) -> String {
    format!("[{name}](../{folder}/{name}.md)")
}

/// Addresses as links to themselves.
pub(super) fn web_links(addresses: &[String]) -> Vec<String> {
    addresses.iter().map(|address| format!("[{address}]({address})")).collect()
}

/// Links to Logging Policies; `None` is the name of none.
pub(super) fn logging_policies(names: &[String]) -> Vec<String> {
    let policy = |name: &String| match name.as_str() {
        "None" => " Not existing ".to_owned(),
        name => page_link("Logging_Policies", name),
    };
    names.iter().map(policy).collect()
}
