-- Layout 7: persons, what more is known of a case, where cases were, and the vault that seals what tells who somebody is.
-- Keep in step with ../postgres/0007_registry.sql: same tables, columns and indexes.

-- The vault's keys, each wrapped with the master key. Every sealed row names its key and refers to it, so that a key
-- cannot be dropped while anything is sealed with it, nor anything be sealed with a key that was dropped.
CREATE TABLE vault_keys (
    number INTEGER PRIMARY KEY,
    wrapped BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Who somebody is stands sealed in `identity`. In clear: where they live (it decides who may see them), the unit that
-- looks after them, and keyed hashes of their numbers, by which exactly equal numbers are found.
CREATE TABLE persons (
    id TEXT PRIMARY KEY,
    identity BLOB NOT NULL,
    vault_key INTEGER NOT NULL REFERENCES vault_keys (number),
    national_id_hash BLOB,
    passport_hash BLOB,
    phone_hash BLOB,
    province TEXT NOT NULL,
    commune TEXT,
    assigned TEXT,
    -- Another record of the same person. Nothing else changes when records are merged.
    merged_into TEXT REFERENCES persons (id),
    -- Counts changes of all persons: who knows them up to a number asks for those after it.
    sequence INTEGER NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_by TEXT NOT NULL REFERENCES officers (id),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX persons_by_national_id ON persons (national_id_hash) WHERE national_id_hash IS NOT NULL;
CREATE INDEX persons_by_passport ON persons (passport_hash) WHERE passport_hash IS NOT NULL;
CREATE INDEX persons_by_phone ON persons (phone_hash) WHERE phone_hash IS NOT NULL;
CREATE INDEX persons_by_merge ON persons (merged_into, id) WHERE merged_into IS NOT NULL;
CREATE INDEX persons_by_vault_key ON persons (vault_key);
CREATE INDEX persons_by_change ON persons (updated_at);

CREATE TABLE person_sequence (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    last INTEGER NOT NULL
) STRICT;
INSERT INTO person_sequence (only_row, last) VALUES (1, 0);

-- `id` is the person's, a slash and the number of the change. `before` is the sealed identity before the change.
CREATE TABLE person_changes (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES persons (id),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    by_officer TEXT NOT NULL REFERENCES officers (id),
    what TEXT NOT NULL,
    other TEXT,
    before BLOB,
    vault_key INTEGER REFERENCES vault_keys (number),
    UNIQUE (person_id, number)
) STRICT;
CREATE INDEX person_changes_by_vault_key ON person_changes (vault_key);

-- Cases from before have no place: `00` lies in no province. The unit that registered them keeps them.
ALTER TABLE cases ADD COLUMN province TEXT NOT NULL DEFAULT '00';
ALTER TABLE cases ADD COLUMN commune TEXT;
ALTER TABLE cases ADD COLUMN assigned TEXT;
ALTER TABLE cases ADD COLUMN person_id TEXT REFERENCES persons (id);
ALTER TABLE cases ADD COLUMN result_date INTEGER;
ALTER TABLE cases ADD COLUMN reported_at INTEGER;
ALTER TABLE cases ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
UPDATE cases SET assigned = unit;
CREATE INDEX cases_by_province ON cases (province, created_at, id);
CREATE INDEX cases_by_commune ON cases (province, commune, created_at, id);
CREATE INDEX cases_by_assigned ON cases (assigned, created_at, id);
CREATE INDEX cases_by_person ON cases (person_id, created_at, id) WHERE person_id IS NOT NULL;

-- Other fields that changed, as JSON.
ALTER TABLE case_changes ADD COLUMN fields TEXT NOT NULL DEFAULT '[]';

CREATE TABLE epi_points (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    province TEXT NOT NULL,
    commune TEXT,
    details BLOB NOT NULL,
    vault_key INTEGER NOT NULL REFERENCES vault_keys (number),
    created_by TEXT NOT NULL REFERENCES officers (id),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX epi_points_by_case ON epi_points (case_id, starts_at, id);
CREATE INDEX epi_points_by_vault_key ON epi_points (vault_key);

-- Cases that were handed to a unit in one go, with what they were before: it can be taken back.
CREATE TABLE case_assignments (
    id TEXT PRIMARY KEY,
    unit TEXT,
    at INTEGER NOT NULL,
    by_officer TEXT NOT NULL REFERENCES officers (id),
    undone_at INTEGER
) STRICT;
CREATE TABLE case_assignment_rows (
    assignment_id TEXT NOT NULL REFERENCES case_assignments (id) ON DELETE CASCADE,
    case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    case_before TEXT,
    person_before TEXT,
    PRIMARY KEY (assignment_id, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_assignment_rows_by_case ON case_assignment_rows (case_id);

-- A line list between its dry run and its import.
CREATE TABLE line_list_uploads (
    id TEXT PRIMARY KEY,
    officer_id TEXT NOT NULL REFERENCES officers (id),
    content BLOB NOT NULL,
    vault_key INTEGER NOT NULL REFERENCES vault_keys (number),
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX line_list_uploads_by_expiry ON line_list_uploads (expires_at);
CREATE INDEX line_list_uploads_by_vault_key ON line_list_uploads (vault_key);
