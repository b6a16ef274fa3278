//! What of a page the search of the site looks at: its names, and the words of its own text.
//!
//! Taken from the finished [`Page`], so a new kind of page is found without a line about it here.
//! Lines that lead to another page speak of that page and are left out.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::{Badge, Block, FactValue, Inline, LinkTarget, Page, PageKind, QueryText, RouteId, Section};

/// Longer words are cut: the longest anybody looks for is a SHA-256 in hexadecimal.
const LONGEST_WORD: usize = 64;

/// A page as the search sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Searchable {
    /// The page.
    pub route: RouteId,
    /// What it is about.
    pub kind: PageKind,
    /// The identifier shown beside the title.
    pub id: Option<String>,
    /// The title.
    pub title: String,
    /// The first of its marks.
    pub badge: Option<Badge>,
    /// Whether it is no longer current, so that others come first.
    pub retired: bool,
    /// Other names it goes by.
    pub aliases: Vec<String>,
    /// What it is found by exactly and as a whole: event ids, ids it had before.
    pub keys: Vec<String>,
    /// The page that stands in its place.
    pub moved_to: Option<RouteId>,
    /// The words of its own facts.
    pub facts: Words,
    /// The words of its sources, queries and long texts.
    pub texts: Words,
}

impl Searchable {
    /// What the search can find of `page`.
    pub fn of(page: &Page) -> Self {
        let mut found = Self {
            route: page.route,
            kind: page.kind,
            id: page.id.clone(),
            title: page.title.clone(),
            badge: page.badges.first().cloned(),
            retired: page.badges.iter().any(|badge| is_retired(&badge.text)),
            aliases: Vec::new(),
            keys: Vec::new(),
            moved_to: page.moved_to,
            facts: Words::default(),
            texts: Words::default(),
        };
        if found.moved_to.is_some() {
            return found;
        }
        let mut texts = Texts::default();
        texts.strong(&page.title);
        page.id.iter().for_each(|id| texts.strong(id));
        let mut own_uuid = None;
        // Of what every page of its kind has, nobody is looking for one.
        for fact in page.facts.iter().filter(|fact| fact.key != "files") {
            let lines = match &fact.value {
                FactValue::One(line) => std::slice::from_ref(line),
                FactValue::Many(lines) => lines.as_slice(),
                FactValue::None(_) => continue,
            };
            let all = || lines.iter().flatten().filter_map(own_text);
            match fact.key {
                "aliases" => found.aliases.extend(all().flat_map(|text| text.split(", ")).map(str::to_owned)),
                "event-id" => found.keys.extend(all().map(str::to_owned)),
                "replaces" => found.keys.extend(lines.iter().filter_map(|line| former_id(line))),
                "id" => match all().next().map(|id| (id, fold(id))) {
                    Some((_, folded)) if uuid_at(&folded) == Some(folded.len()) => own_uuid = Some(folded),
                    Some((id, _)) => found.keys.push(id.to_owned()),
                    None => {}
                },
                _ => {}
            }
            all().for_each(|text| texts.strong(text));
        }
        page.sections.iter().for_each(|section| texts.section(section));
        found.facts = Words::of(&texts.strong);
        found.texts = Words::of(&texts.weak);
        if let Some(uuid) = own_uuid {
            // Beside the word itself, which other pages have too that speak of this one.
            found.facts.push(&format!("={}", uuid.replace('-', "")));
        }
        found
    }
}

fn is_retired(badge: &str) -> bool {
    ["revoked", "deprecated", "unsupported"].contains(&badge)
}

/// The text of a piece of a line that is not about another page.
fn own_text(piece: &Inline) -> Option<&str> {
    match piece {
        Inline::Text(text) | Inline::Code(text) | Inline::Link(text, LinkTarget::Url(_)) => Some(text),
        Inline::Badge(badge) => Some(&badge.text),
        Inline::Link(_, LinkTarget::Page(_) | LinkTarget::Anchor(..) | LinkTarget::View(..)) => None,
    }
}

/// The id in the link to a replaced object (`T1191: CMSTP`).
fn former_id(line: &[Inline]) -> Option<String> {
    let text = line.iter().find_map(|piece| match piece {
        Inline::Link(text, _) | Inline::Text(text) => Some(text),
        _ => None,
    })?;
    Some(text.split(':').next().unwrap_or(text).to_owned())
}

/// The texts of a page, by how much they say of what it is about.
#[derive(Default)]
struct Texts {
    strong: String,
    weak: String,
}

impl Texts {
    fn strong(&mut self, text: &str) {
        self.strong.push_str(text);
        self.strong.push('\n');
    }

    fn weak(&mut self, text: &str) {
        self.weak.push_str(text);
        self.weak.push('\n');
    }

    fn line(&mut self, line: &[Inline]) {
        if !line.iter().any(leads_on) {
            line.iter().filter_map(own_text).for_each(|text| self.weak(text));
        }
    }

    fn section(&mut self, section: &Section) {
        self.weak(&section.title);
        for block in &section.blocks {
            match block {
                Block::Line(line) => self.line(line),
                Block::Prose(prose) => self.weak(&prose.source),
                Block::List(lines) => lines.iter().for_each(|line| self.line(line)),
                Block::Table { rows, .. } => {
                    for row in rows.iter().filter(|row| !row.iter().flatten().any(leads_on)) {
                        row.iter().flatten().filter_map(own_text).for_each(|text| self.weak(text));
                    }
                }
                Block::Code(code) => self.weak(&code.text),
                Block::Queries(queries) => {
                    for query in queries {
                        if let QueryText::Converted(texts) = &query.text {
                            for text in texts {
                                self.weak(text);
                            }
                        }
                    }
                }
                // The commands of tests are words of the Trigger they are of, events have any words.
                Block::Folds(_)
                | Block::Notice(..)
                | Block::Stats(_)
                | Block::Cards(_)
                | Block::Matrix(_)
                | Block::Overview(_) => {}
            }
        }
    }
}

fn leads_on(piece: &Inline) -> bool {
    match piece {
        Inline::Link(_, LinkTarget::Url(url)) => !url.is_external(),
        Inline::Link(..) => true,
        Inline::Text(_) | Inline::Code(_) | Inline::Badge(_) => false,
    }
}

/// `text` without what people leave out when they type: case, accents, compatibility forms.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// Words, in the order of their text; a word may be there more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(String);

impl Words {
    fn of(text: &str) -> Self {
        let folded = fold(text);
        let mut words = Self(String::with_capacity(folded.len() / 4));
        let mut lately = Lately([""; 1024]);
        each_word(&folded, |word| {
            if lately.is_new(word) {
                words.push(word);
            }
        });
        words
    }

    fn push(&mut self, word: &str) {
        if word.contains('-') {
            self.0.push_str(&word.replace('-', ""));
        } else {
            self.0.push_str(word);
        }
        self.0.push('\n');
    }

    /// Each word.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.lines()
    }
}

/// Words that were seen not long ago. Most words of a page stand on it many times, in the rule and in
/// each of its queries.
struct Lately<'t>([&'t str; 1024]);

impl<'t> Lately<'t> {
    /// Whether `word`, which has two bytes at least, is not among them; it is from now on.
    fn is_new(&mut self, word: &'t str) -> bool {
        let (bytes, len) = (word.as_bytes(), word.len());
        let some = [bytes[0], bytes[1], bytes[len / 3], bytes[len / 2], bytes[len - 2], bytes[len - 1], len as u8, 0];
        // The high bits of a product depend on all bits of a number (Knuth's multiplicative hashing).
        let slot = u64::from_le_bytes(some).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54;
        let place = &mut self.0[slot as usize];
        std::mem::replace(place, word) != word
    }
}

/// Calls `take` with each word of a folded text: a run of letters and digits, a UUID with its
/// dashes, or a single character of a script that writes no blanks between words.
///
/// The script of the theme cuts what is typed in the same way.
fn each_word<'t>(text: &'t str, mut take: impl FnMut(&'t str)) {
    // By bytes, since nearly all of it is ASCII and this looks at every text of a site.
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(len) = bytes[at..].iter().position(|byte| IN_WORD[*byte as usize]) {
        let start = at + len;
        let rest = bytes[start..].iter().position(|byte| !ASCII_WORD[*byte as usize]);
        at = rest.map_or(bytes.len(), |len| start + len);
        if at == start + 8
            && bytes.get(at) == Some(&b'-')
            && let Some(len) = uuid_at(&text[start..])
        {
            take(&text[start..start + len]);
            at = start + len;
            continue;
        }
        // The rest of a word that is not ASCII alone.
        if bytes.get(at).is_some_and(|byte| !byte.is_ascii()) {
            let rest = &text[at..];
            let alone = rest.starts_with(stands_alone);
            if at == start && alone {
                at += rest.chars().next().map_or(1, char::len_utf8);
            } else {
                at += rest.find(|c| !is_word_char(c) || stands_alone(c)).unwrap_or(rest.len());
            }
            if at == start {
                at += rest.chars().next().map_or(1, char::len_utf8);
                continue;
            }
        }
        // A single letter is in every query.
        if at > start + 1 {
            let word = &text[start..at];
            let cut = if word.len() <= LONGEST_WORD { None } else { word.char_indices().nth(LONGEST_WORD) };
            take(&word[..cut.map_or(word.len(), |(end, _)| end)]);
        }
    }
}

/// Letters and digits of ASCII.
const ASCII_WORD: [bool; 256] = bytes_that(false);

/// The same, and every byte of other characters.
const IN_WORD: [bool; 256] = bytes_that(true);

const fn bytes_that(others: bool) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = if byte < 128 { (byte as u8).is_ascii_alphanumeric() } else { others };
        byte += 1;
    }
    table
}

/// Characters beyond the first 65,536 are left out: JavaScript would sort them elsewhere.
fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() && c <= '\u{ffff}'
}

/// Kana and ideographs.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
}

/// The length of the UUID a folded text begins with.
fn uuid_at(text: &str) -> Option<usize> {
    const LEN: usize = 36;
    let bytes = text.as_bytes().get(..LEN)?;
    let dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    let fits =
        bytes.iter().enumerate().all(|(at, byte)| if dash(at) { *byte == b'-' } else { byte.is_ascii_hexdigit() });
    (fits && !text[LEN..].starts_with(is_word_char)).then_some(LEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        each_word(&fold(text), |word| out.push(word.to_owned()));
        out
    }

    #[test]
    fn words_are_runs_of_letters_and_digits_without_case_and_accents() {
        let found = cut("ParentImage|endswith: '\\CMSTP.exe' x Ünïcode ﬁle");
        assert_eq!(found, ["parentimage", "endswith", "cmstp", "exe", "unicode", "file"]);
        assert_eq!(cut("プロセス実行 x"), ["フ", "ロ", "セ", "ス", "実", "行"]);
        assert_eq!(cut(&"a".repeat(100)), ["a".repeat(64)]);
    }

    #[test]
    fn a_uuid_is_one_word() {
        assert_eq!(cut("id: E66779CC-383E-4224-A3A4-267EEB585C40."), ["id", "e66779cc-383e-4224-a3a4-267eeb585c40"]);
        let twice = "e66779cc383e4224a3a4267eeb585c40 e66779cc-383e-4224-a3a4-267eeb585c40";
        let found = Words::of(twice);
        assert_eq!(found.iter().collect::<Vec<_>>(), ["e66779cc383e4224a3a4267eeb585c40"; 2]);
        assert_eq!(cut("e66779cc-383e-4224-a3a4-267eeb585c40f"), ["e66779cc", "383e", "4224", "a3a4", "267eeb585c40f"]);
    }
}
