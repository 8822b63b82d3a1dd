//! Carrying everything over from a SQLite file to PostgreSQL.
//!
//! Both sides are marked before the first row goes, and nobody serves either before the last one is there and both hold the
//! same. Rows go table by table in the order of their keys, each page in a transaction of its own. So what has arrived is always
//! the beginning of each table, and whoever was broken off goes on after the last row there.

mod pages;

use crate::catalogue::{self, Table};
use crate::connect::sqlite_path;
use crate::days::make_days_of;
use crate::db::{Db, Lock, Tx, transaction};
use crate::error::StoreError;
use crate::migrate;
use crate::value::values;
use bluezone_domain::Timestamp;
use pages::{Digest, Pages, count, last_key};
use rand::Rng;
use std::path::Path;
use thiserror::Error;

/// Tables in which a new database has a row already.
const SEEDED: [&str; 2] = ["form_changes", "person_sequence"];

const FIND: &str = "SELECT id, side, finished_at FROM moves WHERE only_row = 1";
const MARK: &str = "INSERT INTO moves (only_row, id, side, started_at) VALUES (1, $1, $2, $3)";
const FINISH: &str = "UPDATE moves SET finished_at = $1 WHERE only_row = 1";
/// Whoever is broken off goes on after the last row that is there: only the end has to be on the disk.
const LAZY: &str = "SET LOCAL synchronous_commit = off";

/// Why it was not carried over.
#[derive(Debug, Error)]
pub enum MoveError {
    /// One of the databases refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Other kinds of databases.
    #[error("it goes from sqlite:PATH to postgres://USER@HOST/NAME")]
    Addresses,
    /// There is no such file.
    #[error("there is no database file {0}")]
    Missing(String),
    /// There is something already.
    #[error("there are rows in {0} of the database that it is to go to: name one that is empty")]
    Occupied(String),
    /// It came from elsewhere.
    #[error("the database that it is to go to was filled from another one: name one that is empty")]
    Foreign,
    /// What is on one side is not what is on the other.
    #[error(
        "{table} is not the same on both sides ({from} rows here, {to} there): empty the database that it went to, and begin again"
    )]
    Different {
        /// The table.
        table: String,
        /// Rows where it came from.
        from: u64,
        /// Rows where it went.
        to: u64,
    },
    /// There is nothing to give up.
    #[error("nothing has begun to be carried over from there")]
    NotBegun,
    /// It is too late to give up.
    #[error("all of it was carried over")]
    Finished,
}

/// How far it has come with a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// The table.
    pub table: String,
    /// Whether both sides are being compared, or else rows are on their way.
    pub comparing: bool,
    /// Rows that are done with.
    pub rows: u64,
    /// Rows that there are.
    pub of: u64,
}

/// What was carried over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Carried {
    /// Tables that were compared, row by row.
    pub tables: usize,
    /// Rows in them.
    pub rows: u64,
}

/// Carries everything over, or the rest of it. Returns when both sides hold the same, which was compared by a hash of every row;
/// `None` if all of it had been carried over before.
///
/// `now` is written down on both sides; `rng` names this move. The file must be in nobody else's use.
///
/// # Errors
/// Besides those of [`MoveError`]: [`StoreError::InUse`] while a server has the file open. Whatever the error, it can be run
/// again.
pub async fn carry_over(
    from: &str,
    to: &str,
    now: Timestamp,
    rng: &mut (dyn Rng + Send),
    report: &mut (dyn FnMut(Step) + Send),
) -> Result<Option<Carried>, MoveError> {
    let from = open_source(from).await?;
    let opened = async {
        let to = Db::open(to).await?;
        if matches!(to, Db::Postgres(_)) { Ok(to) } else { Err(MoveError::Addresses) }
    };
    let carried = match opened.await {
        Ok(to) => {
            let carried = Sides { from: &from, to: &to }.carry(now, rng, report).await;
            to.close().await;
            carried
        }
        Err(error) => Err(error),
    };
    from.close().await;
    carried
}

/// Lets a database be served again from which not everything has been carried over. What has arrived elsewhere stays there, of
/// no use.
pub async fn give_up(from: &str) -> Result<(), MoveError> {
    let from = open_source(from).await?;
    let result = give_up_in(&from).await;
    from.close().await;
    result
}

async fn give_up_in(from: &Db) -> Result<(), MoveError> {
    match from.fetch_optional(FIND, &[]).await? {
        None => Err(MoveError::NotBegun),
        Some(row) if row.opt_int("finished_at")?.is_some() => Err(MoveError::Finished),
        Some(_) => Ok(transaction!(from, tx => { tx.execute("DELETE FROM moves", &[]).await.map(drop) })?),
    }
}

/// Refuses a database that nobody may use: the one that everything went from, or goes to.
pub(crate) async fn refuse_half(db: &Db) -> Result<(), StoreError> {
    let Some(row) = db.fetch_optional(FIND, &[]).await? else { return Ok(()) };
    match (row.text("side")?.as_str(), row.opt_int("finished_at")?) {
        ("from", _) => Err(StoreError::CarriedAway),
        (_, None) => Err(StoreError::Filling),
        _ => Ok(()),
    }
}

async fn open_source(url: &str) -> Result<Db, MoveError> {
    let path = sqlite_path(url).ok_or(MoveError::Addresses)?;
    if !Path::new(path).is_file() {
        return Err(MoveError::Missing(path.to_owned()));
    }
    let db = Db::open_alone(Path::new(path)).await?;
    same_layout(&db).await?;
    Ok(db)
}

/// Both sides need exactly the layout of this program.
async fn same_layout(db: &Db) -> Result<(), StoreError> {
    migrate::run(db).await?;
    let layout = migrate::layout(db).await?;
    match layout.is_newer() {
        true => Err(StoreError::Newer { found: layout.found, oldest: layout.found, known: layout.known }),
        false => Ok(()),
    }
}

/// How the side stands that it goes to.
enum Claim {
    Ours,
    Finished,
    Foreign,
    Occupied(String),
}

struct Sides<'d> {
    from: &'d Db,
    to: &'d Db,
}

impl Sides<'_> {
    async fn carry(
        &self,
        now: Timestamp,
        rng: &mut (dyn Rng + Send),
        report: &mut (dyn FnMut(Step) + Send),
    ) -> Result<Option<Carried>, MoveError> {
        same_layout(self.to).await?;
        let begun = self.from.fetch_optional(FIND, &[]).await?.is_some();
        let id = self.mark(now, rng).await?;
        let refused = match self.claim(&id, now).await? {
            Claim::Foreign => Err(MoveError::Foreign),
            Claim::Occupied(table) => Err(MoveError::Occupied(table)),
            Claim::Finished => Ok(true),
            Claim::Ours => Ok(false),
        };
        if refused.is_err() && !begun {
            // Nothing has gone anywhere: whoever mistyped the other side may serve this one again.
            give_up_in(self.from).await?;
        }
        let finished = refused?;
        // Held to the end: nothing changes here meanwhile.
        let mut from = self.from.begin().await?;
        let carried = if finished { None } else { Some(self.all(&mut from, report).await?) };
        if !finished {
            transaction!(self.to, tx => { tx.execute(FINISH, values![now]).await.map(drop) })?;
        }
        from.execute(FINISH, values![now]).await?;
        from.commit().await?;
        Ok(carried)
    }

    /// Marks the side that it comes from; returns the name of the move.
    async fn mark(&self, now: Timestamp, rng: &mut (dyn Rng + Send)) -> Result<Vec<u8>, StoreError> {
        let mut id = [0; 16];
        rng.fill_bytes(&mut id);
        transaction!(self.from, tx => {
            if let Some(row) = tx.fetch_optional(FIND, &[]).await? {
                return row.bytes("id");
            }
            tx.execute(MARK, values![id, "from", now]).await?;
            Ok(id.to_vec())
        })
    }

    /// Marks the side that it goes to, if it is empty or marked by the same move.
    async fn claim(&self, id: &[u8], now: Timestamp) -> Result<Claim, StoreError> {
        transaction!(self.to, tx => {
            tx.execute_script(migrate::NO_LIMITS).await?;
            tx.lock(Lock::Migrations).await?;
            if let Some(row) = tx.fetch_optional(FIND, &[]).await? {
                return Ok(match (row.bytes("id")? == id, row.opt_int("finished_at")?) {
                    (false, _) => Claim::Foreign,
                    (true, Some(_)) => Claim::Finished,
                    (true, None) => Claim::Ours,
                });
            }
            for table in catalogue::tables(&mut tx).await? {
                let unused = if SEEDED.contains(&table.name.as_str()) { " WHERE last > 0" } else { "" };
                let any = format!("SELECT 1 FROM \"{}\"{unused} LIMIT 1", table.name);
                if !tx.fetch_composed(any, &[]).await?.is_empty() {
                    return Ok(Claim::Occupied(table.name));
                }
            }
            for table in SEEDED {
                tx.fetch_composed(format!("DELETE FROM {table}"), &[]).await?;
            }
            tx.execute(MARK, values![id, "to", now]).await?;
            Ok(Claim::Ours)
        })
    }

    async fn all(&self, from: &mut Tx, report: &mut (dyn FnMut(Step) + Send)) -> Result<Carried, MoveError> {
        let tables = catalogue::tables(from).await?;
        make_days_of(self.to, from).await?;
        for table in &tables {
            self.copy(table, from, report).await?;
            self.link(table, from).await?;
        }
        let mut to = self.to.begin().await?;
        to.execute_script(migrate::NO_LIMITS).await?;
        let there = catalogue::tables(&mut to).await?;
        let mut carried = Carried { tables: tables.len(), rows: 0 };
        for table in &tables {
            let other = there.iter().find(|other| other.name == table.name);
            let other = other.ok_or(StoreError::Corrupt("the catalogue"))?;
            let sent = Digest::of(table, from, report).await?;
            let arrived = Digest::of(other, &mut to, report).await?;
            if sent != arrived {
                let table = table.name.clone();
                return Err(MoveError::Different { table, from: sent.rows, to: arrived.rows });
            }
            carried.rows += sent.rows;
        }
        // So that the first statements find their indexes. It takes as long as it takes.
        to.fetch_composed("ANALYZE".to_owned(), &[]).await?;
        to.commit().await?;
        Ok(carried)
    }

    /// Rows that are not there yet. What refers to another row of the table comes after all of them, see [`Sides::link`].
    async fn copy(
        &self,
        table: &Table,
        from: &mut Tx,
        report: &mut (dyn FnMut(Step) + Send),
    ) -> Result<(), StoreError> {
        let (after, mut rows) = transaction!(self.to, tx => {
            tx.execute_script(migrate::NO_LIMITS).await?;
            Ok((last_key(&mut tx, table).await?, count(&mut tx, table).await?))
        })?;
        let of = count(from, table).await?;
        let insert = format!("INSERT INTO \"{}\" ({})", table.name, table.list());
        let own: Vec<usize> = table.to_itself().collect();
        let mut pages = Pages::after(table, after);
        loop {
            let mut page = pages.next(from).await?;
            if page.is_empty() {
                return Ok(());
            }
            for row in &mut page {
                for at in &own {
                    row[*at] = table.columns[*at].kind.none();
                }
            }
            transaction!(self.to, tx => {
                tx.execute(LAZY, &[]).await?;
                tx.insert_rows(&insert, table.columns.len(), &page).await
            })?;
            rows += page.len() as u64;
            report(Step { table: table.name.clone(), comparing: false, rows, of });
        }
    }

    /// Lets rows refer to others of their table. To do it again changes nothing.
    async fn link(&self, table: &Table, from: &mut Tx) -> Result<(), StoreError> {
        let own: Vec<usize> = table.to_itself().collect();
        let [key] = table.key[..] else { return Ok(()) };
        for at in own {
            let (name, key_name, column) = (&table.name, &table.columns[key].name, &table.columns[at].name);
            let update = format!("UPDATE \"{name}\" SET \"{column}\" = $2 WHERE \"{key_name}\" = $1");
            let mut pages = Pages::after(table, None);
            loop {
                let page = pages.next(from).await?;
                if page.is_empty() {
                    break;
                }
                transaction!(self.to, tx => {
                    tx.execute(LAZY, &[]).await?;
                    for row in page.iter().filter(|row| !row[at].is_null()) {
                        tx.fetch_composed(update.clone(), &[row[key].clone(), row[at].clone()]).await?;
                    }
                    Ok(())
                })?;
            }
        }
        Ok(())
    }
}
