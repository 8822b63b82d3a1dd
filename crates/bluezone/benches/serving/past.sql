-- What a hundredth of a nation left behind, for `-- peak`: a million people; 14 days of 500,000 visits, and half of today's; 45 days of
-- 100,000 declarations in the inbox, and half of today's whole. Rows are as long as the program's, and their content is as random.
-- In the days before the installation, too, each day of visits is a table.
SET session_replication_role = replica;
SET max_parallel_workers_per_gather = 0;

CREATE EXTENSION pgcrypto;

DO $past$
DECLARE
    midnight bigint := extract(epoch FROM date_trunc('day', now() AT TIME ZONE 'Asia/Ho_Chi_Minh') AT TIME ZONE 'Asia/Ho_Chi_Minh');
    day bigint;
    start bigint;
    many int;
    places text[] := (SELECT array_agg(id) FROM places);
BEGIN
    INSERT INTO citizens SELECT md5('c' || n), gen_random_bytes(186), 1, sha256(int8send(n)), midnight, midnight
        FROM generate_series(1, 1000000) AS n;
    INSERT INTO profiles (id, citizen_id, own, person, vault_key, card, created_at, updated_at, qid_hash, cards_version)
        SELECT md5('p' || n), md5('c' || n), 1, gen_random_bytes(284), 1, gen_random_bytes(16), midnight, midnight,
            sha256(int8send(-n)), 1 FROM generate_series(1, 1000000) AS n;

    ALTER TABLE visits DETACH PARTITION visits_before;
    EXECUTE format('ALTER TABLE visits ATTACH PARTITION visits_before FOR VALUES FROM (MINVALUE) TO (%s)', midnight - 14 * 86400);
    FOR day IN -14..0 LOOP
        start := midnight + day * 86400;
        many := CASE WHEN day = 0 THEN 250000 ELSE 500000 END;
        IF day < 0 THEN
            EXECUTE format('CREATE TABLE visits_day_%s PARTITION OF visits FOR VALUES FROM (%s) TO (%s)',
                (start + 25200) / 86400, start, start + 86400);
        END IF;
        INSERT INTO visits SELECT md5('v' || day || ' ' || n), places[1 + n % array_length(places, 1)],
            sha256(int8send(day * 1000000 + n / 2)), start + n % 60000, start + n % 60000 + 3600, 'dwell', 'scan', 0,
            gen_random_bytes(220), 1, start + n % 60000 FROM generate_series(1, many) AS n;
    END LOOP;

    FOR day IN -45..0 LOOP
        start := midnight + day * 86400;
        many := CASE WHEN day = 0 THEN 50000 ELSE 100000 END;
        INSERT INTO declaration_handling (declaration_id, province, commune, form, score, rule, received_at, name_hash, updated_at,
            version, outcome)
            SELECT md5('d' || day || ' ' || n), '19', '05443', 'toan-dan', n % 10, 1, start + n % 60000,
            sha256(int8send(day * 1000000 + n)), start, 1, CASE WHEN day < 0 THEN 'no_action' END FROM generate_series(1, many) AS n;
    END LOOP;
    INSERT INTO declarations (id, citizen_id, profile_id, form, day, daily, authored_at, received_at, late, province, commune, urgency,
        phone_hash, content, vault_key)
        SELECT md5('d0 ' || n), md5('c' || n), md5('p' || n), 'toan-dan|1.0.0', to_char(to_timestamp(midnight + 25200), 'YYYY-MM-DD'), 1,
            midnight + n, midnight + n, 0, '19', '05443', 'none', sha256(int8send(n)), noise, 1
        FROM generate_series(1, 50000) AS n,
            LATERAL (SELECT string_agg(gen_random_bytes(896), '') AS noise FROM generate_series(1, 5) WHERE n > 0) AS content;
END
$past$;

RESET session_replication_role;
VACUUM ANALYZE;
CHECKPOINT;
