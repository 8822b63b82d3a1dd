//! The original Bluezone scheme: published daily keys against stored 12-byte identifiers.
use crate::SightingIndex;
use bluezone_protocol::bluezone2020::CheckWindow;
/// todo
pub fn match_published_day(_window: &CheckWindow, _index: &SightingIndex) -> Vec<usize> { Vec::new() }
