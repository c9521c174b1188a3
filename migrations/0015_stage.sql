-- The stage of a petition case, derived from its facts and never set by hand.
-- petition_case_derived says what it is; petition_case_now keeps the answer for the lists.
-- The serving role may only read either.

CREATE VIEW petition_case_derived WITH (security_invoker = true) AS
SELECT c.id AS case_id,
       c.unit_id,
       c.number,
       c.category,
       coalesce(m.name, '') AS name,
       coalesce(m.name_key, '') AS name_key,
       r.id AS round_id,
       CASE
           WHEN v.case_id IS NOT NULL THEN 'void'
           WHEN o.outcome IN ('terminated', 'written_off', 'routed_to_litigation', 'transferred_out') THEN o.outcome
           WHEN o.outcome IS NOT NULL THEN 'confirmed_closed'
           WHEN s.decision <> 'accepted' THEN s.decision
           WHEN cs.returned THEN 'returned'
           WHEN cs.bureau THEN 'bureau_checked'
           WHEN cs.president THEN 'signed'
           WHEN cs.leader THEN 'unit_closed'
           WHEN y.replied THEN 'replied'
           WHEN a.id IS NOT NULL AND k.assignment_id IS NOT NULL THEN 'in_handling'
           WHEN a.id IS NOT NULL THEN 'assigned'
           WHEN r.number > 1 THEN 'reopened'
           WHEN s.decision = 'accepted' THEN 'accepted'
           ELSE 'registered'
       END AS stage,
       v.case_id IS NULL AND o.outcome IS NULL AND coalesce(s.decision, 'accepted') = 'accepted' AS is_open,
       a.source,
       a.assigned_at,
       d.due_on,
       d.kind AS due_clock,
       l.name AS leader,
       l.staff_id AS leader_id,
       h.name AS handler,
       h.staff_id AS handler_id,
       (SELECT count(*) FROM visit_case vc
        WHERE vc.case_id = c.id AND NOT EXISTS (SELECT FROM visit_void x WHERE x.visit_id = vc.visit_id)) AS visits,
       greatest(c.recorded_at, a.recorded_at, p.happened_at) AS updated_at
FROM petition_case c
-- A round that a visit opened anew goes when the visit is taken back.
JOIN LATERAL (SELECT id, number FROM round
              WHERE case_id = c.id
                AND (number = 1 OR NOT EXISTS (SELECT FROM visit_void x WHERE x.visit_id = round.visit_id))
              ORDER BY number DESC LIMIT 1) r ON true
LEFT JOIN party y1 ON y1.case_id = c.id AND y1.part = 'main'
LEFT JOIN petitioner m ON m.id = y1.petitioner_id
LEFT JOIN case_void v ON v.case_id = c.id
LEFT JOIN round_outcome o ON o.round_id = r.id
LEFT JOIN screening s ON s.round_id = r.id
LEFT JOIN LATERAL (
    SELECT id, source, assigned_at, recorded_at FROM assignment
    WHERE round_id = r.id ORDER BY id DESC LIMIT 1) a ON true
LEFT JOIN acknowledgement k ON k.assignment_id = a.id
LEFT JOIN LATERAL (
    SELECT bool_or(g.decision = 'return') AS returned,
           bool_or(g.step = 'leader' AND g.decision = 'approve') AS leader,
           bool_or(g.step = 'president' AND g.decision = 'approve') AS president,
           bool_or(g.step = 'bureau' AND g.decision = 'approve') AS bureau
    FROM closing_signature g
    WHERE g.closing_id = (SELECT max(id) FROM closing WHERE round_id = r.id)) cs ON true
LEFT JOIN LATERAL (SELECT true AS replied FROM reply WHERE round_id = r.id LIMIT 1) y ON true
LEFT JOIN LATERAL (
    SELECT k.due_on, k.kind FROM clock k JOIN assignment b ON b.id = k.assignment_id
    WHERE b.round_id = r.id AND k.state = 'running' AND k.kind IN ('L2', 'M2', 'P7', 'C30')
    ORDER BY k.due_on, array_position(ARRAY['L2', 'M2', 'P7', 'C30'], k.kind) LIMIT 1) d ON true
LEFT JOIN team_member l ON l.case_id = c.id AND l.place = 'leader' AND l.ended_at IS NULL
LEFT JOIN team_member h ON h.case_id = c.id AND h.place = 'handler' AND h.ended_at IS NULL
LEFT JOIN LATERAL (
    SELECT max(happened_at) AS happened_at FROM progress_entry WHERE case_id = c.id) p ON true;

CREATE TABLE petition_case_now (
    case_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    -- Compared byte by byte: an index then serves the beginning of a number or a name.
    number text COLLATE "C" NOT NULL,
    category text NOT NULL,
    name text NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    round_id bigint NOT NULL,
    stage text NOT NULL,
    is_open boolean NOT NULL,
    source text,
    assigned_at timestamptz,
    due_on date,
    due_clock text,
    leader text,
    leader_id bigint,
    handler text,
    handler_id bigint,
    visits bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT petition_case_now_pkey PRIMARY KEY (case_id),
    CONSTRAINT petition_case_now_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT petition_case_now_stage_check CHECK (stage IN
        ('registered', 'accepted', 'not_accepted', 'resolved_on_spot', 'assigned', 'in_handling', 'replied',
         'unit_closed', 'returned', 'signed', 'bureau_checked', 'confirmed_closed', 'terminated', 'written_off',
         'transferred_out', 'routed_to_litigation', 'reopened', 'void'))
);
-- The lists: the open backlog by due date, of one court and of all; anything by number or name.
-- What has no due date comes last, and the number breaks every tie.
CREATE INDEX petition_case_now_due_idx ON petition_case_now
    (coalesce(due_on, DATE '9999-12-31'), number) WHERE is_open;
CREATE INDEX petition_case_now_court_due_idx ON petition_case_now
    (unit_id, coalesce(due_on, DATE '9999-12-31'), number) WHERE is_open;
CREATE UNIQUE INDEX petition_case_now_number_key ON petition_case_now (number);
CREATE INDEX petition_case_now_name_key_idx ON petition_case_now (name_key);
CREATE INDEX petition_case_now_unit_idx ON petition_case_now (unit_id, number);
CREATE INDEX petition_case_now_leader_idx ON petition_case_now (leader_id) WHERE is_open;
CREATE INDEX petition_case_now_handler_idx ON petition_case_now (handler_id) WHERE is_open;
CREATE INDEX petition_case_now_stage_idx ON petition_case_now (stage, unit_id) WHERE is_open;

-- In PL/pgSQL, which keeps its plan: planning takes longer than deriving. Two who add facts about one
-- case derive one after the other: the second reads what the first committed.
CREATE FUNCTION derive_case(of_case bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM FROM petition_case_now WHERE case_id = of_case FOR UPDATE;
    INSERT INTO petition_case_now (case_id, unit_id, number, category, name, name_key, round_id, stage, is_open,
                                   source, assigned_at, due_on, due_clock, leader, leader_id, handler, handler_id, visits, updated_at)
    SELECT case_id, unit_id, number, category, name, name_key, round_id, stage, is_open,
           source, assigned_at, due_on, due_clock, leader, leader_id, handler, handler_id, visits, updated_at
    FROM petition_case_derived WHERE case_id = of_case
    ON CONFLICT ON CONSTRAINT petition_case_now_pkey DO UPDATE SET
        unit_id = excluded.unit_id, name = excluded.name, name_key = excluded.name_key, round_id = excluded.round_id, stage = excluded.stage,
        is_open = excluded.is_open, source = excluded.source, assigned_at = excluded.assigned_at,
        due_on = excluded.due_on, due_clock = excluded.due_clock, leader = excluded.leader,
        leader_id = excluded.leader_id, handler = excluded.handler, handler_id = excluded.handler_id,
        visits = excluded.visits, updated_at = excluded.updated_at;
END
$$;

-- Once a case: when the first of a transaction's facts about it is looked at, all are there.
CREATE FUNCTION derive_after() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    touched bigint;
BEGIN
    IF TG_TABLE_NAME = 'petition_case' THEN
        touched := NEW.id;
    ELSE
        touched := NEW.case_id;
    END IF;
    IF NOT EXISTS (SELECT FROM petition_case_now n
                   WHERE n.case_id = touched AND n.xmin = pg_current_xact_id()::xid) THEN
        PERFORM derive_case(touched);
    END IF;
    RETURN NULL;
END
$$;

-- At the end of the transaction, so that a batch of facts about one case is read when it is whole.
DO $$
DECLARE
    fact text;
BEGIN
    FOREACH fact IN ARRAY ARRAY['round', 'screening', 'assignment', 'acknowledgement', 'clock_event', 'clock',
        'closing', 'closing_signature', 'round_outcome', 'reply', 'progress_entry', 'visit_case', 'case_void',
        'party']
    LOOP
        EXECUTE format('CREATE CONSTRAINT TRIGGER derive_after_%1$s AFTER INSERT ON %1$I
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION derive_after()', fact);
    END LOOP;
    FOREACH fact IN ARRAY ARRAY['petition_case', 'team_member']
    LOOP
        EXECUTE format('CREATE CONSTRAINT TRIGGER derive_after_%1$s AFTER INSERT OR UPDATE ON %1$I
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION derive_after()', fact);
    END LOOP;
END
$$;

CREATE FUNCTION derive_after_visit_void() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM derive_case(case_id) FROM visit_case WHERE visit_id = NEW.visit_id;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER derive_after_visit_void AFTER INSERT ON visit_void
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION derive_after_visit_void();

-- A name that was put right is put right in the lists.
CREATE FUNCTION derive_after_name() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM derive_case(case_id) FROM party WHERE petitioner_id = NEW.id AND part = 'main';
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER derive_after_name AFTER UPDATE ON petitioner
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION derive_after_name();

-- The wall of petition_case itself, on the row's own unit: a list asks it of each row.
CALL lay_wall('petition_case_now', $$
    unit_id = ANY ((SELECT asking_units())::bigint[])
    AND case_id <> ALL ((SELECT asking_excluded())::bigint[])
    AND ((SELECT asking_matters()) = 'all'
         OR is_of_matters(case_id, (SELECT asking_matters()), (SELECT asking_holder())))$$);
GRANT SELECT ON petition_case_now, petition_case_derived TO app_user;

-- Of a person's cases at any court: number, court and stage, nothing else (match panel, case rail).
CREATE FUNCTION cases_of_petitioner(of_petitioner bigint)
    RETURNS TABLE (number text, court text, unit_id bigint, stage text, is_open boolean, visits bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    SELECT c.number, u.short_name, c.unit_id, n.stage, n.is_open, n.visits
    FROM party y
    JOIN petition_case c ON c.id = y.case_id
    JOIN petition_case_now n ON n.case_id = c.id
    JOIN unit u ON u.id = c.unit_id
    WHERE y.petitioner_id = of_petitioner AND n.stage <> 'void' AND asking_role() IS NOT NULL
      AND c.id <> ALL (asking_excluded())
    ORDER BY n.is_open DESC, c.id DESC
    LIMIT 20;
END;

-- The case that a visit is joined to may be another court's: its key and where it stands, to link;
-- nothing to read.
CREATE FUNCTION case_to_join(wanted text) RETURNS TABLE (case_id bigint, number text, stage text, is_open boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    SELECT n.case_id, n.number, n.stage, n.is_open
    FROM petition_case_now n
    WHERE n.number = wanted AND asking_role() IN ('clerk', 'handler', 'bureau', 'bureau_head')
      AND n.case_id <> ALL (asking_excluded());
END;

-- Joining a visit to a case that may be another court's: its number and its visits so far; whoever
-- came becomes a party. A case that has ended is joined by opening its next round, which waits for
-- the bureau. What the window of one court writes into another's case is written here alone;
-- nothing comes back where the case no longer stands as the window read it.
CREATE FUNCTION case_joined(joined bigint, person bigint, by_visit bigint, reopening text)
    RETURNS TABLE (number text, visits bigint)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    entry visit;
BEGIN
    SELECT * INTO entry FROM visit v WHERE v.id = by_visit AND v.recorded_by = asking_staff();
    IF entry.id IS NULL OR joined = ANY (asking_excluded())
        OR coalesce(asking_role(), '') NOT IN ('clerk', 'handler', 'bureau', 'bureau_head') THEN
        RETURN;
    END IF;
    -- Two windows at once count one after the other, and what ends the case is waited for.
    PERFORM FROM petition_case c WHERE c.id = joined FOR UPDATE;
    IF NOT EXISTS (SELECT FROM petition_case_now n WHERE n.case_id = joined AND n.stage <> 'void'
                   AND n.is_open = (reopening = '')) THEN
        RETURN;
    END IF;
    IF reopening <> '' THEN
        INSERT INTO round (case_id, number, opened_at, recorded_at, recorded_by, reason, visit_id)
        SELECT joined, max(r.number) + 1, entry.received_at, entry.recorded_at, entry.recorded_by, reopening, by_visit
        FROM round r WHERE r.case_id = joined;
        UPDATE petition_case SET version = version + 1 WHERE id = joined;
    END IF;
    INSERT INTO party (case_id, petitioner_id, part, since)
    SELECT joined, person, 'joint', entry.recorded_at WHERE person IS NOT NULL
    ON CONFLICT ON CONSTRAINT party_pkey DO NOTHING;
    RETURN QUERY
        SELECT c.number,
               (SELECT count(*) FROM visit_case vc WHERE vc.case_id = joined
                  AND NOT EXISTS (SELECT FROM visit_void x WHERE x.visit_id = vc.visit_id))
        FROM petition_case c WHERE c.id = joined;
END
$$;
GRANT EXECUTE ON FUNCTION case_to_join(text), case_joined(bigint, bigint, bigint, text) TO app_user;

-- The case that a visit opened or joined, which may be another court's: number, court and stage,
-- and why the visit opened a further round of it.
CREATE FUNCTION case_of_visit(of_visit bigint)
    RETURNS TABLE (case_id bigint, number text, nth int, unit_id bigint, stage text, reopened text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    SELECT c.id, c.number, vc.nth, c.unit_id, n.stage,
           (SELECT r.reason FROM round r WHERE r.visit_id = vc.visit_id AND r.number > 1)
    FROM visit_case vc
    JOIN petition_case c ON c.id = vc.case_id
    JOIN petition_case_now n ON n.case_id = c.id
    WHERE vc.visit_id = of_visit AND asking_role() IS NOT NULL AND c.id <> ALL (asking_excluded())
    ORDER BY c.id
    LIMIT 1;
END;

-- Whether something was done about the round that a visit opened: then the visit stands. The case
-- may be another court's by now.
CREATE FUNCTION visit_worked_on(of_visit bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    RETURN asking_role() IS NOT NULL AND EXISTS (
        SELECT FROM round r JOIN petition_case c ON c.id = r.case_id
        WHERE r.visit_id = of_visit
          AND (r.number = 1 AND c.version > 1
               OR EXISTS (SELECT FROM assignment a WHERE a.round_id = r.id)));

-- Taking a visit back: what it opened is locked before it is looked at, and whoever has read it
-- before decided on a version that is gone.
CREATE FUNCTION visit_lock_opened(of_visit bigint) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    SELECT FROM petition_case
    WHERE id IN (SELECT case_id FROM round WHERE visit_id = of_visit) AND asking_role() IS NOT NULL
    ORDER BY id FOR UPDATE;
END;
CREATE FUNCTION visit_opened_changes(of_visit bigint) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    UPDATE petition_case SET version = version + 1
    WHERE id IN (SELECT case_id FROM round WHERE visit_id = of_visit)
      AND EXISTS (SELECT FROM visit WHERE id = of_visit AND recorded_by = asking_staff());
END;
GRANT EXECUTE ON FUNCTION case_of_visit(bigint), visit_worked_on(bigint), visit_lock_opened(bigint),
    visit_opened_changes(bigint) TO app_user;

-- Of the visits of a person: when, at which court, about which case.
CREATE FUNCTION visits_of_petitioner(of_petitioner bigint)
    RETURNS TABLE (number text, received_at timestamptz, court text, unit_id bigint, case_number text, nth int)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    SELECT v.number, v.received_at, u.short_name, v.unit_id, c.number, vc.nth
    FROM visit v
    JOIN unit u ON u.id = v.unit_id
    LEFT JOIN visit_case vc ON vc.visit_id = v.id
    LEFT JOIN petition_case c ON c.id = vc.case_id
    WHERE v.petitioner_id = of_petitioner AND v.visit_kind <> 'accusation' AND asking_role() IS NOT NULL
      AND v.id <> ALL (asking_excluded_visits())
      AND NOT EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id)
    ORDER BY v.received_at DESC
    LIMIT 20;
END;

GRANT EXECUTE ON FUNCTION cases_of_petitioner(bigint), visits_of_petitioner(bigint) TO app_user;

-- What waits for someone (我的待办): running clocks of open rounds, papers that wait for a signature or
-- for the bureau, cases that wait for a court. Whose task it is, the program asks.
CREATE VIEW work WITH (security_invoker = true) AS
-- Until the assignment is acknowledged that comes first. Of several assignments the strictest counts.
SELECT 'duty' AS desk, k.kind AS step, n.case_id, n.unit_id, min(k.due_on) AS due_on,
       NULL::timestamptz AS since, NULL::uuid AS paper
FROM petition_case_now n
JOIN assignment a ON a.round_id = n.round_id
JOIN clock k ON k.assignment_id = a.id
WHERE n.is_open AND k.state = 'running'
  AND CASE n.stage WHEN 'assigned' THEN k.kind = 'A0' ELSE k.kind IN ('L2', 'M2', 'P7', 'C30') END
GROUP BY n.case_id, n.unit_id, k.kind
UNION ALL
SELECT 'sign', s.step, n.case_id, n.unit_id, NULL, s.since, c.uuid
FROM petition_case_now n
JOIN LATERAL (SELECT id, uuid, applied_at, needs_leading_group FROM closing
              WHERE round_id = n.round_id ORDER BY id DESC LIMIT 1) c ON true
JOIN LATERAL (
    SELECT CASE
               WHEN bool_or(g.decision = 'return') OR bool_or(g.step = 'leading_group') THEN NULL
               WHEN bool_or(g.step = 'bureau') THEN CASE WHEN c.needs_leading_group THEN 'leading_group' END
               WHEN bool_or(g.step = 'president') THEN 'bureau'
               WHEN bool_or(g.step = 'leader') THEN 'president'
               ELSE 'leader'
           END AS step,
           coalesce(max(g.signed_at), c.applied_at) AS since
    FROM closing_signature g WHERE g.closing_id = c.id) s ON s.step IS NOT NULL
WHERE n.is_open
UNION ALL
SELECT 'receive', '', n.case_id, n.unit_id, NULL, max(w.submitted_at), NULL
FROM petition_case_now n
JOIN progress_report w ON w.round_id = n.round_id
WHERE n.is_open AND NOT EXISTS (SELECT FROM report_review r WHERE r.report_id = w.id)
GROUP BY n.case_id, n.unit_id
UNION ALL
-- What comes in is assigned on the same day, after 17:00 on the next.
SELECT 'assign', '', n.case_id, n.unit_id,
       ((coalesce(s.decided_at, r.opened_at) + interval '7 hours') AT TIME ZONE 'Asia/Shanghai')::date,
       coalesce(s.decided_at, r.opened_at), NULL
FROM petition_case_now n
JOIN round r ON r.id = n.round_id
LEFT JOIN screening s ON s.round_id = r.id
WHERE n.is_open AND n.stage IN ('accepted', 'reopened')
UNION ALL
-- Whoever was kept out of a case still stands in its team until the ledger names another.
SELECT 'replace', t.place, n.case_id, n.unit_id, NULL, max(e.recorded_at), NULL
FROM petition_case_now n
JOIN team_member t ON t.case_id = n.case_id AND t.ended_at IS NULL AND t.staff_id IS NOT NULL
JOIN exclusion e ON e.case_id = t.case_id AND e.staff_id = t.staff_id AND e.lifted_at IS NULL
WHERE n.is_open
GROUP BY n.case_id, n.unit_id, t.place;

GRANT SELECT ON work TO app_user;
