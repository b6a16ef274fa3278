//! Files in, entities and findings out.
