-- A known value sealed with each key that ever sealed in this database: the wrong key is found out
-- before anything is served, and the last of an older one is known.
CREATE TABLE key_check (
    prefix text NOT NULL,
    sealed text NOT NULL,
    served_at timestamptz NOT NULL,
    CONSTRAINT key_check_pkey PRIMARY KEY (prefix)
);
GRANT SELECT, INSERT ON key_check TO app_user;

-- Petitioners: identity alone. Nothing here grades or describes a person.

CREATE TABLE petitioner (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    name text NOT NULL,
    -- Folded for comparison: width, case, blanks, the dots of minority names.
    name_key text NOT NULL,
    sex text,
    birth_date date,
    region text NOT NULL DEFAULT '',
    id_type text NOT NULL,
    -- Sealed value, keyed blind index, and the last four as everywhere shown. Phone and address are
    -- the newest of petitioner_contact.
    id_sealed text,
    id_index bytea,
    id_tail text NOT NULL DEFAULT '',
    id_verified boolean NOT NULL DEFAULT false,
    no_id_reason text,
    id_override text,
    phone_sealed text,
    phone_index bytea,
    phone_tail text NOT NULL DEFAULT '',
    address_sealed text,
    -- Written down with an accusation: never the same row as someone whom the courts know.
    apart boolean NOT NULL DEFAULT false,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    version int NOT NULL DEFAULT 1,
    CONSTRAINT petitioner_pkey PRIMARY KEY (id),
    CONSTRAINT petitioner_uuid_key UNIQUE (uuid),
    CONSTRAINT petitioner_sex_check CHECK (sex IN ('male', 'female')),
    CONSTRAINT petitioner_id_type_check CHECK (id_type IN
        ('id_card', 'passport', 'hk_mo_tw', 'foreigner', 'none')),
    CONSTRAINT petitioner_no_id_reason_check CHECK (no_id_reason IN ('forgot', 'lost', 'refused', 'not_recorded')),
    CONSTRAINT petitioner_id_override_check CHECK (id_override IN ('old_card', 'as_shown', 'reader_failed', 'as_recorded')),
    CONSTRAINT petitioner_id_check CHECK ((id_sealed IS NULL) = (id_index IS NULL)),
    CONSTRAINT petitioner_phone_check CHECK ((phone_sealed IS NULL) = (phone_index IS NULL)),
    CONSTRAINT petitioner_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES staff (id)
);
CREATE INDEX petitioner_id_index_idx ON petitioner (id_index) WHERE id_index IS NOT NULL;
-- Two windows at once make one person of one number.
CREATE UNIQUE INDEX petitioner_id_verified_key ON petitioner (id_index) WHERE id_verified AND NOT apart;
CREATE INDEX petitioner_phone_index_idx ON petitioner (phone_index) WHERE phone_index IS NOT NULL;
CREATE INDEX petitioner_name_key_idx ON petitioner (name_key);
CREATE INDEX petitioner_id_tail_idx ON petitioner (id_tail) WHERE id_tail <> '';

-- The courts that have dealt with a person, and so may read the name. Its wall stands in 0010: it asks
-- for the cases.
CREATE TABLE petitioner_court (
    petitioner_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    CONSTRAINT petitioner_court_pkey PRIMARY KEY (petitioner_id, unit_id),
    CONSTRAINT petitioner_court_petitioner_fkey FOREIGN KEY (petitioner_id) REFERENCES petitioner (id),
    CONSTRAINT petitioner_court_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id)
);

-- Who accused someone, for the inspection office: the accusation itself stands in 0011.
CREATE FUNCTION is_accuser(of_petitioner bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM visit v WHERE v.petitioner_id = of_petitioner AND v.visit_kind = 'accusation'
                   AND v.unit_id = ANY (asking_units()) AND accusation_way(v.id) <> 'waiting');
END
$$;
GRANT EXECUTE ON FUNCTION is_accuser(bigint) TO app_user;

-- Who has just recorded a person reaches them before the first visit is written.
CALL lay_wall('petitioner', $$
    recorded_by = (SELECT asking_staff())
    OR EXISTS (SELECT FROM petitioner_court pc WHERE pc.petitioner_id = petitioner.id)
    OR (SELECT asking_role()) = 'inspection' AND is_accuser(id)$$);

GRANT SELECT, INSERT ON petitioner TO app_user;
GRANT UPDATE (name, name_key, sex, birth_date, region, id_type, id_sealed, id_index, id_tail, id_verified,
    no_id_reason, id_override, version)
    ON petitioner TO app_user;
GRANT SELECT ON petitioner_court TO app_user;

-- By what someone could be reached, and since when: a correction is a row of its own, so what it
-- corrects stays. Both values stand in each row, as they are from then on.
CREATE TABLE petitioner_contact (
    id bigint GENERATED ALWAYS AS IDENTITY,
    petitioner_id bigint NOT NULL,
    phone_sealed text,
    phone_index bytea,
    phone_tail text NOT NULL DEFAULT '',
    address_sealed text,
    since timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    -- The visit at which it was told; NULL for what was recorded with the person.
    visit_id bigint,
    CONSTRAINT petitioner_contact_pkey PRIMARY KEY (id),
    CONSTRAINT petitioner_contact_petitioner_fkey FOREIGN KEY (petitioner_id) REFERENCES petitioner (id),
    CONSTRAINT petitioner_contact_phone_check CHECK ((phone_sealed IS NULL) = (phone_index IS NULL)),
    CONSTRAINT petitioner_contact_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES staff (id)
);
CREATE INDEX petitioner_contact_petitioner_idx ON petitioner_contact (petitioner_id, id);
CALL lay_wall('petitioner_contact', 'EXISTS (SELECT FROM petitioner p WHERE p.id = petitioner_contact.petitioner_id)');
GRANT SELECT, INSERT ON petitioner_contact TO app_user;

CREATE FUNCTION petitioner_contact_first() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO petitioner_contact (petitioner_id, phone_sealed, phone_index, phone_tail, address_sealed, since,
                                    recorded_by)
    VALUES (NEW.id, NEW.phone_sealed, NEW.phone_index, NEW.phone_tail, NEW.address_sealed, NEW.recorded_at,
            NEW.recorded_by);
    RETURN NULL;
END
$$;
CREATE TRIGGER petitioner_contact_first AFTER INSERT ON petitioner
    FOR EACH ROW WHEN (NEW.phone_sealed IS NOT NULL OR NEW.address_sealed IS NOT NULL)
    EXECUTE FUNCTION petitioner_contact_first();

CREATE FUNCTION petitioner_contact_follow() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE petitioner SET phone_sealed = NEW.phone_sealed, phone_index = NEW.phone_index,
        phone_tail = NEW.phone_tail, address_sealed = NEW.address_sealed, version = version + 1
    WHERE id = NEW.petitioner_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER petitioner_contact_follow AFTER INSERT ON petitioner_contact
    FOR EACH ROW WHEN (NEW.visit_id IS NOT NULL) EXECUTE FUNCTION petitioner_contact_follow();
