-- What the court does with an assignment: ledger, interviews, progress, report, reply.

-- 台账, one an assignment. Editable until the round is closed; each saving keeps the version before.
CREATE TABLE ledger (
    assignment_id bigint NOT NULL,
    case_id bigint NOT NULL,
    plan text NOT NULL,
    requests text[] NOT NULL,
    completed_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    version int NOT NULL DEFAULT 1,
    CONSTRAINT ledger_pkey PRIMARY KEY (assignment_id),
    CONSTRAINT ledger_assignment_fkey FOREIGN KEY (assignment_id) REFERENCES assignment (id),
    CONSTRAINT ledger_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id)
);
CREATE INDEX ledger_case_idx ON ledger (case_id);

CREATE TABLE ledger_version (
    assignment_id bigint NOT NULL,
    case_id bigint NOT NULL,
    version int NOT NULL,
    plan text NOT NULL,
    requests text[] NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT ledger_version_pkey PRIMARY KEY (assignment_id, version),
    CONSTRAINT ledger_version_ledger_fkey FOREIGN KEY (assignment_id) REFERENCES ledger (assignment_id),
    CONSTRAINT ledger_version_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id)
);

-- A talk with the petitioner: the leader's meeting (约见) or any other.
CREATE TABLE interview (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    case_id bigint NOT NULL,
    round_id bigint NOT NULL,
    kind text NOT NULL,
    held_at timestamptz NOT NULL,
    place text NOT NULL,
    host_id bigint NOT NULL,
    host_post text NOT NULL DEFAULT '',
    attendees text NOT NULL DEFAULT '',
    present boolean NOT NULL,
    absence_note text NOT NULL DEFAULT '',
    notes text NOT NULL DEFAULT '',
    requests text[] NOT NULL DEFAULT '{}',
    told_timetable boolean NOT NULL DEFAULT false,
    opinion text,
    sign_note text NOT NULL DEFAULT '',
    no_record_reason text NOT NULL DEFAULT '',
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT interview_pkey PRIMARY KEY (id),
    CONSTRAINT interview_uuid_key UNIQUE (uuid),
    CONSTRAINT interview_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT interview_round_fkey FOREIGN KEY (round_id) REFERENCES round (id),
    CONSTRAINT interview_host_fkey FOREIGN KEY (host_id) REFERENCES staff (id),
    CONSTRAINT interview_kind_check CHECK (kind IN ('lead_meeting', 'reception', 'visit', 'phone', 'hearing')),
    CONSTRAINT interview_opinion_check CHECK (opinion IN ('agree', 'partly', 'disagree', 'refuse_sign')),
    CONSTRAINT interview_absence_check CHECK (present OR absence_note <> ''),
    CONSTRAINT interview_sign_note_check CHECK (opinion IS DISTINCT FROM 'refuse_sign' OR sign_note <> ''),
    CONSTRAINT interview_times_check CHECK (held_at <= recorded_at)
);
CREATE INDEX interview_case_idx ON interview (case_id, held_at);
CREATE INDEX interview_round_idx ON interview (round_id);

-- A line of progress: added, never changed; a correction is a line of its own.
CREATE TABLE progress_entry (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    case_id bigint NOT NULL,
    round_id bigint NOT NULL,
    kind text NOT NULL,
    happened_at timestamptz NOT NULL,
    text text NOT NULL,
    next text NOT NULL DEFAULT '',
    reply_to_public text NOT NULL DEFAULT '',
    corrects_id bigint,
    correction_reason text NOT NULL DEFAULT '',
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT progress_entry_pkey PRIMARY KEY (id),
    CONSTRAINT progress_entry_uuid_key UNIQUE (uuid),
    CONSTRAINT progress_entry_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT progress_entry_round_fkey FOREIGN KEY (round_id) REFERENCES round (id),
    CONSTRAINT progress_entry_corrects_fkey FOREIGN KEY (corrects_id) REFERENCES progress_entry (id),
    CONSTRAINT progress_entry_kind_check CHECK (kind IN
        ('phone', 'file_review', 'outreach', 'coordination', 'study', 'other', 'imported')),
    CONSTRAINT progress_entry_correction_check CHECK ((corrects_id IS NULL) = (correction_reason = '')),
    CONSTRAINT progress_entry_times_check CHECK (happened_at <= recorded_at)
);
CREATE INDEX progress_entry_case_idx ON progress_entry (case_id, happened_at);
-- What was corrected is corrected once; the correction is corrected next.
CREATE UNIQUE INDEX progress_entry_corrects_key ON progress_entry (corrects_id) WHERE corrects_id IS NOT NULL;

-- 书面进展情况报告: eight sections in the order of the form; one submission a row.
CREATE TABLE progress_report (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    case_id bigint NOT NULL,
    round_id bigint NOT NULL,
    sections text[] NOT NULL,
    late_reason text NOT NULL DEFAULT '',
    submitted_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT progress_report_pkey PRIMARY KEY (id),
    CONSTRAINT progress_report_uuid_key UNIQUE (uuid),
    CONSTRAINT progress_report_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT progress_report_round_fkey FOREIGN KEY (round_id) REFERENCES round (id),
    CONSTRAINT progress_report_sections_check CHECK (cardinality(sections) = 8)
);
CREATE INDEX progress_report_case_idx ON progress_report (case_id, submitted_at);
CREATE INDEX progress_report_round_idx ON progress_report (round_id);

-- One report may answer several assignments; each records its own receipt or return.
CREATE TABLE report_answer (
    report_id bigint NOT NULL,
    assignment_id bigint NOT NULL,
    case_id bigint NOT NULL,
    CONSTRAINT report_answer_pkey PRIMARY KEY (report_id, assignment_id),
    CONSTRAINT report_answer_report_fkey FOREIGN KEY (report_id) REFERENCES progress_report (id),
    CONSTRAINT report_answer_assignment_fkey FOREIGN KEY (assignment_id) REFERENCES assignment (id),
    CONSTRAINT report_answer_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id)
);

CREATE INDEX report_answer_assignment_idx ON report_answer (assignment_id);

CREATE TABLE report_review (
    report_id bigint NOT NULL,
    case_id bigint NOT NULL,
    decision text NOT NULL,
    return_reason text NOT NULL DEFAULT '',
    decided_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT report_review_pkey PRIMARY KEY (report_id),
    CONSTRAINT report_review_report_fkey FOREIGN KEY (report_id) REFERENCES progress_report (id),
    CONSTRAINT report_review_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT report_review_decision_check CHECK (decision IN ('received', 'returned')),
    CONSTRAINT report_review_reason_check CHECK ((decision = 'returned') = (return_reason <> ''))
);

-- 答复: what the petitioner was told, or the lawful reason why nothing could be.
CREATE TABLE reply (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    case_id bigint NOT NULL,
    round_id bigint NOT NULL,
    answered_at timestamptz,
    way text,
    place text NOT NULL DEFAULT '',
    content text NOT NULL DEFAULT '',
    opinion text NOT NULL DEFAULT '',
    signature text,
    none_reason text,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT reply_pkey PRIMARY KEY (id),
    CONSTRAINT reply_uuid_key UNIQUE (uuid),
    CONSTRAINT reply_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT reply_round_fkey FOREIGN KEY (round_id) REFERENCES round (id),
    CONSTRAINT reply_way_check CHECK (way IN ('in_person', 'phone', 'sms', 'other')),
    CONSTRAINT reply_signature_check CHECK (signature IN ('signed', 'refused', 'absent')),
    CONSTRAINT reply_none_reason_check CHECK (none_reason IN ('address_unknown', 'anonymous')),
    CONSTRAINT reply_either_check CHECK ((none_reason IS NULL) =
        (answered_at IS NOT NULL AND way IS NOT NULL AND content <> '' AND signature IS NOT NULL))
);
CREATE INDEX reply_case_idx ON reply (case_id);
CREATE INDEX reply_round_idx ON reply (round_id);

-- Files. The bytes are sealed with the program's key; the hash is of the plain file.
CREATE TABLE document (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    case_id bigint NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size int NOT NULL,
    sha256 bytea NOT NULL,
    sealed bytea NOT NULL,
    -- The record it belongs to: interview, reply or closing.
    belongs_to text NOT NULL DEFAULT '',
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT document_pkey PRIMARY KEY (id),
    CONSTRAINT document_uuid_key UNIQUE (uuid),
    CONSTRAINT document_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT document_kind_check CHECK (kind IN
        ('interview_record', 'reply_evidence', 'review_report', 'settlement', 'plan', 'self_check_report',
         'termination_decision', 'other')),
    CONSTRAINT document_size_check CHECK (size BETWEEN 1 AND 52428800)
);
CREATE INDEX document_case_idx ON document (case_id, kind);
CREATE INDEX document_recorded_idx ON document (recorded_at);
CREATE INDEX visit_material_recorded_idx ON visit_material (recorded_at);

-- What one person files in 24 hours, and what one unit does: no account fills the disk.
CREATE FUNCTION filing_limit(of_whom text) RETURNS bigint LANGUAGE sql IMMUTABLE
    SET search_path = public
    RETURN CASE of_whom WHEN 'person' THEN 1073741824 ELSE 10 * 1073741824::bigint END;

CREATE FUNCTION filing_is_within_limits() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    by_person bigint;
    by_unit bigint;
BEGIN
    SELECT coalesce(sum(f.size) FILTER (WHERE f.recorded_by = NEW.recorded_by), 0), coalesce(sum(f.size), 0)
    INTO by_person, by_unit
    FROM (SELECT d.size, d.recorded_by FROM document d
          WHERE d.recorded_at > NEW.recorded_at - interval '24 hours' AND d.recorded_at <= NEW.recorded_at
          UNION ALL
          SELECT m.size, m.recorded_by FROM visit_material m
          WHERE m.recorded_at > NEW.recorded_at - interval '24 hours' AND m.recorded_at <= NEW.recorded_at) f
    JOIN staff s ON s.id = f.recorded_by
    WHERE s.unit_id = (SELECT w.unit_id FROM staff w WHERE w.id = NEW.recorded_by);
    IF by_person > filing_limit('person') THEN
        RAISE EXCEPTION 'too much filed' USING ERRCODE = 'check_violation', CONSTRAINT = 'filed_by_person';
    ELSIF by_unit > filing_limit('unit') THEN
        RAISE EXCEPTION 'too much filed' USING ERRCODE = 'check_violation', CONSTRAINT = 'filed_by_unit';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER filing_is_within_limits AFTER INSERT ON document
    FOR EACH ROW EXECUTE FUNCTION filing_is_within_limits();
CREATE TRIGGER filing_is_within_limits AFTER INSERT ON visit_material
    FOR EACH ROW EXECUTE FUNCTION filing_is_within_limits();

CALL lay_wall('ledger', wall_of_case('content', 'ledger.case_id'));
CALL lay_wall('ledger_version', wall_of_case('content', 'ledger_version.case_id'));
CALL lay_wall('interview', wall_of_case('content', 'interview.case_id'));
CALL lay_wall('progress_entry', wall_of_case('content', 'progress_entry.case_id'));
CALL lay_wall('progress_report', wall_of_case('content', 'progress_report.case_id'));
CALL lay_wall('report_answer', wall_of_case('content', 'report_answer.case_id'));
CALL lay_wall('report_review', wall_of_case('content', 'report_review.case_id'));
CALL lay_wall('reply', wall_of_case('content', 'reply.case_id'));
CALL lay_wall('document', wall_of_case('content', 'document.case_id'));

GRANT SELECT, INSERT ON ledger, ledger_version, interview, progress_entry, progress_report, report_answer,
    report_review, reply, document TO app_user;
GRANT UPDATE (plan, requests, recorded_at, recorded_by, version) ON ledger TO app_user;
