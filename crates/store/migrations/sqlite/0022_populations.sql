-- Layout of script 22: how many people live in a province or commune, as an administrator took it in.
-- Keep in step with ../postgres/0022_populations.sql: same tables, columns and indexes.

-- `as_of` is the day that the figure is of, such as 2026-04-01.
CREATE TABLE populations (
    code TEXT PRIMARY KEY,
    people INTEGER NOT NULL,
    source TEXT NOT NULL,
    as_of TEXT NOT NULL,
    officer_id TEXT NOT NULL REFERENCES officers (id),
    at INTEGER NOT NULL
) STRICT;
