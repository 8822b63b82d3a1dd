//! The two exports have tables of their own with the same columns: each statement on them stands here in both spellings.

use crate::db::Sql;
use bluezone_domain::publication::Stream;

/// One statement for each [`Stream`].
#[derive(Clone, Copy)]
pub(crate) struct PerStream {
    pub cases: Sql,
    pub contacts: Sql,
}

impl PerStream {
    /// The one of this stream.
    pub fn of(self, stream: Stream) -> Sql {
        match stream {
            Stream::Cases => self.cases,
            Stream::Contacts => self.contacts,
        }
    }
}

macro_rules! of_cases {
    (keys) => {
        "published_keys"
    };
    (exports) => {
        "exports"
    };
    ($text:literal) => {
        $text
    };
}
pub(crate) use of_cases;

macro_rules! of_contacts {
    (keys) => {
        "contact_keys"
    };
    (exports) => {
        "contact_exports"
    };
    ($text:literal) => {
        $text
    };
}
pub(crate) use of_contacts;

/// A statement from its parts, where `keys` and `exports` stand for the tables of the stream.
macro_rules! per_stream {
    ($($part:tt)*) => {
        $crate::streams::per_stream_locking!("" $($part)*)
    };
}
pub(crate) use per_stream;

/// The same; the first part is what PostgreSQL reads after the others.
macro_rules! per_stream_locking {
    ($lock:literal $($part:tt)*) => {
        $crate::streams::PerStream {
            cases: $crate::db::Sql {
                sqlite: concat!($($crate::streams::of_cases!($part)),*),
                postgres: concat!($($crate::streams::of_cases!($part),)* $lock),
            },
            contacts: $crate::db::Sql {
                sqlite: concat!($($crate::streams::of_contacts!($part)),*),
                postgres: concat!($($crate::streams::of_contacts!($part),)* $lock),
            },
        }
    };
}
pub(crate) use per_stream_locking;
