-- What each declaration writes that nobody reads. Visits are deleted by their age here, row by row: that index stays.
-- Keep in step with ../postgres/0036_less_writing.sql.

-- No statement asks for declarations by telephone or, since they have an inbox, by province and urgency.
DROP INDEX declarations_by_phone;
DROP INDEX declarations_by_province;
-- Hardly any is handed to a unit.
DROP INDEX declarations_waiting_by_assigned;
CREATE INDEX declarations_waiting_by_assigned ON declaration_handling (assigned, score, received_at, declaration_id)
    WHERE outcome IS NULL AND assigned IS NOT NULL;
