//! "Did you mean …?" for a word that is none of the known ones.

/// The known word nearest to `word`, if it is near enough to have been meant.
///
/// Case, `-` and `_` count as equal; beyond that one letter in three may differ, but never more
/// than four (Damerau–Levenshtein), so that unrelated words, or two ids, are not offered.
///
/// The first of several that are equally near in the order of their letters is given. Thousands of
/// known words are fine: all but a few are ruled out by their length and letters alone.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing takes time with the product of both lengths, and nobody mistypes a whole page.
    if word.len() > LONGEST {
        return None;
    }
    let wanted = fold(word);
    let limit = (wanted.chars().count() / 3).clamp(1, 4);
    let letters = Letters::of(&wanted);
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= 2 * LONGEST && letters.distance(&Letters::of(candidate)) <= limit)
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Bytes of a word something is suggested for.
const LONGEST: usize = 256;

fn fold(text: &str) -> String {
    text.to_lowercase().replace('-', "_")
}

/// How often each letter occurs in the folded form of a word; nothing for words beyond ASCII.
struct Letters(Option<[u8; 128]>);

impl Letters {
    fn of(word: &str) -> Self {
        let mut counts = [0_u8; 128];
        for byte in word.bytes() {
            let folded = if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
            match counts.get_mut(usize::from(folded)) {
                Some(count) => *count = count.saturating_add(1),
                None => return Self(None),
            }
        }
        Self(Some(counts))
    }

    /// A number of changes that no way from one word to the other can do without: each takes away
    /// and adds at most one letter.
    fn distance(&self, other: &Self) -> usize {
        let (Some(ours), Some(theirs)) = (&self.0, &other.0) else { return 0 };
        let (mut more, mut less) = (0_usize, 0_usize);
        for (a, b) in ours.iter().zip(theirs) {
            more += usize::from(a.saturating_sub(*b));
            less += usize::from(b.saturating_sub(*a));
        }
        more.max(less)
    }
}

/// `a`, `b` and `c`, each in backquotes.
pub fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_text_is_not_compared_with_another() {
        let long = "<b>".repeat(20_000);
        assert_eq!(nearest(&format!("{long}x"), [long.as_str()]), None);
        assert_eq!(nearest("title", [long.as_str(), "titel"]), Some("titel"));
    }

    #[test]
    fn near_words_are_offered_and_far_ones_are_not() {
        let known = ["title", "base_url", "theme"];
        assert_eq!(nearest("titel", known), Some("title"));
        assert_eq!(nearest("Base-URL", known), Some("base_url"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("übersicht", ["Übersicht", "title"]), Some("Übersicht"));
        let ids = ["08fbc97d-0a2f-491c-ae21-8ffcfd3174e9", "6b4b4a8e-5d0d-4d7c-9d1e-0d6a5c1c2f10"];
        assert_eq!(nearest("08fbc97d-0a2f-491c-ae21-8ffcfd3174e8", ids), Some(ids[0]));
        assert_eq!(nearest("f1e2d3c4-b5a6-4798-8897-a6b5c4d3e2f1", ids), None);
    }

    #[test]
    fn ruling_out_by_letters_loses_nothing() {
        for (a, b) in [("title", "titel"), ("abc", "ab"), ("abcd", "bcda"), ("aaaa", "b"), ("", "xyz"), ("a-B", "A_b")]
        {
            let bound = Letters::of(a).distance(&Letters::of(b));
            assert!(bound <= strsim::damerau_levenshtein(&fold(a), &fold(b)), "{a} {b}: {bound}");
        }
    }

    #[test]
    fn lists_read_as_a_sentence() {
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(list([]), "");
    }
}
