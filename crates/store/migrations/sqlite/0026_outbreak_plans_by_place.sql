-- Plans are listed by what an officer sees: those of a province, those of a unit, from the newest on.
-- Keep in step with ../postgres/0026_outbreak_plans_by_place.sql: same tables, columns and indexes.

CREATE INDEX outbreak_plans_by_province ON outbreak_plans (province, created_at, id);
CREATE INDEX outbreak_plans_by_unit ON outbreak_plans (unit, created_at, id);
