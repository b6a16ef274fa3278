//! Sigma semantics and SIEM dialects: rule → tree → text.
