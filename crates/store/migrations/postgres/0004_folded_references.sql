-- Layout 4: the reference in small letters, as this program makes them: databases differ in what LOWER does beyond ASCII.
-- References from before keep what this database's LOWER leaves large.
ALTER TABLE cases ADD COLUMN reference_folded TEXT NOT NULL DEFAULT '';
UPDATE cases SET reference_folded = LOWER(reference);
