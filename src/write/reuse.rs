//! Files that did not change are linked from the old site instead of written again.
//!
//! That is less work for the disk, and it keeps their times, by which web servers and `rsync`
//! know what to send. It matters most on ext4, which looks at every recently freed inode before
//! it hands out a new one: a site written again within minutes took five times as long.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

use super::manifest::Listing;

/// The old site, to take files from.
#[derive(Debug)]
pub(super) struct OldSite {
    listing: Listing,
    /// Folders of the new site that are none in the old one, but perhaps links to elsewhere.
    absent: HashSet<String>,
}

impl OldSite {
    /// The site in `output`; none where its list cannot be relied on.
    pub(super) fn new(output: &Path) -> Self {
        let listing = Listing::read(output).unwrap_or(Listing::Absent);
        Self { listing, absent: HashSet::new() }
    }

    /// Must be told of each new folder before it is asked about a file in it, outermost first.
    pub(super) fn look_at_folder(&mut self, output: &Path, folder: &str) {
        let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
        let is_folder = || fs::symlink_metadata(output.join(folder)).is_ok_and(|meta| meta.is_dir());
        if self.listing == Listing::Absent || self.absent.contains(above) || !is_folder() {
            self.absent.insert(folder.to_owned());
        }
    }

    /// Whether it may have the file `path` with these many bytes.
    pub(super) fn may_have(&self, path: &str, length: usize) -> bool {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.listing.has_length(path, length) && !self.absent.contains(folder)
    }
}

/// Links `old` to `new` if it holds exactly `bytes`. Any failure just means "write it".
pub(super) fn link(old: &Path, new: &Path, bytes: &[u8]) -> bool {
    holds(old, bytes).unwrap_or(false) && fs::hard_link(old, new).is_ok()
}

fn holds(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let mut file = open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() || meta.len() != bytes.len() as u64 {
        return Ok(false);
    }
    let (mut buffer, mut rest) = ([0; 16 * 1024], bytes);
    loop {
        let read = file.read(&mut buffer)?;
        match (read, rest.split_at_checked(read)) {
            (0, _) => return Ok(rest.is_empty()),
            (_, Some((part, after))) if part == &buffer[..read] => rest = after,
            _ => return Ok(false),
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        // Somebody may have put a link or a pipe where a page was.
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    }
    options.open(path)
}
