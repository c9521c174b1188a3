-- Assignment (交办): a batch names a source and a rule set; each case in it gets clocks of its own.

CREATE TABLE assignment_batch (
    id bigint GENERATED ALWAYS AS IDENTITY,
    number text NOT NULL,
    unit_id bigint NOT NULL,
    source text NOT NULL,
    source_number text NOT NULL DEFAULT '',
    rule_set_id bigint NOT NULL,
    note text NOT NULL DEFAULT '',
    assigned_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    import_id bigint,
    CONSTRAINT assignment_batch_pkey PRIMARY KEY (id),
    CONSTRAINT assignment_batch_number_key UNIQUE (number),
    CONSTRAINT assignment_batch_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT assignment_batch_rule_set_fkey FOREIGN KEY (rule_set_id) REFERENCES rule_set (id),
    CONSTRAINT assignment_batch_times_check CHECK (assigned_at <= recorded_at)
);
CALL lay_wall('assignment_batch', 'unit_id = ANY ((SELECT asking_units())::bigint[])');

CREATE TABLE assignment (
    id bigint GENERATED ALWAYS AS IDENTITY,
    batch_id bigint NOT NULL,
    case_id bigint NOT NULL,
    round_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    source text NOT NULL,
    source_number text NOT NULL DEFAULT '',
    rule_set_id bigint NOT NULL,
    note text NOT NULL DEFAULT '',
    assigned_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT assignment_pkey PRIMARY KEY (id),
    CONSTRAINT assignment_batch_fkey FOREIGN KEY (batch_id) REFERENCES assignment_batch (id),
    CONSTRAINT assignment_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT assignment_round_fkey FOREIGN KEY (round_id) REFERENCES round (id),
    CONSTRAINT assignment_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT assignment_rule_set_fkey FOREIGN KEY (rule_set_id) REFERENCES rule_set (id),
    CONSTRAINT assignment_batch_case_key UNIQUE (batch_id, case_id)
);
CREATE INDEX assignment_case_idx ON assignment (case_id, id);
CREATE INDEX assignment_round_idx ON assignment (round_id, id);
CREATE INDEX assignment_unit_idx ON assignment (unit_id, assigned_at);

-- 签收.
CREATE TABLE acknowledgement (
    assignment_id bigint NOT NULL,
    case_id bigint NOT NULL,
    acknowledged_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT acknowledgement_pkey PRIMARY KEY (assignment_id),
    CONSTRAINT acknowledgement_assignment_fkey FOREIGN KEY (assignment_id) REFERENCES assignment (id),
    CONSTRAINT acknowledgement_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id)
);

-- A clock keeps what it was computed from; the due date is computed once and then frozen.
CREATE TABLE clock (
    id bigint GENERATED ALWAYS AS IDENTITY,
    assignment_id bigint NOT NULL,
    case_id bigint NOT NULL,
    kind text NOT NULL,
    origin_at timestamptz NOT NULL,
    rule_set_id bigint NOT NULL,
    calendar_version int NOT NULL,
    due_on_original date NOT NULL,
    -- The three below follow from clock_event (trigger), never from the program.
    due_on date NOT NULL,
    stopped_at timestamptz,
    state text NOT NULL DEFAULT 'running',
    provisional boolean NOT NULL DEFAULT false,
    CONSTRAINT clock_pkey PRIMARY KEY (id),
    CONSTRAINT clock_assignment_kind_key UNIQUE (assignment_id, kind),
    CONSTRAINT clock_assignment_fkey FOREIGN KEY (assignment_id) REFERENCES assignment (id),
    CONSTRAINT clock_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT clock_rule_fkey FOREIGN KEY (rule_set_id, kind) REFERENCES clock_rule (rule_set_id, clock),
    CONSTRAINT clock_state_check CHECK (state IN ('running', 'paused', 'stopped', 'cancelled')),
    CONSTRAINT clock_stopped_check CHECK ((state = 'stopped') = (stopped_at IS NOT NULL))
);
CREATE INDEX clock_case_idx ON clock (case_id);
CREATE INDEX clock_due_idx ON clock (due_on) INCLUDE (kind, assignment_id);
CREATE INDEX clock_running_idx ON clock (due_on, case_id) WHERE state = 'running';

CREATE TABLE clock_event (
    id bigint GENERATED ALWAYS AS IDENTITY,
    clock_id bigint NOT NULL,
    case_id bigint NOT NULL,
    kind text NOT NULL,
    -- When it happened: the moment that decides whether the clock was kept.
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    new_due_on date,
    -- Whether the new day waits for a day table itself.
    provisional boolean NOT NULL DEFAULT false,
    reason text NOT NULL DEFAULT '',
    CONSTRAINT clock_event_pkey PRIMARY KEY (id),
    CONSTRAINT clock_event_clock_fkey FOREIGN KEY (clock_id) REFERENCES clock (id),
    CONSTRAINT clock_event_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT clock_event_kind_check CHECK (kind IN
        ('stopped', 'resumed', 'paused', 'unpaused', 'extended', 'recalculated', 'cancelled')),
    -- A pause or a return moves the due day by the time that it took; an extension grants a new one;
    -- another day table gives what the rule gives by it.
    CONSTRAINT clock_event_due_check CHECK (CASE kind
        WHEN 'extended' THEN new_due_on IS NOT NULL
        WHEN 'recalculated' THEN new_due_on IS NOT NULL
        WHEN 'unpaused' THEN new_due_on IS NOT NULL
        WHEN 'resumed' THEN true
        ELSE new_due_on IS NULL END),
    CONSTRAINT clock_event_provisional_check CHECK (NOT provisional OR kind = 'recalculated')
);
CREATE INDEX clock_event_clock_idx ON clock_event (clock_id, id);

CREATE FUNCTION clock_follow() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE clock SET
        state = CASE NEW.kind
            WHEN 'stopped' THEN 'stopped' WHEN 'paused' THEN 'paused' WHEN 'cancelled' THEN 'cancelled'
            WHEN 'extended' THEN state WHEN 'recalculated' THEN state ELSE 'running' END,
        stopped_at = CASE NEW.kind WHEN 'stopped' THEN NEW.at
            WHEN 'extended' THEN stopped_at WHEN 'recalculated' THEN stopped_at END,
        due_on = coalesce(NEW.new_due_on, due_on),
        provisional = CASE NEW.kind WHEN 'extended' THEN false WHEN 'recalculated' THEN NEW.provisional
            ELSE provisional END,
        calendar_version = CASE NEW.kind WHEN 'recalculated' THEN (SELECT max(id) FROM calendar_version)
            ELSE calendar_version END
    WHERE id = NEW.clock_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER clock_follow AFTER INSERT ON clock_event FOR EACH ROW EXECUTE FUNCTION clock_follow();

CALL lay_wall('assignment', wall_of_case('head', 'assignment.case_id'));
CALL lay_wall('acknowledgement', wall_of_case('head', 'acknowledgement.case_id'));
CALL lay_wall('clock', wall_of_case('head', 'clock.case_id'));
CALL lay_wall('clock_event', wall_of_case('head', 'clock_event.case_id'));

GRANT SELECT, INSERT ON assignment_batch, assignment, acknowledgement, clock, clock_event TO app_user;
