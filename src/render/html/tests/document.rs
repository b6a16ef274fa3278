//! A document as the tokenizer of html5ever sees it.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Open { name: String, attributes: Vec<(String, String)> },
    Close(String),
    Text(String),
    Other(String),
}

/// A document, in pieces; neighbouring texts are one.
pub(super) struct Document(pub(super) Vec<Part>);

struct Sink(RefCell<Vec<Part>>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut parts = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::EndTag => parts.push(Part::Close(tag.name.to_string())),
            Token::TagToken(tag) => parts.push(Part::Open {
                name: tag.name.to_string(),
                attributes: tag.attrs.iter().map(|a| (a.name.local.to_string(), a.value.to_string())).collect(),
            }),
            Token::CharacterTokens(text) => match parts.last_mut() {
                Some(Part::Text(before)) => before.push_str(&text),
                _ => parts.push(Part::Text(text.to_string())),
            },
            Token::EOFToken => {}
            other => parts.push(Part::Other(format!("{other:?}"))),
        }
        TokenSinkResult::Continue
    }
}

const VOID: [&str; 6] = ["meta", "link", "img", "br", "hr", "input"];
const BLOCKS: [&str; 9] = ["p", "div", "ul", "ol", "dl", "table", "figure", "section", "pre"];

impl Document {
    pub(super) fn read(text: &str) -> Self {
        let input = BufferQueue::default();
        input.push_back(StrTendril::from(text));
        let tokenizer = Tokenizer::new(Sink(RefCell::default()), html5ever::tokenizer::TokenizerOpts::default());
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        Self(tokenizer.sink.0.into_inner())
    }

    /// The values of all attributes called `name`.
    pub(super) fn attributes<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter_map(|part| if let Part::Open { attributes, .. } = part { Some(attributes) } else { None })
            .flatten()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All texts.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| if let Part::Text(text) = part { Some(text.as_str()) } else { None })
    }

    /// Every element closed in order, none in a place where a browser would move it.
    pub(super) fn assert_nested(&self) {
        let mut open: Vec<&str> = Vec::new();
        for part in &self.0 {
            match part {
                Part::Open { name, .. } if VOID.contains(&name.as_str()) => {}
                Part::Open { name, .. } => {
                    let inside = |outer: &str| open.contains(&outer);
                    assert!(!(inside("p") && BLOCKS.contains(&name.as_str())), "<{name}> would end its <p>: {open:?}");
                    assert!(!(inside("a") && name == "a"), "a link in a link: {open:?}");
                    open.push(name);
                }
                Part::Close(name) => assert_eq!(open.pop(), Some(name.as_str()), "after {open:?}"),
                Part::Text(_) => {}
                Part::Other(other) => assert!(other.contains("Doctype"), "{other}"),
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }

    /// The document without the marks of the highlighter, which depend on the text.
    pub(super) fn without_marks(self) -> Self {
        let mut out: Vec<Part> = Vec::new();
        let mut marks = 0;
        for part in self.0 {
            match (&part, out.last_mut()) {
                (Part::Open { attributes, .. }, _) if attributes.iter().any(|(_, value)| value.starts_with("hl-")) => {
                    marks += 1;
                }
                (Part::Close(name), _) if marks > 0 && name == "span" => marks -= 1,
                (Part::Text(text), Some(Part::Text(before))) => before.push_str(text),
                _ => out.push(part),
            }
        }
        Self(out)
    }
}
