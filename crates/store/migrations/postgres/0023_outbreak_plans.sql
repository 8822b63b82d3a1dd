-- Layout of script 23: plans for an outbreak.
-- Keep in step with ../sqlite/0023_outbreak_plans.sql: same tables, columns and indexes.

-- `terms` is what was asked, as JSON. Nothing here is about anybody.
CREATE TABLE outbreak_plans (
    id TEXT PRIMARY KEY,
    province TEXT NOT NULL,
    unit TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES officers (id),
    created_at BIGINT NOT NULL,
    terms TEXT NOT NULL,
    state TEXT NOT NULL,
    runs_done BIGINT NOT NULL DEFAULT 0,
    runs_found BIGINT NOT NULL DEFAULT 0,
    runs BIGINT NOT NULL DEFAULT 0,
    started_at BIGINT,
    ended_at BIGINT
);
CREATE INDEX outbreak_plans_by_age ON outbreak_plans (created_at, id);
CREATE INDEX outbreak_plans_open ON outbreak_plans (created_at, id) WHERE state IN ('waiting', 'running');
CREATE INDEX outbreak_plans_open_of_unit ON outbreak_plans (unit) WHERE state IN ('waiting', 'running');

-- The report and the tables of one that is done.
CREATE TABLE outbreak_plan_files (
    plan_id TEXT NOT NULL REFERENCES outbreak_plans (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (plan_id, name)
);
