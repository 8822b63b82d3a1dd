-- What each check-in and each declaration writes that nobody reads. Programs of the layouts before go on without it.
-- Keep in step with ../sqlite/0036_less_writing.sql: same tables and columns; indexes of visits by age as they are said there.

-- A day of visits goes as a table: no row of it is looked for by its age. Only what lies in no day is. (An index of a partitioned table
-- cannot be taken from some of its partitions.)
DROP INDEX visits_by_age;
CREATE INDEX visits_before_by_age ON visits_before (entered_at);
CREATE INDEX visits_rest_by_age ON visits_rest (entered_at);

-- A visit that ends is written anew: with room on its page no index has to learn of it. Days that are made later have it from the
-- beginning (`visits::days`).
DO $$
DECLARE
    day REGCLASS;
BEGIN
    FOR day IN SELECT inhrelid FROM pg_inherits WHERE inhparent = CAST('visits' AS REGCLASS) LOOP
        EXECUTE format('ALTER TABLE %s SET (fillfactor = 85)', day);
    END LOOP;
END $$;

-- No statement asks for declarations by telephone or, since they have an inbox, by province and urgency.
DROP INDEX declarations_by_phone;
DROP INDEX declarations_by_province;
-- Hardly any is handed to a unit.
DROP INDEX declarations_waiting_by_assigned;
CREATE INDEX declarations_waiting_by_assigned ON declaration_handling (assigned, score, received_at, declaration_id)
    WHERE outcome IS NULL AND assigned IS NOT NULL;

-- Sealed bytes do not get smaller: no attempt is made.
ALTER TABLE declarations ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE declaration_files ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE waiting_declarations ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE signals ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE signal_photos ALTER COLUMN photo SET STORAGE EXTERNAL;
ALTER TABLE line_list_uploads ALTER COLUMN content SET STORAGE EXTERNAL;
