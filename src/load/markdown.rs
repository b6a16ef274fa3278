//! Free pages: front matter (TOML between `+++` or YAML between `---`), headings and links.

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::model::{FreePage, Heading, MarkdownLink, MarkdownText, Value};
use crate::report::{Code, Finding, Findings};
use crate::text::{Anchors, At, FileId, FrontMatter, Span, front_matter, markdown, push_plain_text};

use super::fields::Input;
use super::yaml::{self, YamlLimits};

/// The keys of a front matter.
const KEYS: [&str; 4] = ["title", "description", "weight", "draft"];

pub(super) fn load(input: Input<'_>, limits: &YamlLimits, findings: &mut Findings) -> FreePage {
    let text = &input.file.text;
    let origin = input.origin(0);
    let mut page = FreePage {
        title: String::new(),
        description: None,
        weight: i64::MAX,
        draft: false,
        body: MarkdownText::default(),
        origin,
    };
    let start = match front_matter(text) {
        Some(Ok(front)) => {
            let body = front.body;
            apply(&mut page, &front, input.id, limits, findings);
            body
        }
        Some(Err(fence)) => {
            let message = format!("the front matter has no closing `{fence}`");
            findings.push(Finding::new(Code::BadFrontMatter, Span::new(input.id, 0, fence.len()), message));
            0
        }
        None => 0,
    };
    page.body = markdown_text(&text[start..], input.id, start);
    if page.title.is_empty() {
        let heading = page.body.headings.iter().map(|heading| &heading.text).find(|text| !text.is_empty());
        page.title = heading.unwrap_or(&page.origin.stem).clone();
    }
    page
}

fn apply(page: &mut FreePage, front: &FrontMatter<'_>, file: FileId, limits: &YamlLimits, findings: &mut Findings) {
    for (key, value) in entries(front, file, limits, findings) {
        let expected = match (key.as_str(), &value) {
            (_, Value::Null) if KEYS.contains(&key.as_str()) => continue,
            ("title", Value::Str(text)) => {
                page.title.clone_from(text);
                continue;
            }
            ("description", Value::Str(text)) => {
                page.description = Some(text.clone());
                continue;
            }
            ("weight", Value::Int(weight)) => {
                page.weight = *weight;
                continue;
            }
            ("draft", Value::Bool(draft)) => {
                page.draft = *draft;
                continue;
            }
            ("title" | "description", _) => "text",
            ("weight", _) => "a whole number",
            ("draft", _) => "true or false",
            _ => "",
        };
        let message = if expected.is_empty() {
            format!("the front matter has an unknown key `{key}`")
        } else {
            format!("`{key}` in the front matter must be {expected}, not {}", value.type_name())
        };
        let finding = Finding::new(Code::BadFrontMatter, key_span(front, file, &key), message);
        let known = format!("known keys: `{}`", KEYS.join("`, `"));
        findings.push(if expected.is_empty() { finding.help(known) } else { finding });
    }
}

/// The keys and values; a front matter that cannot be read is a finding and has none.
fn entries(
    front: &FrontMatter<'_>,
    file: FileId,
    limits: &YamlLimits,
    findings: &mut Findings,
) -> Vec<(String, Value)> {
    if front.is_toml {
        return match front.text.parse::<toml::Table>() {
            Ok(table) => table.into_iter().map(|(key, value)| (key, from_toml(value))).collect(),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                let at = Span::new(file, front.start + span.start, front.start + span.end.max(span.start));
                let message = format!("the front matter is not valid TOML: {}", error.message());
                findings.push(Finding::new(Code::BadFrontMatter, at, message));
                Vec::new()
            }
        };
    }
    let (documents, problems) = yaml::read(front.text, file, limits);
    for mut problem in problems {
        let start = front.start as u32;
        // Places are of the whole file's YAML, which a page is not.
        let shift = |at: &At| match at {
            At::Span(span) => At::Span(Span { file, start: span.start + start, end: span.end + start }),
            At::File(_) | At::Yaml(_) => At::Span(Span::new(file, 0, 3)),
        };
        problem.at = shift(&problem.at);
        for note in &mut problem.also {
            note.at = shift(&note.at);
        }
        if problem.code != Code::DuplicateKey {
            problem.code = Code::BadFrontMatter;
            problem.severity = Code::BadFrontMatter.severity();
            problem.message = format!("the front matter is {}", problem.message);
        }
        findings.push(problem);
    }
    match documents.into_iter().next().map(|document| document.value) {
        Some(Value::Map(entries)) => entries,
        None | Some(Value::Null) => Vec::new(),
        Some(other) => {
            let message = format!("the front matter must be a mapping, not {}", other.type_name());
            findings.push(Finding::new(Code::BadFrontMatter, Span::new(file, 0, 3), message));
            Vec::new()
        }
    }
}

fn from_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::Str(text),
        toml::Value::Integer(i) => Value::Int(i),
        toml::Value::Float(f) => Value::Float(f),
        toml::Value::Boolean(b) => Value::Bool(b),
        toml::Value::Datetime(date) => Value::Str(date.to_string()),
        toml::Value::Array(items) => Value::Seq(items.into_iter().map(from_toml).collect()),
        toml::Value::Table(table) => Value::Map(table.into_iter().map(|(key, v)| (key, from_toml(v))).collect()),
    }
}

/// Where a top-level key stands; the opening fence if it is written in an unusual way.
fn key_span(front: &FrontMatter<'_>, file: FileId, key: &str) -> Span {
    let mut at = front.start;
    for line in front.text.split_inclusive('\n') {
        let name = line.trim_start().trim_start_matches(['"', '\'', '[']);
        let after = name.strip_prefix(key).map(|rest| rest.trim_start_matches(['"', '\'', ' ', '\t']));
        if after.is_some_and(|after| after.starts_with([':', '=', ']', '.'])) {
            let start = at + (line.len() - name.len());
            return Span::new(file, start, start + key.len());
        }
        at += line.len();
    }
    Span::new(file, 0, 3)
}

/// Where the destination stands in the text of its link: after the last `](` that has it, or in
/// an autolink (`<https://…>`). Escapes and references are not looked through.
fn destination(link: &str, destination: &str) -> Option<usize> {
    let written = |(at, before): (usize, &str)| {
        let start = at + before.len();
        let start = start + usize::from(link[start..].starts_with('<'));
        link[start..].starts_with(destination).then_some(start)
    };
    let inline = link.rmatch_indices("](").find_map(written);
    inline.or_else(|| link.strip_prefix('<').filter(|rest| rest.starts_with(destination)).map(|_| 1))
}

/// The headings and links of a Markdown text that begins at byte `offset` of `file`.
pub(super) fn markdown_text(source: &str, file: FileId, offset: usize) -> MarkdownText {
    let mut text = MarkdownText { source: source.to_owned(), ..MarkdownText::default() };
    let mut anchors = Anchors::default();
    let mut heading: Option<Heading> = None;
    for (event, range) in markdown(source).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                heading = Some(Heading { level: level as u8, text: String::new(), anchor: String::new() });
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some(mut heading) = heading.take() {
                    heading.text.truncate(heading.text.trim_end().len());
                    heading.anchor = anchors.take(&heading.text);
                    text.headings.push(heading);
                }
            }
            Event::Start(tag @ (Tag::Link { .. } | Tag::Image { .. })) => {
                let image = matches!(tag, Tag::Image { .. });
                if let Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } = tag {
                    let span = Span::new(file, offset + range.start, offset + range.end);
                    let destination_span = destination(&source[range.clone()], &dest_url).map_or(span, |at| {
                        let start = offset + range.start + at;
                        Span::new(file, start, start + dest_url.len())
                    });
                    text.links.push(MarkdownLink {
                        destination: dest_url.into_string(),
                        image,
                        span,
                        destination_span,
                    });
                }
            }
            other => {
                if let Some(heading) = &mut heading {
                    push_plain_text(&mut heading.text, &other);
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;
    use crate::source::{FileRole, SourceFile};

    fn page(text: &str) -> (FreePage, Vec<String>) {
        let file = SourceFile {
            role: FileRole::Content(Kind::Page),
            path: "content/pages/a/b.md".into(),
            within: "a/b.md".into(),
            text: text.into(),
        };
        let mut findings = Findings::new();
        let page = load(Input { id: FileId(0), file: &file }, &YamlLimits::default(), &mut findings);
        let show = |finding: &Finding| match &finding.at {
            At::Span(span) => {
                format!("{} {:?}: {}", finding.code, &text[span.start as usize..span.end as usize], finding.message)
            }
            other => format!("{} {other:?}: {}", finding.code, finding.message),
        };
        (page, findings.iter().map(show).collect())
    }

    #[test]
    fn both_forms_of_front_matter() {
        for text in [
            "+++\ntitle = \"T\"\ndescription = 'd'\nweight = 3\ndraft = true\n+++\n# H\n",
            "---\r\ntitle: T\r\ndescription: d\r\nweight: 3\r\ndraft: yes\r\n---\r\n# H\r\n",
        ] {
            let (page, problems) = page(text);
            assert_eq!(problems, [""; 0]);
            assert_eq!((page.title.as_str(), page.description.as_deref()), ("T", Some("d")));
            assert_eq!((page.weight, page.draft, page.body.source.trim_end()), (3, true, "# H"));
        }
    }

    #[test]
    fn the_title_is_the_first_heading_or_the_stem() {
        assert_eq!(page("text\n\n## The `x` *y*\n# Z\n").0.title, "The x y");
        assert_eq!(page("no heading").0.title, "b");
        assert_eq!(page("---\n---\n").0.title, "b");
        assert_eq!(page("---\n\ntext after a break\n").1, [""; 0]);
        assert_eq!(page("").0.weight, i64::MAX);
    }

    #[test]
    fn a_bad_front_matter_is_shown_at_its_key() {
        assert_eq!(
            page("+++\ntitle = 3\nslug = 'x'\n[extra]\na = 1\n+++\n").1,
            [
                "PB009 \"extra\": the front matter has an unknown key `extra`",
                "PB009 \"slug\": the front matter has an unknown key `slug`",
                "PB009 \"title\": `title` in the front matter must be text, not a number",
            ]
        );
        assert_eq!(
            page("---\nweight: first\n---\n").1,
            ["PB009 \"weight\": `weight` in the front matter must be a whole number, not text"]
        );
        assert_eq!(page("---\ntitle: T\n").1, ["PB009 \"---\": the front matter has no closing `---`"]);
        assert_eq!(page("---\n- a\n---\n").1, ["PB009 \"---\": the front matter must be a mapping, not a list"]);
        assert_eq!(
            page("---\né: 1\ntitle: a: b\n---\n").1,
            ["PB009 \":\": the front matter is not valid YAML: mapping values are not allowed in this context"]
        );
        let broken = page("+++\nt =\n+++\n").1;
        assert!(broken.len() == 1 && broken[0].contains("the front matter is not valid TOML"), "{broken:?}");
    }

    #[test]
    fn anchors_are_unique_and_links_have_their_place() {
        let text = "+++\n+++\n# A\n## a\n## A 2\n### a\n[é](x.md#a) ![i](p.png) <https://e.example>\n";
        let (page, _) = page(text);
        let anchors: Vec<_> = page.body.headings.iter().map(|heading| heading.anchor.as_str()).collect();
        assert_eq!(anchors, ["a", "a-1", "a-2", "a-3"]);
        let links = page.body.links.iter().map(|link| {
            let span = &text[link.span.start as usize..link.span.end as usize];
            format!("{} {} {span}", link.destination, link.image)
        });
        assert_eq!(
            links.collect::<Vec<_>>(),
            ["x.md#a false [é](x.md#a)", "p.png true ![i](p.png)", "https://e.example false <https://e.example>",]
        );
    }
}
