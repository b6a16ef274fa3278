//! What those look for who come without a link: search engines (`sitemap.xml`, `robots.txt`), feed
//! readers (`feed.xml`, RFC 4287) and language models (`llms.txt`).
//!
//! A sitemap and a feed name absolute addresses, so they are written only where the configuration
//! says where the site will be.

use std::fmt::Write as _;

use crate::graph::Node;
use crate::model::{Domain, Kind, Rule, Status};
use crate::site::exports::{api_index, attack_tables, feed, llms, robots, sitemap};
use crate::site::{RouteId, SiteView, Subject};
use crate::text::{SafeUrl, escape_xml};

use super::Export;

/// How many rules the feed has, those changed last.
const LATEST: usize = 50;

pub(super) fn files(view: &SiteView<'_>) -> Vec<Export> {
    let mut out = vec![Export::text(llms(), for_models(view))];
    if let Some(base) = view.config.base_url.as_deref().map(|base| base.trim_end_matches('/')) {
        out.push(Export::text(sitemap(), pages(view, base)));
        out.push(Export::text(robots(), format!("User-agent: *\nAllow: /\n\nSitemap: {base}/{}\n", sitemap())));
        out.push(Export::text(feed(), latest(view, base)));
    }
    out
}

fn path(view: &SiteView<'_>, route: RouteId, extension: &'static str) -> String {
    let file = view.plan.routes().path(route).with_extension(extension);
    SafeUrl::from_path(file.as_str(), None).as_str().to_owned()
}

/// The day a rule was changed or written, as XML has days.
fn day(rule: &Rule) -> Option<String> {
    super::dates::day(rule.modified.as_ref().or(rule.date.as_ref())?)
}

fn pages(view: &SiteView<'_>, base: &str) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for route in view.plan.routes().routes() {
        let subject = view.plan.subject(route);
        // They lead on, and at most list the files that still name them.
        let is_revoked = |node| view.graph.attack(node).is_some_and(|object| object.status == Status::Revoked);
        if matches!(subject, Subject::OldTactic(_)) || matches!(subject, Subject::Node(node) if is_revoked(node)) {
            continue;
        }
        let path = path(view, route, "html");
        let path = if path == "index.html" { "" } else { path.as_str() };
        let _ = write!(out, "<url><loc>{}</loc>", escape_xml(&format!("{base}/{path}")));
        let rules = &view.graph.corpus().rules;
        if let Subject::Node(Node::Rule(i)) = subject
            && let Some(day) = rules.get(i as usize).and_then(|rule| day(rule))
        {
            let _ = write!(out, "<lastmod>{day}</lastmod>");
        }
        out.push_str("</url>\n");
    }
    out.push_str("</urlset>\n");
    out
}

fn latest(view: &SiteView<'_>, base: &str) -> String {
    let mut dated: Vec<(String, u32, &Rule)> =
        (0..).zip(&view.graph.corpus().rules).filter_map(|(i, rule)| Some((day(rule)?, i, rule.as_ref()))).collect();
    dated.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    dated.truncate(LATEST);
    let newest = dated.first().map_or("1970-01-01", |(day, ..)| day.as_str());
    let (base, title) = (escape_xml(base), escape_xml(&view.config.title));
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n\
         <title>{title}: detection rules</title>\n<id>{base}/</id>\n<link href=\"{base}/\"/>\n\
         <link rel=\"self\" href=\"{base}/{}\"/>\n<updated>{newest}T00:00:00Z</updated>\n\
         <author><name>{title}</name></author>\n",
        feed()
    );
    for (day, i, rule) in dated {
        let Some(route) = view.plan.node(Node::Rule(i)) else { continue };
        let url = format!("{base}/{}", escape_xml(&path(view, route, "html")));
        let _ = write!(
            out,
            "<entry><title>{}</title><id>{url}</id><link href=\"{url}\"/><updated>{day}T00:00:00Z</updated>",
            escape_xml(&rule.title)
        );
        if let Some(author) = rule.author.as_deref().filter(|author| !author.trim().is_empty()) {
            let _ = write!(out, "<author><name>{}</name></author>", escape_xml(author));
        }
        if let Some(level) = rule.level.as_deref() {
            let _ = write!(out, "<category term=\"{}\"/>", escape_xml(level));
        }
        let _ =
            writeln!(out, "<summary>{}</summary></entry>", escape_xml(rule.description.as_deref().unwrap_or_default()));
    }
    out.push_str("</feed>\n");
    out
}

/// The Markdown form of the site: where to begin, and where the lists are.
fn for_models(view: &SiteView<'_>) -> String {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = format!(
        "# {}\n\n> Detection rules, tests, data and responses, linked with MITRE ATT&CK {}. Every page has a Markdown \
         form under the same name with `.md`. Programs find everything as JSON from `{}`.\n",
        one_line(&view.config.title),
        view.graph.corpus().attack.version,
        api_index()
    );
    let mut list = |heading: &str, entries: Vec<(String, Subject)>| {
        let entries: Vec<(String, RouteId)> =
            entries.into_iter().filter_map(|(title, subject)| Some((title, view.plan.route(subject)?))).collect();
        if entries.is_empty() {
            return;
        }
        let _ = write!(out, "\n## {heading}\n\n");
        for (title, route) in entries {
            let _ = writeln!(out, "- [{title}]({})", path(view, route, "md"));
        }
    };
    let kinds = Kind::ALL.into_iter().filter(|kind| kind.is_listed() && view.count(*kind) > 0);
    list("Start", vec![("Home".to_owned(), Subject::Home), ("Credits and licences".to_owned(), Subject::Credits)]);
    list(
        "Content",
        kinds.map(|kind| (format!("{} ({})", kind.title(), view.count(kind)), Subject::Index(kind))).collect(),
    );
    let matrices = Domain::ALL.into_iter().map(|d| (format!("{} matrix", d.title()), Subject::Matrix(d)));
    let objects = attack_tables().map(|(kind, title)| (title.to_owned(), Subject::AttackIndex(kind)));
    list("ATT&CK", matrices.chain(objects).collect());
    out
}
