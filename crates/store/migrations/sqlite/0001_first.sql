-- Layout 1: officers, cases, one-time codes, tokens, published keys, exports, signing keys, leases.
-- Times are UTC epoch seconds. Keep in step with ../postgres/0001_first.sql: same tables, columns and indexes.

CREATE TABLE officers (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    unit TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    totp_secret_sealed BLOB NOT NULL,
    -- Highest TOTP step that was used: the same six digits do not work twice.
    totp_last_step INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    locked_until INTEGER,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;

CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,
    officer_id TEXT NOT NULL REFERENCES officers (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_officer ON sessions (officer_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE cases (
    id TEXT PRIMARY KEY,
    reference TEXT NOT NULL,
    disease TEXT NOT NULL,
    status TEXT NOT NULL,
    symptom_onset INTEGER,
    test_date INTEGER,
    unit TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES officers (id),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX cases_by_age ON cases (created_at, id);
CREATE INDEX cases_by_unit ON cases (unit, created_at, id);

CREATE TABLE case_changes (
    case_id TEXT NOT NULL REFERENCES cases (id),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    by_officer TEXT NOT NULL REFERENCES officers (id),
    from_status TEXT,
    to_status TEXT NOT NULL,
    PRIMARY KEY (case_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE codes (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL,
    code_hash BLOB NOT NULL UNIQUE,
    issued_by TEXT NOT NULL REFERENCES officers (id),
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX codes_by_case ON codes (case_id, issued_at);
CREATE INDEX codes_by_expiry ON codes (expires_at);
CREATE INDEX codes_live_short ON codes (expires_at) WHERE used_at IS NULL AND kind = 'short';

-- A token is bound to one tekmac by its certificate, and publishes once. When it published is not kept: it would link the
-- case to its keys.
CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    code_id TEXT NOT NULL UNIQUE REFERENCES codes (id) ON DELETE CASCADE,
    nonce_hash BLOB,
    sealed BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    symptom_onset INTEGER,
    test_date INTEGER,
    tekmac BLOB,
    inserted INTEGER,
    revised INTEGER,
    response BLOB
) STRICT;
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

-- Nothing here says whose key it is, which others came with it, or whether it is padding, a key of nobody. The key is the
-- primary key: the order of the rows tells nothing either. `batch` is the export a key is in; a key that changed later
-- stands in `revised_batch` too.
CREATE TABLE published_keys (
    key BLOB PRIMARY KEY,
    rolling_start INTEGER NOT NULL,
    rolling_period INTEGER NOT NULL,
    transmission_risk INTEGER NOT NULL,
    report_type INTEGER NOT NULL,
    days_since_onset INTEGER,
    released_at INTEGER NOT NULL,
    batch INTEGER,
    -- Set by the one change a key may make, also where it happened before the key was in any export.
    revised_at INTEGER,
    revised_transmission_risk INTEGER,
    revised_report_type INTEGER,
    revised_days_since_onset INTEGER,
    revised_batch INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX keys_by_batch ON published_keys (batch, key) WHERE batch IS NOT NULL;
CREATE INDEX keys_by_revised_batch ON published_keys (revised_batch, key) WHERE revised_batch IS NOT NULL;
CREATE INDEX keys_waiting ON published_keys (released_at) WHERE batch IS NULL;
CREATE INDEX keys_waiting_revised ON published_keys (revised_at)
    WHERE revised_report_type IS NOT NULL AND revised_batch IS NULL;
CREATE INDEX keys_by_age ON published_keys (rolling_start);

CREATE TABLE exports (
    id INTEGER PRIMARY KEY,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    -- open (being written), finished (published), retired (out of the index), gone (its file is deleted)
    state TEXT NOT NULL,
    padded INTEGER NOT NULL,
    object_name TEXT,
    sha256 BLOB
) STRICT;
CREATE INDEX exports_by_state ON exports (state, id);

-- Charges for wrong codes by ten minutes, and wrong codes of one source.
CREATE TABLE guess_charges (
    bucket INTEGER PRIMARY KEY,
    units INTEGER NOT NULL
) STRICT;

CREATE TABLE guess_sources (
    source_hash BLOB NOT NULL,
    bucket INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    PRIMARY KEY (source_hash, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX guess_sources_by_age ON guess_sources (bucket);

CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    key_id TEXT NOT NULL,
    version TEXT NOT NULL,
    not_before INTEGER NOT NULL,
    retire_at INTEGER,
    private_sealed BLOB NOT NULL,
    public_pem TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (purpose, key_id, version)
) STRICT;

CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
