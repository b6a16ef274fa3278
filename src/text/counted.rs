//! Numbers of things in words.

/// `1 rule`, `2 rules`: a noun whose plural has an `s`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
