-- The promise: entries of the transparency log, the private audit, what phones send by consent, requests for a history.

-- An entry has its number from the transaction that caused it; the log's files follow.
CREATE TABLE log_entries (
    number INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- One row: the log's key, and how far its jobs have come.
CREATE TABLE log_state (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    verifier TEXT NOT NULL,
    key_sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    -- When entries were last put into the files, and when a checkpoint of how many entries was last published.
    batch_at INTEGER NOT NULL,
    published_at INTEGER NOT NULL,
    published_size INTEGER NOT NULL,
    -- Links of the audit whose head stands in the log.
    anchored INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    officer_id TEXT NOT NULL,
    unit TEXT NOT NULL,
    action TEXT NOT NULL,
    what TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX audit_by_officer ON audit (officer_id, number);
CREATE INDEX audit_by_unit ON audit (unit, number);

-- Keys that phones seal to. The newest of a unit is in the units file, once the entry that names it is in the log; older
-- ones still open what was sealed to them.
CREATE TABLE unit_keys (
    public BLOB PRIMARY KEY,
    unit TEXT NOT NULL,
    name TEXT NOT NULL,
    private_sealed BLOB NOT NULL,
    entry INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE uploads (
    hash BLOB PRIMARY KEY,
    bytes BLOB NOT NULL,
    unit TEXT NOT NULL,
    -- Hash of the statement that it answers.
    request BLOB,
    -- Whose it is, if a code said so.
    case_id TEXT,
    withdrawal BLOB,
    received_at INTEGER NOT NULL,
    -- Number of the log entry that says it is opened, and why it could not be.
    opening INTEGER,
    problem TEXT,
    opened_at INTEGER,
    opened_sealed BLOB
) STRICT;
CREATE INDEX uploads_by_unit ON uploads (unit, received_at);
CREATE INDEX uploads_by_case ON uploads (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX uploads_by_request ON uploads (request) WHERE request IS NOT NULL;
CREATE INDEX uploads_by_withdrawal ON uploads (withdrawal) WHERE withdrawal IS NOT NULL;
CREATE INDEX uploads_by_age ON uploads (received_at);
CREATE INDEX uploads_waiting ON uploads (opening) WHERE opening IS NOT NULL AND opened_at IS NULL AND problem IS NULL;

-- Where requests reach a phone: of a case, or of who sent an upload.
CREATE TABLE mailboxes (
    request_key BLOB PRIMARY KEY,
    handle_sealed BLOB NOT NULL,
    unit TEXT NOT NULL,
    case_id TEXT,
    upload BLOB,
    withdrawal BLOB,
    received_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mailboxes_by_case ON mailboxes (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX mailboxes_by_upload ON mailboxes (upload) WHERE upload IS NOT NULL;
CREATE INDEX mailboxes_by_withdrawal ON mailboxes (withdrawal) WHERE withdrawal IS NOT NULL;
CREATE INDEX mailboxes_by_age ON mailboxes (received_at);

-- Hashes of secrets by which something can be, or was, taken back: a copy of it that comes later is not stored.
CREATE TABLE withdrawals (
    hash BLOB PRIMARY KEY,
    at INTEGER NOT NULL,
    taken_back INTEGER NOT NULL
) STRICT;
CREATE INDEX withdrawals_by_age ON withdrawals (at);

-- A statement waits for its first signature, then its second, then has an entry in the log.
CREATE TABLE release_requests (
    hash BLOB PRIMARY KEY,
    statement TEXT NOT NULL,
    unit TEXT NOT NULL,
    mailbox BLOB NOT NULL,
    details_sealed BLOB NOT NULL,
    made_by TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    first_by TEXT,
    first_signature TEXT,
    second_by TEXT,
    entry INTEGER
) STRICT;
CREATE INDEX release_requests_by_unit ON release_requests (unit, made_at);
CREATE INDEX release_requests_by_mailbox ON release_requests (mailbox);
CREATE INDEX release_requests_by_expiry ON release_requests (expires_at);

-- Passkeys by which officers sign. In the log once `entry` says where.
CREATE TABLE officer_keys (
    id BLOB PRIMARY KEY,
    officer_id TEXT NOT NULL,
    credential BLOB NOT NULL,
    change TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    first_by TEXT,
    first_signature TEXT,
    second_by TEXT,
    entry INTEGER,
    revoked INTEGER
) STRICT;
CREATE INDEX officer_keys_by_officer ON officer_keys (officer_id);
