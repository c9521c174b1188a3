-- The register: one row a visit, letter or call (信访件), whatever came of it.

CREATE TABLE visit (
    id bigint GENERATED ALWAYS AS IDENTITY,
    number text NOT NULL,
    unit_id bigint NOT NULL,
    hall_id bigint NOT NULL,
    -- The running number of the day and hall, shown as 第18批.
    running int NOT NULL,
    channel text NOT NULL,
    petitioner_id bigint,
    visit_form text NOT NULL,
    people_count int NOT NULL,
    involved_count int,
    visit_kind text NOT NULL,
    category text NOT NULL,
    origin_unit_id bigint,
    principal_name text NOT NULL DEFAULT '',
    mandate boolean,
    assist text[] NOT NULL DEFAULT '{}',
    disposition text NOT NULL,
    urgent_reason text NOT NULL DEFAULT '',
    receiver_id bigint NOT NULL,
    -- Hash of the code on the receipt; the code itself is sealed for a second print, until the visit's
    -- period is over.
    query_code_hash bytea NOT NULL,
    query_code_sealed text,
    posted_on date,
    received_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    import_id bigint,
    CONSTRAINT visit_pkey PRIMARY KEY (id),
    CONSTRAINT visit_number_key UNIQUE (number),
    CONSTRAINT visit_query_code_hash_key UNIQUE (query_code_hash),
    CONSTRAINT visit_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT visit_hall_fkey FOREIGN KEY (hall_id) REFERENCES hall (id),
    CONSTRAINT visit_origin_unit_fkey FOREIGN KEY (origin_unit_id) REFERENCES unit (id),
    CONSTRAINT visit_petitioner_fkey FOREIGN KEY (petitioner_id) REFERENCES petitioner (id),
    CONSTRAINT visit_receiver_fkey FOREIGN KEY (receiver_id) REFERENCES staff (id),
    CONSTRAINT visit_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES staff (id),
    CONSTRAINT visit_channel_check CHECK (channel IN ('visit', 'letter', 'call', 'online', 'video')),
    CONSTRAINT visit_form_check CHECK (visit_form IN ('individual', 'group', 'agent')),
    CONSTRAINT visit_kind_check CHECK (visit_kind IN ('petition', 'accusation', 'suggestion', 'other_organ')),
    CONSTRAINT visit_disposition_check CHECK (disposition IN
        ('resolved_on_spot', 'joined_to_case', 'accepted', 'routed_to_litigation', 'transferred_out', 'not_accepted')),
    CONSTRAINT visit_people_check CHECK (people_count >= 1),
    CONSTRAINT visit_times_check CHECK (received_at <= recorded_at)
);
CREATE INDEX visit_unit_received_idx ON visit (unit_id, received_at, id);
CREATE INDEX visit_petitioner_idx ON visit (petitioner_id, received_at);

ALTER TABLE round ADD CONSTRAINT round_visit_fkey FOREIGN KEY (visit_id) REFERENCES visit (id);
CREATE INDEX round_visit_idx ON round (visit_id) WHERE visit_id IS NOT NULL;
ALTER TABLE petitioner_contact
    ADD CONSTRAINT petitioner_contact_visit_fkey FOREIGN KEY (visit_id) REFERENCES visit (id);

-- What was said and answered. Sealed for accusations: then nobody at the courts' desks reads it.
CREATE TABLE visit_text (
    visit_id bigint NOT NULL,
    summary text NOT NULL DEFAULT '',
    -- 诉求同上次: the visit whose text this one repeats.
    same_as_visit_id bigint,
    origin_case_number text NOT NULL DEFAULT '',
    answer_text text NOT NULL DEFAULT '',
    sealed boolean NOT NULL DEFAULT false,
    CONSTRAINT visit_text_pkey PRIMARY KEY (visit_id),
    CONSTRAINT visit_text_visit_fkey FOREIGN KEY (visit_id) REFERENCES visit (id),
    CONSTRAINT visit_text_same_as_fkey FOREIGN KEY (same_as_visit_id) REFERENCES visit (id)
);

CREATE TABLE visit_representative (
    visit_id bigint NOT NULL,
    place int NOT NULL,
    name text NOT NULL,
    id_sealed text,
    CONSTRAINT visit_representative_pkey PRIMARY KEY (visit_id, place),
    CONSTRAINT visit_representative_visit_fkey FOREIGN KEY (visit_id) REFERENCES visit (id),
    CONSTRAINT visit_representative_place_check CHECK (place BETWEEN 1 AND 5)
);

-- One visit may concern several cases, a case has many visits. `nth` counts the visits on the
-- matter across courts: 初访 is 1, 重复访·第4次 is 4.
CREATE TABLE visit_case (
    visit_id bigint NOT NULL,
    case_id bigint NOT NULL,
    nth int NOT NULL,
    linked_at timestamptz NOT NULL,
    linked_by bigint NOT NULL,
    CONSTRAINT visit_case_pkey PRIMARY KEY (visit_id, case_id),
    CONSTRAINT visit_case_visit_fkey FOREIGN KEY (visit_id) REFERENCES visit (id),
    CONSTRAINT visit_case_case_fkey FOREIGN KEY (case_id) REFERENCES petition_case (id),
    CONSTRAINT visit_case_nth_check CHECK (nth >= 1)
);
CREATE INDEX visit_case_case_idx ON visit_case (case_id, visit_id);

-- 撤销登记: the number stays, with the reason.
CREATE TABLE visit_void (
    visit_id bigint NOT NULL,
    reason text NOT NULL,
    voided_at timestamptz NOT NULL,
    voided_by bigint NOT NULL,
    CONSTRAINT visit_void_pkey PRIMARY KEY (visit_id),
    CONSTRAINT visit_void_visit_fkey FOREIGN KEY (visit_id) REFERENCES visit (id),
    CONSTRAINT visit_void_reason_check CHECK (reason <> '')
);

-- 来访材料: what was handed in with the visit, at once or scanned later. The bytes are sealed with the
-- program's key; the hash is of the plain file.
CREATE TABLE visit_material (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL,
    visit_id bigint NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size int NOT NULL,
    sha256 bytea NOT NULL,
    sealed bytea NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL,
    CONSTRAINT visit_material_pkey PRIMARY KEY (id),
    CONSTRAINT visit_material_uuid_key UNIQUE (uuid),
    CONSTRAINT visit_material_visit_fkey FOREIGN KEY (visit_id) REFERENCES visit (id),
    CONSTRAINT visit_material_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES staff (id),
    CONSTRAINT visit_material_size_check CHECK (size BETWEEN 1 AND 52428800)
);
CREATE INDEX visit_material_visit_idx ON visit_material (visit_id);

-- 「不是同一事项」: the clerk's correction of the repeat rule, with its reason.
CREATE TABLE repeat_correction (
    visit_id bigint NOT NULL,
    offered_case_id bigint NOT NULL,
    reason text NOT NULL,
    corrected_at timestamptz NOT NULL,
    corrected_by bigint NOT NULL,
    CONSTRAINT repeat_correction_pkey PRIMARY KEY (visit_id, offered_case_id),
    CONSTRAINT repeat_correction_visit_fkey FOREIGN KEY (visit_id) REFERENCES visit (id)
);

-- 转督察部门: the bureau sends an accusation on unread. One that is about the bureau itself goes
-- straight on as it is registered, and isn't there for the bureau.
CREATE TABLE accusation_routing (
    id bigint GENERATED ALWAYS AS IDENTITY,
    visit_id bigint NOT NULL,
    straight boolean NOT NULL,
    routed_at timestamptz NOT NULL,
    routed_by bigint NOT NULL,
    CONSTRAINT accusation_routing_pkey PRIMARY KEY (id),
    CONSTRAINT accusation_routing_visit_key UNIQUE (visit_id),
    CONSTRAINT accusation_routing_visit_fkey FOREIGN KEY (visit_id) REFERENCES visit (id),
    CONSTRAINT accusation_routing_routed_by_fkey FOREIGN KEY (routed_by) REFERENCES staff (id)
);
CALL lay_wall('accusation_routing', 'EXISTS (SELECT FROM visit v WHERE v.id = accusation_routing.visit_id)');

-- Where an accusation is on its way to the inspection office: with the bureau, sent on, gone straight.
CREATE FUNCTION accusation_way(of_visit bigint) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN coalesce((SELECT CASE WHEN r.straight THEN 'straight' ELSE 'sent' END
                     FROM accusation_routing r WHERE r.visit_id = of_visit), 'waiting');
END
$$;
-- When it was sent, for whoever sees the visit: a row of its own wall in a wide query is dear.
CREATE FUNCTION accusation_sent_at(of_visit bigint) RETURNS timestamptz
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN (SELECT r.routed_at FROM accusation_routing r WHERE r.visit_id = of_visit);
END
$$;
GRANT EXECUTE ON FUNCTION accusation_way(bigint), accusation_sent_at(bigint) TO app_user;

-- An accusation goes to the inspection office: at the court only who wrote it down can print its
-- receipt, and the bureau can send it on. Neither reads what it says; the inspection office does as
-- soon as it was sent, and sees nothing else of the register.
CALL lay_wall('visit', $$
    unit_id = ANY ((SELECT asking_units())::bigint[])
    AND id <> ALL ((SELECT asking_excluded_visits())::bigint[])
    AND CASE WHEN visit_kind <> 'accusation' THEN (SELECT asking_matters()) = 'all'
             WHEN (SELECT asking_role()) = 'inspection' THEN accusation_way(id) <> 'waiting'
             ELSE (SELECT asking_role()) IN ('bureau', 'bureau_head') AND accusation_way(id) <> 'straight'
                  OR (SELECT asking_matters()) = 'all' AND recorded_by = (SELECT asking_staff()) END$$);
-- The first wall of the register, for the queries to bind.
CREATE FUNCTION within(scope reach, entry visit) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (entry).unit_id = ANY ((scope).units) AND (entry).id <> ALL ((scope).excluded_visits)
        AND CASE WHEN (entry).visit_kind <> 'accusation' THEN (scope).matters = 'all'
                 WHEN (scope).reads_sealed THEN accusation_way((entry).id) <> 'waiting'
                 ELSE (scope).sends_sealed AND accusation_way((entry).id) <> 'straight'
                      OR (scope).matters = 'all' AND (entry).recorded_by = (scope).staff END;
GRANT EXECUTE ON FUNCTION within(reach, visit) TO app_user;

-- The account of a visit is read where the register is kept (clerk, president, bureau) and by
-- the team of a case that the visit is about.
CALL lay_wall('visit_text', $$
    EXISTS (SELECT FROM visit v WHERE v.id = visit_text.visit_id)
    AND CASE WHEN sealed THEN (SELECT asking_role()) = 'inspection' ELSE (SELECT asking_matters()) = 'all' END
    AND ((SELECT asking_role()) = 'inspection' OR (SELECT asking_depth()) IN ('all', 'narrative')
         OR EXISTS (SELECT FROM visit v WHERE v.id = visit_text.visit_id AND v.recorded_by = (SELECT asking_staff()))
         OR EXISTS (SELECT FROM visit_case vc JOIN team_member t ON t.case_id = vc.case_id
                    WHERE vc.visit_id = visit_text.visit_id AND t.ended_at IS NULL
                      AND t.staff_id = (SELECT asking_holder())))$$);
-- An accusation is written once, and read by nobody at the desk that wrote it.
CREATE POLICY visit_text_seal ON visit_text FOR INSERT TO app_user WITH CHECK (
    sealed AND EXISTS (SELECT FROM visit v WHERE v.id = visit_text.visit_id
                       AND v.recorded_by = (SELECT asking_staff())));
-- The account of a visit, where a scope opens it: the same rule, for the queries to bind.
CREATE FUNCTION account_of_visit(of_visit bigint, scope reach)
    RETURNS TABLE (summary text, same_as_visit_id bigint, origin_case_number text, answer_text text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT t.summary, t.same_as_visit_id, t.origin_case_number, t.answer_text
    FROM visit_text t JOIN visit v ON v.id = t.visit_id
    WHERE t.visit_id = of_visit AND within(scope, v)
      AND CASE WHEN t.sealed THEN (scope).reads_sealed
               ELSE (scope).accounts IN ('all', 'narrative')
                    OR (scope).accounts <> 'none' AND (v.recorded_by = (scope).staff
                        OR EXISTS (SELECT FROM visit_case vc JOIN petition_case c ON c.id = vc.case_id
                                   JOIN team_member m ON m.case_id = c.id
                                   WHERE vc.visit_id = v.id AND within(scope, c.unit_id, c.id)
                                     AND m.ended_at IS NULL AND m.staff_id = (scope).holder)) END;
END;
GRANT EXECUTE ON FUNCTION account_of_visit(bigint, reach) TO app_user;
-- Material is read by whoever reads the account; that of an accusation is handed in by who wrote it down.
CALL lay_wall('visit_material', 'EXISTS (SELECT FROM visit_text t WHERE t.visit_id = visit_material.visit_id)');
CREATE POLICY visit_material_seal ON visit_material FOR INSERT TO app_user WITH CHECK (
    EXISTS (SELECT FROM visit v WHERE v.id = visit_material.visit_id AND v.visit_kind = 'accusation'
            AND v.recorded_by = (SELECT asking_staff())));
-- Who spoke for the others of an accusation is as sealed as what was said.
CALL lay_wall('visit_representative', $$
    EXISTS (SELECT FROM visit v WHERE v.id = visit_representative.visit_id
            AND (v.visit_kind <> 'accusation' OR (SELECT asking_role()) = 'inspection'
                 OR v.recorded_by = (SELECT asking_staff())))$$);
CALL lay_wall('visit_void', 'EXISTS (SELECT FROM visit v WHERE v.id = visit_void.visit_id)');
CALL lay_wall('repeat_correction', 'EXISTS (SELECT FROM visit v WHERE v.id = repeat_correction.visit_id)');
-- Seen from either side: the hall that received, and the court that handles.
CALL lay_wall('visit_case', $$
    EXISTS (SELECT FROM visit v WHERE v.id = visit_case.visit_id)
    OR EXISTS (SELECT FROM petition_case c WHERE c.id = visit_case.case_id)$$);

-- Past the bureau by who wrote it down, else by the bureau.
CREATE POLICY accusation_routing_sending ON accusation_routing AS RESTRICTIVE FOR INSERT TO app_user WITH CHECK (
    routed_by = (SELECT asking_staff())
    AND CASE WHEN straight THEN EXISTS (SELECT FROM visit v WHERE v.id = accusation_routing.visit_id
                                        AND v.recorded_by = (SELECT asking_staff()))
             ELSE (SELECT asking_role()) IN ('bureau', 'bureau_head') END);
GRANT SELECT, INSERT ON accusation_routing TO app_user;
GRANT SELECT, INSERT ON visit, visit_text, visit_material, visit_representative, visit_case, visit_void, repeat_correction TO app_user;

-- How many visits of a hall's day are sealed, so that everyone at the hall reads the same sums.
CREATE FUNCTION sealed_visits(
    of_units bigint[], of_hall bigint, since timestamptz, until timestamptz, of_form text, of_disposition text)
    RETURNS TABLE (visits bigint, people bigint, groups bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    SELECT count(*), coalesce(sum(v.people_count), 0), count(*) FILTER (WHERE v.visit_form = 'group')
    FROM visit v
    WHERE v.visit_kind = 'accusation' AND v.unit_id = ANY (of_units) AND v.unit_id = ANY (asking_units())
      AND asking_role() <> 'leading_group'
      AND v.received_at >= since AND v.received_at < until
      AND (of_hall IS NULL OR v.hall_id = of_hall)
      AND (of_form IS NULL OR v.visit_form = of_form)
      AND (of_disposition IS NULL OR v.disposition = of_disposition)
      AND NOT EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id);
END;
GRANT EXECUTE ON FUNCTION sealed_visits(bigint[], bigint, timestamptz, timestamptz, text, text) TO app_user;

CREATE FUNCTION petitioner_court_of_visit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO petitioner_court (petitioner_id, unit_id) VALUES (NEW.petitioner_id, NEW.unit_id)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER petitioner_court_of_visit AFTER INSERT ON visit
    FOR EACH ROW WHEN (NEW.petitioner_id IS NOT NULL AND NEW.visit_kind <> 'accusation')
    EXECUTE FUNCTION petitioner_court_of_visit();

-- The duplicate check across courts (privacy.md 8.4 of the domain book): that the person is known.
-- Whoever may register a visit may ask; the facts of other courts come from match_case.
CREATE FUNCTION match_petitioner(
    wanted_id bytea[], wanted_phone bytea[], wanted_name text, wanted_tail text, wanted_case text)
    RETURNS TABLE (petitioner_id bigint, uuid uuid, name text, sex text, birth_date date,
                   id_tail text, visits bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    -- Each way by its own index; asked on every pause in typing.
    WITH hit AS (
        SELECT id FROM petitioner WHERE id_index = ANY (wanted_id)
        UNION
        SELECT id FROM petitioner WHERE phone_index = ANY (wanted_phone)
        UNION
        SELECT id FROM petitioner WHERE name_key = wanted_name AND wanted_name <> ''
            AND (wanted_tail = '' OR id_tail = wanted_tail)
        UNION
        SELECT id FROM petitioner WHERE id_tail = wanted_tail AND id_tail <> '' AND wanted_name = ''
        UNION
        SELECT y.petitioner_id FROM party y JOIN petition_case c ON c.id = y.case_id
        WHERE c.number = wanted_case AND c.id <> ALL (asking_excluded()))
    SELECT p.id, p.uuid, p.name, p.sex, p.birth_date, p.id_tail,
           (SELECT count(*) FROM visit v WHERE v.petitioner_id = p.id AND v.visit_kind <> 'accusation'
              AND NOT EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id))
    FROM hit JOIN petitioner p ON p.id = hit.id
    WHERE asking_role() IN ('clerk', 'handler', 'bureau', 'bureau_head')
      -- Whoever has only accused someone is known to no court.
      AND EXISTS (SELECT FROM petitioner_court pc WHERE pc.petitioner_id = p.id)
    ORDER BY (p.id_index = ANY (wanted_id)) DESC NULLS LAST, p.id DESC
    LIMIT 20;
END;

-- Who is known by a document number, to register them as who they are.
CREATE FUNCTION petitioner_known_by(wanted_id bytea[]) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    RETURN (SELECT p.id FROM petitioner p
            WHERE p.id_index = ANY (wanted_id) AND asking_role() IN ('clerk', 'handler', 'bureau', 'bureau_head')
              AND EXISTS (SELECT FROM petitioner_court pc WHERE pc.petitioner_id = p.id)
            ORDER BY p.id_verified DESC, p.id DESC LIMIT 1);

GRANT EXECUTE ON FUNCTION match_petitioner(bytea[], bytea[], text, text, text), petitioner_known_by(bytea[]) TO app_user;

-- A card of the match panel that was taken: the person to link, as the card shows them, and
-- whether a number that was typed is theirs.
CREATE FUNCTION petitioner_to_link(wanted uuid, typed_id bytea[])
    RETURNS TABLE (petitioner_id bigint, name text, name_key text, id_tail text, id_is_theirs boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    SELECT p.id, p.name, p.name_key, p.id_tail, coalesce(p.id_index = ANY (typed_id), false)
    FROM petitioner p
    WHERE p.uuid = wanted AND asking_role() IN ('clerk', 'handler', 'bureau', 'bureau_head')
      AND EXISTS (SELECT FROM petitioner_court pc WHERE pc.petitioner_id = p.id);
END;

-- The repeat rule across courts: a case of the same person about the same court case, opened or
-- visited within the period. Number and court alone.
CREATE FUNCTION same_matter(of_petitioner bigint, wanted_number text, since timestamptz)
    RETURNS TABLE (case_id bigint, number text, court text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC
    SELECT c.id, c.number, u.short_name
    FROM party y
    JOIN petition_case c ON c.id = y.case_id
    JOIN unit u ON u.id = c.unit_id
    JOIN petition_case_court_case l ON l.case_id = c.id
    JOIN court_case k ON k.id = l.court_case_id AND k.number = wanted_number
    WHERE y.petitioner_id = of_petitioner
      AND asking_role() IN ('clerk', 'handler', 'bureau', 'bureau_head')
      AND NOT EXISTS (SELECT FROM case_void v WHERE v.case_id = c.id)
      AND c.id <> ALL (asking_excluded())
      AND (c.opened_at >= since OR EXISTS (
          SELECT FROM visit_case vc JOIN visit v ON v.id = vc.visit_id
          WHERE vc.case_id = c.id AND v.received_at >= since))
    ORDER BY c.id DESC
    LIMIT 1;
END;

GRANT EXECUTE ON FUNCTION petitioner_to_link(uuid, bytea[]), same_matter(bigint, text, timestamptz) TO app_user;
