//! The papers as programs that are not ours see them: poppler renders and reads them, zbar reads their QR codes.

mod card;
mod paper;
mod poster;
mod report;
