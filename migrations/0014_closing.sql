-- Closing (办结): the report, the chain of signatures, and the outcome that a round ends with.

-- One application a row; a returned one is followed by another.
CREATE TABLE closing (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    case_id bigint NOT NULL,
    round_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    outcome text NOT NULL,
    sections text[] NOT NULL,
    -- The reply record that it rests on.
    reply_id bigint NOT NULL,
    -- What every signature is bound to.
    content_hash bytea NOT NULL,
    needs_leading_group boolean NOT NULL,
    applied_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT closing_pkey PRIMARY KEY (id),
    CONSTRAINT closing_uuid_key UNIQUE (uuid),
    CONSTRAINT closing_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT closing_round_fkey FOREIGN KEY (round_id) REFERENCES round (id),
    CONSTRAINT closing_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT closing_reply_fkey FOREIGN KEY (reply_id) REFERENCES reply (id),
    CONSTRAINT closing_sections_check CHECK (cardinality(sections) = 7),
    CONSTRAINT closing_outcome_check CHECK (outcome IN
        ('settled_written', 'settled_oral_provisional', 'closed_unsettled', 'terminated', 'written_off',
         'routed_to_litigation', 'transferred_out'))
);
CREATE INDEX closing_case_idx ON closing (case_id, id);
CREATE INDEX closing_round_idx ON closing (round_id, id);

-- The papers of an application: frozen with it, whatever is filed later.
CREATE TABLE closing_document (
    closing_id bigint NOT NULL,
    document_id bigint NOT NULL,
    case_id bigint NOT NULL,
    CONSTRAINT closing_document_pkey PRIMARY KEY (closing_id, document_id),
    CONSTRAINT closing_document_closing_fkey FOREIGN KEY (closing_id) REFERENCES closing (id),
    CONSTRAINT closing_document_document_fkey FOREIGN KEY (document_id) REFERENCES document (id),
    CONSTRAINT closing_document_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id)
);

CREATE TABLE closing_signature (
    closing_id bigint NOT NULL,
    step text NOT NULL,
    case_id bigint NOT NULL,
    decision text NOT NULL,
    opinion text NOT NULL DEFAULT '',
    -- The post in which it was given.
    capacity text NOT NULL,
    content_hash bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT closing_signature_pkey PRIMARY KEY (closing_id, step),
    CONSTRAINT closing_signature_closing_fkey FOREIGN KEY (closing_id) REFERENCES closing (id),
    CONSTRAINT closing_signature_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT closing_signature_signer_fkey FOREIGN KEY (recorded_by) REFERENCES staff (id),
    CONSTRAINT closing_signature_step_check CHECK (step IN ('leader', 'president', 'bureau', 'leading_group')),
    CONSTRAINT closing_signature_decision_check CHECK (decision IN ('approve', 'return')),
    CONSTRAINT closing_signature_opinion_check CHECK (decision = 'approve' OR opinion <> '')
);
CREATE INDEX closing_signature_case_idx ON closing_signature (case_id);
CREATE INDEX closing_signature_signer_idx ON closing_signature (recorded_by, signed_at);

-- A signature is bound to the content it was given for; for any other it doesn't count.
CREATE FUNCTION closing_signature_binds() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NEW.content_hash <> (SELECT content_hash FROM closing WHERE id = NEW.closing_id) THEN
        RAISE EXCEPTION 'the content is not the one that was signed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'closing_signature_content_check';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER closing_signature_binds BEFORE INSERT ON closing_signature
    FOR EACH ROW EXECUTE FUNCTION closing_signature_binds();

-- How a round ended: by a confirmed closing, or as a ledger that was imported says.
CREATE TABLE round_outcome (
    round_id bigint NOT NULL,
    case_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    outcome text NOT NULL,
    basis text NOT NULL,
    closing_id bigint,
    import_id bigint,
    -- When the unit closed it (T20), and when that was confirmed (T23).
    unit_closed_at timestamptz NOT NULL,
    confirmed_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT round_outcome_pkey PRIMARY KEY (round_id),
    CONSTRAINT round_outcome_round_fkey FOREIGN KEY (round_id) REFERENCES round (id),
    CONSTRAINT round_outcome_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT round_outcome_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT round_outcome_outcome_check CHECK (outcome IN
        ('settled_written', 'settled_oral_provisional', 'settled_oral_matured', 'closed_unsettled', 'terminated',
         'written_off', 'routed_to_litigation', 'transferred_out')),
    CONSTRAINT round_outcome_basis_check CHECK (
        basis = 'closing' AND closing_id IS NOT NULL AND import_id IS NULL
        OR basis = 'imported_ledger' AND import_id IS NOT NULL AND closing_id IS NULL),
    CONSTRAINT round_outcome_times_check CHECK (unit_closed_at <= confirmed_at)
);
CREATE INDEX round_outcome_confirmed_idx ON round_outcome (confirmed_at) INCLUDE (unit_id, outcome, case_id);
CREATE INDEX round_outcome_case_idx ON round_outcome (case_id);
CREATE INDEX round_outcome_import_idx ON round_outcome (import_id) WHERE import_id IS NOT NULL;

CREATE FUNCTION case_submitted_grow() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO case_submitted (case_id) VALUES (NEW.case_id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER case_submitted_grow AFTER INSERT ON closing_signature
    FOR EACH ROW WHEN (NEW.step = 'bureau' AND NEW.decision = 'approve') EXECUTE FUNCTION case_submitted_grow();

CALL lay_wall('closing', wall_of_case('content', 'closing.case_id'));
CALL lay_wall('closing_document', wall_of_case('content', 'closing_document.case_id'));
CALL lay_wall('closing_signature', wall_of_case('content', 'closing_signature.case_id'));
CALL lay_wall('round_outcome', wall_of_case('head', 'round_outcome.case_id'));

GRANT SELECT, INSERT ON closing, closing_document, closing_signature, round_outcome TO app_user;
