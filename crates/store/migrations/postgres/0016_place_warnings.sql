-- Layout 16: forms that an administrator added and switched; warnings of who was somewhere with a case; what officers do with
-- declarations.
-- Keep in step with ../sqlite/0016_place_warnings.sql: same tables, columns and indexes.

-- Counts the changes of forms: who knows them up to a number reads them again when it has grown.
CREATE TABLE form_changes (
    only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
    last BIGINT NOT NULL
);
INSERT INTO form_changes (only_row, last) VALUES (1, 0);

-- Forms besides those that come with the program. A version that was ever there stays: answers name it.
CREATE TABLE form_files (
    number BIGINT PRIMARY KEY,
    -- The form's address, a bar, its version.
    canonical TEXT NOT NULL UNIQUE,
    json TEXT NOT NULL,
    by_officer TEXT NOT NULL REFERENCES officers (id),
    at BIGINT NOT NULL
);

-- Switches, the later over the earlier. One that is taken back stays, so that what was in force on a day can be said.
CREATE TABLE form_switches (
    number BIGINT PRIMARY KEY,
    -- Form, disease, period, open or closed, numbers: JSON.
    switch TEXT NOT NULL,
    by_officer TEXT NOT NULL REFERENCES officers (id),
    at BIGINT NOT NULL,
    taken_back_by TEXT REFERENCES officers (id),
    taken_back_at BIGINT
);
CREATE INDEX form_switches_standing ON form_switches (number) WHERE taken_back_at IS NULL;

-- Warnings of who was at a place or in a vehicle with a case. Of which case, and why, stands sealed in `ground`: in clear it
-- would say where somebody was.
CREATE TABLE place_warnings (
    id TEXT PRIMARY KEY,
    -- The nine digits of the place's or vehicle's code.
    place TEXT NOT NULL,
    vehicle BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    margin_s BIGINT NOT NULL,
    ground BYTEA NOT NULL,
    vault_key BIGINT NOT NULL REFERENCES vault_keys (number),
    basis TEXT NOT NULL,
    state TEXT NOT NULL,
    unit TEXT NOT NULL,
    proposed_by TEXT NOT NULL REFERENCES officers (id),
    proposed_at BIGINT NOT NULL,
    decided_by TEXT REFERENCES officers (id),
    decided_at BIGINT
);
CREATE INDEX place_warnings_by_unit ON place_warnings (unit, proposed_at, id);
CREATE INDEX place_warnings_by_place ON place_warnings (place, ends_at) WHERE state = 'approved';
CREATE INDEX place_warnings_by_approval ON place_warnings (decided_at, id) WHERE state = 'approved';
CREATE INDEX place_warnings_by_age ON place_warnings (ends_at);
CREATE INDEX place_warnings_by_vault_key ON place_warnings (vault_key);

-- That somebody was told of a warning: a keyed hash of both, so that a copy of the database does not tell who was there.
CREATE TABLE place_warning_told (
    told_hash BYTEA PRIMARY KEY,
    warning_id TEXT NOT NULL REFERENCES place_warnings (id) ON DELETE CASCADE
);
CREATE INDEX place_warning_told_by_warning ON place_warning_told (warning_id);

-- How many points a declaration has by which rule, who takes it, what came of it. The hashes are keyed: of the identity card or
-- passport, and of name and year of birth.
CREATE TABLE declaration_handling (
    declaration_id TEXT PRIMARY KEY REFERENCES declarations (id) ON DELETE CASCADE,
    province TEXT NOT NULL,
    commune TEXT,
    form TEXT NOT NULL,
    score BIGINT NOT NULL,
    rule BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    assigned TEXT,
    officer_id TEXT REFERENCES officers (id),
    outcome TEXT,
    case_id TEXT REFERENCES cases (id) ON DELETE SET NULL,
    number_hash BYTEA,
    name_hash BYTEA,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX declarations_waiting ON declaration_handling (score, received_at, declaration_id) WHERE outcome IS NULL;
CREATE INDEX declarations_waiting_by_province ON declaration_handling (province, score, received_at, declaration_id)
    WHERE outcome IS NULL;
CREATE INDEX declarations_waiting_by_commune
    ON declaration_handling (province, commune, score, received_at, declaration_id) WHERE outcome IS NULL;
CREATE INDEX declarations_waiting_by_assigned ON declaration_handling (assigned, score, received_at, declaration_id)
    WHERE outcome IS NULL;
CREATE INDEX declarations_handled ON declaration_handling (received_at, declaration_id) WHERE outcome IS NOT NULL;
CREATE INDEX declarations_handled_by_province ON declaration_handling (province, received_at, declaration_id)
    WHERE outcome IS NOT NULL;
CREATE INDEX declarations_handled_by_commune ON declaration_handling (province, commune, received_at, declaration_id)
    WHERE outcome IS NOT NULL;
CREATE INDEX declarations_handled_by_assigned ON declaration_handling (assigned, received_at, declaration_id)
    WHERE outcome IS NOT NULL;
CREATE INDEX declarations_by_number ON declaration_handling (number_hash, received_at, declaration_id)
    WHERE number_hash IS NOT NULL;
CREATE INDEX declarations_by_name ON declaration_handling (name_hash, received_at, declaration_id) WHERE name_hash IS NOT NULL;
CREATE INDEX declarations_by_case ON declaration_handling (case_id) WHERE case_id IS NOT NULL;
