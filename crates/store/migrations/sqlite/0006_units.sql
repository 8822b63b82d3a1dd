-- Layout 6: the units that officers work at, and what they answer for.

CREATE TABLE units (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- nation, the code of a province, of a province and a commune (19/05710), or nowhere
    territory TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER
) STRICT;

-- Who was a health officer traced contacts. Their unit was any text: it becomes the code of a unit that answers for nothing,
-- so that nobody sees more than before, until somebody says what it is (`bluezone admin unit place`).
UPDATE officers SET role = 'provincial_cdc' WHERE role = 'health_officer';
INSERT INTO units (code, name, kind, territory, valid_from)
    SELECT unit, unit, 'provincial_cdc', 'nowhere', 0 FROM (SELECT unit FROM officers UNION SELECT unit FROM cases) AS known;
CREATE INDEX officers_by_unit ON officers (unit);
