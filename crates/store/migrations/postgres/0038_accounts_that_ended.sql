-- Who deletes their account leaves the lists of agencies. Those who did before this script let nothing be seen, like anybody who
-- never answered, and leave as these do.
-- Keep in step with ../sqlite/0038_accounts_that_ended.sql: same tables, columns and indexes.

UPDATE agency_staff SET see_declared = 0, see_app = 0 WHERE citizen_id IS NULL AND (see_declared <> 0 OR see_app <> 0);
