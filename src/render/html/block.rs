//! Pieces of a section: paragraphs, lists, tables, code, queries, notices, figures and cards.
//!
//! Everything is readable and reachable without script: queries stand one after the other under
//! headings, wide content scrolls inside a region the keyboard can focus.

use super::super::{highlight, prose};
use super::inline::{Place, push_badge, push_number};
use super::names::Names;
use crate::site::{Badge, Block, CodeBlock, Column, Fold, Inline, Query, QueryText, RouteId, Section, Stat, Tone};
use crate::text::Html;

/// The content of a section.
pub(super) fn section_body(place: Place<'_>, section: &Section, names: &mut Names) -> Html {
    let mut out = Html::new();
    for block in &section.blocks {
        match block {
            Block::Line(line) => {
                out.push_static("<p>");
                place.push_line(&mut out, line);
                out.push_static("</p>\n");
            }
            Block::Prose(text) => {
                out.push_static("<div class=\"prose\">");
                out.push(&prose::to_html_with(text, place.from, place.routes, &mut names.anchors));
                out.push_static("</div>\n");
            }
            Block::List(items) => push_list(&mut out, place, items),
            Block::Table { columns, rows } => {
                let label = names.label(format!("{}: table", section.title));
                push_table(&mut out, place, &label, columns, rows);
            }
            Block::Code(code) => push_code(&mut out, code),
            Block::Queries(queries) => push_queries(&mut out, queries, section.level),
            Block::Folds(folds) => folds.iter().for_each(|fold| push_fold(&mut out, place, fold)),
            Block::Notice(tone, line) => push_notice(&mut out, place, *tone, line),
            Block::Stats(stats) => push_stats(&mut out, place, stats),
            Block::Cards(cards) => push_cards(&mut out, place, cards),
            Block::Overview(overview) => super::matrix::push_overview(&mut out, place, overview),
            Block::Matrix(columns) => {
                let label = names.label(section.title.clone());
                super::matrix::push_matrix(&mut out, place, &label, section.level, columns);
            }
        }
    }
    out
}

/// Appends `<h3>` and the like; one level below `above`.
pub(super) fn push_heading_below(out: &mut Html, above: u8, title: impl FnOnce(&mut Html)) {
    let (open, close) = match above {
        0..=2 => ("<h3>", "</h3>\n"),
        3 => ("<h4>", "</h4>\n"),
        _ => ("<h5>", "</h5>\n"),
    };
    out.push_static(open);
    title(out);
    out.push_static(close);
}

/// Appends a bulleted list.
pub(super) fn push_list(out: &mut Html, place: Place<'_>, items: &[Vec<Inline>]) {
    if items.is_empty() {
        return;
    }
    out.push_static("<ul>");
    for item in items {
        out.push_static("<li>");
        place.push_line(out, item);
        out.push_static("</li>");
    }
    out.push_static("</ul>\n");
}

fn push_table(out: &mut Html, place: Place<'_>, label: &str, columns: &[Column], rows: &[Vec<Vec<Inline>>]) {
    out.push_static("<section class=\"scroll\" tabindex=\"0\"");
    out.push_attribute("aria-label", label);
    out.push_static("><table><thead><tr>");
    for column in columns {
        out.push_static(if column.numeric { "<th scope=\"col\" class=\"num\">" } else { "<th scope=\"col\">" });
        out.push_text(column.title);
        out.push_static("</th>");
    }
    out.push_static("</tr></thead><tbody>\n");
    let id_first = columns.first().is_some_and(|column| column.title == "ID");
    for row in rows {
        out.push_static("<tr>");
        for (i, cell) in row.iter().enumerate() {
            let numeric = columns.get(i).is_some_and(|column| column.numeric);
            let (open, close) = match (i, numeric) {
                (_, true) => ("<td class=\"num\">", "</td>"),
                (0, false) if id_first => ("<th scope=\"row\" class=\"key\">", "</th>"),
                (0, false) => ("<th scope=\"row\">", "</th>"),
                (_, false) => ("<td>", "</td>"),
            };
            out.push_static(open);
            place.push_values(out, cell);
            out.push_static(close);
        }
        out.push_static("</tr>\n");
    }
    out.push_static("</tbody></table></section>\n");
}

fn push_code(out: &mut Html, code: &CodeBlock) {
    out.push_static("<figure class=\"code\"");
    if let Some(template) = &code.template {
        out.push_attribute("data-template", template);
    }
    out.push_static(">");
    push_figure(out, &code.title, code.language, &code.text);
}

/// Appends texts that are folded below their name.
fn push_fold(out: &mut Html, place: Place<'_>, fold: &Fold) {
    out.push_static("<details class=\"run\"><summary><span class=\"name\">");
    out.push_text(&fold.title);
    out.push_static("</span>");
    for about in &fold.about {
        out.push_static(" ");
        push_badge(out, &Badge { text: about.clone(), tone: Tone::Neutral });
    }
    out.push_static("</summary>");
    fold.texts.iter().for_each(|code| push_code(out, code));
    if let Some(target) = &fold.target {
        out.push_static("<p>");
        let words = format!("All of test: {}", fold.title);
        place.push_line(out, &[Inline::Link(words, target.clone())]);
        out.push_static("</p>");
    }
    out.push_static("</details>\n");
}

/// Appends what is in a figure: a caption bar, into which the script puts its copy button, the text,
/// and the end.
fn push_figure(out: &mut Html, title: &str, language: &'static str, text: &str) {
    out.push_static("<figcaption>");
    if !title.is_empty() {
        out.push_static("<span>");
        out.push_text(title);
        out.push_static("</span>");
    }
    if !matches!(language, "" | "text") && !title.eq_ignore_ascii_case(language) {
        out.push_static("<span class=\"lang\">");
        out.push_text(language);
        out.push_static("</span>");
    }
    out.push_static("</figcaption>");
    if text.len() > LONG {
        out.push_static("<details class=\"long\"><summary>");
        push_number(out, text.chars().count());
        out.push_static(" characters");
        let lines = text.lines().count();
        if lines > 1 {
            out.push_static(", ");
            push_number(out, lines);
            out.push_static(" lines");
        }
        out.push_static("</summary><pre tabindex=\"0\"><code>");
        out.push_text(text);
        out.push_static("</code></pre></details></figure>\n");
        return;
    }
    out.push_static("<pre tabindex=\"0\"><code>");
    // HTML drops a newline that directly follows `<pre>`, not one inside `<code>`.
    out.push(&highlight::highlight(language, text));
    out.push_static("</code></pre></figure>\n");
}

/// A text of more bytes is copied, not read: it is folded, and its parts are not marked, so that a
/// page with a dozen of them opens as fast as any other.
const LONG: usize = 10_000;

fn push_queries(out: &mut Html, queries: &[Query], level: u8) {
    out.push_static("<div class=\"queries\">\n");
    for query in queries {
        out.push_static("<div class=\"query\"");
        out.push_attribute("data-query", &query.key);
        out.push_static(">");
        push_heading_below(out, level, |out| out.push_text(&query.title));
        match &query.text {
            QueryText::Converted(texts) => {
                for text in texts {
                    out.push_static("<figure class=\"code wrap\">");
                    push_figure(out, "", query.language, text);
                }
            }
            QueryText::NotConvertible(why) => {
                out.push_static("<p class=\"absent\">No query for this target: ");
                out.push_text(why);
                out.push_static("</p>");
            }
        }
        out.push_static("<p class=\"provenance\">");
        out.push_text(&query.provenance);
        out.push_static("</p></div>\n");
    }
    out.push_static("</div>\n");
}

fn push_notice(out: &mut Html, place: Place<'_>, tone: Tone, line: &[Inline]) {
    let (open, word) = match tone {
        Tone::Neutral => ("<div class=\"notice neutral\" role=\"note\"><p>", "Note"),
        Tone::Good => ("<div class=\"notice good\" role=\"note\"><p>", "Good"),
        Tone::Info => ("<div class=\"notice info\" role=\"note\"><p>", "Info"),
        Tone::Caution => ("<div class=\"notice caution\" role=\"note\"><p>", "Caution"),
        Tone::Danger => ("<div class=\"notice danger\" role=\"note\"><p>", "Warning"),
    };
    out.push_static(open);
    out.push_static("<strong class=\"word\">");
    out.push_static(word);
    out.push_static("</strong> ");
    place.push_line(out, line);
    out.push_static("</p></div>\n");
}

fn push_stats(out: &mut Html, place: Place<'_>, stats: &[Stat]) {
    out.push_static("<ul class=\"stats\">");
    for stat in stats {
        out.push_static("<li>");
        if let Some(target) = stat.target {
            out.push_static("<a");
            out.push_url_attribute("href", &place.href(target));
            out.push_static(">");
        }
        out.push_static("<strong>");
        match stat.value.parse() {
            Ok(number) => push_number(out, number),
            Err(_) => out.push_text(&stat.value),
        }
        out.push_static("</strong> <span>");
        out.push_text(&stat.label);
        out.push_static("</span>");
        out.push_static(if stat.target.is_some() { "</a></li>" } else { "</li>" });
    }
    out.push_static("</ul>\n");
}

fn push_cards(out: &mut Html, place: Place<'_>, cards: &[(String, RouteId, String, Option<usize>)]) {
    out.push_static("<ul class=\"cards\">");
    for (title, target, line, count) in cards {
        out.push_static("<li><a");
        out.push_url_attribute("href", &place.href(*target));
        out.push_static(">");
        out.push_text(title);
        out.push_static("</a>");
        if let Some(count) = count {
            out.push_static(" <span class=\"count\">");
            push_number(out, *count);
            out.push_static("</span>");
        }
        if !line.is_empty() {
            out.push_static("<p>");
            out.push_text(line);
            out.push_static("</p>");
        }
        out.push_static("</li>");
    }
    out.push_static("</ul>\n");
}
