-- Layout of script 33: one declaration a day whatever the version of its form; who waits for a code, by their number; whom a card
-- that a place scanned may be of.
-- Keep in step with ../postgres/0033_declarations.sql: same tables, columns and indexes.

-- Only one form is sent once a day; of two that two versions of it let pass, the one that came first stays.
UPDATE declarations SET daily = 0 WHERE daily = 1 AND EXISTS (SELECT 1 FROM declarations o WHERE o.profile_id = declarations.profile_id
    AND o.day = declarations.day AND o.daily = 1 AND (o.received_at < declarations.received_at
    OR (o.received_at = declarations.received_at AND o.id < declarations.id)));
DROP INDEX declarations_daily;
CREATE UNIQUE INDEX declarations_daily ON declarations (profile_id, day) WHERE daily = 1;

-- Keyed hash of the number that the code goes to: only a few wait for each.
ALTER TABLE waiting_declarations ADD COLUMN number_hash BLOB;
CREATE INDEX waiting_declarations_by_number ON waiting_declarations (number_hash, expires_at) WHERE number_hash IS NOT NULL;

-- Keyed hashes of what cards of this person say: the number of the identity card, of the health insurance card, the identifier of
-- the national format, each with name and year of birth. Written when the profile is.
ALTER TABLE profiles ADD COLUMN card_hash BLOB;
ALTER TABLE profiles ADD COLUMN insurance_hash BLOB;
ALTER TABLE profiles ADD COLUMN qid_hash BLOB;
CREATE INDEX profiles_by_card_hash ON profiles (card_hash) WHERE card_hash IS NOT NULL;
CREATE INDEX profiles_by_insurance_hash ON profiles (insurance_hash) WHERE insurance_hash IS NOT NULL;
CREATE INDEX profiles_by_qid_hash ON profiles (qid_hash) WHERE qid_hash IS NOT NULL;

-- Who let nothing be seen leaves an agency's list as who never answered does.
DROP INDEX agency_staff_unanswered;
CREATE INDEX agency_staff_open ON agency_staff (invited_at) WHERE see_declared = 0 AND see_app = 0;
