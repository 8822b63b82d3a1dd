//! A copy of the database: of SQLite by itself, of PostgreSQL by its own tools.

use super::{BackupError, Doing};
use crate::error::ServerError;
use bluezone_store::Store;
use std::borrow::Cow;
use std::path::Path;
use std::process::{Command, Stdio};

/// Writes a consistent copy of the database to a new file.
pub async fn dump(store: &Store, url: &str, to: &Path) -> Result<(), BackupError> {
    if is_postgres(url) {
        let (address, password) = without_password(url);
        let mut dump = Command::new("pg_dump");
        dump.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]).arg(to);
        dump.args(["--dbname", &address]);
        return run("pg_dump", dump, password.as_deref());
    }
    Ok(store.copy_to(to).await.map_err(ServerError::from)?)
}

/// Every table and function of ours goes, those of a newer layout, too. `pg_restore --clean` drops what is in the copy only, and
/// stumbles over partitions.
const CLEAR: &str = "DO $$ DECLARE one TEXT; BEGIN \
     FOR one IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = current_schema() LOOP \
     EXECUTE 'DROP TABLE IF EXISTS ' || one || ' CASCADE'; END LOOP; \
     FOR one IN SELECT CAST(CAST(oid AS REGPROCEDURE) AS TEXT) FROM pg_proc WHERE proname LIKE 'bluezone\\_%' \
     AND pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) LOOP \
     EXECUTE 'DROP FUNCTION IF EXISTS ' || one; END LOOP; END $$";

/// Fills a PostgreSQL database from a copy; with `replace`, what is in it goes first. All or nothing: a copy that breaks off leaves
/// what was there. `script` is a new file beside the copy.
pub fn load(url: &str, from: &Path, script: &Path, replace: bool) -> Result<(), BackupError> {
    let mut write = Command::new("pg_restore");
    write.args(["--no-owner", "--no-privileges", "--file"]).arg(script).arg(from);
    run("pg_restore", write, None)?;
    let (address, password) = without_password(url);
    let mut psql = Command::new("psql");
    psql.args(["--no-psqlrc", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1"]);
    psql.args(["--dbname", &address]);
    if replace {
        psql.args(["--command", CLEAR]);
    }
    psql.arg("--file").arg(script);
    run("psql", psql, password.as_deref())
}

/// Whether an address of a database is PostgreSQL's; else it is SQLite's.
pub fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// The password goes in by the environment: everybody on the machine can read a program's arguments.
fn run(tool: &'static str, mut command: Command, password: Option<&str>) -> Result<(), BackupError> {
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let output = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()
        .doing("pg_dump, pg_restore and psql are needed: install Debian's postgresql-client")?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next_back().unwrap_or_default().to_owned();
    Err(BackupError::Tool { tool, said })
}

/// `postgres://user:secret@host/name` as `postgres://user@host/name` and `secret`.
fn without_password(url: &str) -> (Cow<'_, str>, Option<String>) {
    let parts = url.split_once("://").and_then(|(scheme, rest)| {
        let (account, place) = rest.split_once('@')?;
        let (user, password) = account.split_once(':')?;
        Some((scheme, user, password, place))
    });
    match parts {
        Some((scheme, user, password, place)) => {
            (Cow::Owned(format!("{scheme}://{user}@{place}")), Some(decoded(password)))
        }
        None => (Cow::Borrowed(url), None),
    }
}

/// Percent-decoded; what is no escape stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped =
            (first == b'%').then(|| after.get(..2).and_then(|digits| hex::decode(digits).ok())).flatten();
        match escaped {
            Some(byte) => {
                bytes.extend(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_leaves_the_address() {
        let (address, password) = without_password("postgres://lan:a%3Ab%@db.example/vn?sslmode=require");
        assert_eq!(address, "postgres://lan@db.example/vn?sslmode=require");
        assert_eq!(password.unwrap(), "a:b%");
        for plain in ["postgres://db.example/vn", "postgres://lan@db.example/vn", "postgres:///vn?host=/tmp"]
        {
            assert_eq!(without_password(plain), (Cow::Borrowed(plain), None));
        }
    }
}
