-- That what is here was carried over to another database, or came from one. Until all of it has, nobody may use either.
-- Keep in step with ../postgres/0028_moves.sql: same tables, columns and indexes.
CREATE TABLE moves (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    -- The same on both sides.
    id BLOB NOT NULL,
    -- from, to
    side TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
