-- Layout 11: confirmed contacts (F1) publish keys in an export of their own, and name the people whom they met (F2).
-- Keep in step with ../postgres/0011_contact_level.sql: same tables, columns and indexes.

-- A code of a contact: `case_id` is the case that its chain begins at. `publish_from`: the first day whose keys it may
-- publish.
ALTER TABLE codes ADD COLUMN contact_id TEXT REFERENCES contacts (id) ON DELETE CASCADE;
ALTER TABLE codes ADD COLUMN publish_from INTEGER;
CREATE INDEX codes_by_contact ON codes (contact_id, issued_at) WHERE contact_id IS NOT NULL;

-- Set where the token was traded for a contact's code; its status is then 'contact'.
ALTER TABLE tokens ADD COLUMN publish_from INTEGER;

-- As published_keys and exports, for the contacts' export. Nothing here says whose key it is.
CREATE TABLE contact_keys (
    key BLOB PRIMARY KEY,
    rolling_start INTEGER NOT NULL,
    rolling_period INTEGER NOT NULL,
    transmission_risk INTEGER NOT NULL,
    report_type INTEGER NOT NULL,
    days_since_onset INTEGER,
    released_at INTEGER NOT NULL,
    batch INTEGER,
    revised_at INTEGER,
    revised_transmission_risk INTEGER,
    revised_report_type INTEGER,
    revised_days_since_onset INTEGER,
    revised_batch INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_keys_by_batch ON contact_keys (batch, key) WHERE batch IS NOT NULL;
CREATE INDEX contact_keys_by_revised_batch ON contact_keys (revised_batch, key) WHERE revised_batch IS NOT NULL;
CREATE INDEX contact_keys_waiting ON contact_keys (released_at) WHERE batch IS NULL;
CREATE INDEX contact_keys_waiting_revised ON contact_keys (revised_at)
    WHERE revised_report_type IS NOT NULL AND revised_batch IS NULL;
CREATE INDEX contact_keys_by_age ON contact_keys (rolling_start);

CREATE TABLE contact_exports (
    id INTEGER PRIMARY KEY,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    object_name TEXT,
    sha256 BLOB
) STRICT;
CREATE INDEX contact_exports_by_state ON contact_exports (state, id);

-- One-time links by which a contact names others. Only a keyed hash of the secret.
CREATE TABLE listing_links (
    secret_hash BLOB PRIMARY KEY,
    contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    created_by TEXT NOT NULL REFERENCES officers (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    -- Where and how they met, sealed by the server.
    notes BLOB
) STRICT;
CREATE INDEX listing_links_by_contact ON listing_links (contact_id, created_at);
CREATE INDEX listing_links_by_expiry ON listing_links (expires_at);
