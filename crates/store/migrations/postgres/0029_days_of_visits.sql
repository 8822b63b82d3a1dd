-- Visits lie in a partition a day, so that what has had its time is dropped as a table, and not deleted row by row. A day is one
-- of Vietnam's, like that of `visitor_hash`. The partitions of the days to come are made by a job; what is of no such day goes to
-- `visits_rest`. Keep in step with ../sqlite/0029_days_of_visits.sql: same tables, columns and indexes.

-- What is there becomes the first partition as it is: no row is copied.
ALTER TABLE visits RENAME TO visits_before;
ALTER TABLE visits_before DROP CONSTRAINT visits_pkey;
ALTER INDEX visits_by_place RENAME TO visits_before_by_place;
ALTER INDEX visits_by_visitor RENAME TO visits_before_by_visitor;
ALTER INDEX visits_by_age RENAME TO visits_before_by_age;
ALTER INDEX visits_by_vault_key RENAME TO visits_before_by_vault_key;

-- That an identifier is there once is looked at for the days around (`Store::check_in`).
CREATE TABLE visits (LIKE visits_before, PRIMARY KEY (id, entered_at)) PARTITION BY RANGE (entered_at);
ALTER TABLE visits ADD FOREIGN KEY (place_id) REFERENCES places (id);
ALTER TABLE visits ADD FOREIGN KEY (vault_key) REFERENCES vault_keys (number);
CREATE INDEX visits_by_place ON visits (place_id, entered_at, id);
CREATE INDEX visits_by_visitor ON visits (visitor_hash, entered_at, id);
CREATE INDEX visits_by_age ON visits (entered_at);
CREATE INDEX visits_by_vault_key ON visits (vault_key);

-- It ends with the day of its last visit. Midnight in Vietnam is 17:00 UTC.
DO $$
DECLARE
    ends BIGINT;
BEGIN
    SELECT (COALESCE(MAX(entered_at), 0) + 25200) / 86400 * 86400 - 25200 + 86400 INTO ends FROM visits_before;
    EXECUTE format('ALTER TABLE visits ATTACH PARTITION visits_before FOR VALUES FROM (MINVALUE) TO (%s)', ends);
END $$;
CREATE TABLE visits_rest PARTITION OF visits DEFAULT;
