-- Layout 6: the units that officers work at and what they answer for, further ways to sign in, second persons.

CREATE TABLE units (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- nation, the code of a province, of a province and a commune (19/05710), or nowhere
    territory TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT
);

-- Who was a health officer traced contacts. Their unit was any text: it becomes the code of a unit that answers for nothing,
-- so that nobody sees more than before, until somebody says what it is (`bluezone admin unit place`).
UPDATE officers SET role = 'provincial_cdc' WHERE role = 'health_officer';
INSERT INTO units (code, name, kind, territory, valid_from)
    SELECT unit, unit, 'provincial_cdc', 'nowhere', 0 FROM (SELECT unit FROM officers UNION SELECT unit FROM cases) AS known;
CREATE INDEX officers_by_unit ON officers (unit);

-- How a session began (password, passkey, sign_on) and in what browser, for the officer's own list.
ALTER TABLE sessions ADD COLUMN method TEXT NOT NULL DEFAULT 'password';
ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';

-- Wrong sign-ins from a browser in which the officer had signed in before count here, not with the account.
CREATE TABLE known_browsers (
    browser_hash BYTEA NOT NULL,
    officer_id TEXT NOT NULL REFERENCES officers (id),
    failures BIGINT NOT NULL,
    locked_until BIGINT,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (browser_hash, officer_id)
);
CREATE INDEX known_browsers_by_officer ON known_browsers (officer_id);
CREATE INDEX known_browsers_by_age ON known_browsers (seen_at);

CREATE TABLE passkeys (
    credential_id BYTEA PRIMARY KEY,
    officer_id TEXT NOT NULL REFERENCES officers (id),
    name TEXT NOT NULL,
    -- Compressed P-256 point.
    public_key BYTEA NOT NULL,
    -- What an answer of the passkey is checked against, JSON.
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX passkeys_by_officer ON passkeys (officer_id, created_at, credential_id);

-- Accounts at a province's own sign-on.
CREATE TABLE sign_on_links (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    officer_id TEXT NOT NULL REFERENCES officers (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX sign_on_links_by_officer ON sign_on_links (officer_id);

-- What the server must remember between the two halves of signing in with a passkey or elsewhere. Used once.
CREATE TABLE ceremonies (
    ticket_hash BYTEA PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ceremonies_by_expiry ON ceremonies (expires_at);

-- What one officer asked for and another must approve before it happens.
CREATE TABLE approvals (
    id TEXT PRIMARY KEY,
    -- What exactly, JSON, and its SHA-256: what was looked at is what is approved.
    change TEXT NOT NULL,
    change_hash BYTEA NOT NULL,
    asked_by TEXT NOT NULL REFERENCES officers (id),
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_by TEXT REFERENCES officers (id),
    decided_at BIGINT,
    approved BIGINT
);
CREATE INDEX approvals_waiting ON approvals (expires_at) WHERE decided_at IS NULL;
