-- Of which uploads a comparison was made, and by what each can be taken back: the comparison goes with it, also when the upload itself
-- is no longer kept. No reference to uploads: when an upload's time is over the comparison stays, as part of the contact's record.
CREATE TABLE contact_evidence_uploads (
    evidence_id TEXT NOT NULL REFERENCES contact_evidence (id) ON DELETE CASCADE,
    upload BLOB NOT NULL,
    withdrawal BLOB,
    PRIMARY KEY (evidence_id, upload)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_evidence_by_withdrawal ON contact_evidence_uploads (withdrawal) WHERE withdrawal IS NOT NULL;
