-- Layout 8: contacts, their evaluation sheets, history and evidence. Nothing here tells who a person is.
-- Keep in step with ../postgres/0008_contacts.sql: same tables, columns and indexes.

CREATE TABLE contacts (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES persons (id),
    case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    -- Missing: the case itself.
    origin_contact TEXT REFERENCES contacts (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    relation TEXT NOT NULL,
    legal_basis TEXT NOT NULL,
    closeness TEXT NOT NULL,
    concluded INTEGER NOT NULL,
    rule_version INTEGER NOT NULL,
    -- Follows from closeness and origin; kept so that lists can be filtered by it.
    class TEXT NOT NULL,
    became_case TEXT REFERENCES cases (id) ON DELETE SET NULL,
    status TEXT NOT NULL,
    last_exposure INTEGER NOT NULL,
    asked_at INTEGER,
    due_at INTEGER,
    province TEXT NOT NULL,
    commune TEXT,
    assigned TEXT,
    version INTEGER NOT NULL,
    created_by TEXT NOT NULL REFERENCES officers (id),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (case_id, number)
) STRICT;
-- Whole enough that a filter is decided in the index.
CREATE INDEX contacts_by_province ON contacts (province, created_at, id, class, source, status, assigned);
CREATE INDEX contacts_by_commune ON contacts (province, commune, created_at, id, class, source, status, assigned);
CREATE INDEX contacts_by_assigned ON contacts (assigned, created_at, id, class, source, status);
CREATE INDEX contacts_by_age ON contacts (created_at, id, class, source, status, assigned);
CREATE INDEX contacts_by_origin ON contacts (origin_contact) WHERE origin_contact IS NOT NULL;
CREATE INDEX contacts_by_became ON contacts (became_case) WHERE became_case IS NOT NULL;
CREATE INDEX contacts_by_person ON contacts (person_id);
CREATE INDEX contacts_due ON contacts (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE contact_sheets (
    contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    -- declared, investigated
    side TEXT NOT NULL,
    distance TEXT,
    minutes INTEGER,
    masks TEXT,
    space TEXT,
    last_contact INTEGER,
    by_officer TEXT NOT NULL REFERENCES officers (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (contact_id, side)
) STRICT, WITHOUT ROWID;

-- Many changes that are taken back as one.
CREATE TABLE contact_batches (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    by_officer TEXT NOT NULL REFERENCES officers (id),
    -- What takes it back, as JSON; missing for a change of units, whose rows say it.
    undo TEXT,
    undone_at INTEGER
) STRICT;
CREATE INDEX contact_batches_by_age ON contact_batches (at);

-- `id` is the contact's, a slash and the number of the change.
CREATE TABLE contact_changes (
    id TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    by_officer TEXT NOT NULL REFERENCES officers (id),
    what TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    -- An officer's words, sealed.
    reason BLOB,
    vault_key INTEGER REFERENCES vault_keys (number),
    batch_id TEXT REFERENCES contact_batches (id) ON DELETE SET NULL,
    UNIQUE (contact_id, number)
) STRICT;
CREATE INDEX contact_changes_by_batch ON contact_changes (batch_id, contact_id) WHERE batch_id IS NOT NULL;
CREATE INDEX contact_changes_by_vault_key ON contact_changes (vault_key);

-- What two phones' histories said together. `id` is the contact's, a slash and the time.
CREATE TABLE contact_evidence (
    id TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    -- Minutes that both recorded, and of a thousand how likely it was a contact.
    minutes INTEGER NOT NULL,
    likely_permille INTEGER NOT NULL,
    -- The encounters, sealed.
    details BLOB NOT NULL,
    vault_key INTEGER NOT NULL REFERENCES vault_keys (number)
) STRICT;
CREATE INDEX contact_evidence_by_contact ON contact_evidence (contact_id, at);
CREATE INDEX contact_evidence_by_vault_key ON contact_evidence (vault_key);
