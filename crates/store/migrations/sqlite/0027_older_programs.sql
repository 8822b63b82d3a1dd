-- The oldest layout whose programs may work with this one. A change that takes something away raises it.
-- Keep in step with ../postgres/0027_older_programs.sql.
ALTER TABLE layout ADD COLUMN oldest INTEGER NOT NULL DEFAULT 0;
