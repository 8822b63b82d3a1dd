-- Layout 5: cases that nobody changes any more are deleted.
CREATE INDEX cases_by_change ON cases (updated_at);
