-- What is destroyed when its period is over (periods: 0006, what must wait: 0010). What remains of a
-- matter are number, court, dates and outcome: the frozen figures are derived from nothing else.

-- What was destroyed: a row for each matter, and for each visit that went with a case. A case that
-- was opened anew since is a matter again.
CREATE TABLE erasure (
    id bigint GENERATED ALWAYS AS IDENTITY,
    class text NOT NULL,
    case_id bigint,
    round_id bigint,
    visit_id bigint,
    import_id bigint,
    -- From when it was kept, and until when.
    since timestamptz NOT NULL,
    kept_until date,
    erased_at timestamptz NOT NULL,
    -- Rows by table.
    counts jsonb NOT NULL,
    CONSTRAINT erasure_pkey PRIMARY KEY (id),
    CONSTRAINT erasure_case_key UNIQUE (case_id, round_id),
    CONSTRAINT erasure_visit_key UNIQUE (visit_id),
    CONSTRAINT erasure_import_key UNIQUE (import_id),
    CONSTRAINT erasure_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT erasure_round_fkey FOREIGN KEY (round_id) REFERENCES round (id),
    CONSTRAINT erasure_visit_fkey FOREIGN KEY (visit_id) REFERENCES visit (id),
    CONSTRAINT erasure_import_fkey FOREIGN KEY (import_id) REFERENCES import (id),
    CONSTRAINT erasure_class_check CHECK (class IN ('case_file', 'visit', 'void_visit', 'import_file')),
    CONSTRAINT erasure_subject_check CHECK (num_nonnulls(case_id, visit_id, import_id) = 1
                                            AND (case_id IS NULL) = (round_id IS NULL))
);
CALL lay_wall('erasure', $$
    (SELECT asking_role()) = 'job'
    OR EXISTS (SELECT FROM petition_case c WHERE c.id = erasure.case_id)
    OR EXISTS (SELECT FROM visit v WHERE v.id = erasure.visit_id)
    OR EXISTS (SELECT FROM import i WHERE i.id = erasure.import_id)$$);
GRANT SELECT ON erasure TO app_user;

-- For who has the case or the visit before them: a page asks it without the wall of this table. A case
-- that was opened anew since is full again, and stays so when it ends.
CREATE FUNCTION case_erased_at(of_case bigint) RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    RETURN (SELECT e.erased_at FROM erasure e
            JOIN petition_case_now n ON n.case_id = e.case_id AND n.round_id = e.round_id
            WHERE e.case_id = of_case AND asking_role() IS NOT NULL);
CREATE FUNCTION visit_erased_at(of_visit bigint) RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    RETURN (SELECT erased_at FROM erasure WHERE visit_id = of_visit AND asking_role() IS NOT NULL);

-- The database's own clock: what can't be undone isn't done on the word of one clock alone.
CREATE FUNCTION machine_now() RETURNS timestamptz LANGUAGE sql VOLATILE RETURN clock_timestamp();

-- When a case came to its end, and that was on record: its period runs from then.
CREATE FUNCTION case_ended_at(of_case bigint) RETURNS timestamptz
    LANGUAGE plpgsql STABLE SET search_path = public AS $$
BEGIN
    RETURN (
        SELECT greatest(c.recorded_at, v.voided_at, o.confirmed_at, o.recorded_at, s.decided_at, s.recorded_at)
        FROM petition_case_now n
        JOIN petition_case c ON c.id = n.case_id
        LEFT JOIN case_void v ON v.case_id = n.case_id
        LEFT JOIN round_outcome o ON o.round_id = n.round_id
        LEFT JOIN screening s ON s.round_id = n.round_id
        WHERE n.case_id = of_case AND NOT n.is_open);
END
$$;

-- What is kept for a period and not yet destroyed. For the owner's functions alone.
CREATE VIEW retention_matter WITH (security_invoker = true) AS
SELECT 'case_file' AS class, n.case_id AS subject_id, n.number::text AS subject, n.unit_id,
       case_ended_at(n.case_id) AS since,
       EXISTS (SELECT FROM legal_hold h WHERE h.case_id = n.case_id AND h.lifted_at IS NULL) AS held
FROM petition_case_now n
WHERE NOT n.is_open
  AND NOT EXISTS (SELECT FROM erasure e WHERE e.case_id = n.case_id AND e.round_id = n.round_id)
UNION ALL
SELECT CASE WHEN x.visit_id IS NULL THEN 'visit' ELSE 'void_visit' END, v.id, v.number, v.unit_id,
       greatest(v.recorded_at, x.voided_at),
       EXISTS (SELECT FROM visit_case vc JOIN legal_hold h ON h.case_id = vc.case_id
               WHERE vc.visit_id = v.id AND h.lifted_at IS NULL)
FROM visit v
LEFT JOIN visit_void x ON x.visit_id = v.id
WHERE (x.visit_id IS NOT NULL OR NOT EXISTS (SELECT FROM visit_case vc WHERE vc.visit_id = v.id))
  AND NOT EXISTS (SELECT FROM erasure e WHERE e.visit_id = v.id)
UNION ALL
-- A file is read again for the rows that wait for a decision.
SELECT 'import_file', i.id, i.uuid::text, i.unit_id,
       greatest(i.recorded_at, (SELECT max(r.decided_at) FROM import_row r WHERE r.import_id = i.id)),
       EXISTS (SELECT FROM petition_case c JOIN legal_hold h ON h.case_id = c.id
               WHERE c.import_id = i.id AND h.lifted_at IS NULL)
FROM import i
WHERE i.sealed IS NOT NULL
  AND (EXISTS (SELECT FROM import_undo u WHERE u.import_id = i.id)
       OR NOT EXISTS (SELECT FROM import_row r WHERE r.import_id = i.id AND r.state = 'waiting'));

-- The matters of a class whose period began before a moment, for the job.
CREATE FUNCTION retention_candidates(of_class text, before timestamptz, after bigint, at_most bigint)
    RETURNS TABLE (subject_id bigint, subject text, since timestamptz, held boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF coalesce(asking_role(), '') <> 'job' THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT m.subject_id, m.subject, m.since, m.held FROM retention_matter m
        WHERE m.class = of_class AND m.since < before AND m.subject_id > after
          AND m.unit_id = ANY (asking_units())
        ORDER BY m.subject_id LIMIT at_most;
END
$$;

-- What was written down of persons at some visits. What a later visit repeats (诉求同上次) becomes its
-- own first.
CREATE FUNCTION erase_visits(visits bigint[]) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    counts jsonb := '{}';
    step record; touched bigint;
BEGIN
    UPDATE visit_text t SET summary = CASE WHEN t.summary = '' THEN a.summary ELSE t.summary END,
                            same_as_visit_id = NULL
    FROM visit_text a
    WHERE a.visit_id = t.same_as_visit_id AND a.visit_id = ANY (visits) AND t.visit_id <> ALL (visits);
    FOR step IN
        SELECT * FROM (VALUES
            (1, 'visit_material', 'DELETE FROM visit_material WHERE visit_id = ANY ($1)'),
            (2, 'visit_representative', 'DELETE FROM visit_representative WHERE visit_id = ANY ($1)'),
            (3, 'visit_text', 'DELETE FROM visit_text WHERE visit_id = ANY ($1)'),
            (4, 'visit_void', 'UPDATE visit_void SET reason = ''已销毁'' WHERE visit_id = ANY ($1)'),
            (5, 'repeat_correction', 'UPDATE repeat_correction SET reason = ''已销毁'' WHERE visit_id = ANY ($1)'),
            (6, 'accusation_outcome', 'UPDATE accusation_outcome SET finding = ''已销毁'', told = ''''
                                       WHERE visit_id = ANY ($1)'),
            -- No code opens it any more.
            (7, 'visit', 'UPDATE visit SET petitioner_id = NULL, principal_name = '''', mandate = NULL, assist = ''{}'',
                              urgent_reason = '''', query_code_sealed = NULL,
                              query_code_hash = sha256(convert_to(gen_random_uuid()::text, ''UTF8''))
                          WHERE id = ANY ($1)')
        ) s (nth, name, statement) ORDER BY nth
    LOOP
        EXECUTE step.statement USING visits;
        GET DIAGNOSTICS touched = ROW_COUNT;
        counts := counts || CASE WHEN touched > 0 THEN jsonb_build_object(step.name, touched) ELSE '{}' END;
    END LOOP;
    RETURN counts;
END
$$;

-- What was written down of persons in a case. A text that must not be empty says that it is gone.
CREATE FUNCTION erase_case(of_case bigint) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    counts jsonb := '{}';
    step record; touched bigint;
BEGIN
    INSERT INTO court_case (number, well_formed)
    SELECT '已销毁', false WHERE EXISTS (SELECT FROM case_review WHERE case_id = of_case)
    ON CONFLICT ON CONSTRAINT court_case_number_key DO NOTHING;
    FOR step IN
        SELECT * FROM (VALUES
            (1, 'grounds', 'DELETE FROM grounds WHERE case_id = $1'),
            (2, 'party', 'DELETE FROM party WHERE case_id = $1'),
            (3, 'petition_case_court_case', 'DELETE FROM petition_case_court_case WHERE case_id = $1'),
            (4, 'case_review', 'UPDATE case_review SET note = '''',
                                    court_case_id = (SELECT id FROM court_case WHERE number = ''已销毁'')
                                WHERE case_id = $1'),
            (5, 'exclusion', 'UPDATE exclusion SET reason = ''已销毁'',
                                  lifted_reason = CASE WHEN lifted_reason = '''' THEN '''' ELSE ''已销毁'' END
                              WHERE case_id = $1'),
            (6, 'legal_hold', 'UPDATE legal_hold SET reason = ''已销毁'',
                                   lifted_reason = CASE WHEN lifted_reason = '''' THEN '''' ELSE ''已销毁'' END
                               WHERE case_id = $1'),
            (7, 'assignment', 'UPDATE assignment SET note = '''' WHERE case_id = $1 AND note <> '''''),
            (8, 'assignment_batch', 'UPDATE assignment_batch b SET note = ''''
                WHERE b.note <> '''' AND b.id IN (SELECT batch_id FROM assignment WHERE case_id = $1)
                  AND NOT EXISTS (SELECT FROM assignment o WHERE o.batch_id = b.id AND o.case_id <> $1
                                  AND NOT EXISTS (SELECT FROM erasure e WHERE e.case_id = o.case_id))'),
            (9, 'clock_event', 'UPDATE clock_event SET reason = '''' WHERE case_id = $1 AND reason <> '''''),
            -- Whether there was a plan is counted.
            (10, 'ledger', 'UPDATE ledger SET plan = CASE WHEN plan = '''' THEN '''' ELSE ''已销毁'' END, requests = ''{}''
                            WHERE case_id = $1'),
            (11, 'ledger_version', 'UPDATE ledger_version SET requests = ''{}'',
                                        plan = CASE WHEN plan = '''' THEN '''' ELSE ''已销毁'' END
                                    WHERE case_id = $1'),
            (12, 'interview', 'UPDATE interview SET place = '''', attendees = '''', notes = '''', requests = ''{}'',
                                   absence_note = CASE WHEN absence_note = '''' THEN '''' ELSE ''已销毁'' END,
                                   opinion = NULL, sign_note = '''', no_record_reason = ''''
                               WHERE case_id = $1'),
            (13, 'progress_entry', 'UPDATE progress_entry SET text = ''已销毁'', next = '''', reply_to_public = '''',
                                        correction_reason = CASE WHEN corrects_id IS NULL THEN '''' ELSE ''已销毁'' END
                                    WHERE case_id = $1'),
            (14, 'progress_report', 'UPDATE progress_report SET sections = array_fill(''''::text, ARRAY[8]),
                                         late_reason = ''''
                                     WHERE case_id = $1'),
            (15, 'report_review', 'UPDATE report_review SET
                                       return_reason = CASE decision WHEN ''returned'' THEN ''已销毁'' ELSE '''' END
                                   WHERE case_id = $1'),
            (16, 'reply', 'UPDATE reply SET content = CASE WHEN content = '''' THEN '''' ELSE ''已销毁'' END, place = '''',
                               opinion = ''''
                           WHERE case_id = $1'),
            (17, 'closing_document', 'DELETE FROM closing_document WHERE case_id = $1'),
            (18, 'document', 'DELETE FROM document WHERE case_id = $1'),
            (19, 'closing', 'UPDATE closing SET sections = array_fill(''''::text, ARRAY[7]) WHERE case_id = $1'),
            (20, 'closing_signature', 'UPDATE closing_signature SET
                                           opinion = CASE WHEN opinion = '''' THEN '''' ELSE ''已销毁'' END
                                       WHERE case_id = $1'),
            (21, 'case_void', 'UPDATE case_void SET reason = ''已销毁'' WHERE case_id = $1'),
            -- The hash finds the same row in another ledger: it is of the person.
            (22, 'import_row', 'UPDATE import_row SET row_sealed = NULL, remarks = ''[]'',
                                    row_hash = CASE WHEN row_hash IS NOT NULL
                                               THEN sha256(convert_to(gen_random_uuid()::text, ''UTF8'')) END
                                WHERE case_id = $1 OR like_case_id = $1 AND case_id IS NULL AND state <> ''waiting'''),
            (23, 'petition_case', 'UPDATE petition_case SET urgent_reason = '''', version = version + 1 WHERE id = $1'),
            (24, 'case_reviewer', 'UPDATE case_reviewer SET withdrawn_reason = ''已销毁''
                                WHERE case_id = $1 AND withdrawn_reason <> ''''')
        ) s (nth, name, statement) ORDER BY nth
    LOOP
        EXECUTE step.statement USING of_case;
        GET DIAGNOSTICS touched = ROW_COUNT;
        counts := counts || CASE WHEN touched > 0 THEN jsonb_build_object(step.name, touched) ELSE '{}' END;
    END LOOP;
    RETURN counts;
END
$$;

-- The persons of whom the courts hold nothing else any more.
CREATE FUNCTION erase_persons(persons bigint[]) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    gone bigint[] := ARRAY(
        SELECT p.id FROM petitioner p
        WHERE p.id = ANY (persons) AND NOT EXISTS (SELECT FROM party y WHERE y.petitioner_id = p.id)
          AND NOT EXISTS (SELECT FROM visit v WHERE v.petitioner_id = p.id)
        FOR UPDATE);
BEGIN
    DELETE FROM petitioner_contact WHERE petitioner_id = ANY (gone);
    DELETE FROM petitioner_court WHERE petitioner_id = ANY (gone);
    DELETE FROM petitioner WHERE id = ANY (gone);
    RETURN CASE WHEN cardinality(gone) > 0 THEN jsonb_build_object('petitioner', cardinality(gone)) ELSE '{}' END;
END
$$;

-- Destroys a matter, with its row here and its entry in the audit: there is no other way.
CREATE FUNCTION erase_matter(of_class text, of_id bigint, of_subject text, began timestamptz, until date, at timestamptz)
    RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    visits bigint[] := CASE
        WHEN of_class = 'case_file' THEN ARRAY(
            -- A visit about several cases goes with the last of them.
            SELECT vc.visit_id FROM visit_case vc
            WHERE vc.case_id = of_id
              AND NOT EXISTS (SELECT FROM visit_case o
                              WHERE o.visit_id = vc.visit_id AND o.case_id <> of_id
                                AND NOT EXISTS (SELECT FROM erasure e WHERE e.case_id = o.case_id)))
        WHEN of_class IN ('visit', 'void_visit') THEN ARRAY[of_id]
        ELSE '{}' END;
    persons bigint[] := ARRAY(
        SELECT v.petitioner_id FROM visit v WHERE v.id = ANY (visits) AND v.petitioner_id IS NOT NULL
        UNION SELECT y.petitioner_id FROM party y WHERE y.case_id = of_id AND of_class = 'case_file');
    counts jsonb := '{}';
BEGIN
    IF of_class = 'import_file' THEN
        UPDATE import SET sealed = NULL, file_name = '已销毁' WHERE id = of_id;
        UPDATE import_undo SET reason = '已销毁' WHERE import_id = of_id;
        counts := '{"import": 1}';
        INSERT INTO erasure (class, import_id, since, kept_until, erased_at, counts)
        VALUES (of_class, of_id, began, until, at, counts);
    ELSE
        IF of_class = 'case_file' THEN
            counts := erase_case(of_id);
        END IF;
        IF cardinality(visits) > 0 THEN
            counts := counts || erase_visits(visits);
        END IF;
        counts := counts || erase_persons(persons);
        INSERT INTO erasure (class, case_id, round_id, since, kept_until, erased_at, counts)
        SELECT of_class, of_id, n.round_id, began, until, at, counts FROM petition_case_now n
        WHERE n.case_id = of_id AND of_class = 'case_file';
        INSERT INTO erasure (class, visit_id, since, kept_until, erased_at, counts)
        SELECT of_class, v, began, until, at, CASE WHEN of_class = 'case_file' THEN '{}' ELSE counts END
        FROM unnest(visits) v
        ON CONFLICT ON CONSTRAINT erasure_visit_key DO NOTHING;
    END IF;
    PERFORM audit_note('retention.erased', CASE WHEN of_class = 'case_file' THEN of_id END, of_subject, '',
        of_class || coalesce((SELECT string_agg(' ' || key || '=' || value, '' ORDER BY key)
                              FROM jsonb_each_text(counts)), ''), '', at);
    RETURN counts;
END
$$;

-- What a matter is locked by: a hold is written under the same lock.
CREATE FUNCTION retention_lock(of_class text, of_subject text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF of_class = 'case_file' THEN
        PERFORM FROM petition_case WHERE number = of_subject FOR UPDATE;
    ELSIF of_class = 'import_file' THEN
        PERFORM FROM import WHERE uuid::text = of_subject FOR UPDATE;
    ELSE
        PERFORM FROM petition_case c
        WHERE c.id IN (SELECT vc.case_id FROM visit_case vc JOIN visit v ON v.id = vc.visit_id WHERE v.number = of_subject)
        ORDER BY c.id FOR UPDATE;
        PERFORM FROM visit WHERE number = of_subject FOR UPDATE;
    END IF;
END
$$;

-- Destroys a matter whose period is over by the program's clock and by the database's own, and that
-- nobody holds. Nothing comes back where that isn't so.
CREATE FUNCTION retention_erase(of_class text, of_subject text, at timestamptz) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    today date := (least(at, machine_now()) AT TIME ZONE 'Asia/Shanghai')::date;
    matter retention_matter;
    until date;
BEGIN
    IF coalesce(asking_role(), '') <> 'job' THEN
        RETURN NULL;
    END IF;
    PERFORM retention_lock(of_class, of_subject);
    SELECT * INTO matter FROM retention_matter m
    WHERE m.class = of_class AND m.subject = of_subject AND m.unit_id = ANY (asking_units());
    until := retention_until(of_class, (matter.since AT TIME ZONE 'Asia/Shanghai')::date, today);
    IF matter.subject_id IS NULL OR matter.held OR NOT coalesce(until < today, false) THEN
        RETURN NULL;
    END IF;
    RETURN erase_matter(of_class, matter.subject_id, of_subject, matter.since, until, at);
END
$$;

-- Once more what was destroyed before a backup from an earlier day was put back. For the owner alone:
-- the period was over and no hold ran when it was done first. What was noted of a case is about the end
-- from which its period ran: a case that was opened anew is another matter, open or ended.
CREATE FUNCTION retention_erase_again(of_class text, of_subject text, began timestamptz, at timestamptz)
    RETURNS jsonb LANGUAGE plpgsql VOLATILE SET search_path = public AS $$
DECLARE
    here bigint;
BEGIN
    PERFORM set_config('app.staff_id', s.id::text, true), set_config('app.grant_id', g.id::text, true)
    FROM staff s JOIN role_grant g ON g.staff_id = s.id WHERE s.username = 'job.admin';
    PERFORM retention_lock(of_class, of_subject);
    here := CASE of_class
        WHEN 'case_file' THEN (
            SELECT n.case_id FROM petition_case_now n
            WHERE n.number = of_subject AND NOT n.is_open AND case_ended_at(n.case_id) = began
              AND NOT EXISTS (SELECT FROM erasure e WHERE e.case_id = n.case_id AND e.round_id = n.round_id))
        WHEN 'import_file' THEN (SELECT i.id FROM import i WHERE i.uuid::text = of_subject AND i.sealed IS NOT NULL)
        ELSE (SELECT v.id FROM visit v
              WHERE v.number = of_subject AND NOT EXISTS (SELECT FROM erasure e WHERE e.visit_id = v.id))
    END;
    IF here IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN erase_matter(of_class, here, of_subject, began, NULL, at);
END
$$;

-- How many matters of each class are kept, fall due until a day, are due already, are held: numbers
-- for who keeps the program and sees no matter.
CREATE FUNCTION retention_forecast(today date, ahead date)
    RETURNS TABLE (class text, kept bigint, soon bigint, over bigint, held bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF coalesce(asking_role(), '') <> 'sysadmin' THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT d.class, sum(d.free + d.on_hold)::bigint,
               coalesce(sum(d.free) FILTER (WHERE d.until >= today AND d.until < ahead), 0)::bigint,
               coalesce(sum(d.free) FILTER (WHERE d.until < today), 0)::bigint, sum(d.on_hold)::bigint
        FROM (SELECT g.class, g.free, g.on_hold, retention_until(g.class, g.began, today) AS until
              FROM (SELECT m.class, (m.since AT TIME ZONE 'Asia/Shanghai')::date AS began,
                           count(*) FILTER (WHERE NOT m.held) AS free, count(*) FILTER (WHERE m.held) AS on_hold
                    FROM retention_matter m GROUP BY 1, 2) g) d
        GROUP BY d.class;
END
$$;
-- And how many were destroyed, by month.
CREATE FUNCTION retention_history(first date) RETURNS TABLE (month date, class text, times bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF coalesce(asking_role(), '') <> 'sysadmin' THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT date_trunc('month', e.erased_at AT TIME ZONE 'Asia/Shanghai')::date, e.class, count(*)
        FROM erasure e WHERE (e.class <> 'case_file' OR e.case_id IS NOT NULL)
          AND (e.erased_at AT TIME ZONE 'Asia/Shanghai')::date >= first
        GROUP BY 1, 2 ORDER BY 1 DESC, 2;
END
$$;
GRANT EXECUTE ON FUNCTION case_ended_at(bigint), case_erased_at(bigint), visit_erased_at(bigint),
    retention_candidates(text, timestamptz, bigint, bigint), retention_erase(text, text, timestamptz),
    retention_forecast(date, date), retention_history(date) TO app_user;
