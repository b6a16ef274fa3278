//! A node of a YAML file, named by document and path (`tags[2]`), independent of bytes.
//!
//! The loader's YAML library gives values without positions. References therefore carry a
//! [`Place`], and `load::locate` finds its bytes on demand.

use std::borrow::Cow;
use std::fmt;

use super::FileId;

/// One step down a YAML tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into the value of a mapping key.
    Key(Cow<'static, str>),
    /// Onto a mapping key itself; always the last step.
    KeyOf(Cow<'static, str>),
    /// Into an item of a sequence, counted from 0.
    Index(u32),
    /// Onto an occurrence of a text in a scalar, counted from 0; always the last step. Where the
    /// scalar is written otherwise than it reads (escapes), it is the scalar as a whole.
    Part(String, u32),
}

/// The steps from a document's root to a node.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YamlPath(Vec<Step>);

impl YamlPath {
    /// The document itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// The value of a top-level key.
    pub fn field(name: impl Into<Cow<'static, str>>) -> Self {
        Self(vec![Step::Key(name.into())])
    }

    /// This path, then the value of `name`.
    #[must_use]
    pub fn key(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.0.push(Step::Key(name.into()));
        self
    }

    /// This path, then the key `name` itself instead of its value.
    #[must_use]
    pub fn key_of(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.0.push(Step::KeyOf(name.into()));
        self
    }

    /// This path, then the item at `index`.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Step::Index(u32::try_from(index).unwrap_or(u32::MAX)));
        self
    }

    /// This path, then the occurrence number `nth` of `text` in the scalar.
    #[must_use]
    pub fn part(mut self, text: impl Into<String>, nth: usize) -> Self {
        self.0.push(Step::Part(text.into(), u32::try_from(nth).unwrap_or(u32::MAX)));
        self
    }

    /// This path, where it leads onto a key, to that key's value.
    #[must_use]
    pub fn onto_value(mut self) -> Self {
        if let Some(last) = self.0.last_mut()
            && let Step::KeyOf(name) = last
        {
            *last = Step::Key(std::mem::take(name));
        }
        self
    }

    /// The steps, outermost first.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }
}

impl fmt::Display for YamlPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(name) | Step::KeyOf(name) if i == 0 => f.write_str(name)?,
                Step::Key(name) | Step::KeyOf(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Part(..) => {}
            }
        }
        Ok(())
    }
}

/// A YAML node of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The document of the file, counted from 0.
    pub document: u32,
    /// The way from the document's root.
    pub path: YamlPath,
}

impl Place {
    /// A node of the document number `document` of `file`.
    pub fn new(file: FileId, document: usize, path: YamlPath) -> Self {
        Self { file, document: u32::try_from(document).unwrap_or(u32::MAX), path }
    }
}
