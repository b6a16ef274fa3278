//! Links and anchors of Markdown pages, as GitHub shows them.

use std::collections::HashMap;

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::text::markdown;

use super::{FileLinks, html};

/// Adds what `text` links to `file`. Headings give the anchors GitHub gives them; tags in the
/// text are read as HTML.
pub(super) fn scan(text: &str, file: &mut FileLinks) {
    let mut anchors = Anchors::default();
    let mut heading: Option<String> = None;
    for (event, range) in markdown(text).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => file.add_link(&dest_url, range, false),
            Event::Start(Tag::Image { dest_url, .. }) => file.add_link(&dest_url, range, true),
            // The block as a whole: its lines come as events of their own, which may cut a tag.
            Event::Start(Tag::HtmlBlock) => html::scan(&text.as_bytes()[range.clone()], range.start, file),
            Event::InlineHtml(tag) => html::scan(tag.as_bytes(), range.start, file),
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                if let Some(title) = heading.take() {
                    file.add_anchor(&anchors.next(&title));
                }
            }
            Event::Text(part) | Event::Code(part) => {
                if let Some(title) = &mut heading {
                    title.push_str(&part);
                }
            }
            _ => {}
        }
    }
}

/// The anchors GitHub gives to the headings of one page.
#[derive(Default)]
struct Anchors {
    /// How often each name occurred.
    used: HashMap<String, usize>,
}

impl Anchors {
    /// Lower case, punctuation dropped, blanks as `-`; a repeated name gets `-1`, `-2` …
    fn next(&mut self, title: &str) -> String {
        let mut name = String::with_capacity(title.len());
        for c in title.trim().chars().flat_map(char::to_lowercase) {
            match c {
                ' ' => name.push('-'),
                '-' | '_' => name.push(c),
                c if c.is_alphanumeric() => name.push(c),
                _ => {}
            }
        }
        match self.used.get_mut(&name) {
            None => {
                self.used.insert(name.clone(), 0);
                name
            }
            Some(count) => {
                *count += 1;
                format!("{name}-{count}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_githubs() {
        let mut anchors = Anchors::default();
        assert_eq!(anchors.next("ATT&CK: T1059.001 / Power_Shell"), "attck-t1059001--power_shell");
        assert_eq!(anchors.next("Über uns"), "über-uns");
        assert_eq!(anchors.next("Über uns"), "über-uns-1");
        assert_eq!(anchors.next("Über uns"), "über-uns-2");
    }
}
