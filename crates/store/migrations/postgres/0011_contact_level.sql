-- Layout 11: confirmed contacts (F1) publish keys in an export of their own, and name the people whom they met (F2).
-- Keep in step with ../sqlite/0011_contact_level.sql: same tables, columns and indexes.

-- A code of a contact: `case_id` is the case that its chain begins at. `publish_from`: the first day whose keys it may
-- publish.
ALTER TABLE codes ADD COLUMN contact_id TEXT REFERENCES contacts (id) ON DELETE CASCADE;
ALTER TABLE codes ADD COLUMN publish_from BIGINT;
CREATE INDEX codes_by_contact ON codes (contact_id, issued_at) WHERE contact_id IS NOT NULL;

-- Set where the token was traded for a contact's code; its status is then 'contact'.
ALTER TABLE tokens ADD COLUMN publish_from BIGINT;

-- As published_keys and exports, for the contacts' export. Nothing here says whose key it is.
CREATE TABLE contact_keys (
    key BYTEA PRIMARY KEY,
    rolling_start BIGINT NOT NULL,
    rolling_period BIGINT NOT NULL,
    transmission_risk BIGINT NOT NULL,
    report_type BIGINT NOT NULL,
    days_since_onset BIGINT,
    released_at BIGINT NOT NULL,
    batch BIGINT,
    revised_at BIGINT,
    revised_transmission_risk BIGINT,
    revised_report_type BIGINT,
    revised_days_since_onset BIGINT,
    revised_batch BIGINT
);
CREATE INDEX contact_keys_by_batch ON contact_keys (batch, key) WHERE batch IS NOT NULL;
CREATE INDEX contact_keys_by_revised_batch ON contact_keys (revised_batch, key) WHERE revised_batch IS NOT NULL;
CREATE INDEX contact_keys_waiting ON contact_keys (released_at) WHERE batch IS NULL;
CREATE INDEX contact_keys_waiting_revised ON contact_keys (revised_at)
    WHERE revised_report_type IS NOT NULL AND revised_batch IS NULL;
CREATE INDEX contact_keys_by_age ON contact_keys (rolling_start);

CREATE TABLE contact_exports (
    id BIGINT PRIMARY KEY,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    object_name TEXT,
    sha256 BYTEA
);
CREATE INDEX contact_exports_by_state ON contact_exports (state, id);

-- One-time links by which a contact names others. Only a keyed hash of the secret.
CREATE TABLE listing_links (
    secret_hash BYTEA PRIMARY KEY,
    contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    created_by TEXT NOT NULL REFERENCES officers (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    -- Where and how they met, sealed by the server.
    notes BYTEA
);
CREATE INDEX listing_links_by_contact ON listing_links (contact_id, created_at);
CREATE INDEX listing_links_by_expiry ON listing_links (expires_at);
