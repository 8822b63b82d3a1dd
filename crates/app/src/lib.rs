//! The phone's body: storage, sync over HTTP, its own pages.

pub mod storage;
