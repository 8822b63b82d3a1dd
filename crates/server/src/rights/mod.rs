//! What people may ask about their own data: the words that citizens and officers share.

pub mod notice;
pub mod words;
