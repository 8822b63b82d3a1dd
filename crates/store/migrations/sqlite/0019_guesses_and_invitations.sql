-- Layout of script 19: wrong codes of text messages are counted by where they come from and spend a budget; who refused an agency stays told.
-- Keep in step with ../postgres/0019_guesses_and_invitations.sql: same tables, columns and indexes.

-- The code that was sent last to a number for a purpose, which `number_hash` names together. Codes live for an hour at most:
-- none is carried over.
DROP TABLE phone_codes;
CREATE TABLE phone_codes (
    number_hash BLOB PRIMARY KEY,
    code_hash BLOB NOT NULL,
    -- Whether it has nine digits instead of six.
    long INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX phone_codes_by_expiry ON phone_codes (expires_at);

-- Who typed it wrongly how often: everybody has tries of their own, so that nobody uses up another's.
CREATE TABLE phone_code_tries (
    number_hash BLOB NOT NULL REFERENCES phone_codes (number_hash) ON DELETE CASCADE,
    source_hash BLOB NOT NULL,
    wrong INTEGER NOT NULL,
    PRIMARY KEY (number_hash, source_hash)
) STRICT, WITHOUT ROWID;

-- As `guess_charges`, of codes in text messages.
CREATE TABLE texted_charges (
    bucket INTEGER PRIMARY KEY,
    units INTEGER NOT NULL
) STRICT;

-- Numbers that refused an agency: it does not invite them again.
CREATE TABLE agency_refusals (
    agency_id TEXT NOT NULL REFERENCES agencies (id) ON DELETE CASCADE,
    phone_hash BLOB NOT NULL,
    PRIMARY KEY (agency_id, phone_hash)
) STRICT, WITHOUT ROWID;
INSERT INTO agency_refusals (agency_id, phone_hash) SELECT agency_id, phone_hash FROM agency_staff WHERE refused = 1;
