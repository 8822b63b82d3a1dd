-- Layout 2: which master key this database was made with.

-- One row: a value sealed with the master key. A server with another key must not touch anything.
CREATE TABLE master_key (
    only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
    proof BYTEA NOT NULL
);
