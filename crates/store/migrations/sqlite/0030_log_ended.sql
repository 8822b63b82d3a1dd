-- Layout of script 30: when an operator went on past a public log that the database can no longer continue; empty while it goes on.
-- Keep in step with ../postgres/0030_log_ended.sql: same tables, columns and indexes.
ALTER TABLE log_state ADD COLUMN ended_at INTEGER;
