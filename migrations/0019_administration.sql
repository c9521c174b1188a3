-- 三员: what the administrators do, each behind a function that asks the role once more. The serving
-- role writes neither people nor units nor grants by itself.

-- A grant that one security administrator proposed and another decides on; or that the absent person
-- asked for, to be stood in for (代理).
CREATE TABLE grant_proposal (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    staff_id bigint NOT NULL,
    role text NOT NULL,
    unit_id bigint NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz,
    stands_in_for bigint,
    proposed_at timestamptz NOT NULL,
    proposed_by bigint NOT NULL,
    decided_at timestamptz,
    decided_by bigint,
    -- Why it was declined; empty where it was confirmed.
    declined_reason text NOT NULL DEFAULT '',
    grant_id bigint,
    CONSTRAINT grant_proposal_pkey PRIMARY KEY (id),
    CONSTRAINT grant_proposal_uuid_key UNIQUE (uuid),
    CONSTRAINT grant_proposal_staff_fkey FOREIGN KEY (staff_id) REFERENCES staff (id),
    CONSTRAINT grant_proposal_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT grant_proposal_stands_in_for_fkey FOREIGN KEY (stands_in_for) REFERENCES role_grant (id),
    CONSTRAINT grant_proposal_stands_in_for_excl EXCLUDE USING gist
        (stands_in_for WITH =, tstzrange(valid_from, valid_until) WITH &&) WHERE (decided_at IS NULL),
    CONSTRAINT grant_proposal_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES staff (id),
    CONSTRAINT grant_proposal_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES staff (id),
    CONSTRAINT grant_proposal_grant_fkey FOREIGN KEY (grant_id) REFERENCES role_grant (id),
    CONSTRAINT grant_proposal_own_check CHECK (staff_id <> proposed_by),
    CONSTRAINT grant_proposal_decided_check CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CONSTRAINT grant_proposal_outcome_check CHECK (
        grant_id IS NULL AND (decided_at IS NOT NULL OR declined_reason = '')
        OR declined_reason = '' AND decided_by <> proposed_by AND decided_by <> staff_id)
);
CREATE UNIQUE INDEX grant_proposal_waiting_key ON grant_proposal (staff_id, role, unit_id, coalesce(stands_in_for, 0))
    WHERE decided_at IS NULL;
CREATE INDEX grant_proposal_decided_idx ON grant_proposal (decided_at DESC, id DESC);
CALL lay_wall('grant_proposal', $$(SELECT asking_role()) IN ('secadmin', 'auditor')
    OR stands_in_for IS NOT NULL AND (SELECT asking_staff()) IN (proposed_by, staff_id)$$);
GRANT SELECT ON grant_proposal TO app_user;

CREATE FUNCTION grant_propose(
    person bigint, of_role text, of_unit bigint, since timestamptz, until timestamptz, at timestamptz) RETURNS uuid
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    INSERT INTO grant_proposal (staff_id, role, unit_id, valid_from, valid_until, proposed_at, proposed_by)
    SELECT person, of_role, of_unit, since, until, at, asking_staff() WHERE asking_role() = 'secadmin'
    RETURNING uuid;
END;

-- Whether the grant of the absent person is there to be stood in for: it holds, is no substitution
-- itself, and of a role that another can stand in for. True where nobody is stood in for.
CREATE FUNCTION can_stand_in(given bigint, at timestamptz) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    RETURN given IS NULL OR EXISTS (
        SELECT FROM role_grant g JOIN staff s ON s.id = g.staff_id AND s.active
        WHERE g.id = given AND g.stands_in_for IS NULL AND g.family = 'court' AND g.role NOT IN ('job', 'reviewer')
          AND at >= g.valid_from AND (g.valid_until IS NULL OR at < g.valid_until));

-- The absent person asks, for a grant of their own and a colleague of their unit who keeps no part of
-- the program; nobody does so while standing in for another.
CREATE FUNCTION substitution_propose(
    given bigint, person bigint, since timestamptz, until timestamptz, at timestamptz) RETURNS uuid
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    INSERT INTO grant_proposal (staff_id, role, unit_id, stands_in_for, valid_from, valid_until, proposed_at, proposed_by)
    SELECT other.id, g.role, g.unit_id, g.id, since, until, at, me.id
    FROM role_grant g
    JOIN staff me ON me.id = g.staff_id
    JOIN staff other ON other.id = person AND other.active AND other.unit_id = me.unit_id AND other.id <> me.id
    WHERE g.id = given AND me.id = asking_staff() AND asking_role() IS NOT NULL AND asking_principal() IS NULL
      AND can_stand_in(given, at) AND until > at
      AND NOT EXISTS (SELECT FROM role_grant x WHERE x.staff_id = other.id AND x.family <> 'court'
                      AND (x.valid_until IS NULL OR at < x.valid_until))
      AND NOT EXISTS (SELECT FROM role_grant x WHERE x.stands_in_for = given
                      AND tstzrange(x.valid_from, x.valid_until) && tstzrange(since, until))
    RETURNING uuid;
END;

-- Whoever asked takes it back at once: the proposal that waits, or the grant that it became.
CREATE FUNCTION substitution_end(named uuid, at timestamptz) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    WITH taken AS (
        UPDATE grant_proposal SET decided_at = at, decided_by = asking_staff(), declined_reason = '本人收回'
        WHERE uuid = named AND decided_at IS NULL AND stands_in_for IS NOT NULL AND proposed_by = asking_staff()
          AND asking_role() IS NOT NULL AND asking_principal() IS NULL
        RETURNING id), ended AS (
        UPDATE role_grant SET valid_until = greatest(at, valid_from + interval '1 microsecond')
        WHERE valid_until > at AND asking_role() IS NOT NULL AND asking_principal() IS NULL
          AND id = (SELECT grant_id FROM grant_proposal WHERE uuid = named AND stands_in_for IS NOT NULL
                    AND proposed_by = asking_staff())
        RETURNING id)
    SELECT id FROM taken UNION ALL SELECT id FROM ended;
END;

-- Takes from an account what it is opened with. Its next first password comes from the command line.
CREATE FUNCTION account_shut(person bigint, at timestamptz) RETURNS void
    LANGUAGE sql VOLATILE SET search_path = public
BEGIN ATOMIC
    UPDATE staff SET password_hash = NULL, password_must_change = false, password_reset_by = '',
                     password_expires_at = NULL
    WHERE id = person;
    UPDATE second_factor SET secret_sealed = NULL, pending_sealed = NULL, confirmed_at = NULL,
                             fresh_codes_sealed = NULL
    WHERE staff_id = person;
    UPDATE session SET ended_at = at, ended_why = 'reset' WHERE staff_id = person AND ended_at IS NULL;
END;

-- The second person. Who is asked is looked up here, not passed in; a grant from today holds from now.
CREATE FUNCTION grant_confirm(proposal uuid, at timestamptz) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    wanted grant_proposal;
    given bigint;
BEGIN
    SELECT * INTO wanted FROM grant_proposal WHERE uuid = proposal AND decided_at IS NULL FOR UPDATE;
    IF wanted.id IS NULL OR coalesce(asking_role(), '') <> 'secadmin'
        OR asking_staff() IN (wanted.proposed_by, wanted.staff_id)
        OR wanted.valid_until <= at OR NOT can_stand_in(wanted.stands_in_for, at) THEN
        RETURN NULL;
    END IF;
    INSERT INTO role_grant (staff_id, role, unit_id, hall_id, valid_from, valid_until, stands_in_for)
    VALUES (wanted.staff_id, wanted.role, wanted.unit_id,
            (SELECT min(id) FROM hall WHERE unit_id = wanted.unit_id), greatest(wanted.valid_from, at), wanted.valid_until,
            wanted.stands_in_for)
    RETURNING id INTO given;
    UPDATE grant_proposal SET decided_at = at, decided_by = asking_staff(), grant_id = given WHERE id = wanted.id;
    -- A security administrator may have set the password, or even signed in with it: whoever could sign
    -- in as the other would be both of the two who must agree.
    IF wanted.role IN ('sysadmin', 'secadmin', 'auditor') THEN
        PERFORM account_shut(wanted.staff_id, at);
    END IF;
    RETURN given;
END
$$;

CREATE FUNCTION grant_decline(proposal uuid, why text, at timestamptz) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    UPDATE grant_proposal SET decided_at = at, decided_by = asking_staff(), declined_reason = why
    WHERE uuid = proposal AND decided_at IS NULL AND asking_role() = 'secadmin' AND asking_staff() <> staff_id
    RETURNING id;
END;

CREATE FUNCTION grant_end(given bigint, at timestamptz) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    UPDATE role_grant SET valid_until = greatest(at, valid_from + interval '1 microsecond')
    WHERE id = given AND role <> 'job' AND staff_id <> asking_staff() AND asking_role() = 'secadmin'
      AND (valid_until IS NULL OR valid_until > at)
    RETURNING id;
END;

GRANT EXECUTE ON FUNCTION can_stand_in(bigint, timestamptz),
    substitution_propose(bigint, bigint, timestamptz, timestamptz, timestamptz), substitution_end(uuid, timestamptz),
    grant_propose(bigint, text, bigint, timestamptz, timestamptz, timestamptz),
    grant_confirm(uuid, timestamptz), grant_decline(uuid, text, timestamptz), grant_end(bigint, timestamptz) TO app_user;

-- People: the system administrator keeps the accounts, and gives no right.
CREATE FUNCTION staff_add(login text, full_name text, of_unit bigint, telephone text) RETURNS uuid
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    INSERT INTO staff (username, name, unit_id, phone)
    SELECT login, full_name, of_unit, telephone WHERE asking_role() = 'sysadmin'
    RETURNING uuid;
END;

-- The name to sign in with stays: it is the account. Whoever is deactivated is gone at once.
CREATE FUNCTION staff_change(person uuid, full_name text, of_unit bigint, telephone text, works boolean) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    UPDATE staff SET name = full_name, unit_id = of_unit, phone = telephone, active = works,
                     active_since = CASE WHEN works AND NOT active THEN asking_now() ELSE active_since END
    WHERE uuid = person AND asking_role() = 'sysadmin' AND username NOT LIKE 'job.%'
      AND (works OR id <> asking_staff())
    RETURNING id;
END;

-- Whoever went to another court holds nothing any more at the one they left.
CREATE FUNCTION grants_leave(person uuid, former bigint, at timestamptz) RETURNS SETOF bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    UPDATE role_grant g SET valid_until = greatest(at, g.valid_from + interval '1 microsecond')
    FROM staff s
    WHERE s.uuid = person AND s.id = g.staff_id AND s.id <> asking_staff() AND asking_role() = 'sysadmin'
      AND g.role <> 'job' AND court_of(s.unit_id) <> former AND court_of(g.unit_id) = former
      AND (g.valid_until IS NULL OR g.valid_until > at)
    RETURNING g.id;
END;

-- Nor does anyone confirm what waited for them there.
CREATE FUNCTION proposals_leave(person uuid, former bigint, why text, at timestamptz) RETURNS SETOF uuid
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    UPDATE grant_proposal p SET decided_at = at, decided_by = asking_staff(), declined_reason = why
    FROM staff s
    WHERE s.uuid = person AND s.id = p.staff_id AND s.id <> asking_staff() AND asking_role() = 'sysadmin'
      AND p.decided_at IS NULL AND court_of(s.unit_id) <> former AND court_of(p.unit_id) = former
    RETURNING p.uuid;
END;

CREATE FUNCTION post_set(person bigint, of_unit bigint, of_kind text, of_title text, since date) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    given bigint;
BEGIN
    IF coalesce(asking_role(), '') <> 'sysadmin' THEN
        RETURN NULL;
    END IF;
    -- A post of today is replaced, an older one ends.
    DELETE FROM post WHERE staff_id = person AND valid_from >= since;
    UPDATE post SET valid_until = since WHERE staff_id = person AND (valid_until IS NULL OR valid_until > since);
    INSERT INTO post (staff_id, unit_id, kind, title, valid_from)
    VALUES (person, of_unit, of_kind, of_title, since) RETURNING id INTO given;
    RETURN given;
END
$$;

GRANT EXECUTE ON FUNCTION staff_add(text, text, bigint, text),
    staff_change(uuid, text, bigint, text, boolean), grants_leave(uuid, bigint, timestamptz),
    proposals_leave(uuid, bigint, text, timestamptz), post_set(bigint, bigint, text, text, date) TO app_user;

-- Who edited an account or a unit last, for the page that shows two edits beside each other: the
-- audit itself stays with its reader.
CREATE FUNCTION last_edit(objects text[], OUT editor text, OUT edited_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    SELECT s.name, a.at FROM audit a JOIN staff s ON s.id = a.staff_id
    WHERE a.object = ANY (objects) AND a.outcome = 'done' AND asking_role() = 'sysadmin'
      AND a.verb IN ('staff.added', 'staff.changed', 'staff.deactivated', 'post.set',
                     'unit.added', 'unit.changed', 'contact.set')
    ORDER BY a.nth DESC LIMIT 1;
END;
GRANT EXECUTE ON FUNCTION last_edit(text[]) TO app_user;

-- Who set the password of whoever asks last, where it was not they themselves. The command line knows
-- people by the name that they sign in with.
CREATE FUNCTION last_reset(OUT reset_at timestamptz, OUT role text, OUT name text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    SELECT a.at, g.role, s.name
    FROM staff me
    JOIN audit a ON a.object IN (me.uuid::text, me.username) AND a.verb = 'password.set' AND a.outcome = 'done'
    JOIN staff s ON s.id = a.staff_id
    JOIN role_grant g ON g.id = a.grant_id
    WHERE me.id = asking_staff()
    ORDER BY a.nth DESC LIMIT 1;
END;
GRANT EXECUTE ON FUNCTION last_reset() TO app_user;

-- Units: names, order, halls and the contact list; their place in the tree is founded once.
CREATE FUNCTION unit_add(above bigint, of_code text, full_name text, short text, of_kind text, since date) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    INSERT INTO unit (parent_id, code, name, short_name, account_name, kind, compared_in, place, valid_from)
    SELECT above, of_code, full_name, short, lower(of_code), of_kind,
           CASE of_kind WHEN 'division' THEN 'division' WHEN 'base_court' THEN 'base_court'
                        WHEN 'tribunal' THEN 'base_court' END,
           (SELECT max(place) + 1 FROM unit), since
    WHERE asking_role() = 'sysadmin' AND of_kind IN ('base_court', 'tribunal', 'division')
    RETURNING id;
END;

CREATE FUNCTION unit_change(of_code text, full_name text, short text, new_place int) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    UPDATE unit SET name = full_name, short_name = short, place = new_place
    WHERE code = of_code AND asking_role() = 'sysadmin'
    RETURNING id;
END;

CREATE FUNCTION contact_set(court bigint, leader bigint, since date) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF coalesce(asking_role(), '') <> 'sysadmin' THEN
        RETURN;
    END IF;
    DELETE FROM contact_point WHERE unit_id = court AND valid_from >= since AND staff_id IS DISTINCT FROM leader;
    UPDATE contact_point SET valid_until = since
    WHERE unit_id = court AND (valid_until IS NULL OR valid_until > since) AND staff_id IS DISTINCT FROM leader;
    INSERT INTO contact_point (staff_id, unit_id, valid_from)
    SELECT leader, court, since
    WHERE leader IS NOT NULL
      AND NOT EXISTS (SELECT FROM contact_point WHERE unit_id = court AND staff_id = leader
                      AND (valid_until IS NULL OR valid_until > since));
END
$$;

GRANT EXECUTE ON FUNCTION unit_add(bigint, text, text, text, text, date), unit_change(text, text, text, int),
    contact_set(bigint, bigint, date) TO app_user;

-- Whether someone keeps the program, now or from a day to come.
CREATE FUNCTION is_administrator(person bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    RETURN EXISTS (SELECT FROM role_grant g
                   WHERE g.staff_id = person AND g.role IN ('sysadmin', 'secadmin', 'auditor')
                     AND (g.valid_until IS NULL OR asking_now() < g.valid_until));

-- What the security administrator does to an account: a first password, a second factor set up anew,
-- sessions ended. Never to their own: that is done on the page of one's own account. The first two never
-- to an administrator: whoever can sign in as another confirms what they proposed themselves.
CREATE FUNCTION account_password(person uuid, hash text, at timestamptz, expires timestamptz) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    WITH changed AS (
        UPDATE staff SET password_hash = hash, password_must_change = true, password_set_at = at,
                         password_reset_by = (SELECT '安全管理员' || name FROM staff WHERE id = asking_staff()),
                         password_expires_at = expires
        WHERE uuid = person AND asking_role() = 'secadmin' AND id <> asking_staff() AND username NOT LIKE 'job.%'
          AND NOT is_administrator(id)
        RETURNING id), gone AS (
        UPDATE session SET ended_at = at, ended_why = 'reset' FROM changed
        WHERE session.staff_id = changed.id AND session.ended_at IS NULL)
    SELECT id FROM changed;
END;

CREATE FUNCTION account_factor(person uuid, at timestamptz) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    WITH changed AS (
        UPDATE second_factor f SET secret_sealed = NULL, pending_sealed = NULL, confirmed_at = NULL,
                                   fresh_codes_sealed = NULL
        FROM staff s
        WHERE s.uuid = person AND f.staff_id = s.id AND asking_role() = 'secadmin' AND s.id <> asking_staff()
          AND NOT is_administrator(s.id)
          AND (f.secret_sealed IS NOT NULL OR f.pending_sealed IS NOT NULL)
        RETURNING f.staff_id), gone AS (
        UPDATE session SET ended_at = at, ended_why = 'factor' FROM changed
        WHERE session.staff_id = changed.staff_id AND session.ended_at IS NULL)
    SELECT staff_id FROM changed;
END;

-- One person's sessions, or everyone's but those of whoever asks.
CREATE FUNCTION account_sessions_end(person uuid, at timestamptz) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    WITH gone AS (
        UPDATE session x SET ended_at = at, ended_why = 'administrator' FROM staff s
        WHERE s.id = x.staff_id AND x.ended_at IS NULL AND asking_role() = 'secadmin' AND s.id <> asking_staff()
          AND (person IS NULL OR s.uuid = person)
        RETURNING x.id)
    SELECT count(*) FROM gone;
END;

GRANT EXECUTE ON FUNCTION is_administrator(bigint), account_password(uuid, text, timestamptz, timestamptz), account_factor(uuid, timestamptz),
    account_sessions_end(uuid, timestamptz) TO app_user;
