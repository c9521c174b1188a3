-- Imports of ledgers: the file, who brought it, what became of each row, and its undoing.

CREATE TABLE import (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    unit_id bigint NOT NULL,
    file_name text NOT NULL,
    sha256 bytea NOT NULL,
    -- The file as it came, sealed: it holds whole identity numbers. Gone when its period is over.
    sealed bytea,
    mapping jsonb NOT NULL,
    -- On the command line, the name of the system's user who ran it.
    system_user text NOT NULL DEFAULT '',
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT import_pkey PRIMARY KEY (id),
    CONSTRAINT import_uuid_key UNIQUE (uuid),
    CONSTRAINT import_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT import_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES staff (id)
);
CREATE INDEX import_sha256_idx ON import (unit_id, sha256);

CREATE TABLE import_row (
    import_id bigint NOT NULL,
    -- Of the ledger every row; of its sheet of reviews (评查) those that were stopped.
    kind text NOT NULL,
    sheet_row int NOT NULL,
    ordinal text NOT NULL,
    state text NOT NULL,
    case_id bigint,
    -- The row's identity within any ledger, by the program's key: the same row twice makes
    -- nothing twice.
    row_hash bytea,
    -- What the hash is made from, sealed: another key makes it again.
    row_sealed text,
    -- Faults and warnings: column, problem and remedy; never the value.
    remarks jsonb NOT NULL,
    -- What a waiting row probably repeats: a row of the file, a case, or both.
    like_row int,
    like_case_id bigint,
    decided_at timestamptz,
    decided_by bigint,
    CONSTRAINT import_row_pkey PRIMARY KEY (import_id, kind, sheet_row),
    CONSTRAINT import_row_import_fkey FOREIGN KEY (import_id) REFERENCES import (id),
    CONSTRAINT import_row_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT import_row_like_case_fkey FOREIGN KEY (like_case_id) REFERENCES petition_case (id),
    CONSTRAINT import_row_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES staff (id),
    CONSTRAINT import_row_kind_check CHECK (kind IN ('ledger', 'review')),
    CONSTRAINT import_row_state_check CHECK (state IN ('imported', 'stopped', 'waiting', 'known', 'skipped')),
    CONSTRAINT import_row_hash_check CHECK (state IN ('stopped', 'known') OR row_hash IS NOT NULL),
    CONSTRAINT import_row_case_check CHECK (state <> 'imported' OR case_id IS NOT NULL),
    CONSTRAINT import_row_decided_check CHECK ((decided_at IS NULL) = (decided_by IS NULL))
);
CREATE INDEX import_row_hash_idx ON import_row (row_hash) WHERE row_hash IS NOT NULL;

-- A file between being chosen and being imported, so that nobody sends it twice. Private to its
-- sender, sealed, and gone once it was imported.
CREATE TABLE import_draft (
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    staff_id bigint NOT NULL,
    file_name text NOT NULL,
    sealed bytea NOT NULL,
    with_reviews boolean NOT NULL,
    mapping jsonb NOT NULL,
    saved_at timestamptz NOT NULL,
    CONSTRAINT import_draft_pkey PRIMARY KEY (uuid),
    CONSTRAINT import_draft_staff_fkey FOREIGN KEY (staff_id) REFERENCES staff (id)
);

CREATE TABLE import_undo (
    import_id bigint NOT NULL,
    reason text NOT NULL,
    undone_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT import_undo_pkey PRIMARY KEY (import_id),
    CONSTRAINT import_undo_import_fkey FOREIGN KEY (import_id) REFERENCES import (id),
    CONSTRAINT import_undo_reason_check CHECK (reason <> '')
);

-- The quality review (评查) of a court case behind a petition case: a grade of the case file.
CREATE TABLE case_review (
    id bigint GENERATED ALWAYS AS IDENTITY,
    case_id bigint NOT NULL,
    court_case_id bigint NOT NULL,
    grade int NOT NULL,
    accountability boolean NOT NULL,
    note text NOT NULL DEFAULT '',
    import_id bigint,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT case_review_pkey PRIMARY KEY (id),
    CONSTRAINT case_review_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT case_review_court_case_fkey FOREIGN KEY (court_case_id) REFERENCES court_case (id),
    CONSTRAINT case_review_import_fkey FOREIGN KEY (import_id) REFERENCES import (id),
    CONSTRAINT case_review_grade_check CHECK (grade BETWEEN 1 AND 3)
);
CREATE INDEX case_review_case_idx ON case_review (case_id);
CREATE INDEX case_review_import_idx ON case_review (import_id);

ALTER TABLE petition_case
    ADD CONSTRAINT petition_case_import_fkey FOREIGN KEY (import_id) REFERENCES import (id);
ALTER TABLE visit
    ADD CONSTRAINT visit_import_fkey FOREIGN KEY (import_id) REFERENCES import (id);
ALTER TABLE assignment_batch
    ADD CONSTRAINT assignment_batch_import_fkey FOREIGN KEY (import_id) REFERENCES import (id);
ALTER TABLE round_outcome
    ADD CONSTRAINT round_outcome_import_fkey FOREIGN KEY (import_id) REFERENCES import (id),
    ADD CONSTRAINT round_outcome_closing_fkey FOREIGN KEY (closing_id) REFERENCES closing (id);

CALL lay_wall('import', $$
    (SELECT asking_role()) IN ('bureau', 'bureau_head', 'job')
    AND unit_id = (SELECT court_of((SELECT asking_unit())))$$);
CALL lay_wall('import_row', 'EXISTS (SELECT FROM import i WHERE i.id = import_row.import_id)');
CALL lay_wall('import_draft', 'staff_id = (SELECT asking_staff())');
CALL lay_wall('import_undo', 'EXISTS (SELECT FROM import i WHERE i.id = import_undo.import_id)');
CALL lay_wall('case_review', wall_of_case('content', 'case_review.case_id'));

GRANT SELECT, INSERT ON import, import_row, import_undo, case_review TO app_user;
GRANT UPDATE (state, case_id, decided_at, decided_by) ON import_row TO app_user;
GRANT SELECT, INSERT, UPDATE (mapping, saved_at), DELETE ON import_draft TO app_user;
