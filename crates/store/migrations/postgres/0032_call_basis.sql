-- Layout of script 32: on which basis whoever declared was called. Without their consent it takes one.
-- Keep in step with ../sqlite/0032_call_basis.sql: same tables, columns and indexes.

ALTER TABLE declaration_handling ADD COLUMN call_basis TEXT;
