-- Declarations lie in a partition a day, by when they arrived, like visits (script 29): what has had its time is dropped as a table.
-- A day is one of Vietnam's. That an identifier is there once over all days is what `declaration_handling`, which has a row of each, says.
-- Keep in step with ../sqlite/0039_days_of_declarations.sql: same tables and columns; indexes as they are said there.

-- All locks at once, in the order of those who write: before any work is done that is lost if somebody is in the way.
LOCK TABLE citizens, profiles, officers, vault_keys IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE declarations, declaration_handling, declaration_files IN ACCESS EXCLUSIVE MODE;

-- Each has its place in the inbox: by it a declaration's day is found. Those that are older than the inbox get theirs.
INSERT INTO declaration_handling (declaration_id, province, commune, form, score, rule, received_at, updated_at, version)
    SELECT id, COALESCE(province, '00'), commune, form, 0, 0, received_at, received_at, 1 FROM declarations d
    WHERE NOT EXISTS (SELECT 1 FROM declaration_handling WHERE declaration_id = d.id);
CREATE INDEX declaration_handling_by_age ON declaration_handling (received_at);

-- What is there becomes the first partition as it is: no row is copied, no index is built.
ALTER TABLE declaration_files DROP CONSTRAINT declaration_files_declaration_id_fkey;
ALTER TABLE declaration_handling DROP CONSTRAINT declaration_handling_declaration_id_fkey;
ALTER TABLE declarations RENAME TO declarations_before;
ALTER INDEX declarations_pkey RENAME TO declarations_before_pkey;
ALTER INDEX declarations_by_citizen RENAME TO declarations_before_by_citizen;
ALTER INDEX declarations_by_profile RENAME TO declarations_before_by_profile;
ALTER INDEX declarations_daily RENAME TO declarations_before_daily;
ALTER INDEX declarations_by_age RENAME TO declarations_before_by_age;
ALTER INDEX declarations_by_vault_key RENAME TO declarations_before_by_vault_key;

CREATE TABLE declarations (LIKE declarations_before INCLUDING STORAGE) PARTITION BY RANGE (received_at);
ALTER TABLE declarations ADD FOREIGN KEY (citizen_id) REFERENCES citizens (id) ON DELETE CASCADE;
ALTER TABLE declarations ADD FOREIGN KEY (profile_id) REFERENCES profiles (id) ON DELETE CASCADE;
ALTER TABLE declarations ADD FOREIGN KEY (entered_by) REFERENCES officers (id);
ALTER TABLE declarations ADD FOREIGN KEY (vault_key) REFERENCES vault_keys (number);
CREATE INDEX declarations_by_citizen ON declarations (citizen_id, received_at, id) WHERE citizen_id IS NOT NULL;
CREATE INDEX declarations_by_profile ON declarations (profile_id, received_at, id) WHERE profile_id IS NOT NULL;
CREATE INDEX declarations_by_vault_key ON declarations (vault_key);

-- It ends with the day of the last one. Midnight in Vietnam is 17:00 UTC.
DO $$
DECLARE
    ends BIGINT;
BEGIN
    SELECT (COALESCE(MAX(received_at), 0) + 25200) / 86400 * 86400 - 25200 + 86400 INTO ends FROM declarations_before;
    EXECUTE format('ALTER TABLE declarations ATTACH PARTITION declarations_before FOR VALUES FROM (MINVALUE) TO (%s)', ends);
END $$;
CREATE TABLE declarations_rest PARTITION OF declarations DEFAULT;

-- What each day has for itself (`days::DECLARATIONS`): an identifier is there once, and one declaration a day of each person. Who
-- declares of another day than the one that it is has the others looked at (`Store::accept_declaration`).
ALTER TABLE declarations_rest ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX declarations_rest_daily ON declarations_rest (profile_id, day) WHERE daily = 1;
CREATE INDEX declarations_rest_by_age ON declarations_rest (received_at);

-- Nothing can refer to a row of which only the day's table says that it is there once. What belongs to a declaration goes with it all
-- the same. A day that is dropped takes nothing along: that goes after it (`Store::purge`).
CREATE OR REPLACE FUNCTION bluezone_declaration_gone() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM declaration_handling WHERE declaration_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER declaration_gone AFTER DELETE ON declarations FOR EACH ROW EXECUTE FUNCTION bluezone_declaration_gone();
CREATE OR REPLACE FUNCTION bluezone_handling_gone() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM declaration_files WHERE declaration_id = OLD.declaration_id;
    RETURN NULL;
END $$;
CREATE TRIGGER handling_gone AFTER DELETE ON declaration_handling FOR EACH ROW EXECUTE FUNCTION bluezone_handling_gone();
