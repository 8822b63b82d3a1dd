//! The papers as programs that are not ours see them: poppler renders and reads them, zbar reads their QR codes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod card;
mod paper;
mod poster;
mod report;
