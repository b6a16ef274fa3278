//! Where something stands: a file, a byte range, or a YAML path still to be looked up.

use super::Place;

/// A file of the source set, by its position in the sorted list of all files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A half-open byte range of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file the bytes belong to.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `file` from `start` up to, not including, `end`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Self { file, start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(end).unwrap_or(u32::MAX) }
    }
}

/// The position a finding points at, as exact as the stage that found it could say.
///
/// A [`Place`] is turned into a [`Span`] only when the finding is shown: that needs a second
/// parse of the file, which the happy path never pays for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    /// The file as a whole (shown as line 1, column 1).
    File(FileId),
    /// An exact byte range.
    Span(Span),
    /// A node of a YAML document, by its path.
    Yaml(Place),
}

impl At {
    /// The file this position is in.
    pub fn file(&self) -> FileId {
        match self {
            Self::File(file) => *file,
            Self::Span(span) => span.file,
            Self::Yaml(place) => place.file,
        }
    }
}

impl From<Place> for At {
    fn from(place: Place) -> Self {
        Self::Yaml(place)
    }
}

impl From<Span> for At {
    fn from(span: Span) -> Self {
        Self::Span(span)
    }
}
