-- The audit: one hash chain a court, written in the transaction of the fact it tells of.

CREATE SEQUENCE audit_nth;

CREATE TABLE audit (
    unit_id bigint NOT NULL,
    seq bigint NOT NULL,
    -- The order over all chains. Clocks jump; this doesn't.
    nth bigint NOT NULL DEFAULT 0,
    at timestamptz NOT NULL,
    staff_id bigint NOT NULL,
    grant_id bigint NOT NULL,
    -- For whom, where someone stood in for another (代理).
    on_behalf_of bigint,
    -- The beginning of the hash of the session's token, never the token; empty for what the clock
    -- and the command line start.
    session text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    verb text NOT NULL,
    outcome text NOT NULL DEFAULT 'done',
    case_id bigint,
    -- Ids, codes and field names only; never names, numbers or texts of petitioners.
    object text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    fields text NOT NULL DEFAULT '',
    detail text NOT NULL DEFAULT '',
    -- The numbers of the cases and visits that a list showed, with blanks between them.
    shown text NOT NULL DEFAULT '',
    -- Keyed hashes of a record as it was and as it became.
    before_digest bytea,
    after_digest bytea,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_pkey PRIMARY KEY (unit_id, seq),
    CONSTRAINT audit_nth_key UNIQUE (nth),
    CONSTRAINT audit_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT audit_verb_check CHECK (verb ~ '^[a-z_]+\.[a-z_]+$'),
    CONSTRAINT audit_outcome_check CHECK (outcome IN ('done', 'refused', 'failed')),
    -- What stands between the parts of the text that is hashed stands in none of them.
    CONSTRAINT audit_text_check CHECK (
        strpos(session || address || object || reason || fields || detail || shown, E'\x1f') = 0)
);
CREATE INDEX audit_case_idx ON audit (case_id, nth) WHERE case_id IS NOT NULL;
CREATE INDEX audit_visit_idx ON audit (object) 
    WHERE verb LIKE 'visit.%' OR verb LIKE 'petitioner.%' OR verb LIKE 'material.%' OR verb LIKE 'import.%';
CREATE INDEX audit_password_idx ON audit (object) WHERE verb = 'password.set';
CREATE INDEX audit_staff_idx ON audit (staff_id, at);
CREATE INDEX audit_shown_idx ON audit USING gin (string_to_array(shown, ' ')) WHERE shown <> '';
CREATE INDEX audit_at_idx ON audit USING brin (at);

-- The head of each chain: what the next entry hangs on.
CREATE TABLE audit_head (
    unit_id bigint NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_head_pkey PRIMARY KEY (unit_id),
    CONSTRAINT audit_head_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id)
);

-- What is hashed, spelt out so that `anjie verify audit` can say it again.
CREATE FUNCTION audit_text(entry audit) RETURNS text LANGUAGE sql STABLE SET search_path = public
    RETURN concat_ws(E'\x1f', entry.unit_id, entry.seq, entry.nth,
        to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        entry.staff_id, entry.grant_id, coalesce(entry.on_behalf_of::text, ''), entry.session, entry.address,
        entry.verb, entry.outcome,
        coalesce(entry.case_id::text, ''), entry.object, entry.reason, entry.fields, entry.detail, entry.shown,
        coalesce(encode(entry.before_digest, 'hex'), ''), coalesce(encode(entry.after_digest, 'hex'), ''),
        encode(entry.previous_hash, 'hex'));

-- The first byte says how the others were made: 1 is SHA-256, without a key.
CREATE FUNCTION audit_hash(entry audit) RETURNS bytea LANGUAGE sql STABLE SET search_path = public
    RETURN '\x01'::bytea || sha256(convert_to(audit_text(entry), 'UTF8'));

-- Fills who, from where, place and hash; whoever inserts can choose none of them. The chain is that
-- of the court in which the act was done.
CREATE FUNCTION audit_chain() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    head audit_head;
BEGIN
    NEW.staff_id := coalesce(asking_staff(), NEW.staff_id);
    NEW.grant_id := coalesce(asking_grant(), NEW.grant_id);
    NEW.session := coalesce(nullif(current_setting('app.session', true), ''), NEW.session);
    NEW.address := coalesce(nullif(current_setting('app.address', true), ''), NEW.address);
    SELECT court_of(g.unit_id), p.staff_id INTO NEW.unit_id, NEW.on_behalf_of
    FROM role_grant g LEFT JOIN role_grant p ON p.id = g.stands_in_for WHERE g.id = NEW.grant_id;
    INSERT INTO audit_head (unit_id, seq, hash) VALUES (NEW.unit_id, 0, '\x00')
    ON CONFLICT ON CONSTRAINT audit_head_pkey DO NOTHING;
    SELECT * INTO STRICT head FROM audit_head WHERE unit_id = NEW.unit_id FOR UPDATE;
    NEW.seq := head.seq + 1;
    NEW.nth := nextval('audit_nth');
    NEW.previous_hash := head.hash;
    NEW.hash := audit_hash(NEW);
    UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE unit_id = NEW.unit_id;
    RETURN NEW;
END
$$;

CREATE TRIGGER audit_chain BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_chain();

-- Read by the auditor, the inspection and the jobs that check it; the bureau reads what it did
-- itself (privacy.md 8.4 of the domain book). Everyone adds, in their own name alone.
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_reach ON audit FOR SELECT TO app_user USING (
    (SELECT asking_role()) IN ('auditor', 'inspection', 'job')
    OR (SELECT asking_role()) IN ('bureau', 'bureau_head') AND staff_id = (SELECT asking_staff()));
CREATE POLICY audit_addition ON audit FOR INSERT TO app_user
    WITH CHECK (staff_id = (SELECT asking_staff()) AND grant_id = (SELECT asking_grant()));
DO $$ BEGIN
    EXECUTE format('CREATE POLICY audit_owner ON audit TO %I USING (true)', current_user);
END $$;
CALL lay_wall('audit_head', '(SELECT asking_role()) IN (''auditor'', ''inspection'', ''job'')');
GRANT SELECT, INSERT ON audit TO app_user;
GRANT SELECT ON audit_head TO app_user;

-- An entry beside what is read, in the statement that reads it.
CREATE FUNCTION audit_note(of_verb text, of_case bigint, of_object text, which text, more text, listed text,
                           moment timestamptz)
    RETURNS boolean LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, case_id, object, fields, detail, shown,
                       previous_hash, hash)
    VALUES (0, 0, moment, 0, 0, of_verb, of_case, of_object, which, more, listed, '', '');
    RETURN true;
END
$$;

-- The case that a number or a paper of it is about.
CREATE FUNCTION case_behind(of_object text) RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN coalesce(
        (SELECT id FROM petition_case WHERE number = of_object),
        (SELECT case_id FROM closing
         WHERE uuid = CASE WHEN of_object ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN of_object::uuid END),
        (SELECT vc.case_id FROM visit v JOIN visit_case vc ON vc.visit_id = v.id
         WHERE v.number = of_object ORDER BY vc.case_id LIMIT 1));
END
$$;
REVOKE EXECUTE ON FUNCTION case_behind(text) FROM PUBLIC;

-- The same as a transaction of its own, for a page that was made and not yet sent.
CREATE FUNCTION audit_read(who bigint, held bigint, of_session text, of_address text, of_verb text,
                           of_object text, which text, more text, listed text, moment timestamptz)
    RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM set_config('app.staff_id', who::text, true), set_config('app.grant_id', held::text, true),
            set_config('app.session', of_session, true), set_config('app.address', of_address, true);
    PERFORM audit_note(of_verb, case_behind(of_object), of_object, which, more, listed, moment);
END
$$;

-- How often someone was refused something, minute by minute.
CREATE TABLE refusal (
    staff_id bigint NOT NULL,
    session text NOT NULL,
    verb text NOT NULL,
    -- Where each form of each record is counted by itself; empty where all of a kind are counted
    -- together.
    object text NOT NULL DEFAULT '',
    minute timestamptz NOT NULL,
    times int NOT NULL,
    CONSTRAINT refusal_pkey PRIMARY KEY (staff_id, session, verb, object, minute)
);
CALL lay_wall('refusal', '(SELECT asking_role()) = ''job''');
GRANT SELECT ON refusal TO app_user;

-- The trace of what was refused, or failed and was undone: a transaction of its own. In a flood the
-- first, the tenth, the hundredth of a minute leave an entry, so that it can't fill the disk. A form
-- that a rule refused came back with its page, so each record it is about leaves its own.
CREATE FUNCTION audit_refusal(of_verb text, how text, of_object text, of_number text, listed text, which text,
                              why text, moment timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    nth int;
BEGIN
    INSERT INTO refusal (staff_id, session, verb, object, minute, times)
    VALUES (asking_staff(), coalesce(current_setting('app.session', true), ''), of_verb,
            CASE WHEN of_verb = 'act.refused' THEN of_object ELSE '' END, date_trunc('minute', moment), 1)
    ON CONFLICT ON CONSTRAINT refusal_pkey DO UPDATE SET times = refusal.times + 1
    RETURNING times INTO nth;
    IF nth::text ~ '^10*$' THEN
        INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, outcome, case_id, object, reason, fields, detail, shown,
                           previous_hash, hash)
        VALUES (0, 0, moment, 0, 0, of_verb, how, case_behind(of_number), of_object, why, which,
                CASE WHEN nth > 1 THEN 'times=' || nth ELSE '' END, listed, '', '');
    END IF;
END
$$;

-- The trace of someone who was turned away before it was known who asks: under the program's own
-- identity. The program counts, and writes as seldom.
CREATE FUNCTION audit_stranger(of_verb text, of_object text, why text, more text, of_address text, moment timestamptz)
    RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, outcome, object, reason, detail, address,
                       previous_hash, hash)
    SELECT 0, 0, moment, g.staff_id, g.id, of_verb, 'refused', of_object, why, more, of_address, '', ''
    FROM role_grant g JOIN staff s ON s.id = g.staff_id
    WHERE s.username = 'job.admin' ORDER BY g.id LIMIT 1
$$;

-- What the program does by itself: on the chain of the intermediate court. With a digest it is
-- noted only when that is another one than the last time.
CREATE FUNCTION audit_program(of_verb text, more text, which text, digest bytea, moment timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    last bytea := (SELECT after_digest FROM audit WHERE verb = of_verb AND digest IS NOT NULL ORDER BY nth DESC LIMIT 1);
BEGIN
    IF digest IS NULL OR digest IS DISTINCT FROM last THEN
        INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, fields, detail, before_digest, after_digest,
                           previous_hash, hash)
        SELECT 0, 0, moment, g.staff_id, g.id, of_verb, which, more, last, digest, '', ''
        FROM role_grant g JOIN staff s ON s.id = g.staff_id
        WHERE s.username = 'job.admin' ORDER BY g.id LIMIT 1;
    END IF;
END
$$;

-- Who did what about a case, and with `views` who saw it: the case's own log, for those to whom the
-- case is open in full. It tells of no address, no session and nothing that was refused.
CREATE FUNCTION log_of_case(of_case bigint, views boolean)
    RETURNS TABLE (nth bigint, at timestamptz, who text, unit text, verb text, detail text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM petition_case c
        WHERE c.id = of_case AND c.unit_id = ANY (asking_units()) AND c.id <> ALL (asking_excluded())
          AND is_of_matters(c.id, asking_matters(), asking_staff())
          AND (asking_depth() = 'all'
               OR asking_depth() LIKE 'team%' AND EXISTS (
                   SELECT FROM team_member t
                   WHERE t.case_id = c.id AND t.ended_at IS NULL AND t.staff_id = asking_holder())
               OR asking_depth() = 'team_or_unclaimed' AND NOT EXISTS (
                   SELECT FROM team_member t WHERE t.case_id = c.id AND t.ended_at IS NULL
                   AND t.place = 'handler' AND t.staff_id IS NOT NULL)))
    THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT a.nth, a.at, acting_name(s.name, a.on_behalf_of), u.short_name, a.verb,
               CASE a.verb WHEN 'identity.revealed' THEN a.fields ELSE a.detail END
        FROM audit a
        JOIN staff s ON s.id = a.staff_id
        JOIN role_grant g ON g.id = a.grant_id
        JOIN unit u ON u.id = g.unit_id
        WHERE a.case_id = of_case AND a.outcome = 'done'
          AND (a.verb NOT LIKE '%.read' AND a.verb NOT LIKE '%.printed' AND a.verb <> 'identity.revealed'
               OR views AND asking_role() IN ('bureau', 'bureau_head'))
        ORDER BY a.nth DESC LIMIT 200;
END
$$;

-- The key of a case and its number, for who reads the audit and no case.
CREATE FUNCTION case_for_audit(of_number text) RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN (SELECT id FROM petition_case WHERE number = of_number AND asking_role() IN ('auditor', 'inspection', 'job'));
END
$$;
CREATE FUNCTION case_number_for_audit(of_case bigint) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN (SELECT number FROM petition_case WHERE id = of_case AND asking_role() IN ('auditor', 'inspection', 'job'));
END
$$;

-- Who saw what of a petitioner, for a lawful request: the person with this identity number (by its
-- blind index), or the one whom a case is about; nothing but that stands in the answer.
CREATE FUNCTION accesses_to_petitioner(number_indexes bytea[], of_case text, most bigint)
    RETURNS TABLE (nth bigint, at timestamptz, who text, role text, court text, verb text, object text,
                   fields text, reason text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    persons bigint[] := ARRAY(
        SELECT p.id FROM petitioner p WHERE p.id_index = ANY (number_indexes)
        UNION SELECT y.petitioner_id FROM party y JOIN petition_case c ON c.id = y.case_id
              WHERE c.number = of_case AND y.part = 'main');
    cases bigint[] := ARRAY(SELECT y.case_id FROM party y WHERE y.petitioner_id = ANY (persons));
    numbers text[] := ARRAY(SELECT c.number FROM petition_case c WHERE c.id = ANY (cases)
                            UNION ALL SELECT v.number FROM visit v WHERE v.petitioner_id = ANY (persons));
    things text[] := ARRAY(
        SELECT v.number FROM visit v WHERE v.petitioner_id = ANY (persons)
        UNION ALL SELECT p.uuid::text FROM petitioner p WHERE p.id = ANY (persons)
        UNION SELECT i.uuid::text FROM import i JOIN import_row r ON r.import_id = i.id
              WHERE r.case_id = ANY (cases));
BEGIN
    IF asking_role() IS DISTINCT FROM 'auditor' THEN
        RETURN;
    END IF;
    RETURN QUERY
        -- A form that came back showed what its page shows, and names the fields at fault.
        SELECT e.nth, e.at, acting_name(s.name, e.on_behalf_of), g.role, u.name, e.verb, e.object,
               CASE WHEN e.verb = 'act.refused' THEN 'name summary' ELSE e.fields END,
               CASE WHEN e.verb = 'act.refused' THEN '' ELSE e.reason END
        FROM (SELECT a.* FROM audit a
              WHERE a.case_id = ANY (cases) AND (a.verb LIKE '%.read' OR a.verb LIKE '%.printed'
                                                 OR a.verb IN ('identity.revealed', 'act.refused'))
              UNION
              SELECT a.* FROM audit a
              WHERE (a.verb LIKE 'visit.%' OR a.verb LIKE 'petitioner.%' OR a.verb LIKE 'material.%'
                     OR a.verb LIKE 'import.%' OR a.verb = 'identity.revealed')
                AND a.object = ANY (things)
              UNION
              SELECT a.* FROM audit a
              WHERE a.shown <> '' AND string_to_array(a.shown, ' ') && (numbers || things)) e
        JOIN staff s ON s.id = e.staff_id
        JOIN role_grant g ON g.id = e.grant_id
        JOIN unit u ON u.id = e.unit_id
        WHERE e.outcome = 'done' OR e.verb = 'act.refused'
        ORDER BY e.nth DESC LIMIT most;
END
$$;

-- How often the one who asks has opened masked values since a moment. They open one at a time: of many
-- forms that come at once each counts those before it.
CREATE FUNCTION own_reveals(since timestamptz) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('reveals ' || asking_staff(), 0));
    RETURN (SELECT count(*) FROM audit a
            WHERE a.staff_id = asking_staff() AND a.at > since AND a.verb = 'identity.revealed');
END
$$;

-- What a check of the chains found.
CREATE TABLE audit_check (
    id bigint GENERATED ALWAYS AS IDENTITY,
    checked_at timestamptz NOT NULL,
    entries bigint NOT NULL,
    findings text[] NOT NULL,
    -- When the heads were last written down outside the database.
    anchored_at timestamptz,
    CONSTRAINT audit_check_pkey PRIMARY KEY (id)
);
CALL lay_wall('audit_check', '(SELECT asking_role()) IN (''auditor'', ''job'')');
GRANT SELECT, INSERT ON audit_check TO app_user;

-- What calls for someone's attention. Once for each person, kind and hour.
CREATE TABLE alert (
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    staff_id bigint,
    hour timestamptz NOT NULL,
    raised_at timestamptz NOT NULL,
    times bigint NOT NULL,
    CONSTRAINT alert_pkey PRIMARY KEY (id),
    CONSTRAINT alert_once_key UNIQUE NULLS NOT DISTINCT (kind, staff_id, hour),
    CONSTRAINT alert_staff_fkey FOREIGN KEY (staff_id) REFERENCES staff (id),
    CONSTRAINT alert_kind_check CHECK (kind IN
        ('refusals', 'reads', 'night_reads', 'chain_break', 'clock_jump'))
);
CALL lay_wall('alert', '(SELECT asking_role()) IN (''auditor'', ''job'')');
GRANT SELECT, INSERT ON alert TO app_user;

GRANT EXECUTE ON FUNCTION case_for_audit(text), case_number_for_audit(bigint),
    accesses_to_petitioner(bytea[], text, bigint), own_reveals(timestamptz) TO app_user;
GRANT EXECUTE ON FUNCTION audit_note(text, bigint, text, text, text, text, timestamptz),
    audit_read(bigint, bigint, text, text, text, text, text, text, text, timestamptz),
    audit_refusal(text, text, text, text, text, text, text, timestamptz),
    audit_stranger(text, text, text, text, text, timestamptz), audit_program(text, text, text, bytea, timestamptz),
    log_of_case(bigint, boolean) TO app_user;

-- Whether it is on record already that a sealed value doesn't open.
CREATE FUNCTION broken_is_told(of_object text, of_field text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    RETURN EXISTS (SELECT FROM audit WHERE verb = 'seal.broken' AND object = of_object AND detail = of_field);
GRANT EXECUTE ON FUNCTION broken_is_told(text, text) TO app_user;
