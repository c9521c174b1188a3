-- What the administrators set, each behind a function that asks the role once more.

-- The day table (工作日历). A change is a further version of it; the clocks that it moves get an event
-- each, so that the day they had stays known and what was frozen can be derived again.
ALTER TABLE calendar_version ADD CONSTRAINT calendar_version_loaded_by_fkey FOREIGN KEY (loaded_by) REFERENCES staff (id);

-- One changes the table at a time, and no clock is started meanwhile.
CREATE FUNCTION calendar_lock() RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    SELECT pg_advisory_xact_lock(hashtext('calendar')) WHERE asking_role() = 'sysadmin';
END;

-- A clock that was computed by a table that isn't the present one is computed anew.
CREATE FUNCTION clock_of_present_calendar() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('calendar'));
    IF EXISTS (SELECT FROM fresh WHERE calendar_version < (SELECT max(id) FROM calendar_version)) THEN
        RAISE EXCEPTION 'the day table changed' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER clock_of_present_calendar AFTER INSERT ON clock REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION clock_of_present_calendar();

-- The clocks that other days between these two could move, of whatever court: when they began, by
-- which rule, what happened to them. Of the case an id and its court; nothing that tells of it.
CREATE FUNCTION calendar_clocks(first_day date, last_day date)
    RETURNS TABLE (clock_id bigint, case_id bigint, court text, kind text, days int, counted_in text, roll text,
                   rule_set_id bigint, origin_at timestamptz, calendar_version int, due_on_original date, due_on date,
                   provisional boolean, events jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    SELECT k.id, k.case_id, u.short_name, k.kind, r.days, r.counted_in, r.roll, k.rule_set_id, k.origin_at,
           k.calendar_version, k.due_on_original, k.due_on, k.provisional,
           coalesce((SELECT jsonb_agg(jsonb_build_object('at', e.at, 'kind', e.kind, 'new_due_on', e.new_due_on,
                                                         'provisional', e.provisional) ORDER BY e.id)
                     FROM clock_event e WHERE e.clock_id = k.id), '[]')
    FROM petition_case_now n
    JOIN assignment a ON a.round_id = n.round_id
    JOIN clock k ON k.assignment_id = a.id
    JOIN clock_rule r ON r.rule_set_id = k.rule_set_id AND r.clock = k.kind
    JOIN unit u ON u.id = court_of(n.unit_id)
    WHERE asking_role() = 'sysadmin' AND n.is_open AND k.state IN ('running', 'paused')
      AND (k.origin_at AT TIME ZONE 'Asia/Shanghai')::date <= last_day
      AND (k.provisional OR greatest(k.due_on, k.due_on_original) >= first_day)
    ORDER BY k.id;
END;

-- A further version: the present one with other days in their places. Nothing where it isn't present
-- any more.
CREATE FUNCTION calendar_change(seen int, of_note text, of_source text, changed jsonb, at timestamptz) RETURNS int
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF coalesce(asking_role(), '') <> 'sysadmin' OR seen <> (SELECT max(id) FROM calendar_version) THEN
        RETURN NULL;
    END IF;
    INSERT INTO calendar_version (id, note, source, loaded_at, loaded_by)
    VALUES (seen + 1, of_note, of_source, at, asking_staff());
    INSERT INTO calendar_day (calendar_version_id, day, kind, name, source)
    SELECT seen + 1, day, kind, name, CASE WHEN name IS NOT NULL THEN of_source END
    FROM jsonb_to_recordset(changed) AS c (day date, kind text, name text);
    INSERT INTO calendar_day (calendar_version_id, day, kind, name, source)
    SELECT seen + 1, day, kind, name, source FROM calendar_day d
    WHERE calendar_version_id = seen
      AND NOT EXISTS (SELECT FROM jsonb_to_recordset(changed) AS c (day date) WHERE c.day = d.day);
    RETURN seen + 1;
END
$$;

-- The due days that move with it: of clocks that stand as they were read. How many those were.
CREATE FUNCTION calendar_move(moved jsonb, of_note text, moment timestamptz) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    WITH told AS (
        INSERT INTO clock_event (clock_id, case_id, kind, at, recorded_at, recorded_by, new_due_on, provisional, reason)
        SELECT k.id, k.case_id, 'recalculated', moment, moment, asking_staff(), m.became, m.provisional, of_note
        FROM jsonb_to_recordset(moved) AS m (clock bigint, was date, became date, provisional boolean)
        JOIN clock k ON k.id = m.clock AND k.due_on = m.was AND k.state IN ('running', 'paused')
        WHERE asking_role() = 'sysadmin'
        RETURNING clock_id)
    SELECT count(*) FROM told;
END;

GRANT EXECUTE ON FUNCTION calendar_lock(), calendar_clocks(date, date),
    calendar_change(int, text, text, jsonb, timestamptz), calendar_move(jsonb, text, timestamptz) TO app_user;

-- What is asked of those who sign in (安全策略): one security administrator proposes, another confirms.
-- What was confirmed last holds. No row is below what the protection scheme asks for.
CREATE TABLE security_setting (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    profile text NOT NULL,
    shortest int NOT NULL,
    days int,
    history int NOT NULL,
    tries int NOT NULL,
    idle_minutes int NOT NULL,
    longest_hours int NOT NULL,
    devices int NOT NULL,
    second_factor text NOT NULL,
    -- Who signs in from the ranges alone.
    reach text NOT NULL,
    ranges text NOT NULL,
    proposed_at timestamptz NOT NULL,
    proposed_by bigint NOT NULL,
    decided_at timestamptz,
    decided_by bigint,
    -- Why it was declined; empty where it was confirmed.
    declined_reason text NOT NULL DEFAULT '',
    CONSTRAINT security_setting_pkey PRIMARY KEY (id),
    CONSTRAINT security_setting_uuid_key UNIQUE (uuid),
    CONSTRAINT security_setting_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES staff (id),
    CONSTRAINT security_setting_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES staff (id),
    CONSTRAINT security_setting_profile_check CHECK (profile IN ('dengbao', 'asvs')),
    CONSTRAINT security_setting_password_check CHECK (
        shortest BETWEEN 12 AND 64 AND (profile = 'asvs' OR days BETWEEN 1 AND 90 AND history BETWEEN 5 AND 24)),
    CONSTRAINT security_setting_days_check CHECK (profile = 'asvs' OR days IS NOT NULL),
    CONSTRAINT security_setting_session_check CHECK (
        tries BETWEEN 3 AND 5 AND idle_minutes BETWEEN 5 AND 30 AND longest_hours BETWEEN 1 AND 8
        AND devices BETWEEN 1 AND 3),
    CONSTRAINT security_setting_second_factor_check CHECK (second_factor IN ('administrators', 'all')),
    CONSTRAINT security_setting_reach_check CHECK (
        reach = 'nobody' OR reach IN ('administrators', 'all') AND ranges <> ''),
    CONSTRAINT security_setting_decided_check CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CONSTRAINT security_setting_outcome_check CHECK (
        decided_at IS NULL AND declined_reason = '' OR declined_reason <> '' OR decided_by <> proposed_by)
);
CREATE UNIQUE INDEX security_setting_waiting_key ON security_setting ((true)) WHERE decided_at IS NULL;
CALL lay_wall('security_setting', '(SELECT asking_role()) IN (''secadmin'', ''auditor'')');
GRANT SELECT ON security_setting TO app_user;

CREATE FUNCTION security_in_force() RETURNS SETOF security_setting
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    SELECT * FROM security_setting WHERE decided_at IS NOT NULL AND declined_reason = '' ORDER BY decided_at DESC, id DESC LIMIT 1;
END;

CREATE FUNCTION security_propose(wanted jsonb, at timestamptz) RETURNS uuid
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    INSERT INTO security_setting (profile, shortest, days, history, tries, idle_minutes, longest_hours, devices,
                                  second_factor, reach, ranges, proposed_at, proposed_by)
    SELECT w.*, at, asking_staff()
    FROM jsonb_to_record(wanted) AS w (profile text, shortest int, days int, history int, tries int, idle_minutes int,
                                       longest_hours int, devices int, second_factor text, reach text, ranges text)
    WHERE asking_role() = 'secadmin'
    RETURNING uuid;
END;

-- The second person confirms; they, or whoever proposed, decline with a reason.
CREATE FUNCTION security_decide(proposal uuid, why text, at timestamptz) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    UPDATE security_setting SET decided_at = at, decided_by = asking_staff(), declined_reason = why
    WHERE uuid = proposal AND decided_at IS NULL AND asking_role() = 'secadmin'
      AND (why <> '' OR proposed_by <> asking_staff())
    RETURNING id;
END;

GRANT EXECUTE ON FUNCTION security_in_force(), security_propose(jsonb, timestamptz),
    security_decide(uuid, text, timestamptz) TO app_user;

-- The time limits (期限规则): the system administrator proposes a further version of a rule set, the
-- head of the bureau confirms it for a day to come.
CREATE TABLE rule_proposal (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    code text NOT NULL,
    name text NOT NULL,
    basis text NOT NULL,
    valid_from date NOT NULL,
    -- As clock_rule has them: clock, days, counted_in, roll.
    rules jsonb NOT NULL,
    proposed_at timestamptz NOT NULL,
    proposed_by bigint NOT NULL,
    decided_at timestamptz,
    decided_by bigint,
    -- Why it was declined or withdrawn; empty where it was confirmed.
    declined_reason text NOT NULL DEFAULT '',
    rule_set_id bigint,
    CONSTRAINT rule_proposal_pkey PRIMARY KEY (id),
    CONSTRAINT rule_proposal_uuid_key UNIQUE (uuid),
    CONSTRAINT rule_proposal_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES staff (id),
    CONSTRAINT rule_proposal_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES staff (id),
    CONSTRAINT rule_proposal_rule_set_fkey FOREIGN KEY (rule_set_id) REFERENCES rule_set (id),
    CONSTRAINT rule_proposal_code_check CHECK (code IN ('standard', 'urgent')),
    CONSTRAINT rule_proposal_decided_check CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CONSTRAINT rule_proposal_outcome_check CHECK (
        rule_set_id IS NULL AND (decided_at IS NOT NULL) = (declined_reason <> '')
        OR declined_reason = '' AND decided_by <> proposed_by
           AND valid_from > (decided_at AT TIME ZONE 'Asia/Shanghai')::date)
);
CREATE UNIQUE INDEX rule_proposal_waiting_key ON rule_proposal (code) WHERE decided_at IS NULL;
CALL lay_wall('rule_proposal', '(SELECT asking_role()) IN (''sysadmin'', ''bureau_head'', ''auditor'')');
GRANT SELECT ON rule_proposal TO app_user;

CREATE FUNCTION rule_propose(of_code text, of_name text, of_basis text, since date, wanted jsonb, at timestamptz)
    RETURNS uuid LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    INSERT INTO rule_proposal (code, name, basis, valid_from, rules, proposed_at, proposed_by)
    SELECT of_code, of_name, of_basis, since, wanted, at, asking_staff() WHERE asking_role() = 'sysadmin'
    RETURNING uuid;
END;

-- Who is asked is looked up here; a version that begins before another of its code is none.
CREATE FUNCTION rule_confirm(proposal uuid, at timestamptz) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    wanted rule_proposal;
    made bigint;
BEGIN
    SELECT * INTO wanted FROM rule_proposal WHERE uuid = proposal AND decided_at IS NULL FOR UPDATE;
    IF wanted.id IS NULL OR coalesce(asking_role(), '') <> 'bureau_head' OR asking_staff() = wanted.proposed_by
        OR wanted.valid_from <= asking_day()
        OR EXISTS (SELECT FROM rule_set r WHERE r.code = wanted.code AND r.valid_from > wanted.valid_from) THEN
        RETURN NULL;
    END IF;
    INSERT INTO rule_set (code, version, name, basis, needs_leading_group, valid_from)
    SELECT wanted.code, r.version + 1, wanted.name, wanted.basis, r.needs_leading_group, wanted.valid_from
    FROM rule_set r WHERE r.code = wanted.code ORDER BY r.version DESC LIMIT 1
    RETURNING id INTO made;
    INSERT INTO clock_rule (rule_set_id, clock, days, counted_in, roll)
    SELECT made, c.clock, c.days, c.counted_in, c.roll
    FROM jsonb_to_recordset(wanted.rules) AS c (clock text, days int, counted_in text, roll text);
    UPDATE rule_proposal SET decided_at = at, decided_by = asking_staff(), rule_set_id = made WHERE id = wanted.id;
    RETURN made;
END
$$;

CREATE FUNCTION rule_decline(proposal uuid, why text, at timestamptz) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    UPDATE rule_proposal SET decided_at = at, decided_by = asking_staff(), declined_reason = why
    WHERE uuid = proposal AND decided_at IS NULL AND asking_role() IN ('sysadmin', 'bureau_head') AND why <> ''
    RETURNING id;
END;

-- What holds at a court's day: of each rule set the version that began last.
CREATE FUNCTION rules_on(day date) RETURNS SETOF bigint
    LANGUAGE sql STABLE SET search_path = public
BEGIN ATOMIC
    SELECT DISTINCT ON (code) id FROM rule_set WHERE code <> 'custom' AND valid_from <= day
    ORDER BY code, valid_from DESC, version DESC;
END;

GRANT EXECUTE ON FUNCTION rule_propose(text, text, text, date, jsonb, timestamptz), rule_confirm(uuid, timestamptz),
    rule_decline(uuid, text, timestamptz), rules_on(date) TO app_user;
