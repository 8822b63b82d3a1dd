-- Layout 9: zones (khoanh vùng). What was decided about a zone is added, never written over.
CREATE TABLE zones (
    id TEXT PRIMARY KEY,
    province TEXT NOT NULL,
    commune TEXT NOT NULL,
    -- The places of a part, in words; empty: the whole commune.
    places TEXT NOT NULL,
    -- Corners of the part, "latitude, longitude" a line; empty: not drawn.
    outline TEXT NOT NULL
);
CREATE INDEX zones_by_place ON zones (province, commune);

CREATE TABLE zone_changes (
    zone_id TEXT NOT NULL REFERENCES zones (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    by_officer TEXT NOT NULL REFERENCES officers (id),
    -- 0: lifted, and then until_at is from_at.
    level BIGINT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    decision TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (zone_id, number)
);
CREATE INDEX zone_changes_by_end ON zone_changes (until_at, zone_id);
