-- Declarations lie in a partition a day on PostgreSQL. A file of SQLite holds a province's, which are deleted row by row.
-- Keep in step with ../postgres/0039_days_of_declarations.sql: same tables and columns; indexes as they are said there.

-- Each has its place in the inbox: by it a declaration's day is found. Those that are older than the inbox get theirs.
INSERT INTO declaration_handling (declaration_id, province, commune, form, score, rule, received_at, updated_at, version)
    SELECT id, COALESCE(province, '00'), commune, form, 0, 0, received_at, received_at, 1 FROM declarations d
    WHERE NOT EXISTS (SELECT 1 FROM declaration_handling WHERE declaration_id = d.id);
