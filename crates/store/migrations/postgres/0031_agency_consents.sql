-- Layout of script 31: what somebody lets an agency see is a consent, kept like the others with its wording, time and channel.
-- Keep in step with ../sqlite/0031_agency_consents.sql: same tables, columns and indexes.

-- Not a reference: the evidence outlives the agency.
ALTER TABLE consents ADD COLUMN agency_id TEXT;
CREATE INDEX consents_by_agency ON consents (agency_id, citizen_id) WHERE agency_id IS NOT NULL AND withdrawn_at IS NULL;

-- Of what was let be seen before, nothing shows which words were agreed to: everybody is asked anew.
UPDATE agency_staff SET see_declared = 0, see_app = 0;
