-- That what is here was carried over to another database, or came from one. Until all of it has, nobody may use either.
-- Keep in step with ../sqlite/0028_moves.sql: same tables, columns and indexes.
CREATE TABLE moves (
    only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
    -- The same on both sides.
    id BYTEA NOT NULL,
    -- from, to
    side TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT
);
