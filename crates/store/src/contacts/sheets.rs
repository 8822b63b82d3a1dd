//! The evaluation sheets of a contact.

use super::cascade::{load, write_classes};
use super::{Line, add_change, lock_case};
use crate::Store;
use crate::db::transaction;
use crate::error::StoreError;
use crate::value::{Row, values};
use bluezone_domain::Timestamp;
use bluezone_domain::contact::cascade::Event;
use bluezone_domain::contact::rule::Rule;
use bluezone_domain::contact::{Closeness, Evaluation, Sheet, What};
use bluezone_domain::id::{ContactId, OfficerId};
use std::ops::RangeInclusive;

/// Which of the two sheets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SheetSide {
    /// What the person, or the case, said.
    Declared,
    /// What the officer found out.
    Investigated,
}

impl SheetSide {
    const fn as_str(self) -> &'static str {
        match self {
            SheetSide::Declared => "declared",
            SheetSide::Investigated => "investigated",
        }
    }
}

/// A sheet to be stored.
#[derive(Clone, PartialEq, Debug)]
pub struct FilledSheet<'a> {
    /// Whose.
    pub contact: ContactId,
    /// Which.
    pub side: SheetSide,
    /// The answers.
    pub sheet: Sheet,
    /// The rule that then proposes; none where the disease has none, and how near it was stays unclear.
    pub rule: Option<&'a Rule>,
    /// The time in which the origin could infect, as far as it is known.
    pub infectious: Option<RangeInclusive<Timestamp>>,
    /// Who.
    pub by: OfficerId,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// Stores a sheet in place of the one before. Where no officer has concluded yet, the contact becomes what the rule then
    /// proposes, and those behind it follow.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn fill_sheet(&self, filled: &FilledSheet<'_>) -> Result<(), StoreError> {
        let FilledSheet { contact, sheet, by, at, .. } = *filled;
        let (side, rule) = (filled.side, filled.rule);
        transaction!(self.db, tx => {
            let sql = "SELECT case_id FROM contacts WHERE id = $1";
            let row = tx.fetch_optional(sql, values![contact]).await?;
            let case = row.ok_or(StoreError::NotFound("the contact"))?.parsed("case_id")?;
            lock_case(&mut tx, case).await?;
            tx.execute(
                "INSERT INTO contact_sheets (contact_id, side, distance, minutes, masks, space, last_contact, \
                 by_officer, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (contact_id, side) \
                 DO UPDATE SET distance = $3, minutes = $4, masks = $5, space = $6, last_contact = $7, \
                 by_officer = $8, at = $9",
                values![
                    contact,
                    side.as_str(),
                    sheet.distance.map(|value| value.as_str()),
                    sheet.minutes,
                    sheet.masks.map(|value| value.as_str()),
                    sheet.space.map(|value| value.as_str()),
                    sheet.last_contact,
                    by,
                    at,
                ],
            )
            .await?;
            let rows = tx.fetch_all(BOTH, values![contact]).await?;
            let counted = evaluation_from(rows)?.counted();
            let propose = |rule: &Rule| rule.propose(&counted, filled.infectious.as_ref()).closeness;
            let proposed = rule.map_or(Closeness::Unclear, propose);
            let line = Line::new(What::Sheet, by, at).from(side.as_str()).to(proposed.as_str());
            add_change(&mut tx, contact, line).await?;
            tx.execute(
                "UPDATE contacts SET rule_version = $2, last_exposure = COALESCE($3, last_exposure), \
                 version = version + 1, updated_at = $4 WHERE id = $1",
                values![contact, rule.map_or(0, |rule| rule.version), counted.last_contact, at],
            )
            .await?;
            let row = tx.fetch_one("SELECT concluded FROM contacts WHERE id = $1", values![contact]).await?;
            if row.int("concluded")? == 0 {
                let mut loaded = load(&mut tx, case).await?;
                let undo = loaded.apply(Event::Concluded(contact, proposed))?;
                let sql = "UPDATE contacts SET closeness = $2 WHERE id = $1";
                tx.execute(sql, values![contact, proposed.as_str()]).await?;
                write_classes(&mut tx, undo.changes(), by, at, None).await?;
            }
            Ok(())
        })
    }

    /// Both sheets of a contact; empty where none was filled in.
    pub async fn evaluation(&self, contact: ContactId) -> Result<Evaluation, StoreError> {
        evaluation_from(self.db.fetch_all(BOTH, values![contact]).await?)
    }
}

const BOTH: &str = "SELECT side, distance, minutes, masks, space, last_contact FROM contact_sheets \
                    WHERE contact_id = $1";

fn evaluation_from(rows: Vec<Row>) -> Result<Evaluation, StoreError> {
    let mut evaluation = Evaluation::default();
    for row in rows {
        let minutes = row.opt_int("minutes")?.map(u16::try_from).transpose();
        let sheet = Sheet {
            distance: row.opt_parsed("distance")?,
            minutes: minutes.map_err(|_| StoreError::Corrupt("minutes"))?,
            masks: row.opt_parsed("masks")?,
            space: row.opt_parsed("space")?,
            last_contact: row.opt_time("last_contact")?,
        };
        match row.text("side")?.as_str() {
            "declared" => evaluation.declared = sheet,
            "investigated" => evaluation.investigated = sheet,
            _ => return Err(StoreError::Corrupt("side")),
        }
    }
    Ok(evaluation)
}
