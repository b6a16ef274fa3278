//! Markdown of attackers, judged by parsers that are not ours.
//!
//! The HTML is read by ammonia's HTML5 parser with an allowlist: if cleaning it changes any
//! element, attribute or text, something got through. The Markdown is rendered by a renderer that
//! lets all HTML through, as the most careless wiki would, and judged in the same way.

use std::collections::{BTreeSet, HashMap, HashSet};

use purplebook::render::prose;
use purplebook::site::{LinkTarget, OutPath, Prose, RouteId, RouteTable};
use purplebook::text::{SafeUrl, markdown};

const URLS: [&str; 30] = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)",
    "javascript&#x3a;alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A;avascript:alert(1)",
    "java&Tab;script:alert(1)",
    "java&NewLine;script:alert(1)",
    "java\\script:alert(1)",
    "javascript\\:alert(1)",
    "\u{1}javascript:alert(1)",
    "\u{a0}javascript:alert(1)",
    "java\u{0}script:alert(1)",
    "javascript://%0aalert(1)",
    "javascript:alert`1`",
    "javascript:alert('x')",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "data:image/svg+xml,%3Csvg%20onload=alert(1)%3E",
    "DATA:text/html,x",
    "file:///etc/passwd",
    "blob:https://x.example/1",
    "filesystem:https://x.example/1",
    "view-source:javascript:alert(1)",
    "feed:javascript:alert(1)",
    "jar:javascript:alert(1)!/",
    "ms-msdt:/id",
    "x:javascript:alert(1)",
];

const MARKUP: [&str; 48] = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.example/x.js></SCRIPT>",
    "<script\n>alert(1)</script\n>",
    "</code><script>alert(1)</script>",
    "<code><script>alert(1)</script></code>",
    "<code onclick=alert(1)>x</code>",
    "<code>a</code onclick=x>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1) ",
    "<img src=\"x` `<script>alert(1)</script>\"` `>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\">",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=\"x\" onmouseover=alert(1)>x</a>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<body onload=alert(1)>",
    "<style>@import 'https://x.example';</style>",
    "<link rel=stylesheet href=https://x.example>",
    "<base href=https://x.example>",
    "<meta http-equiv=refresh content=0;url=javascript:alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<details open ontoggle=alert(1)>",
    "<div style=\"background:url(javascript:alert(1))\">x</div>",
    "<div>\n[x](javascript:alert(1))\n</div>",
    "<div>\n\n[x](javascript:alert(1))\n\n</div>",
    "<a title=\"[x](javascript:alert(1))\">y</a>",
    "<!--> <script>alert(1)</script> -->",
    "<!-- --> <img src=x onerror=alert(1)>",
    "<!--\n[x](javascript:alert(1))\n--> [y](javascript:alert(1))",
    "<?php echo 1 ?><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<!DOCTYPE x [<!ENTITY y \"z\">]>",
    "\\<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<<script>alert(1)</script>",
    "<br onload=alert(1)>",
    "<br/onload=alert(1)>",
    "<http://x\"onmouseover=alert(1)//>",
    "<https://x.example/\"onmouseover=\"alert(1)>",
    "<pre>\n\n<script>alert(1)</script>\n    [x](javascript:alert(1))\n</pre>\n    [x](javascript:alert(1))",
    "<x-y onclick=alert(1)>\n*x*\n",
    "<b>bold</b> <code>unclosed",
];

const FENCES: [&str; 8] = [
    "```\"><script>alert(1)</script>\nx\n```",
    "```yaml\" onclick=\"alert(1)\na: '<script>'\n```",
    "~~~ js onclick=alert(1)\n</code></pre><script>alert(1)</script>\n~~~",
    "```html\n<script>alert(1)</script>\n```",
    "    <script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "`` ` </code><script>alert(1)</script> ``",
    "# x {#a onclick=alert(1)}\n\n# \"><script>alert(1)</script>",
];

/// Every payload: the URLs in each form of link, raw HTML, and code.
fn payloads() -> Vec<String> {
    let mut all: Vec<String> = MARKUP.iter().chain(&FENCES).map(|p| (*p).to_owned()).collect();
    for url in URLS {
        all.push(format!("[x]({url})"));
        all.push(format!("[x](<{url}> \"t\")"));
        all.push(format!("[*x* `y`]({url} 't [z]({url})')"));
        all.push(format!("![x]({url})"));
        all.push(format!("[![x]({url})]({url})"));
        all.push(format!("<{url}>"));
        all.push(format!("[x][r]\n\n[r]: {url}"));
        all.push(format!("[r]\n\n[r]: <{url}> \"[y]({url})\""));
        all.push(format!("[r]\n\n[r]: https://x.example\n[r]: {url}"));
        all.push(format!("![r][]\n\n[R]:\n{url}"));
        all.push(format!("<a href=\"{url}\">x</a>"));
    }
    all.push("![x](x \"\\\" onerror=alert(1)\")".to_owned());
    all.push("[x](https://x.example/\"onclick=alert(1))".to_owned());
    all.push("[x](https://x.example '\"onclick=alert(1)')".to_owned());
    all.push("![\"onerror=alert(1)](x.png)".to_owned());
    all
}

fn wrapped(payload: &str) -> Vec<String> {
    let lines = |prefix: &str| payload.lines().flat_map(|line| [prefix, line, "\n"]).collect::<String>();
    vec![
        payload.to_owned(),
        format!("text {payload} text"),
        lines("> "),
        format!("- item\n- {}", lines("  ").trim_start()),
        format!("| a | b |\n|---|---|\n| {} | c |\n", payload.replace('\n', " ")),
        format!("# {payload}\n\n{payload}\n"),
        format!("*a {payload} b* **{payload}**"),
        format!("<code>{payload}</code>"),
        format!("a\n{payload}\n---\n{payload}"),
        format!("[{payload}](t.md)"),
    ]
}

fn prose(source: &str) -> Prose {
    // What is written for `t.md` leads there too: a page's text may be read again.
    let file = |path: &str| (path.to_owned(), LinkTarget::Url(SafeUrl::relative(path).expect("relative")));
    let page = |path: &str| (path.to_owned(), LinkTarget::Page(RouteId(1)));
    let links = vec![page("t.md"), page("Techniques/T1059.md"), file("i.png"), file("R&D.md")];
    Prose { source: source.to_owned(), links, heading_shift: 1 }
}

fn routes() -> RouteTable {
    RouteTable::new(["index", "Techniques/T1059"].map(|path| OutPath::new(path).expect(path)).to_vec())
}

/// Tags with their attributes, and the text, of markup whose attributes are all quoted.
fn read(html: &str) -> (Vec<(String, BTreeSet<String>)>, String) {
    let (mut tags, mut text, mut rest) = (Vec::new(), String::new(), html);
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let mut quoted = false;
        let end = rest[at..]
            .find(|c| {
                quoted ^= c == '"';
                c == '>' && !quoted
            })
            .expect("a tag ends")
            + at;
        let tag = &rest[at + 1..end];
        let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut set = BTreeSet::new();
        while let Some((attribute, value)) = attributes.split_once("=\"") {
            let (value, after) = value.split_once('"').expect("a value ends");
            set.insert(format!("{}={}", attribute.trim(), decoded(value)));
            attributes = after;
        }
        assert_eq!(attributes.trim(), "", "in {tag:?}");
        tags.push((name.to_owned(), set));
        rest = &rest[end + 1..];
    }
    text.push_str(rest);
    (tags, decoded(&text))
}

fn decoded(text: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", "\u{a0}"), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (reference, character)| text.replace(reference, character))
}

fn oracle() -> ammonia::Builder<'static> {
    let mut builder = ammonia::Builder::empty();
    let any = ["id", "class"];
    builder
        .add_tags([
            "p",
            "br",
            "hr",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "em",
            "strong",
            "del",
            "code",
            "pre",
            "blockquote",
            "ul",
            "ol",
            "li",
            "a",
            "img",
            "div",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "span",
        ])
        .generic_attributes(HashSet::from(any))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "title", "rel"])),
            ("img", HashSet::from(["src", "alt", "title", "loading"])),
            ("ol", HashSet::from(["start"])),
            ("th", HashSet::from(["scope"])),
            ("pre", HashSet::from(["tabindex"])),
            ("div", HashSet::from(["tabindex"])),
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "ftp"]))
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(None);
    builder
}

#[test]
fn nothing_hostile_reaches_the_html() {
    let (oracle, routes) = (oracle(), routes());
    let mut judged = 0;
    for payload in payloads() {
        for source in wrapped(&payload) {
            let html = prose::to_html(&prose(&source), RouteId(0), &routes).into_string();
            let cleaned = oracle.clean(&html).to_string();
            assert_eq!(read(&cleaned), read(&html), "from\n{source}\nas\n{html}");
            judged += 1;
        }
    }
    assert!(judged > 3_500, "only {judged} texts were judged");
}

#[test]
fn the_judge_sees_what_is_hostile() {
    for html in [
        "<p onclick=\"x\">y</p>",
        "<script>x</script>",
        "<a href=\"javascript:x\">y</a>",
        "<p><code>x</p>y",
        "<img src=\"data:x\">",
    ] {
        let cleaned = oracle().clean(html).to_string();
        assert_ne!(read(&cleaned), read(html), "{html}");
    }
}

#[test]
fn nothing_hostile_reaches_the_markdown() {
    let (oracle, routes) = (oracle(), routes());
    for payload in payloads() {
        for source in wrapped(&payload) {
            let text = prose::to_markdown(&prose(&source), RouteId(0), &routes);
            let mut html = String::new();
            pulldown_cmark::html::push_html(&mut html, markdown(&text).map(without_task_markers));
            let cleaned = oracle.clean(&html).to_string();
            let html = html.replace(" />", ">").replace(" style=\"", " x=\"").replace(&['\0'][..], "");
            assert_eq!(tag_names(&cleaned), tag_names(&html), "from\n{source}\nto\n{text}\nas\n{html}");
            assert_eq!(dangerous(&html), None, "from\n{source}\nto\n{text}");
            let again = prose::to_markdown(&prose(&text), RouteId(0), &routes);
            assert_eq!(again, text, "a safe text stays as it is\n{source}");
        }
    }
}

fn without_task_markers(event: pulldown_cmark::Event<'_>) -> pulldown_cmark::Event<'_> {
    match event {
        pulldown_cmark::Event::TaskListMarker(_) => pulldown_cmark::Event::Text("x".into()),
        other => other,
    }
}

/// The tags with their addresses, sorted: an address in a link makes that renderer nest two links.
fn tag_names(html: &str) -> Vec<String> {
    let mut names: Vec<String> = read(html)
        .0
        .into_iter()
        .map(|(name, attributes)| {
            let links = attributes.into_iter().filter(|a| a.starts_with("href=") || a.starts_with("src="));
            format!("{name} {}", links.collect::<Vec<_>>().join(" "))
        })
        .collect();
    names.sort();
    names
}

/// An attribute no text may have, or an image of elsewhere.
fn dangerous(html: &str) -> Option<String> {
    read(html).0.into_iter().find_map(|(name, attributes)| {
        attributes.into_iter().find(|attribute| {
            let (key, value) = attribute.split_once('=').unwrap_or_default();
            key.starts_with("on") || key == "srcdoc" || (name == "img" && key == "src" && value.starts_with("http"))
        })
    })
}

#[test]
fn ordinary_texts_keep_every_byte_but_destinations() {
    let source = "# A\n\nSee [t](t.md \"x\") and <https://a.example/?b=1&c=2>.\r\n\r\n* <code>C:\\_x_</code><br>\n* `<b>` \\<\n\n\
        | a | b |\n|---|---|\n| c \\| d | e |\n\n```yaml\n<script>\n```\n\n![i](i.png) [r] [R&D](R&D.md)\n\n[r]: t.md 'y'\n";
    let expected = source.replace("(t.md", "(Techniques/T1059.md").replace("[r]: t.md", "[r]: Techniques/T1059.md");
    assert_eq!(prose::to_markdown(&prose(source), RouteId(0), &routes()), expected);
}

#[test]
fn only_what_could_run_is_changed() {
    let to_markdown = |source: &str| prose::to_markdown(&prose(source), RouteId(0), &routes());
    assert_eq!(to_markdown("a <b onclick=x>*y*</b> z\n"), "a &lt;b onclick=x>*y*&lt;/b> z\n");
    assert_eq!(to_markdown("[x *y*](javascript:z) w"), "\\[x *y*\\](javascript:z) w");
    assert_eq!(to_markdown("<DOMAIN>\\<user>"), "&lt;DOMAIN>&lt;user>");
    assert_eq!(to_markdown("a ![i](https://e.example/i.png) b"), "a [i](https://e.example/i.png) b");
    assert_eq!(to_markdown("a <!-- note --> b"), "a  b");
    assert_eq!(to_markdown("<t.md>"), "&lt;t.md>");
}
