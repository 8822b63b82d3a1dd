-- Of which uploads a comparison was made: it goes when one of them is taken back. When an upload's time is over the comparison
-- stays, as part of the contact's record.
CREATE TABLE contact_evidence_uploads (
    upload BYTEA NOT NULL REFERENCES uploads (hash) ON DELETE CASCADE,
    evidence_id TEXT NOT NULL REFERENCES contact_evidence (id) ON DELETE CASCADE,
    PRIMARY KEY (upload, evidence_id)
);
CREATE INDEX contact_evidence_uploads_by_evidence ON contact_evidence_uploads (evidence_id);
