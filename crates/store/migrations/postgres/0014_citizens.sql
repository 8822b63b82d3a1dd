-- Layout 14: citizens, those for whom they declare, what they declared, and their inbox.
-- Keep in step with ../sqlite/0014_citizens.sql: same tables, columns and indexes.

-- Whom people call at a unit.
ALTER TABLE units ADD COLUMN phone TEXT NOT NULL DEFAULT '';

-- `phone` is sealed; the keyed hash beside it is the registry's (persons.phone_hash), by which the number is found.
CREATE TABLE citizens (
    id TEXT PRIMARY KEY,
    phone BYTEA NOT NULL,
    vault_key BIGINT NOT NULL REFERENCES vault_keys (number),
    phone_hash BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX citizens_by_age ON citizens (seen_at);
CREATE INDEX citizens_by_vault_key ON citizens (vault_key);

CREATE TABLE citizen_sessions (
    token_hash BYTEA PRIMARY KEY,
    citizen_id TEXT NOT NULL REFERENCES citizens (id) ON DELETE CASCADE,
    device TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX citizen_sessions_by_citizen ON citizen_sessions (citizen_id, created_at);
CREATE INDEX citizen_sessions_by_expiry ON citizen_sessions (expires_at);

-- The code that was sent last to a number, for a purpose.
CREATE TABLE phone_codes (
    number_hash BYTEA NOT NULL,
    purpose TEXT NOT NULL,
    code_hash BYTEA NOT NULL,
    tries_left BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (number_hash, purpose)
);
CREATE INDEX phone_codes_by_expiry ON phone_codes (expires_at);

CREATE TABLE profiles (
    id TEXT PRIMARY KEY,
    citizen_id TEXT NOT NULL REFERENCES citizens (id) ON DELETE CASCADE,
    -- Whether it is the citizen themself.
    own BIGINT NOT NULL,
    person BYTEA NOT NULL,
    vault_key BIGINT NOT NULL REFERENCES vault_keys (number),
    card BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX profiles_by_citizen ON profiles (citizen_id, created_at, id);
CREATE UNIQUE INDEX profiles_own ON profiles (citizen_id) WHERE own = 1;
CREATE INDEX profiles_by_vault_key ON profiles (vault_key);

CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    citizen_id TEXT NOT NULL REFERENCES citizens (id) ON DELETE CASCADE,
    content BYTEA NOT NULL,
    vault_key BIGINT NOT NULL REFERENCES vault_keys (number),
    sent_at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX messages_by_citizen ON messages (citizen_id, sent_at, id);
CREATE INDEX messages_unread ON messages (citizen_id) WHERE read_at IS NULL;
CREATE INDEX messages_by_age ON messages (sent_at);
CREATE INDEX messages_by_vault_key ON messages (vault_key);

-- What was declared stands sealed in `content`. In clear: who sent it, by which form, of which day, where whoever it is about
-- lives, how urgent it is, and the keyed hash of their number.
CREATE TABLE declarations (
    id TEXT PRIMARY KEY,
    citizen_id TEXT REFERENCES citizens (id) ON DELETE CASCADE,
    profile_id TEXT REFERENCES profiles (id) ON DELETE CASCADE,
    entered_by TEXT REFERENCES officers (id),
    form TEXT NOT NULL,
    -- 2026-11-25
    day TEXT NOT NULL,
    -- Whether the form takes one declaration a day of each person.
    daily BIGINT NOT NULL,
    authored_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    late BIGINT NOT NULL,
    province TEXT,
    commune TEXT,
    urgency TEXT NOT NULL,
    phone_hash BYTEA,
    content BYTEA NOT NULL,
    vault_key BIGINT NOT NULL REFERENCES vault_keys (number)
);
CREATE INDEX declarations_by_citizen ON declarations (citizen_id, received_at, id) WHERE citizen_id IS NOT NULL;
CREATE INDEX declarations_by_profile ON declarations (profile_id, received_at, id) WHERE profile_id IS NOT NULL;
CREATE UNIQUE INDEX declarations_daily ON declarations (profile_id, form, day) WHERE daily = 1;
CREATE INDEX declarations_by_province ON declarations (province, received_at, id, commune, urgency);
CREATE INDEX declarations_by_phone ON declarations (phone_hash, received_at) WHERE phone_hash IS NOT NULL;
CREATE INDEX declarations_by_age ON declarations (received_at);
CREATE INDEX declarations_by_vault_key ON declarations (vault_key);

-- Files that were sent with one. `id` is the declaration's, a slash and a number.
CREATE TABLE declaration_files (
    id TEXT PRIMARY KEY,
    declaration_id TEXT NOT NULL REFERENCES declarations (id) ON DELETE CASCADE,
    content BYTEA NOT NULL,
    vault_key BIGINT NOT NULL REFERENCES vault_keys (number)
);
CREATE INDEX declaration_files_by_declaration ON declaration_files (declaration_id, id);
CREATE INDEX declaration_files_by_vault_key ON declaration_files (vault_key);

-- Evidence of each yes: which wording, when, how, and when it was taken back. It outlives the declaration it was given with.
CREATE TABLE consents (
    id TEXT PRIMARY KEY,
    citizen_id TEXT REFERENCES citizens (id) ON DELETE CASCADE,
    profile_id TEXT REFERENCES profiles (id) ON DELETE CASCADE,
    declaration_id TEXT,
    purpose TEXT NOT NULL,
    version BIGINT NOT NULL,
    lang TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    channel TEXT NOT NULL,
    withdrawn_at BIGINT
);
CREATE INDEX consents_by_citizen ON consents (citizen_id, given_at, id) WHERE citizen_id IS NOT NULL;
CREATE INDEX consents_by_profile ON consents (profile_id, purpose) WHERE profile_id IS NOT NULL AND withdrawn_at IS NULL;
CREATE INDEX consents_by_declaration ON consents (declaration_id, id) WHERE declaration_id IS NOT NULL;
CREATE INDEX consents_on_paper ON consents (given_at) WHERE citizen_id IS NULL;

-- A declaration of somebody whose number is not confirmed yet: the browser's cookie names it.
CREATE TABLE waiting_declarations (
    id TEXT PRIMARY KEY,
    content BYTEA NOT NULL,
    vault_key BIGINT NOT NULL REFERENCES vault_keys (number),
    expires_at BIGINT NOT NULL
);
CREATE INDEX waiting_declarations_by_expiry ON waiting_declarations (expires_at);
CREATE INDEX waiting_declarations_by_vault_key ON waiting_declarations (vault_key);
