//! The disk at the end: lock, stage, swap, manifest. Knows nothing of ATT&CK or pages.
