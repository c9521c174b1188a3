-- What the clock starts: one row a job and due time, whichever instances of the program are there.

CREATE TABLE job_run (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    job text NOT NULL,
    due_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'due',
    tries int NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    -- The instance that works on it, and until when the others leave it alone: by the database's own
    -- clock, which the clocks of the instances can't push.
    worker uuid,
    leased_until timestamptz,
    -- What a check found, or how many were changed.
    found int,
    -- A code of the program or of PostgreSQL, nothing of what was worked on.
    error text NOT NULL DEFAULT '',
    CONSTRAINT job_run_pkey PRIMARY KEY (id),
    CONSTRAINT job_run_uuid_key UNIQUE (uuid),
    CONSTRAINT job_run_due_key UNIQUE (job, due_at),
    CONSTRAINT job_run_job_check CHECK (job ~ '^[a-z_]+$'),
    CONSTRAINT job_run_state_check CHECK (state IN ('due', 'running', 'done', 'parked')),
    CONSTRAINT job_run_lease_check CHECK ((state = 'running') = (leased_until IS NOT NULL)),
    CONSTRAINT job_run_done_check CHECK (state <> 'done' OR ended_at IS NOT NULL AND error = '')
);
CREATE INDEX job_run_waiting_idx ON job_run (next_try_at) WHERE state IN ('due', 'running');
CALL lay_wall('job_run', '(SELECT asking_role()) IN (''job'', ''sysadmin'', ''auditor'')');
-- Whoever may look changes nothing; the system administrator sets a parked run going again.
CREATE POLICY job_run_entry ON job_run AS RESTRICTIVE FOR INSERT TO app_user
    WITH CHECK ((SELECT asking_role()) = 'job');
CREATE POLICY job_run_work ON job_run AS RESTRICTIVE FOR UPDATE TO app_user
    USING ((SELECT asking_role()) = 'job' OR (SELECT asking_role()) = 'sysadmin' AND state = 'parked')
    WITH CHECK ((SELECT asking_role()) = 'job' OR (SELECT asking_role()) = 'sysadmin' AND state = 'due');
GRANT SELECT, INSERT ON job_run TO app_user;
GRANT UPDATE (state, tries, next_try_at, started_at, ended_at, worker, leased_until, found, error)
    ON job_run TO app_user;

-- Closes an account that nobody used since; one that was used in this moment stays.
CREATE FUNCTION staff_close_unused(who bigint, since timestamptz) RETURNS uuid
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    UPDATE staff SET active = false
    WHERE id = who AND active AND NOT demonstration AND username NOT LIKE 'job.%' AND asking_role() = 'job'
      AND NOT EXISTS (SELECT FROM session x WHERE x.staff_id = who AND x.whole AND x.seen_at > since)
    RETURNING uuid;
END;
GRANT EXECUTE ON FUNCTION staff_close_unused(bigint, timestamptz) TO app_user;
