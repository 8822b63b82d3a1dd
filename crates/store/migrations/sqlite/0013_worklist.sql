-- Layout 13: what is due, found in the order in which it is due: for a territory, for a unit, for the nation.
-- Keep in step with ../postgres/0013_worklist.sql: same indexes.

-- Each holds all that its list asks for, also what its rows have in common: the databases read nothing else then.

-- Cases that were not reported yet, in the order in which they were registered: that of their being due.
CREATE INDEX cases_unreported_by_province ON cases (province, created_at, id, commune, status, created_by, reported_at)
    WHERE reported_at IS NULL;
CREATE INDEX cases_unreported_by_assigned ON cases (assigned, created_at, id, status, created_by, reported_at)
    WHERE reported_at IS NULL;
CREATE INDEX cases_unreported ON cases (created_at, id, status, created_by, reported_at) WHERE reported_at IS NULL;

-- Contacts who are to be asked how they are.
DROP INDEX contacts_due;
CREATE INDEX contacts_due_by_province ON contacts (province, due_at, id, commune, class, created_by)
    WHERE due_at IS NOT NULL;
CREATE INDEX contacts_due_by_assigned ON contacts (assigned, due_at, id, class, created_by) WHERE due_at IS NOT NULL;
CREATE INDEX contacts_due ON contacts (due_at, id, class, created_by) WHERE due_at IS NOT NULL;

-- Contacts whose closeness no officer concluded.
CREATE INDEX contacts_unjudged_by_province
    ON contacts (province, created_at, id, commune, source, class, status, created_by, concluded) WHERE concluded = 0;
CREATE INDEX contacts_unjudged_by_assigned
    ON contacts (assigned, created_at, id, source, class, status, created_by, concluded) WHERE concluded = 0;
CREATE INDEX contacts_unjudged ON contacts (created_at, id, source, class, status, created_by, concluded) WHERE concluded = 0;

CREATE INDEX uploads_sealed ON uploads (unit, received_at, hash) WHERE opening IS NULL;
CREATE INDEX release_requests_unsigned ON release_requests (unit, expires_at, hash) WHERE entry IS NULL;

-- By age, those of one moment in order too.
DROP INDEX uploads_by_age;
CREATE INDEX uploads_by_age ON uploads (received_at, hash);
