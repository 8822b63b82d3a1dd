-- Layout 18: agencies, who is on their lists, and who said that their app runs.
-- Keep in step with ../sqlite/0018_agencies.sql: same tables, columns and indexes.

-- `name` is sealed.
CREATE TABLE agencies (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES citizens (id) ON DELETE CASCADE,
    name BYTEA NOT NULL,
    vault_key BIGINT NOT NULL REFERENCES vault_keys (number),
    created_at BIGINT NOT NULL
);
CREATE INDEX agencies_by_owner ON agencies (owner, created_at, id);
CREATE INDEX agencies_by_vault_key ON agencies (vault_key);

-- `person` is sealed: the name and the number as the agency wrote them. An invitation is found by the number's keyed hash;
-- what was agreed to is of an account, so that it ends with it and whoever gets the number later agreed to nothing.
CREATE TABLE agency_staff (
    id TEXT PRIMARY KEY,
    agency_id TEXT NOT NULL REFERENCES agencies (id) ON DELETE CASCADE,
    person BYTEA NOT NULL,
    vault_key BIGINT NOT NULL REFERENCES vault_keys (number),
    phone_hash BYTEA NOT NULL,
    citizen_id TEXT REFERENCES citizens (id) ON DELETE SET NULL,
    see_declared BIGINT NOT NULL DEFAULT 0,
    see_app BIGINT NOT NULL DEFAULT 0,
    refused BIGINT NOT NULL DEFAULT 0,
    invited_at BIGINT NOT NULL,
    reminded_at BIGINT,
    UNIQUE (agency_id, phone_hash)
);
CREATE INDEX agency_staff_by_agency ON agency_staff (agency_id, invited_at, id);
CREATE INDEX agency_staff_by_phone ON agency_staff (phone_hash, invited_at, id);
CREATE INDEX agency_staff_by_citizen ON agency_staff (citizen_id);
CREATE INDEX agency_staff_unanswered ON agency_staff (invited_at) WHERE citizen_id IS NULL;
CREATE INDEX agency_staff_by_vault_key ON agency_staff (vault_key);

-- The last time that somebody said that their app runs, and where they live, for the counts.
CREATE TABLE app_running (
    citizen_id TEXT PRIMARY KEY REFERENCES citizens (id) ON DELETE CASCADE,
    said_at BIGINT NOT NULL,
    province TEXT,
    commune TEXT
);
CREATE INDEX app_running_by_age ON app_running (said_at, province, commune);
