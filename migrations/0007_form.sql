-- Numbers without gaps, forms that count once, drafts that are not lost.

CREATE TABLE number_series (
    series text NOT NULL,
    last bigint NOT NULL,
    CONSTRAINT number_series_pkey PRIMARY KEY (series)
);

-- The next number of a series. The row stays locked until the transaction ends, so a rolled back
-- registration gives its number back and no number is ever missing.
CREATE FUNCTION next_number(of_series text) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    INSERT INTO number_series (series, last) VALUES (of_series, 1)
    ON CONFLICT ON CONSTRAINT number_series_pkey DO UPDATE SET last = number_series.last + 1
    RETURNING last;
END;

-- The last of so many next numbers of a series: a ledger takes its numbers in one piece.
CREATE FUNCTION next_numbers(of_series text, how_many bigint) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    INSERT INTO number_series (series, last) VALUES (of_series, how_many)
    ON CONFLICT ON CONSTRAINT number_series_pkey DO UPDATE SET last = number_series.last + how_many
    RETURNING last;
END;

-- The last number that a series gave; 0 before the first.
CREATE FUNCTION last_number(of_series text) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    RETURN coalesce((SELECT last FROM number_series WHERE series = of_series), 0);

-- One row a form that was sent. The key is made with the page; the second press finds the first.
CREATE TABLE form_receipt (
    key uuid NOT NULL,
    staff_id bigint NOT NULL,
    path text NOT NULL,
    location text,
    received_at timestamptz NOT NULL,
    CONSTRAINT form_receipt_pkey PRIMARY KEY (key),
    CONSTRAINT form_receipt_staff_fkey FOREIGN KEY (staff_id) REFERENCES staff (id)
);
CALL lay_wall('form_receipt', 'staff_id = (SELECT asking_staff())');

-- What someone types and has not sent. Private to its writer; kept 14 days.
CREATE TABLE draft (
    staff_id bigint NOT NULL,
    -- `form`: a long form, by the address of what it is about; or a form that keeps its own.
    form text NOT NULL,
    subject text NOT NULL,
    -- Sealed like an identity number: a draft holds what was said at the counter.
    body text NOT NULL,
    saved_at timestamptz NOT NULL,
    -- The session that was over when its form came; none where it was kept in time.
    late_of bigint,
    CONSTRAINT draft_pkey PRIMARY KEY (staff_id, form, subject),
    CONSTRAINT draft_staff_fkey FOREIGN KEY (staff_id) REFERENCES staff (id)
);
CALL lay_wall('draft', 'staff_id = (SELECT asking_staff())');

-- Until when what was typed in a session is newer than a draft: its end, or the end of its rest.
CREATE FUNCTION typed_until(ended_at timestamptz, seen_at timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE RETURN coalesce(ended_at, seen_at + interval '30 minutes');

-- What was typed into a form that came when its session was over. It becomes the draft of whoever
-- was signed in, sealed for them; it opens nothing and tells nothing. Whether it is kept: what they
-- wrote since in another session is newer and stays. A device that was put out by hand keeps nothing,
-- and nobody has more than a hundred.
CREATE FUNCTION keep_unsent(of_token bytea, what text, sealed text, at timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    over session;
    kept boolean;
BEGIN
    SELECT s.* INTO over FROM session s JOIN staff p ON p.id = s.staff_id
    WHERE s.token_hash = of_token AND s.whole AND p.active AND s.created_at > at - interval '3 days'
      AND NOT put_out(s.ended_why);
    IF over.id IS NULL THEN
        RETURN false;
    END IF;
    INSERT INTO draft (staff_id, form, subject, body, saved_at, late_of)
    VALUES (over.staff_id, 'form', what, sealed, at, over.id)
    ON CONFLICT ON CONSTRAINT draft_pkey
        DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at, late_of = excluded.late_of
        WHERE draft.late_of = over.id OR draft.saved_at <= typed_until(over.ended_at, over.seen_at);
    kept := FOUND;
    DELETE FROM draft d WHERE d.form = 'form' AND d.staff_id = over.staff_id
      AND d.subject NOT IN (SELECT n.subject FROM draft n
                            WHERE n.form = 'form' AND n.staff_id = d.staff_id
                            ORDER BY n.saved_at DESC, n.subject LIMIT 100);
    RETURN kept;
END
$$;
-- Whether a session was ended by hand: somebody else may sit at its device.
CREATE FUNCTION put_out(ended_why text) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN coalesce(ended_why, '') IN ('revoked', 'administrator', 'reset', 'factor');

-- What is kept for a while only, with what was there of it: drafts, receipts of forms, tries to sign
-- in that count no more, sessions and runs of jobs that ended long ago, what was refused and what the
-- watch found. A row goes on the day after the longest of the periods that held for it, by the program's
-- clock and by the database's own. The last check of the audit stays: it says when that was.
CREATE FUNCTION sweep(at timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    today date := (least(at, machine_now()) AT TIME ZONE 'Asia/Shanghai')::date;
    step record;
    swept bigint;
    counts text := '';
BEGIN
    FOR step IN
        SELECT s.name,
               format('DELETE FROM %1$I WHERE %2$s < $1
                       AND retention_until(%3$L, (%2$s AT TIME ZONE ''Asia/Shanghai'')::date, $2) < $2 %4$s',
                      s.name, s.since, s.class, s.more) AS statement,
               -- What began later is certainly kept; a few days more, since the lengths of months differ.
               (SELECT max(today - CASE r.unit WHEN 'day' THEN make_interval(days => r.length)
                                               ELSE make_interval(months => r.length) END) + interval '3 days'
                FROM retention_rule r WHERE r.class = s.class AND r.valid_from <= today) AS before
        FROM (VALUES
            (1, 'draft', 'draft', 'saved_at', ''),
            (2, 'draft', 'import_draft', 'saved_at', ''),
            (3, 'draft', 'form_receipt', 'received_at', ''),
            (4, 'sign_in_attempt', 'sign_in_attempt', 'last_at', ''),
            (5, 'sign_in_attempt', 'sign_in_address', 'since', ''),
            (6, 'session', 'session', 'coalesce(ended_at, seen_at)', ''),
            (7, 'job_run', 'job_run', 'due_at', 'AND state IN (''done'', ''parked'')'),
            (8, 'watch', 'refusal', 'minute', ''),
            (9, 'watch', 'alert', 'raised_at', ''),
            (10, 'watch', 'audit_check', 'checked_at', 'AND id < (SELECT max(id) FROM audit_check)')
        ) s (nth, class, name, since, more)
        ORDER BY s.nth
    LOOP
        EXECUTE step.statement USING step.before, today;
        GET DIAGNOSTICS swept = ROW_COUNT;
        IF swept > 0 THEN
            counts := counts || ' ' || step.name || '=' || swept;
        END IF;
    END LOOP;
    IF counts <> '' THEN
        PERFORM audit_program('retention.swept', ltrim(counts), '', NULL, at);
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION sweep(timestamptz), typed_until(timestamptz, timestamptz), put_out(text),
    keep_unsent(bytea, text, text, timestamptz) TO app_user;

GRANT EXECUTE ON FUNCTION next_number(text), next_numbers(text, bigint), last_number(text) TO app_user;
GRANT SELECT, INSERT ON form_receipt TO app_user;
GRANT UPDATE (location) ON form_receipt TO app_user;
GRANT SELECT, INSERT, UPDATE, DELETE ON draft TO app_user;
