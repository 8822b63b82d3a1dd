-- The oldest layout whose programs may work with this one. A change that takes something away raises it.
-- Keep in step with ../sqlite/0027_older_programs.sql.
ALTER TABLE layout ADD COLUMN oldest BIGINT NOT NULL DEFAULT 0;
