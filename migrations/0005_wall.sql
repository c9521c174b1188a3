-- The second wall: who is asking, what they reach, and how a table is put behind it.
-- Nothing but two ids is passed in; role, unit and reach are looked up here.

CREATE FUNCTION asking_staff() RETURNS bigint LANGUAGE sql STABLE
    RETURN nullif(current_setting('app.staff_id', true), '')::bigint;
CREATE FUNCTION asking_grant() RETURNS bigint LANGUAGE sql STABLE
    RETURN nullif(current_setting('app.grant_id', true), '')::bigint;

-- The moment of the request by the program's clock, which the first wall goes by; a connection that
-- was told none goes by the database's.
CREATE FUNCTION asking_now() RETURNS timestamptz LANGUAGE sql STABLE
    RETURN coalesce(nullif(current_setting('app.now', true), '')::timestamptz, now());

-- What the wall goes by is looked up once a transaction, by `begin_asking`, and kept in settings that
-- end with it; they count for the one who was asked for and the moment. A connection that told two ids
-- in another way has it looked up at each call. The functions that the policies call are PL/pgSQL, which
-- keeps its plans: a statement names them hundreds of times, and the planner would unfold SQL each time.
CREATE FUNCTION asking_for() RETURNS text LANGUAGE sql STABLE
    RETURN concat(current_setting('app.staff_id', true), ' ', current_setting('app.grant_id', true), ' ',
                  current_setting('app.now', true));
CREATE FUNCTION is_looked_up() RETURNS boolean LANGUAGE sql STABLE
    RETURN current_setting('app.looked_up_for', true) = asking_for();

-- The grant: its role as long as it holds, its unit, and whose rights these are. That is the absent
-- person where someone stands in (代理), whose own grant must hold as well.
CREATE FUNCTION look_up_grant(OUT role text, OUT place bigint, OUT holder bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    moment timestamptz := asking_now();
    theirs bigint;
BEGIN
    SELECT CASE WHEN s.active AND moment >= g.valid_from AND (g.valid_until IS NULL OR moment < g.valid_until)
                THEN g.role END,
           g.unit_id, g.staff_id, g.stands_in_for
    INTO role, place, holder, theirs
    FROM role_grant g JOIN staff s ON s.id = g.staff_id
    WHERE g.id = asking_grant() AND g.staff_id = asking_staff();
    IF theirs IS NOT NULL THEN
        SELECT CASE WHEN s.active AND moment >= g.valid_from AND (g.valid_until IS NULL OR moment < g.valid_until)
                    THEN look_up_grant.role END,
               g.staff_id
        INTO role, holder
        FROM role_grant g JOIN staff s ON s.id = g.staff_id
        WHERE g.id = theirs;
    END IF;
END
$$;
CREATE FUNCTION asking_role() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN is_looked_up() THEN nullif(current_setting('app.role', true), '') ELSE (look_up_grant()).role END;
END
$$;
CREATE FUNCTION asking_unit() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN is_looked_up() THEN nullif(current_setting('app.unit', true), '')::bigint ELSE (look_up_grant()).place END;
END
$$;
-- Whose teams and courts count: whoever asks, or whoever they stand in for.
CREATE FUNCTION asking_holder() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN is_looked_up() THEN nullif(current_setting('app.holder', true), '')::bigint ELSE (look_up_grant()).holder END;
END
$$;
-- For whom something is done, where it is for another.
CREATE FUNCTION asking_principal() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN nullif(asking_holder(), asking_staff());
END
$$;

-- The day at the courts.
CREATE FUNCTION asking_day() RETURNS date LANGUAGE sql STABLE
    RETURN (asking_now() AT TIME ZONE 'Asia/Shanghai')::date;

-- The units whose rows are within reach. There is one petition bureau; its reach, and that of the
-- intermediate court's president, its leading group and its offices, is the court and all units
-- below it. A contact leader (联系点院领导) reaches the courts of the contact list; who keeps the
-- program reaches nothing.
CREATE FUNCTION look_up_units(role text, place bigint, holder bigint) RETURNS bigint[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    court bigint := court_of(place);
BEGIN
    IF role IN ('bureau', 'bureau_head', 'leading_group', 'enforcement_office', 'reviewer', 'inspection', 'job')
        OR role = 'president' AND (SELECT kind FROM unit WHERE id = court) = 'intermediate_court'
    THEN
        RETURN ARRAY(SELECT unit_id FROM unit_path WHERE ancestor_id = court);
    ELSIF role = 'contact_leader' THEN
        RETURN ARRAY(SELECT p.unit_id FROM contact_point k JOIN unit_path p ON p.ancestor_id = k.unit_id
                     WHERE k.staff_id = holder AND asking_day() >= k.valid_from
                       AND (k.valid_until IS NULL OR asking_day() < k.valid_until));
    ELSIF role IS NULL OR role IN ('court_police', 'sysadmin', 'secadmin', 'auditor') THEN
        RETURN ARRAY[]::bigint[];
    END IF;
    RETURN ARRAY(SELECT unit_id FROM unit_path
                 WHERE ancestor_id = place AND court_of(unit_id) = court);
END
$$;
CREATE FUNCTION asking_units() RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN is_looked_up() THEN current_setting('app.units', true)::bigint[] ELSE look_up_units(asking_role(), asking_unit(), asking_holder()) END;
END
$$;

-- How much of a case within reach is open: all of it; the narrative alone; or what the team holds.
CREATE FUNCTION asking_depth() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE asking_role()
        WHEN 'bureau' THEN 'all' WHEN 'bureau_head' THEN 'all' WHEN 'president' THEN 'all'
        WHEN 'leading_group' THEN 'all' WHEN 'job' THEN 'all'
        WHEN 'enforcement_office' THEN 'all' WHEN 'reviewer' THEN 'all'
        WHEN 'clerk' THEN 'narrative' WHEN 'contact_leader' THEN 'narrative'
        WHEN 'handler' THEN 'team_or_unclaimed'
        WHEN 'leader' THEN 'team'
        ELSE 'none'
    END;
END
$$;

-- Which cases of the units: a role may have to do with one kind of matter alone, or with none.
CREATE FUNCTION asking_matters() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE asking_role()
        WHEN 'leading_group' THEN 'submitted' WHEN 'enforcement_office' THEN 'enforcement'
        WHEN 'reviewer' THEN 'reviewed'
        WHEN 'inspection' THEN 'none' WHEN 'court_police' THEN 'none'
        WHEN 'sysadmin' THEN 'none' WHEN 'secadmin' THEN 'none' WHEN 'auditor' THEN 'none'
        ELSE 'all'
    END;
END
$$;

-- The cases that name whoever asks, or their unit (回避): for them these aren't there; for who stands
-- in, neither those that name the one nor those that name the other.
CREATE FUNCTION look_up_excluded(role text, place bigint, holder bigint) RETURNS bigint[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN CASE WHEN role = 'job' THEN ARRAY[]::bigint[]
                WHEN holder <> asking_staff() THEN excluded_cases(asking_staff(), place) || excluded_cases(holder, place)
                ELSE excluded_cases(asking_staff(), place) END;
END
$$;
CREATE FUNCTION asking_excluded() RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN is_looked_up() THEN current_setting('app.excluded', true)::bigint[] ELSE look_up_excluded(asking_role(), asking_unit(), asking_holder()) END;
END
$$;
-- And the visits about them.
CREATE FUNCTION look_up_excluded_visits(role text, place bigint, holder bigint) RETURNS bigint[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN CASE WHEN role = 'job' THEN ARRAY[]::bigint[]
                WHEN holder <> asking_staff() THEN excluded_visits(asking_staff(), place) || excluded_visits(holder, place)
                ELSE excluded_visits(asking_staff(), place) END;
END
$$;
CREATE FUNCTION asking_excluded_visits() RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN is_looked_up() THEN current_setting('app.excluded_visits', true)::bigint[] ELSE look_up_excluded_visits(asking_role(), asking_unit(), asking_holder()) END;
END
$$;

-- The beginning of every transaction of a session.
CREATE FUNCTION begin_asking(who bigint, held bigint, of_session text, of_address text, moment text) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    role text;
    place bigint;
    holder bigint;
BEGIN
    PERFORM set_config('app.staff_id', who::text, true), set_config('app.grant_id', held::text, true),
            set_config('app.now', moment, true), set_config('app.session', of_session, true),
            set_config('app.address', of_address, true);
    SELECT g.role, g.place, g.holder INTO role, place, holder FROM look_up_grant() g;
    PERFORM set_config('app.role', coalesce(role, ''), true), set_config('app.unit', coalesce(place::text, ''), true),
            set_config('app.holder', coalesce(holder::text, ''), true),
            set_config('app.units', look_up_units(role, place, holder)::text, true),
            set_config('app.excluded', look_up_excluded(role, place, holder)::text, true),
            set_config('app.excluded_visits', look_up_excluded_visits(role, place, holder)::text, true),
            set_config('app.looked_up_for', asking_for(), true);
END
$$;

GRANT EXECUTE ON FUNCTION asking_now(), asking_staff(), asking_grant(), asking_for(), is_looked_up(),
    look_up_grant(), asking_role(), asking_unit(), asking_holder(), asking_principal(),
    look_up_units(text, bigint, bigint), asking_units(),
    asking_depth(), asking_matters(), look_up_excluded(text, bigint, bigint), asking_excluded(),
    look_up_excluded_visits(text, bigint, bigint), asking_excluded_visits(),
    begin_asking(bigint, bigint, text, text, text) TO app_user;

-- Puts a table behind the wall with the given predicate. The owner's own functions (the definer
-- ones below) see all rows; row security is forced, so nothing else of the owner does.
CREATE PROCEDURE lay_wall(walled regclass, predicate text) LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', walled);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', walled);
    EXECUTE format('CREATE POLICY %I ON %s TO app_user USING (%s)', walled || '_reach', walled, predicate);
    EXECUTE format('CREATE POLICY %I ON %s TO %I USING (true)', walled || '_owner', walled, current_user);
END
$$;

CALL lay_wall('former_password', 'staff_id = (SELECT asking_staff())');

-- The predicates that recur. Every call stands in a sub-select: asked once a statement.
CREATE FUNCTION wall_of_case(depth text, case_column text) RETURNS text LANGUAGE sql IMMUTABLE
    SET search_path = public
    RETURN format('EXISTS (SELECT FROM petition_case c WHERE c.id = %1$s)', case_column)
        || CASE depth
            WHEN 'head' THEN ''
            ELSE format(
                ' AND ((SELECT asking_depth()) = ''all''%2$s'
                || ' OR ((SELECT asking_depth()) IN (''team'', ''team_or_unclaimed'') AND EXISTS ('
                || 'SELECT FROM team_member t WHERE t.case_id = %1$s AND t.ended_at IS NULL'
                || ' AND t.staff_id = (SELECT asking_holder())))'
                || ' OR ((SELECT asking_depth()) = ''team_or_unclaimed'' AND NOT EXISTS ('
                || 'SELECT FROM team_member t WHERE t.case_id = %1$s AND t.ended_at IS NULL'
                || ' AND t.place = ''handler'' AND t.staff_id IS NOT NULL)))',
                case_column,
                CASE depth WHEN 'narrative' THEN ' OR (SELECT asking_depth()) = ''narrative''' ELSE '' END)
        END;
