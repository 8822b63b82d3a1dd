//! Binding a token to the keys that it may publish.

use crate::db::{for_update, transaction};
use crate::error::StoreError;
use crate::redeem::finding_from;
use crate::value::values;
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::code::Finding;
use bluezone_domain::id::TokenId;

/// What came of asking for a certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// The token is now bound to these keys.
    New {
        /// What the certificate may say about the case or contact: as it was when the code was traded.
        finding: Finding,
    },
    /// It was bound to these very keys before: the certificate is made again.
    Repeated {
        /// As the first time.
        finding: Finding,
    },
    /// Unknown token, bound to other keys, or expired before it published.
    Refused,
}

impl Store {
    /// Binds a token to one `tekmac` (the phone's HMAC over its keys), for good. A token that has published is answered
    /// after its end too, as long as it is kept: the phone may not have heard.
    pub async fn bind_certificate(
        &self,
        token: TokenId,
        tekmac: Hash,
        now: Timestamp,
    ) -> Result<Bound, StoreError> {
        transaction!(self.db, tx => {
            let sql = for_update!(
                "SELECT tekmac, status, symptom_onset, test_date, publish_from FROM tokens \
                 WHERE id = $1 AND (expires_at > $2 OR response IS NOT NULL)"
            );
            let Some(row) = tx.fetch_optional(sql, values![token, now]).await? else {
                return Ok(Bound::Refused);
            };
            let finding = finding_from(&row)?;
            match row.opt_bytes("tekmac")? {
                None => {
                    tx.execute("UPDATE tokens SET tekmac = $2 WHERE id = $1", values![token, tekmac]).await?;
                    Ok(Bound::New { finding })
                }
                Some(bound) if bound == tekmac => Ok(Bound::Repeated { finding }),
                Some(_) => Ok(Bound::Refused),
            }
        })
    }
}
