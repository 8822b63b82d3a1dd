-- Layout of script 23: plans for an outbreak.
-- Keep in step with ../postgres/0023_outbreak_plans.sql: same tables, columns and indexes.

-- `terms` is what was asked, as JSON. Nothing here is about anybody.
CREATE TABLE outbreak_plans (
    id TEXT PRIMARY KEY,
    province TEXT NOT NULL,
    unit TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES officers (id),
    created_at INTEGER NOT NULL,
    terms TEXT NOT NULL,
    state TEXT NOT NULL,
    runs_done INTEGER NOT NULL DEFAULT 0,
    runs_found INTEGER NOT NULL DEFAULT 0,
    runs INTEGER NOT NULL DEFAULT 0,
    started_at INTEGER,
    ended_at INTEGER
) STRICT;
CREATE INDEX outbreak_plans_by_age ON outbreak_plans (created_at, id);
CREATE INDEX outbreak_plans_open ON outbreak_plans (created_at, id) WHERE state IN ('waiting', 'running');
CREATE INDEX outbreak_plans_open_of_unit ON outbreak_plans (unit) WHERE state IN ('waiting', 'running');

-- The report and the tables of one that is done.
CREATE TABLE outbreak_plan_files (
    plan_id TEXT NOT NULL REFERENCES outbreak_plans (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (plan_id, name)
) STRICT;
