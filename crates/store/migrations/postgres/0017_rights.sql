-- Layout 17: what citizens report, what they ask about their own data, who looked at it, and breaches.
-- Keep in step with ../sqlite/0017_rights.sql: same tables, columns and indexes.

-- `content` is the filled-in form, sealed. Who reported it is there only if they were signed in and gave their name.
CREATE TABLE signals (
    id TEXT PRIMARY KEY,
    tracking_hash BYTEA NOT NULL UNIQUE,
    citizen_id TEXT REFERENCES citizens (id) ON DELETE SET NULL,
    category TEXT NOT NULL,
    province TEXT NOT NULL,
    commune TEXT,
    state TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    assigned TEXT,
    case_id TEXT REFERENCES cases (id) ON DELETE SET NULL,
    version BIGINT NOT NULL,
    content BYTEA NOT NULL,
    vault_key BIGINT NOT NULL REFERENCES vault_keys (number)
);
-- Whole enough that a filter is decided in the index.
CREATE INDEX signals_by_province ON signals (province, received_at, id, state);
CREATE INDEX signals_by_commune ON signals (province, commune, received_at, id, state);
CREATE INDEX signals_by_assigned ON signals (assigned, received_at, id, state);
CREATE INDEX signals_by_age ON signals (received_at, id, state);
CREATE INDEX signals_by_change ON signals (updated_at);
CREATE INDEX signals_by_citizen ON signals (citizen_id, received_at, id) WHERE citizen_id IS NOT NULL;
CREATE INDEX signals_by_case ON signals (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX signals_by_vault_key ON signals (vault_key);

-- Without anything that a camera wrote into them. `id` is the report's, a slash and the number of the photograph.
CREATE TABLE signal_photos (
    id TEXT PRIMARY KEY,
    signal_id TEXT NOT NULL REFERENCES signals (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    photo BYTEA NOT NULL,
    vault_key BIGINT NOT NULL REFERENCES vault_keys (number),
    UNIQUE (signal_id, number)
);
CREATE INDEX signal_photos_by_vault_key ON signal_photos (vault_key);

-- `id` is the report's, a slash and the number of the change. `words` are an officer's, sealed.
CREATE TABLE signal_changes (
    id TEXT PRIMARY KEY,
    signal_id TEXT NOT NULL REFERENCES signals (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    by_officer TEXT NOT NULL REFERENCES officers (id),
    did TEXT NOT NULL,
    words BYTEA NOT NULL,
    vault_key BIGINT NOT NULL REFERENCES vault_keys (number),
    UNIQUE (signal_id, number)
);
CREATE INDEX signal_changes_by_vault_key ON signal_changes (vault_key);

-- Which officer looked at what a citizen told, and why: for the citizen.
CREATE TABLE data_looks (
    id TEXT PRIMARY KEY,
    citizen_id TEXT NOT NULL REFERENCES citizens (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    officer_id TEXT NOT NULL REFERENCES officers (id),
    unit TEXT NOT NULL,
    kind TEXT NOT NULL,
    basis TEXT NOT NULL,
    reason BYTEA NOT NULL,
    vault_key BIGINT NOT NULL REFERENCES vault_keys (number)
);
CREATE INDEX data_looks_by_citizen ON data_looks (citizen_id, at, id);
CREATE INDEX data_looks_by_age ON data_looks (at);
CREATE INDEX data_looks_by_vault_key ON data_looks (vault_key);

-- A request outlives the account that asked: that it was answered in time must be shown.
CREATE TABLE data_requests (
    id TEXT PRIMARY KEY,
    citizen_id TEXT REFERENCES citizens (id) ON DELETE SET NULL,
    asked TEXT NOT NULL,
    province TEXT NOT NULL,
    commune TEXT,
    received_at BIGINT NOT NULL,
    acknowledge_by BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    acknowledged_at BIGINT,
    extended_at BIGINT,
    closed_at BIGINT,
    outcome TEXT,
    officer_id TEXT REFERENCES officers (id),
    words BYTEA NOT NULL,
    vault_key BIGINT NOT NULL REFERENCES vault_keys (number)
);
CREATE INDEX data_requests_open ON data_requests (due_at, id) WHERE closed_at IS NULL;
CREATE INDEX data_requests_open_by_province ON data_requests (province, due_at, id) WHERE closed_at IS NULL;
CREATE INDEX data_requests_closed ON data_requests (closed_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX data_requests_closed_by_province ON data_requests (province, closed_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX data_requests_by_citizen ON data_requests (citizen_id, received_at, id) WHERE citizen_id IS NOT NULL;
CREATE INDEX data_requests_by_vault_key ON data_requests (vault_key);

CREATE TABLE breaches (
    id TEXT PRIMARY KEY,
    found_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL REFERENCES officers (id),
    unit TEXT NOT NULL,
    about_people BIGINT NOT NULL,
    notified_at BIGINT,
    closed_at BIGINT,
    facts BYTEA NOT NULL,
    vault_key BIGINT NOT NULL REFERENCES vault_keys (number)
);
CREATE INDEX breaches_by_age ON breaches (found_at, id);
CREATE INDEX breaches_closed ON breaches (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX breaches_by_vault_key ON breaches (vault_key);

-- Whose data a breach concerns. `id` is the breach's, a slash and the keyed hash of the telephone number.
CREATE TABLE breach_people (
    id TEXT PRIMARY KEY,
    breach_id TEXT NOT NULL REFERENCES breaches (id) ON DELETE CASCADE,
    person BYTEA NOT NULL,
    vault_key BIGINT NOT NULL REFERENCES vault_keys (number),
    told_at BIGINT
);
CREATE INDEX breach_people_by_breach ON breach_people (breach_id, id);
CREATE INDEX breach_people_by_vault_key ON breach_people (vault_key);
