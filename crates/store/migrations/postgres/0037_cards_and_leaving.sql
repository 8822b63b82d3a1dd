-- Which profiles have no hashes of their cards yet, and since when somebody lets an agency see nothing more.
-- Keep in step with ../sqlite/0037_cards_and_leaving.sql: same tables, columns and indexes.

-- 0: from before script 33, to be looked through. The index is empty once they are.
ALTER TABLE profiles ADD COLUMN cards_version BIGINT NOT NULL DEFAULT 0;
CREATE INDEX profiles_without_cards ON profiles (id) WHERE cards_version = 0;

-- When a member took back the last of what they let be seen; not when somebody refused, or agreed to nothing: that looks like
-- silence.
ALTER TABLE agency_staff ADD COLUMN left_at BIGINT;
DROP INDEX agency_staff_open;
CREATE INDEX agency_staff_open ON agency_staff (invited_at) WHERE see_declared = 0 AND see_app = 0 AND left_at IS NULL;
CREATE INDEX agency_staff_left ON agency_staff (left_at) WHERE see_declared = 0 AND see_app = 0 AND left_at IS NOT NULL;
