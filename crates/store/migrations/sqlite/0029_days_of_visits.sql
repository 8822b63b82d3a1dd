-- Visits lie in a partition a day on PostgreSQL. A file of SQLite holds a province's, which are deleted row by row.
-- Keep in step with ../postgres/0029_days_of_visits.sql: same tables, columns and indexes.
SELECT 1;
