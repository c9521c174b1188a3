-- The audit: one hash chain a court, written in the transaction of the fact it tells of.

CREATE TABLE audit (
    unit_id bigint NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    staff_id bigint NOT NULL,
    grant_id bigint NOT NULL,
    verb text NOT NULL,
    case_id bigint,
    -- Ids, codes and field names only; never names, numbers or texts of petitioners.
    object text NOT NULL DEFAULT '',
    detail text NOT NULL DEFAULT '',
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_pkey PRIMARY KEY (unit_id, seq),
    CONSTRAINT audit_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT audit_verb_check CHECK (verb ~ '^[a-z_]+\.[a-z_]+$')
);
CREATE INDEX audit_case_idx ON audit (case_id, at) WHERE case_id IS NOT NULL;

-- The head of each chain: what the next entry hangs on.
CREATE TABLE audit_head (
    unit_id bigint NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_head_pkey PRIMARY KEY (unit_id),
    CONSTRAINT audit_head_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id)
);

-- What is hashed, spelt out so that `anjie verify audit` can say it again.
CREATE FUNCTION audit_text(entry audit) RETURNS text LANGUAGE sql STABLE SET search_path = public
    RETURN concat_ws(E'\x1f', entry.unit_id, entry.seq,
        to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        entry.staff_id, entry.grant_id, entry.verb, coalesce(entry.case_id::text, ''),
        entry.object, entry.detail, encode(entry.previous_hash, 'hex'));

-- Fills place and hash; whoever inserts can choose neither. The chain is that of the court
-- in which the act was done.
CREATE FUNCTION audit_chain() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    head audit_head;
BEGIN
    NEW.staff_id := coalesce(asking_staff(), NEW.staff_id);
    NEW.grant_id := coalesce(asking_grant(), NEW.grant_id);
    NEW.unit_id := court_of((SELECT unit_id FROM role_grant WHERE id = NEW.grant_id));
    INSERT INTO audit_head (unit_id, seq, hash) VALUES (NEW.unit_id, 0, '\x00')
    ON CONFLICT ON CONSTRAINT audit_head_pkey DO NOTHING;
    SELECT * INTO STRICT head FROM audit_head WHERE unit_id = NEW.unit_id FOR UPDATE;
    NEW.seq := head.seq + 1;
    NEW.previous_hash := head.hash;
    NEW.hash := sha256(convert_to(audit_text(NEW), 'UTF8'));
    UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE unit_id = NEW.unit_id;
    RETURN NEW;
END
$$;

CREATE TRIGGER audit_chain BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_chain();

CALL lay_wall('audit', $$
    unit_id = (SELECT court_of((SELECT asking_unit()))) OR unit_id = ANY ((SELECT asking_units())::bigint[])$$);
CALL lay_wall('audit_head', 'unit_id = ANY ((SELECT asking_units())::bigint[])');
GRANT SELECT, INSERT ON audit TO app_user;
GRANT SELECT ON audit_head TO app_user;
