-- Courts, divisions and offices, as a tree with dates.

CREATE TABLE unit (
    id bigint GENERATED ALWAYS AS IDENTITY,
    parent_id bigint,
    code text NOT NULL,
    name text NOT NULL,
    short_name text NOT NULL,
    account_name text NOT NULL,
    kind text NOT NULL,
    -- The court code in a 案号; looked up, never computed.
    court_code text,
    -- Units are compared within their group; NULL is never ranked.
    compared_in text,
    place int NOT NULL,
    phone text,
    valid_from date NOT NULL,
    valid_until date,
    CONSTRAINT unit_pkey PRIMARY KEY (id),
    CONSTRAINT unit_parent_fkey FOREIGN KEY (parent_id) REFERENCES unit (id),
    CONSTRAINT unit_code_key UNIQUE (code),
    CONSTRAINT unit_court_code_key UNIQUE (court_code),
    CONSTRAINT unit_kind_check CHECK (kind IN
        ('high_court', 'intermediate_court', 'base_court', 'tribunal', 'division', 'petition_bureau')),
    CONSTRAINT unit_compared_in_check CHECK (compared_in IN ('base_court', 'division')),
    CONSTRAINT unit_dates_check CHECK (valid_until IS NULL OR valid_until > valid_from)
);

-- Every unit under each of its ancestors, itself included.
CREATE TABLE unit_path (
    ancestor_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    CONSTRAINT unit_path_pkey PRIMARY KEY (ancestor_id, unit_id),
    CONSTRAINT unit_path_ancestor_fkey FOREIGN KEY (ancestor_id) REFERENCES unit (id),
    CONSTRAINT unit_path_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id)
);

CREATE FUNCTION unit_path_grow() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    INSERT INTO unit_path (ancestor_id, unit_id)
    SELECT ancestor_id, NEW.id FROM unit_path WHERE unit_id = NEW.parent_id
    UNION ALL
    SELECT NEW.id, NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER unit_path_grow AFTER INSERT ON unit
    FOR EACH ROW EXECUTE FUNCTION unit_path_grow();

-- The court that a unit belongs to: itself, or the nearest court above a division.
CREATE FUNCTION court_of(of_unit bigint) RETURNS bigint
    LANGUAGE plpgsql STABLE SET search_path = public AS $$
BEGIN
    RETURN (
        SELECT u.id FROM unit_path p
        JOIN unit u ON u.id = p.ancestor_id
        WHERE p.unit_id = of_unit
          AND u.kind IN ('high_court', 'intermediate_court', 'base_court', 'tribunal')
        ORDER BY (SELECT count(*) FROM unit_path d WHERE d.unit_id = u.id) DESC
        LIMIT 1);
END
$$;

-- Where visitors are received; a court's second hall has a code of its own (0110B).
CREATE TABLE hall (
    id bigint GENERATED ALWAYS AS IDENTITY,
    unit_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    address text NOT NULL,
    phone text NOT NULL,
    CONSTRAINT hall_pkey PRIMARY KEY (id),
    CONSTRAINT hall_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT hall_code_key UNIQUE (code)
);

GRANT SELECT ON unit, unit_path, hall TO app_user;
GRANT EXECUTE ON FUNCTION court_of(bigint) TO app_user;
