//! The files of the search: the names of all pages, and the words of their texts in parts.
//!
//! Each is a script that hands over its data, because a page opened from disk may load scripts and
//! nothing else. `index.js` is loaded when somebody begins to search. It has a column for each
//! property, one line per page, in the order results have when nothing else decides. The words are
//! sorted and cut into files of about the same size, `index.js` says with which word each begins:
//! what is typed needs one of them, two at most.
//!
//! A line of words is: how many characters it shares with the line before, the other characters, a
//! blank, the pages. Numbers are in base 45: digits below 45 end a number, those from 45 on go on.
//! The pages of a word are the distances from one to the next (from 1), doubled, and one more if
//! the word is weak there.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use crate::site::{OutPath, PageKind, RouteTable, Searchable};
use crate::text::{SafeUrl, visible_controls};

/// The folder of the search's files; nothing else lies in it.
const FOLDER: &str = "assets/search";

/// A file of words is closed when it has so many bytes.
const PART_BYTES: usize = 32 * 1024;

/// A word on more than a fourth of all pages tells none from another, unless the site is small.
const COMMON_FROM: usize = 400;

/// The folder that is reserved for the search.
pub fn folder() -> OutPath {
    OutPath::sanitised("assets", "search")
}

/// Pages that are listed together.
struct Group {
    title: &'static str,
    key: &'static str,
    /// What the addresses of its pages begin with.
    folder: String,
    count: usize,
}

impl Group {
    fn of(kind: PageKind, path: &str) -> Self {
        let (_, title) = Self::named(kind);
        let folder = path.rfind('/').filter(|_| title != "Pages").map_or("", |at| &path[..=at]);
        Self { title, key: kind.key(), folder: folder.to_owned(), count: 0 }
    }

    /// The place of the group, which decides between equally good matches, and its title.
    const fn named(kind: PageKind) -> (u8, &'static str) {
        match kind {
            PageKind::Technique => (0, "Techniques"),
            PageKind::Rule => (1, "Detection Rules"),
            PageKind::DataNeeded => (2, "Data Needed"),
            PageKind::Group => (3, "Groups"),
            PageKind::Software => (4, "Software"),
            PageKind::Campaign => (5, "Campaigns"),
            PageKind::Tactic => (6, "Tactics"),
            PageKind::Mitigation => (7, "Mitigations"),
            PageKind::DataComponent => (8, "Data Components"),
            PageKind::Trigger => (9, "Triggers"),
            PageKind::LoggingPolicy => (10, "Logging Policies"),
            PageKind::Enrichment => (11, "Enrichments"),
            PageKind::ResponsePlaybook => (12, "Response Playbooks"),
            PageKind::ResponseAction => (13, "Response Actions"),
            PageKind::ResponseStage => (14, "Response Stages"),
            PageKind::MitigationPolicy => (15, "Mitigation Policies"),
            PageKind::HardeningPolicy => (16, "Hardening Policies"),
            PageKind::MitigationSystem => (17, "Mitigation Systems"),
            PageKind::UseCase => (18, "Use Cases"),
            PageKind::Customer => (19, "Customers"),
            PageKind::Home
            | PageKind::Index
            | PageKind::Matrix
            | PageKind::Credits
            | PageKind::Downloads
            | PageKind::Coverage
            | PageKind::Free => (20, "Pages"),
        }
    }
}

/// The files that the search of a site with these pages needs.
pub fn files(pages: &[Searchable], routes: &RouteTable) -> Vec<(OutPath, Vec<u8>)> {
    let mut listed: Vec<&Searchable> = pages.iter().filter(|page| page.moved_to.is_none()).collect();
    listed.sort_by_key(|page| (Group::named(page.kind).0, page.retired, page.route));
    let parts = parts(&listed);
    let mut out = vec![file("index", &index(pages, &listed, routes, &parts))];
    out.extend(parts.files.iter().enumerate().map(|(i, text)| file(&i.to_string(), &json!(text))));
    out
}

/// A script that hands over `data` under a name.
fn file(name: &str, data: &Value) -> (OutPath, Vec<u8>) {
    let path = OutPath::sanitised("", &format!("{name}.js"));
    let path = OutPath::new(&format!("{FOLDER}/{path}")).unwrap_or(path);
    let script = format!("(self.purplebookSearch??=[]).push([{},{data}]);\n", json!(name));
    (path, script.into_bytes())
}

fn index(pages: &[Searchable], listed: &[&Searchable], routes: &RouteTable, parts: &Parts) -> Value {
    let mut groups: Vec<Group> = Vec::new();
    let mut badges: Vec<(&str, &str)> = Vec::new();
    let [mut ids, mut titles, mut paths, mut marks, mut names, mut keys] = [const { String::new() }; 6];
    let former = former_names(pages);
    for (i, page) in listed.iter().enumerate() {
        let path = SafeUrl::from_path(routes.path(page.route).as_str(), None).as_str().to_owned();
        let group = Group::of(page.kind, &path);
        if groups.last().is_none_or(|last| last.title != group.title) {
            groups.push(group);
        }
        let folder = groups.last_mut().map_or("", |last| {
            last.count += 1;
            &last.folder
        });
        let id = page.id.as_deref().map(shown).unwrap_or_default();
        let title = shown(&page.title);
        let place = match path.strip_prefix(folder) {
            Some(rest) if rest == id => String::new(),
            Some(rest) if rest == title => "=".to_owned(),
            Some(rest) => rest.to_owned(),
            // In another folder because its place was taken.
            None => format!("/{path}"),
        };
        push_line(&mut paths, &place);
        push_line(&mut ids, &id);
        push_line(&mut titles, &title);
        let badge = page.badge.as_ref().map(|badge| {
            let badge = (badge.text.as_str(), badge.tone.key());
            badges.iter().position(|known| *known == badge).unwrap_or_else(|| {
                badges.push(badge);
                badges.len() - 1
            })
        });
        // Doubled, and one more for what is retired; 0 is neither.
        push_number(&mut marks, badge.map_or(0, |badge| 2 * (badge + 1)) + usize::from(page.retired));
        let former = former.get(&page.route.0).into_iter().flatten().copied();
        push_names(&mut names, i, page.aliases.iter().map(String::as_str));
        push_names(&mut keys, i, page.keys.iter().map(String::as_str).chain(former));
    }
    let group = |group: Group| json!([group.title, group.key, group.folder, group.count]);
    let groups: Vec<Value> = groups.into_iter().map(group).collect();
    json!({
        "version": format!("{:016x}", parts.hash()),
        "groups": groups,
        "badges": badges,
        "ids": ids,
        "titles": titles,
        "paths": paths,
        "marks": marks,
        "names": names,
        "keys": keys,
        "common": parts.common.join("\n"),
        "parts": parts.first.join("\n"),
    })
}

/// What pages were called that have moved, by the number of the page in their place.
fn former_names(pages: &[Searchable]) -> BTreeMap<u32, Vec<&str>> {
    let mut out: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for page in pages {
        if let Some(to) = page.moved_to {
            out.entry(to.0).or_default().push(page.id.as_deref().unwrap_or(&page.title));
        }
    }
    out
}

/// One line, without anything that would deceive a reader.
fn shown(text: &str) -> String {
    visible_controls(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

fn push_line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// A line of a page's number and names, if it has any, each once.
fn push_names<'t>(out: &mut String, page: usize, names: impl Iterator<Item = &'t str>) {
    let mut seen: Vec<String> = Vec::new();
    for name in names.map(shown).filter(|name| !name.is_empty()) {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    if !seen.is_empty() {
        push_line(out, &format!("{page}\t{}", seen.join("\t")));
    }
}

/// All words, in files.
struct Parts {
    files: Vec<String>,
    /// The first word of each file.
    first: Vec<String>,
    /// Words that are left out.
    common: Vec<String>,
}

impl Parts {
    /// Says whether two sites have the same words (FNV-1a): a browser keeps files, and those of one
    /// site are of no use to the next.
    fn hash(&self) -> u64 {
        let bytes = self.files.iter().flat_map(|file| file.bytes());
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }
}

fn parts(listed: &[&Searchable]) -> Parts {
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let mut postings: Vec<(&str, Vec<u32>)> = Vec::new();
    for (i, page) in (0u32..).zip(listed) {
        // Facts first: where a word is of both, it is strong.
        let strong = page.facts.iter().map(|word| (word, 2 * i));
        for (word, place) in strong.chain(page.texts.iter().map(|word| (word, 2 * i + 1))) {
            let number = *numbers.entry(word).or_insert_with(|| {
                postings.push((word, Vec::new()));
                postings.len() as u32 - 1
            });
            let places = &mut postings[number as usize].1;
            if places.last().is_none_or(|last| last / 2 != i) {
                places.push(place);
            }
        }
    }
    postings.sort_unstable_by_key(|(word, _)| *word);
    let most = COMMON_FROM.max(listed.len() / 4);
    let mut parts = Parts { files: Vec::new(), first: Vec::new(), common: Vec::new() };
    let mut text = String::new();
    let mut before = "";
    for (word, pages) in postings {
        if pages.len() > most {
            parts.common.push(word.to_owned());
            continue;
        }
        if text.is_empty() {
            parts.first.push(word.to_owned());
            before = "";
        }
        let same = word.char_indices().zip(before.chars()).take_while(|((_, a), b)| a == b).take(44);
        let shared = same.last().map_or(0, |((at, c), _)| at + c.len_utf8());
        push_number(&mut text, word[..shared].chars().count());
        text.push_str(&word[shared..]);
        text.push(' ');
        let mut last = None;
        for page in pages {
            let (number, weak) = (page / 2, page % 2);
            let distance = last.map_or(number, |last| number - last - 1);
            last = Some(number);
            push_number(&mut text, (2 * distance + weak) as usize);
        }
        text.push('\n');
        before = word;
        if text.len() >= PART_BYTES {
            parts.files.push(std::mem::take(&mut text));
        }
    }
    if !text.is_empty() {
        parts.files.push(text);
    }
    parts
}

/// A number in base 45, the lowest digits first, in characters JSON writes as they are.
fn push_number(out: &mut String, mut number: usize) {
    let digit = |digit: usize| {
        let byte = b'#' + digit as u8;
        char::from(if byte < b'\\' { byte } else { byte + 1 })
    };
    while number >= 45 {
        out.push(digit(45 + number % 45));
        number /= 45;
    }
    out.push(digit(number));
}
