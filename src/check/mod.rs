//! Checks that need the whole picture; each adds to the findings and changes nothing.
