-- The bulletin (双周通报): computed once, frozen, published. Insert-only: no fact of it is ever updated.

CREATE TABLE method (
    version int NOT NULL,
    ranked text[] NOT NULL,
    shown text[] NOT NULL,
    -- Below this base a value is shown but not ranked.
    smallest_base int NOT NULL,
    valid_from date NOT NULL,
    CONSTRAINT method_pkey PRIMARY KEY (version)
);
INSERT INTO method (version, ranked, shown, smallest_base, valid_from)
VALUES (1, '{I07,I14,I03,I04,I05,I08a}', '{I08b,I08c,I34}', 5, '2021-03-15');

CREATE TABLE bulletin (
    id bigint GENERATED ALWAYS AS IDENTITY,
    unit_id bigint NOT NULL,
    series text NOT NULL,
    period text NOT NULL,
    issue int NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    cut_off timestamptz NOT NULL,
    method_version int NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT bulletin_pkey PRIMARY KEY (id),
    CONSTRAINT bulletin_series_period_key UNIQUE (unit_id, series, period),
    CONSTRAINT bulletin_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT bulletin_method_fkey FOREIGN KEY (method_version) REFERENCES method (version),
    CONSTRAINT bulletin_days_check CHECK (last_day >= first_day)
);

CREATE TABLE bulletin_freeze (
    bulletin_id bigint NOT NULL,
    content_hash bytea NOT NULL,
    frozen_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT bulletin_freeze_pkey PRIMARY KEY (bulletin_id),
    CONSTRAINT bulletin_freeze_bulletin_fkey FOREIGN KEY (bulletin_id) REFERENCES bulletin (id),
    CONSTRAINT bulletin_freeze_by_fkey FOREIGN KEY (recorded_by) REFERENCES staff (id)
);

CREATE TABLE bulletin_publication (
    bulletin_id bigint NOT NULL,
    published_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT bulletin_publication_pkey PRIMARY KEY (bulletin_id),
    CONSTRAINT bulletin_publication_freeze_fkey FOREIGN KEY (bulletin_id) REFERENCES bulletin_freeze (bulletin_id),
    CONSTRAINT bulletin_publication_by_fkey FOREIGN KEY (recorded_by) REFERENCES staff (id)
);

CREATE TABLE bulletin_figure (
    bulletin_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    metric text NOT NULL,
    numerator int NOT NULL,
    denominator int NOT NULL,
    CONSTRAINT bulletin_figure_pkey PRIMARY KEY (bulletin_id, unit_id, metric),
    CONSTRAINT bulletin_figure_bulletin_fkey FOREIGN KEY (bulletin_id) REFERENCES bulletin (id),
    CONSTRAINT bulletin_figure_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT bulletin_figure_parts_check CHECK (numerator BETWEEN 0 AND denominator)
);

-- The cases behind a figure. Numbers and dates, never names.
CREATE TABLE bulletin_item (
    bulletin_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    metric text NOT NULL,
    place int NOT NULL,
    case_id bigint NOT NULL,
    case_number text NOT NULL,
    assignment_id bigint,
    bucket text NOT NULL,
    reason text NOT NULL,
    -- What stands beside the count: attempted, provisional, extended, unconfirmed.
    marks text[] NOT NULL DEFAULT '{}',
    CONSTRAINT bulletin_item_pkey PRIMARY KEY (bulletin_id, unit_id, metric, place),
    CONSTRAINT bulletin_item_figure_fkey FOREIGN KEY (bulletin_id, unit_id, metric)
        REFERENCES bulletin_figure (bulletin_id, unit_id, metric),
    CONSTRAINT bulletin_item_bucket_check CHECK (bucket IN ('counted', 'missing', 'excluded'))
);

-- What was recorded late about an issue before (补录): that one stays as it was published, and the
-- items that stand elsewhere since are named here.
CREATE TABLE bulletin_change (
    bulletin_id bigint NOT NULL,
    place int NOT NULL,
    -- The issue whose figure it would change.
    about_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    metric text NOT NULL,
    case_id bigint NOT NULL,
    case_number text NOT NULL,
    assignment_id bigint,
    bucket_before text,
    bucket_now text,
    reason text NOT NULL,
    CONSTRAINT bulletin_change_pkey PRIMARY KEY (bulletin_id, place),
    CONSTRAINT bulletin_change_bulletin_fkey FOREIGN KEY (bulletin_id) REFERENCES bulletin (id),
    CONSTRAINT bulletin_change_about_fkey FOREIGN KEY (about_id) REFERENCES bulletin_freeze (bulletin_id),
    CONSTRAINT bulletin_change_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT bulletin_change_before_check CHECK (bucket_before IN ('counted', 'missing', 'excluded')),
    CONSTRAINT bulletin_change_now_check CHECK (bucket_now IN ('counted', 'missing', 'excluded')),
    CONSTRAINT bulletin_change_differs_check CHECK (bucket_before IS DISTINCT FROM bucket_now)
);

-- Frozen is frozen: nothing joins a bulletin's figures after its freeze, whoever asks.
CREATE FUNCTION bulletin_is_frozen() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF TG_OP <> 'INSERT'
       OR EXISTS (SELECT FROM bulletin_freeze WHERE bulletin_id = NEW.bulletin_id) THEN
        RAISE EXCEPTION 'a frozen bulletin does not change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bulletin_frozen_check';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER bulletin_figure_frozen BEFORE INSERT OR UPDATE OR DELETE ON bulletin_figure
    FOR EACH ROW EXECUTE FUNCTION bulletin_is_frozen();
CREATE TRIGGER bulletin_item_frozen BEFORE INSERT OR UPDATE OR DELETE ON bulletin_item
    FOR EACH ROW EXECUTE FUNCTION bulletin_is_frozen();
CREATE TRIGGER bulletin_change_frozen BEFORE INSERT OR UPDATE OR DELETE ON bulletin_change
    FOR EACH ROW EXECUTE FUNCTION bulletin_is_frozen();

CREATE FUNCTION is_published(of_bulletin bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    RETURN EXISTS (SELECT FROM bulletin_publication WHERE bulletin_id = of_bulletin);
GRANT EXECUTE ON FUNCTION is_published(bigint) TO app_user;

-- The bureau and its jobs see every bulletin of their court; everyone below it the published ones.
CALL lay_wall('bulletin', $$
    (SELECT asking_role()) IN ('bureau', 'bureau_head', 'job')
        AND unit_id = (SELECT court_of((SELECT asking_unit())))
    OR (SELECT asking_role()) IS NOT NULL AND is_published(id)
        AND EXISTS (SELECT FROM unit_path p WHERE p.ancestor_id = bulletin.unit_id
                    AND p.unit_id = (SELECT asking_unit()))$$);
CALL lay_wall('bulletin_freeze', 'EXISTS (SELECT FROM bulletin b WHERE b.id = bulletin_freeze.bulletin_id)');
CALL lay_wall('bulletin_publication', 'EXISTS (SELECT FROM bulletin b WHERE b.id = bulletin_publication.bulletin_id)');
CALL lay_wall('bulletin_figure', 'EXISTS (SELECT FROM bulletin b WHERE b.id = bulletin_figure.bulletin_id)');
CALL lay_wall('bulletin_item', 'EXISTS (SELECT FROM bulletin b WHERE b.id = bulletin_item.bulletin_id)');
CALL lay_wall('bulletin_change', 'EXISTS (SELECT FROM bulletin b WHERE b.id = bulletin_change.bulletin_id)');

GRANT SELECT ON method TO app_user;
GRANT SELECT, INSERT ON bulletin, bulletin_freeze, bulletin_publication, bulletin_figure, bulletin_item,
    bulletin_change TO app_user;

-- By what the figures look for their facts: the day something falls due, and the time a closing
-- was put on record.
-- Whether an import is counted by an issue already.
CREATE INDEX bulletin_item_case_idx ON bulletin_item (case_id);
CREATE INDEX bulletin_change_case_idx ON bulletin_change (case_id);
CREATE INDEX clock_due_original_idx ON clock (due_on_original) INCLUDE (assignment_id);
CREATE INDEX clock_event_new_due_idx ON clock_event (new_due_on) INCLUDE (clock_id) WHERE new_due_on IS NOT NULL;
CREATE INDEX round_outcome_recorded_idx ON round_outcome (recorded_at);
CREATE INDEX case_void_voided_idx ON case_void (voided_at);
