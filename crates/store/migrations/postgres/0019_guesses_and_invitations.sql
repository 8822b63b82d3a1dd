-- Layout of script 19: wrong codes of text messages are counted by where they come from and spend a budget; who refused an agency stays told.
-- Keep in step with ../sqlite/0019_guesses_and_invitations.sql: same tables, columns and indexes.

-- The code that was sent last to a number for a purpose, which `number_hash` names together. Codes live for an hour at most:
-- none is carried over.
DROP TABLE phone_codes;
CREATE TABLE phone_codes (
    number_hash BYTEA PRIMARY KEY,
    code_hash BYTEA NOT NULL,
    -- Whether it has nine digits instead of six.
    long BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX phone_codes_by_expiry ON phone_codes (expires_at);

-- Who typed it wrongly how often: everybody has tries of their own, so that nobody uses up another's.
CREATE TABLE phone_code_tries (
    number_hash BYTEA NOT NULL REFERENCES phone_codes (number_hash) ON DELETE CASCADE,
    source_hash BYTEA NOT NULL,
    wrong BIGINT NOT NULL,
    PRIMARY KEY (number_hash, source_hash)
);

-- As `guess_charges`, of codes in text messages.
CREATE TABLE texted_charges (
    bucket BIGINT PRIMARY KEY,
    units BIGINT NOT NULL
);

-- Numbers that refused an agency: it does not invite them again.
CREATE TABLE agency_refusals (
    agency_id TEXT NOT NULL REFERENCES agencies (id) ON DELETE CASCADE,
    phone_hash BYTEA NOT NULL,
    PRIMARY KEY (agency_id, phone_hash)
);
INSERT INTO agency_refusals (agency_id, phone_hash) SELECT agency_id, phone_hash FROM agency_staff WHERE refused = 1;
