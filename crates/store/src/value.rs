//! How the domain's types become values of the database: times as epoch seconds, identifiers as their text, keys, hashes
//! and sealed values as bytes.

use crate::db::{Row, Value};
use crate::error::StoreError;
use bluezone_domain::Timestamp;
use bluezone_domain::id::{CaseId, CodeId, OfficerId, SigningKeyId, TokenId};

/// The list of a statement's values.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Value::from($value)),*] };
}
pub(crate) use values;

macro_rules! value_from {
    ($($type:ty => $variant:ident, |$v:ident| $convert:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($v: $type) -> Value {
                Value::$variant(Some($convert))
            }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Value {
                Value::$variant(value.map(|$v| $convert))
            }
        }
    )*};
}

value_from! {
    i64 => Int, |v| v;
    i32 => Int, |v| i64::from(v);
    u32 => Int, |v| i64::from(v);
    u8 => Int, |v| i64::from(v);
    bool => Int, |v| i64::from(v);
    Timestamp => Int, |v| v.0;
    &str => Text, |v| v.to_owned();
    String => Text, |v| v;
    OfficerId => Text, |v| v.to_string();
    CaseId => Text, |v| v.to_string();
    CodeId => Text, |v| v.to_string();
    TokenId => Text, |v| v.to_string();
    SigningKeyId => Text, |v| v.to_string();
    Vec<u8> => Bytes, |v| v;
    &[u8] => Bytes, |v| v.to_vec();
    [u8; 16] => Bytes, |v| v.to_vec();
    [u8; 32] => Bytes, |v| v.to_vec();
}

impl From<&String> for Value {
    fn from(value: &String) -> Value {
        Value::Text(Some(value.clone()))
    }
}

impl Row {
    pub fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.int(column).map(Timestamp)
    }

    pub fn opt_time(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.opt_int(column)?.map(Timestamp))
    }
}
