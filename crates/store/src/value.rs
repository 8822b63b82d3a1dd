//! How the domain's types become values of the database: times as epoch seconds, identifiers as their text, keys, hashes
//! and sealed values as bytes.

use crate::catalogue::Kind;
use crate::db::Value;
use crate::error::StoreError;
use bluezone_domain::Timestamp;
use bluezone_domain::area::Area;
use bluezone_domain::id::{
    AgencyId, ApprovalId, AssignmentId, BreachId, CaseId, CitizenId, CodeId, ContactBatchId, ContactId,
    DataRequestId, DeclarationId, EpiPointId, MessageId, OfficerId, OutbreakPlanId, PersonId, PlaceWarningId,
    ProfileId, SignalId, SigningKeyId, StaffId, TokenId, VisitId, ZoneId,
};
use bluezone_domain::place::PlaceCode;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Decode, Postgres, Row as _, Sqlite, Type};

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
    u16 => Int, |v| i64::from(v);
    u8 => Int, |v| i64::from(v);
    bool => Int, |v| i64::from(v);
    Timestamp => Int, |v| v.0;
    &str => Text, |v| v.to_owned();
    String => Text, |v| v;
    AgencyId => Text, |v| v.to_string();
    ApprovalId => Text, |v| v.to_string();
    OfficerId => Text, |v| v.to_string();
    OutbreakPlanId => Text, |v| v.to_string();
    CaseId => Text, |v| v.to_string();
    AssignmentId => Text, |v| v.to_string();
    BreachId => Text, |v| v.to_string();
    DataRequestId => Text, |v| v.to_string();
    SignalId => Text, |v| v.to_string();
    CitizenId => Text, |v| v.to_string();
    CodeId => Text, |v| v.to_string();
    DeclarationId => Text, |v| v.to_string();
    MessageId => Text, |v| v.to_string();
    ProfileId => Text, |v| v.to_string();
    PersonId => Text, |v| v.to_string();
    EpiPointId => Text, |v| v.to_string();
    PlaceWarningId => Text, |v| v.to_string();
    ContactBatchId => Text, |v| v.to_string();
    ContactId => Text, |v| v.to_string();
    TokenId => Text, |v| v.to_string();
    StaffId => Text, |v| v.to_string();
    SigningKeyId => Text, |v| v.to_string();
    VisitId => Text, |v| v.to_string();
    ZoneId => Text, |v| v.to_string();
    PlaceCode => Text, |v| v.to_string();
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

/// Bytes as small hexadecimal digits: part of a row's name.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A row that was read.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub fn int(&self, column: &'static str) -> Result<i64, StoreError> {
        self.get(column)
    }

    pub fn opt_int(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        self.get(column)
    }

    pub fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.get(column)
    }

    pub fn opt_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        self.get(column)
    }

    pub fn bytes(&self, column: &'static str) -> Result<Vec<u8>, StoreError> {
        self.get(column)
    }

    pub fn opt_bytes(&self, column: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
        self.get(column)
    }

    /// A blob of fixed length.
    pub fn array<const N: usize>(&self, column: &'static str) -> Result<[u8; N], StoreError> {
        self.bytes(column)?.try_into().map_err(|_| StoreError::Corrupt(column))
    }

    /// An integer that must fit a smaller type.
    pub fn small<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, StoreError> {
        T::try_from(self.int(column)?).map_err(|_| StoreError::Corrupt(column))
    }

    /// A text that must parse (an identifier, a status).
    pub fn parsed<T: std::str::FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.text(column)?.parse().map_err(|_| StoreError::Corrupt(column))
    }

    /// A text that must parse, or nothing.
    pub fn opt_parsed<T: std::str::FromStr>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let text = self.opt_text(column)?;
        text.map(|text| text.parse().map_err(|_| StoreError::Corrupt(column))).transpose()
    }

    /// From the columns `province` and `commune`.
    pub fn area(&self) -> Result<Area, StoreError> {
        Ok(Area { province: self.parsed("province")?, commune: self.opt_parsed("commune")? })
    }

    pub fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.int(column).map(Timestamp)
    }

    pub fn opt_time(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.opt_int(column)?.map(Timestamp))
    }

    /// The value of the column at a place, of whichever kind it is.
    pub fn value(&self, at: usize, kind: Kind) -> Result<Value, StoreError> {
        let value = match (self, kind) {
            (Row::Sqlite(row), Kind::Int) => row.try_get(at).map(Value::Int),
            (Row::Sqlite(row), Kind::Text) => row.try_get(at).map(Value::Text),
            (Row::Sqlite(row), Kind::Bytes) => row.try_get(at).map(Value::Bytes),
            (Row::Postgres(row), Kind::Int) => row.try_get(at).map(Value::Int),
            (Row::Postgres(row), Kind::Text) => row.try_get(at).map(Value::Text),
            (Row::Postgres(row), Kind::Bytes) => row.try_get(at).map(Value::Bytes),
        };
        value.map_err(|_| StoreError::Corrupt("a column"))
    }

    fn get<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>,
        &'static str: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        let value = match self {
            Row::Sqlite(row) => row.try_get(column),
            Row::Postgres(row) => row.try_get(column),
        };
        // The cause may quote the value.
        value.map_err(|_| StoreError::Corrupt(column))
    }
}
