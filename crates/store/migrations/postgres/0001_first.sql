-- Layout 1: officers, cases, one-time codes, tokens, published keys, exports, signing keys, leases.
-- Times are UTC epoch seconds. Keep in step with ../sqlite/0001_first.sql: same tables, columns and indexes.

CREATE TABLE officers (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    unit TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    totp_secret_sealed BYTEA NOT NULL,
    -- Highest TOTP step that was used: the same six digits do not work twice.
    totp_last_step BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    locked_until BIGINT,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE sessions (
    token_hash BYTEA PRIMARY KEY,
    officer_id TEXT NOT NULL REFERENCES officers (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_officer ON sessions (officer_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE cases (
    id TEXT PRIMARY KEY,
    reference TEXT NOT NULL,
    disease TEXT NOT NULL,
    status TEXT NOT NULL,
    symptom_onset BIGINT,
    test_date BIGINT,
    unit TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES officers (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX cases_by_age ON cases (created_at, id);
CREATE INDEX cases_by_unit ON cases (unit, created_at, id);

CREATE TABLE case_changes (
    case_id TEXT NOT NULL REFERENCES cases (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    by_officer TEXT NOT NULL REFERENCES officers (id),
    from_status TEXT,
    to_status TEXT NOT NULL,
    PRIMARY KEY (case_id, number)
);

CREATE TABLE codes (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL,
    code_hash BYTEA NOT NULL UNIQUE,
    issued_by TEXT NOT NULL REFERENCES officers (id),
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX codes_by_case ON codes (case_id, issued_at);
CREATE INDEX codes_by_expiry ON codes (expires_at);
CREATE INDEX codes_live_short ON codes (expires_at) WHERE used_at IS NULL AND kind = 'short';

-- A token is bound to one tekmac by its certificate, and publishes once. When it published is not kept: it would link the
-- case to its keys.
CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    code_id TEXT NOT NULL UNIQUE REFERENCES codes (id) ON DELETE CASCADE,
    nonce_hash BYTEA,
    sealed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    status TEXT NOT NULL,
    symptom_onset BIGINT,
    test_date BIGINT,
    tekmac BYTEA,
    inserted BIGINT,
    revised BIGINT,
    response BYTEA
);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

-- Nothing here says whose key it is, which others came with it, or whether it is padding, a key of nobody. The key is the
-- primary key: the order of the rows tells nothing either. `batch` is the export a key is in; a key that changed later
-- stands in `revised_batch` too.
CREATE TABLE published_keys (
    key BYTEA PRIMARY KEY,
    rolling_start BIGINT NOT NULL,
    rolling_period BIGINT NOT NULL,
    transmission_risk BIGINT NOT NULL,
    report_type BIGINT NOT NULL,
    days_since_onset BIGINT,
    released_at BIGINT NOT NULL,
    batch BIGINT,
    -- Set by the one change a key may make, also where it happened before the key was in any export.
    revised_at BIGINT,
    revised_transmission_risk BIGINT,
    revised_report_type BIGINT,
    revised_days_since_onset BIGINT,
    revised_batch BIGINT
);
CREATE INDEX keys_by_batch ON published_keys (batch, key) WHERE batch IS NOT NULL;
CREATE INDEX keys_by_revised_batch ON published_keys (revised_batch, key) WHERE revised_batch IS NOT NULL;
CREATE INDEX keys_waiting ON published_keys (released_at) WHERE batch IS NULL;
CREATE INDEX keys_waiting_revised ON published_keys (revised_at)
    WHERE revised_report_type IS NOT NULL AND revised_batch IS NULL;
CREATE INDEX keys_by_age ON published_keys (rolling_start);

CREATE TABLE exports (
    id BIGINT PRIMARY KEY,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    -- open (being written), finished (published), retired (out of the index), gone (its file is deleted)
    state TEXT NOT NULL,
    padded BIGINT NOT NULL,
    object_name TEXT,
    sha256 BYTEA
);
CREATE INDEX exports_by_state ON exports (state, id);

-- Charges for wrong codes by ten minutes, and wrong codes of one source.
CREATE TABLE guess_charges (
    bucket BIGINT PRIMARY KEY,
    units BIGINT NOT NULL
);

CREATE TABLE guess_sources (
    source_hash BYTEA NOT NULL,
    bucket BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    PRIMARY KEY (source_hash, bucket)
);
CREATE INDEX guess_sources_by_age ON guess_sources (bucket);

CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    key_id TEXT NOT NULL,
    version TEXT NOT NULL,
    not_before BIGINT NOT NULL,
    retire_at BIGINT,
    private_sealed BYTEA NOT NULL,
    public_pem TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (purpose, key_id, version)
);

CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
