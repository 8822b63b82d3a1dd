//! Asking someone for their history: the statement that two officers sign, the file in which it reaches one phone among all,
//! and everything that phone checks before its owner sees a word of it.

mod file;
mod request;
mod statement;

pub use file::{
    ENVELOPE_TEXT, FileError, MIN_ENVELOPES, OutgoingRequest, RequestsFile, WriteFileError,
    write_requests_file,
};
pub use request::{CLOCK_TOLERANCE_S, MAX_LOOK_BACK_S, MAX_VALIDITY_S, Phone, RequestError, VerifiedRequest};
pub use statement::{Details, RequestId, SignedStatement, Statement};
