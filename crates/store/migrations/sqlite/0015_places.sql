-- Layout 15: places and vehicles, who controls them, and who visited when.
-- Keep in step with ../postgres/0015_places.sql: same tables, columns and indexes.

-- `id` is the place's code of nine digits. `details` is sealed: name, address, who registered it.
CREATE TABLE places (
    id TEXT PRIMARY KEY,
    owner TEXT REFERENCES citizens (id) ON DELETE SET NULL,
    kind TEXT NOT NULL,
    details BLOB NOT NULL,
    vault_key INTEGER NOT NULL REFERENCES vault_keys (number),
    province TEXT NOT NULL,
    commune TEXT,
    capacity INTEGER,
    dwell_minutes INTEGER NOT NULL,
    edition INTEGER NOT NULL,
    -- The number of the last delegate.
    delegates INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    closed_at INTEGER
) STRICT;
CREATE INDEX places_by_owner ON places (owner, created_at, id);
CREATE INDEX places_by_commune ON places (province, commune, id);
CREATE INDEX places_closed ON places (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX places_by_vault_key ON places (vault_key);

-- `id` is the place's, a slash and the number. Whoever confirmed the telephone of that hash may control.
CREATE TABLE place_delegates (
    id TEXT PRIMARY KEY,
    place_id TEXT NOT NULL REFERENCES places (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    phone BLOB NOT NULL,
    vault_key INTEGER NOT NULL REFERENCES vault_keys (number),
    phone_hash BLOB NOT NULL,
    since INTEGER NOT NULL,
    UNIQUE (place_id, phone_hash)
) STRICT;
CREATE INDEX place_delegates_by_place ON place_delegates (place_id, number);
CREATE INDEX place_delegates_by_phone ON place_delegates (phone_hash, place_id);
CREATE INDEX place_delegates_by_vault_key ON place_delegates (vault_key);

-- Who it was stands sealed in `details`. `visitor_hash` finds the visits of one person on one day; on another day the same
-- person has another one, so that a copy of the database links nobody's days.
CREATE TABLE visits (
    id TEXT PRIMARY KEY,
    place_id TEXT NOT NULL REFERENCES places (id),
    visitor_hash BLOB NOT NULL,
    entered_at INTEGER NOT NULL,
    -- Always there: told, or by the rule of the stay.
    ends_at INTEGER NOT NULL,
    ending TEXT NOT NULL,
    entry TEXT NOT NULL,
    suspicions INTEGER NOT NULL,
    details BLOB NOT NULL,
    vault_key INTEGER NOT NULL REFERENCES vault_keys (number),
    recorded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX visits_by_place ON visits (place_id, entered_at, id);
CREATE INDEX visits_by_visitor ON visits (visitor_hash, entered_at, id);
CREATE INDEX visits_by_age ON visits (entered_at);
CREATE INDEX visits_by_vault_key ON visits (vault_key);
