-- Layout of script 21: looks at where a case was, whether or not the case has an account that could be told of it.
-- Keep in step with ../postgres/0021_case_looks.sql: same tables, columns and indexes.

-- `reason` is sealed: an officer wrote it.
CREATE TABLE case_looks (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    officer_id TEXT NOT NULL REFERENCES officers (id),
    unit TEXT NOT NULL,
    kind TEXT NOT NULL,
    basis TEXT NOT NULL,
    reason BLOB NOT NULL,
    vault_key INTEGER NOT NULL REFERENCES vault_keys (number)
) STRICT;
CREATE INDEX case_looks_by_case ON case_looks (case_id, at, id);
CREATE INDEX case_looks_by_vault_key ON case_looks (vault_key);
