-- The petition case (信访案件), its rounds, its people and the court cases behind it.

CREATE TABLE petition_case (
    id bigint GENERATED ALWAYS AS IDENTITY,
    number text NOT NULL,
    -- The responsible unit at present (责任单位); before assignment, the court that registered it.
    unit_id bigint NOT NULL,
    registered_unit_id bigint NOT NULL,
    category text NOT NULL,
    origin_unit_id bigint,
    urgent boolean NOT NULL DEFAULT false,
    urgent_reason text NOT NULL DEFAULT '',
    -- The register's own happening: when the matter first reached a court.
    opened_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    import_id bigint,
    version int NOT NULL DEFAULT 1,
    CONSTRAINT petition_case_pkey PRIMARY KEY (id),
    CONSTRAINT petition_case_number_key UNIQUE (number),
    CONSTRAINT petition_case_number_check CHECK (number ~ '^XF[0-9]{4}-[0-9]{5,}$'),
    CONSTRAINT petition_case_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT petition_case_registered_unit_fkey FOREIGN KEY (registered_unit_id) REFERENCES unit (id),
    CONSTRAINT petition_case_origin_unit_fkey FOREIGN KEY (origin_unit_id) REFERENCES unit (id),
    CONSTRAINT petition_case_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES staff (id)
);
CREATE INDEX petition_case_unit_idx ON petition_case (unit_id);
CREATE INDEX petition_case_import_idx ON petition_case (import_id) WHERE import_id IS NOT NULL;

-- The people of the case's team (包案领导 leader, 责任领导 chief, 责任人 handler, 承办人 officer,
-- 联络人 liaison). A place ends; it is never overwritten.
CREATE TABLE team_member (
    id bigint GENERATED ALWAYS AS IDENTITY,
    case_id bigint NOT NULL,
    round_id bigint NOT NULL,
    place text NOT NULL,
    -- NULL where a ledger brought a name that no account bears.
    staff_id bigint,
    name text NOT NULL,
    post_title text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    since timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    ended_at timestamptz,
    CONSTRAINT team_member_pkey PRIMARY KEY (id),
    CONSTRAINT team_member_staff_fkey FOREIGN KEY (staff_id) REFERENCES staff (id),
    CONSTRAINT team_member_place_check CHECK (place IN ('leader', 'chief', 'handler', 'officer', 'liaison'))
);
CREATE UNIQUE INDEX team_member_place_key ON team_member (case_id, place) WHERE ended_at IS NULL;
CREATE INDEX team_member_staff_idx ON team_member (staff_id, case_id) WHERE ended_at IS NULL;

-- A round of handling (办理轮次): the first opens with the case, the next when it is reopened.
CREATE TABLE round (
    id bigint GENERATED ALWAYS AS IDENTITY,
    case_id bigint NOT NULL,
    number int NOT NULL,
    opened_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    reason text NOT NULL DEFAULT '',
    -- The visit that opened it; NULL where a ledger brought the case.
    visit_id bigint,
    CONSTRAINT round_pkey PRIMARY KEY (id),
    CONSTRAINT round_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT round_case_number_key UNIQUE (case_id, number),
    CONSTRAINT round_number_check CHECK (number >= 1)
);
ALTER TABLE team_member
    ADD CONSTRAINT team_member_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    ADD CONSTRAINT team_member_round_fkey FOREIGN KEY (round_id) REFERENCES round (id);

-- What the counter or the bureau decided about a round (T3 to T8).
CREATE TABLE screening (
    id bigint GENERATED ALWAYS AS IDENTITY,
    case_id bigint NOT NULL,
    round_id bigint NOT NULL,
    decision text NOT NULL,
    litigation_route text NOT NULL DEFAULT '',
    transfer_organ text NOT NULL DEFAULT '',
    decided_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT screening_pkey PRIMARY KEY (id),
    CONSTRAINT screening_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT screening_round_key UNIQUE (round_id),
    CONSTRAINT screening_round_fkey FOREIGN KEY (round_id) REFERENCES round (id),
    CONSTRAINT screening_decision_check CHECK (decision IN
        ('accepted', 'resolved_on_spot', 'routed_to_litigation', 'transferred_out', 'not_accepted'))
);

-- 信访事由 and 诉求: narrative, so it stands apart from the row that the whole court may list.
CREATE TABLE grounds (
    case_id bigint NOT NULL,
    summary text NOT NULL,
    requests text[] NOT NULL DEFAULT '{}',
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    version int NOT NULL DEFAULT 1,
    CONSTRAINT grounds_pkey PRIMARY KEY (case_id),
    CONSTRAINT grounds_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id)
);

-- Who petitions in the case, and as what.
CREATE TABLE party (
    case_id bigint NOT NULL,
    petitioner_id bigint NOT NULL,
    part text NOT NULL,
    since timestamptz NOT NULL,
    CONSTRAINT party_pkey PRIMARY KEY (case_id, petitioner_id),
    CONSTRAINT party_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT party_petitioner_fkey FOREIGN KEY (petitioner_id) REFERENCES petitioner (id),
    CONSTRAINT party_part_check CHECK (part IN ('main', 'joint', 'representative', 'agent'))
);
CREATE INDEX party_petitioner_idx ON party (petitioner_id);
CREATE UNIQUE INDEX party_main_key ON party (case_id) WHERE part = 'main';

-- The court's original case (原审案件), by its normalised 案号.
CREATE TABLE court_case (
    id bigint GENERATED ALWAYS AS IDENTITY,
    number text NOT NULL,
    -- False where the number has no known form and is kept as written.
    well_formed boolean NOT NULL,
    court_unit_id bigint,
    CONSTRAINT court_case_pkey PRIMARY KEY (id),
    CONSTRAINT court_case_number_key UNIQUE (number),
    CONSTRAINT court_case_court_unit_fkey FOREIGN KEY (court_unit_id) REFERENCES unit (id)
);
GRANT SELECT, INSERT ON court_case TO app_user;

CREATE TABLE petition_case_court_case (
    case_id bigint NOT NULL,
    court_case_id bigint NOT NULL,
    procedure text NOT NULL DEFAULT '',
    CONSTRAINT petition_case_court_case_pkey PRIMARY KEY (case_id, court_case_id),
    CONSTRAINT petition_case_court_case_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT petition_case_court_case_court_case_fkey FOREIGN KEY (court_case_id) REFERENCES court_case (id)
);
CREATE INDEX petition_case_court_case_idx ON petition_case_court_case (court_case_id);

-- Proven double registration (T30): the number stays, with the reason and the second person.
CREATE TABLE case_void (
    case_id bigint NOT NULL,
    reason text NOT NULL,
    voided_at timestamptz NOT NULL,
    voided_by bigint NOT NULL,
    CONSTRAINT case_void_pkey PRIMARY KEY (case_id),
    CONSTRAINT case_void_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT case_void_reason_check CHECK (reason <> '')
);

-- The cases that a closing has brought before the leading group. Filled in by 0014.
CREATE TABLE case_submitted (
    case_id bigint NOT NULL,
    CONSTRAINT case_submitted_pkey PRIMARY KEY (case_id),
    CONSTRAINT case_submitted_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id)
);
CALL lay_wall('case_submitted', 'false');

-- 评查: which cases were given to whom to review, and for how long.
CREATE TABLE case_reviewer (
    case_id bigint NOT NULL,
    staff_id bigint NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz,
    recorded_by bigint NOT NULL,
    kind text NOT NULL,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    -- Taken back before its day; the row stays.
    withdrawn_at timestamptz,
    withdrawn_by bigint,
    withdrawn_reason text NOT NULL DEFAULT '',
    CONSTRAINT case_reviewer_pkey PRIMARY KEY (case_id, staff_id, since),
    CONSTRAINT case_reviewer_uuid_key UNIQUE (uuid),
    CONSTRAINT case_reviewer_kind_check CHECK (kind IN ('own_court', 'intermediate', 'cross', 'spot')),
    CONSTRAINT case_reviewer_withdrawn_by_fkey FOREIGN KEY (withdrawn_by) REFERENCES staff (id),
    CONSTRAINT case_reviewer_withdrawn_check CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL)
                                                    AND (withdrawn_at IS NULL) = (withdrawn_reason = '')),
    CONSTRAINT case_reviewer_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT case_reviewer_staff_fkey FOREIGN KEY (staff_id) REFERENCES staff (id),
    CONSTRAINT case_reviewer_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES staff (id),
    CONSTRAINT case_reviewer_dates_check CHECK (until IS NULL OR until > since)
);
CREATE INDEX case_reviewer_staff_idx ON case_reviewer (staff_id, case_id);

-- 回避: the petition names a judge or a court unit. To them the case isn't there, whatever their
-- grants; lifting is an act of its own, and the row stays.
CREATE TABLE exclusion (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    case_id bigint NOT NULL,
    staff_id bigint,
    unit_id bigint,
    reason text NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    lifted_at timestamptz,
    lifted_by bigint,
    lifted_reason text NOT NULL DEFAULT '',
    CONSTRAINT exclusion_pkey PRIMARY KEY (id),
    CONSTRAINT exclusion_uuid_key UNIQUE (uuid),
    CONSTRAINT exclusion_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT exclusion_staff_fkey FOREIGN KEY (staff_id) REFERENCES staff (id),
    CONSTRAINT exclusion_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT exclusion_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES staff (id),
    CONSTRAINT exclusion_lifted_by_fkey FOREIGN KEY (lifted_by) REFERENCES staff (id),
    CONSTRAINT exclusion_named_check CHECK ((staff_id IS NULL) <> (unit_id IS NULL)),
    CONSTRAINT exclusion_lifted_check CHECK ((lifted_at IS NULL) = (lifted_by IS NULL)
                                             AND (lifted_at IS NULL) = (lifted_reason = ''))
);
CREATE UNIQUE INDEX exclusion_staff_key ON exclusion (staff_id, case_id) WHERE lifted_at IS NULL AND staff_id IS NOT NULL;
CREATE UNIQUE INDEX exclusion_unit_key ON exclusion (unit_id, case_id) WHERE lifted_at IS NULL AND unit_id IS NOT NULL;
CREATE INDEX exclusion_case_idx ON exclusion (case_id);

-- 暂缓销毁: as long as one runs, nothing of the case is destroyed. Lifting is an act of its own, and
-- the row stays.
CREATE TABLE legal_hold (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    case_id bigint NOT NULL,
    reason text NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    lifted_at timestamptz,
    lifted_by bigint,
    lifted_reason text NOT NULL DEFAULT '',
    CONSTRAINT legal_hold_pkey PRIMARY KEY (id),
    CONSTRAINT legal_hold_uuid_key UNIQUE (uuid),
    CONSTRAINT legal_hold_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT legal_hold_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES staff (id),
    CONSTRAINT legal_hold_lifted_by_fkey FOREIGN KEY (lifted_by) REFERENCES staff (id),
    CONSTRAINT legal_hold_reason_check CHECK (reason <> ''),
    CONSTRAINT legal_hold_lifted_check CHECK ((lifted_at IS NULL) = (lifted_by IS NULL)
                                              AND (lifted_at IS NULL) = (lifted_reason = ''))
);
CREATE INDEX legal_hold_case_idx ON legal_hold (case_id);
-- For the bureau, which decides on it.
CREATE FUNCTION case_is_held(of_case bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    RETURN asking_role() IN ('bureau', 'bureau_head')
        AND EXISTS (SELECT FROM legal_hold WHERE case_id = of_case AND lifted_at IS NULL);
GRANT EXECUTE ON FUNCTION case_is_held(bigint) TO app_user;

CREATE FUNCTION excluded_cases(of_staff bigint, of_unit bigint) RETURNS bigint[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN ARRAY(
        SELECT case_id FROM exclusion WHERE staff_id = of_staff AND lifted_at IS NULL
        UNION
        SELECT e.case_id FROM exclusion e JOIN unit_path p ON p.ancestor_id = e.unit_id
        WHERE p.unit_id = of_unit AND e.lifted_at IS NULL);
END
$$;
-- Whether whoever signs as president of a case's court is kept out of it, all of them.
CREATE FUNCTION president_kept_out(of_case bigint, of_unit bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN coalesce((
        SELECT bool_and(of_case = ANY (excluded_cases(s.id, g.unit_id)))
        FROM role_grant g JOIN staff s ON s.id = g.staff_id AND s.active
        WHERE g.role = 'president' AND court_of(g.unit_id) = court_of(of_unit) AND g.valid_from <= asking_now()
          AND (g.valid_until IS NULL OR asking_now() < g.valid_until)), false);
END
$$;
GRANT EXECUTE ON FUNCTION president_kept_out(bigint, bigint) TO app_user;
CREATE FUNCTION excluded_visits(of_staff bigint, of_unit bigint) RETURNS bigint[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN ARRAY(SELECT visit_id FROM visit_case WHERE case_id = ANY (excluded_cases(of_staff, of_unit)));
END
$$;
GRANT EXECUTE ON FUNCTION excluded_cases(bigint, bigint), excluded_visits(bigint, bigint) TO app_user;

-- Whether a case is of the matters that a reader has to do with.
CREATE FUNCTION is_of_matters(of_case bigint, matters text, reader bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    RETURN CASE matters
        WHEN 'all' THEN true
        WHEN 'submitted' THEN EXISTS (SELECT FROM case_submitted WHERE case_id = of_case)
        WHEN 'enforcement' THEN EXISTS (SELECT FROM petition_case c WHERE c.id = of_case
                                        AND c.category LIKE 'enforcement%')
        WHEN 'reviewed' THEN EXISTS (SELECT FROM case_reviewer r
                                     WHERE r.case_id = of_case AND r.staff_id = reader AND asking_now() >= r.since
                                       AND (r.until IS NULL OR asking_now() < r.until)
                                       AND (r.withdrawn_at IS NULL OR asking_now() < r.withdrawn_at))
        ELSE false
    END;
GRANT EXECUTE ON FUNCTION is_of_matters(bigint, text, bigint) TO app_user;

-- The second wall.
CALL lay_wall('petition_case', $$
    unit_id = ANY ((SELECT asking_units())::bigint[])
    AND id <> ALL ((SELECT asking_excluded())::bigint[])
    AND ((SELECT asking_matters()) = 'all'
         OR is_of_matters(id, (SELECT asking_matters()), (SELECT asking_holder())))$$);
CALL lay_wall('case_reviewer', wall_of_case('head', 'case_reviewer.case_id'));
CALL lay_wall('exclusion', wall_of_case('head', 'exclusion.case_id'));
CALL lay_wall('legal_hold', $$
    (SELECT asking_role()) IN ('bureau', 'bureau_head', 'job')
    AND EXISTS (SELECT FROM petition_case c WHERE c.id = legal_hold.case_id)$$);
GRANT SELECT, INSERT ON legal_hold TO app_user;
GRANT UPDATE (lifted_at, lifted_by, lifted_reason) ON legal_hold TO app_user;
-- The bureau gives a case to reviewers and takes it back, in its own name.
CREATE POLICY case_reviewer_giving ON case_reviewer AS RESTRICTIVE FOR INSERT TO app_user WITH CHECK (
    (SELECT asking_role()) IN ('bureau', 'bureau_head') AND recorded_by = (SELECT asking_staff()));
CREATE POLICY case_reviewer_taking ON case_reviewer AS RESTRICTIVE FOR UPDATE TO app_user
    USING ((SELECT asking_role()) IN ('bureau', 'bureau_head'));
GRANT SELECT, INSERT ON case_reviewer, exclusion TO app_user;
GRANT UPDATE (withdrawn_at, withdrawn_by, withdrawn_reason) ON case_reviewer TO app_user;
GRANT UPDATE (lifted_at, lifted_by, lifted_reason) ON exclusion TO app_user;

-- The first wall: the scope that the queries bind, and whether a row lies within it. The planner
-- unfolds the functions into the query, so the index on the unit is used.
CREATE TYPE reach AS (
    units bigint[],
    matters text,
    -- How far the accounts of visits are open.
    accounts text,
    -- Accusations: whose words are read, and which are sent on unread.
    reads_sealed boolean,
    sends_sealed boolean,
    -- Who asks, and whose rights they ask with (代理).
    staff bigint,
    holder bigint,
    excluded bigint[],
    excluded_visits bigint[]
);
CREATE FUNCTION within(scope reach, of_unit bigint, of_case bigint) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN of_unit = ANY ((scope).units) AND of_case <> ALL ((scope).excluded)
        AND ((scope).matters = 'all' OR is_of_matters(of_case, (scope).matters, (scope).holder));
GRANT EXECUTE ON FUNCTION within(reach, bigint, bigint) TO app_user;
CALL lay_wall('team_member', wall_of_case('head', 'team_member.case_id'));
CALL lay_wall('round', wall_of_case('head', 'round.case_id'));
CALL lay_wall('screening', wall_of_case('head', 'screening.case_id'));
CALL lay_wall('party', wall_of_case('head', 'party.case_id'));
-- People: of a court for whoever has to do with all its matters, else those of the cases that whoever
-- asks finds. A function, so that each page need not plan the walls of the cases once more.
CREATE FUNCTION is_party_within_reach(of_petitioner bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM party WHERE petitioner_id = of_petitioner);
END
$$;
GRANT EXECUTE ON FUNCTION is_party_within_reach(bigint) TO app_user;
CALL lay_wall('petitioner_court', $$
    unit_id = ANY ((SELECT asking_units())::bigint[])
    AND CASE (SELECT asking_matters()) WHEN 'all' THEN true WHEN 'none' THEN false
             ELSE is_party_within_reach(petitioner_id) END$$);
CALL lay_wall('case_void', wall_of_case('head', 'case_void.case_id'));
CALL lay_wall('grounds', wall_of_case('narrative', 'grounds.case_id'));
CALL lay_wall('petition_case_court_case', wall_of_case('narrative', 'petition_case_court_case.case_id'));

GRANT SELECT, INSERT ON petition_case, team_member, round, screening, party, case_void, grounds,
    petition_case_court_case TO app_user;
GRANT UPDATE (unit_id, urgent, urgent_reason, version) ON petition_case TO app_user;
GRANT UPDATE (ended_at) ON team_member TO app_user;
GRANT UPDATE (summary, requests, recorded_at, recorded_by, version) ON grounds TO app_user;

-- A court that is given a case, or gains a party, may read the party's name from then on.
CREATE FUNCTION petitioner_court_grow() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF TG_TABLE_NAME = 'party' THEN
        INSERT INTO petitioner_court (petitioner_id, unit_id)
        SELECT NEW.petitioner_id, unit_id FROM petition_case WHERE id = NEW.case_id
        ON CONFLICT DO NOTHING;
    ELSE
        INSERT INTO petitioner_court (petitioner_id, unit_id)
        SELECT petitioner_id, NEW.unit_id FROM party WHERE case_id = NEW.id
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER petitioner_court_of_party AFTER INSERT ON party
    FOR EACH ROW EXECUTE FUNCTION petitioner_court_grow();
CREATE TRIGGER petitioner_court_of_case AFTER UPDATE OF unit_id ON petition_case
    FOR EACH ROW WHEN (OLD.unit_id <> NEW.unit_id) EXECUTE FUNCTION petitioner_court_grow();
