//! The real window, driven like a person would.
