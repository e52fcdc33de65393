//! Real recorded answers.
