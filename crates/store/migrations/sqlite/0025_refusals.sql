-- Layout of script 25: whoever refused agencies sees which, and may take it back.
-- Keep in step with ../postgres/0025_refusals.sql: same tables, columns and indexes.

CREATE INDEX agency_refusals_by_phone ON agency_refusals (phone_hash, agency_id);
