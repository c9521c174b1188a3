-- Accounts: the second factor, what ends a session, the trace of those who were turned away.

-- 动态口令. What is shown in a picture and not yet confirmed waits beside it.
CREATE TABLE second_factor (
    staff_id bigint NOT NULL,
    secret_sealed bytea,
    pending_sealed bytea,
    confirmed_at timestamptz,
    -- The half minute whose code was used last: neither it nor an earlier one is taken again.
    last_step bigint NOT NULL DEFAULT 0,
    -- The recovery codes, sealed, until their owner says that they were written down.
    fresh_codes_sealed bytea,
    CONSTRAINT second_factor_pkey PRIMARY KEY (staff_id),
    CONSTRAINT second_factor_staff_fkey FOREIGN KEY (staff_id) REFERENCES staff (id),
    CONSTRAINT second_factor_confirmed_check CHECK ((secret_sealed IS NULL) = (confirmed_at IS NULL))
);
CALL lay_wall('second_factor', 'staff_id = (SELECT asking_staff())');
GRANT SELECT, INSERT ON second_factor TO app_user;
GRANT UPDATE (secret_sealed, pending_sealed, confirmed_at, last_step, fresh_codes_sealed) ON second_factor TO app_user;

-- A keyed hash of each; the codes of an earlier set are of no use.
CREATE TABLE recovery_code (
    staff_id bigint NOT NULL,
    code_hash bytea NOT NULL,
    made_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT recovery_code_pkey PRIMARY KEY (staff_id, code_hash),
    CONSTRAINT recovery_code_staff_fkey FOREIGN KEY (staff_id) REFERENCES staff (id)
);
CALL lay_wall('recovery_code', 'staff_id = (SELECT asking_staff())');
GRANT SELECT, INSERT ON recovery_code TO app_user;
GRANT UPDATE (used_at) ON recovery_code TO app_user;

-- Asked before there is a session.
CREATE FUNCTION has_second_factor(who bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    RETURN EXISTS (SELECT FROM second_factor WHERE staff_id = who AND secret_sealed IS NOT NULL);
GRANT EXECUTE ON FUNCTION has_second_factor(bigint) TO app_user;

-- Someone was turned away at the sign-in page, so nobody asks: the entry stands under the account, or
-- where the name is unknown, or never had a right, under the program's own identity.
CREATE FUNCTION refuse_sign_in(who bigint, why text, of_address text, moment timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, outcome, detail, address, previous_hash, hash)
    SELECT 0, 0, moment, g.staff_id, g.id, 'session.refused', 'refused', why, of_address, '', ''
    FROM role_grant g JOIN staff s ON s.id = g.staff_id
    WHERE g.staff_id = who OR s.username = 'job.admin'
    ORDER BY g.staff_id IS DISTINCT FROM who, g.stands_in_for IS NOT NULL, g.id LIMIT 1
$$;
GRANT EXECUTE ON FUNCTION refuse_sign_in(bigint, text, text, timestamptz) TO app_user;

-- Whatever changes what a person may do ends their sessions, whichever hand changes it.
CREATE FUNCTION end_sessions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    who bigint := CASE TG_TABLE_NAME WHEN 'staff' THEN (to_jsonb(NEW) ->> 'id')::bigint
                                     ELSE (to_jsonb(NEW) ->> 'staff_id')::bigint END;
BEGIN
    UPDATE session SET ended_at = asking_now(), ended_why = 'rights' WHERE staff_id = who AND ended_at IS NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER role_grant_ends_sessions AFTER INSERT OR UPDATE ON role_grant
    FOR EACH ROW EXECUTE FUNCTION end_sessions();
CREATE TRIGGER staff_ends_sessions AFTER UPDATE OF active ON staff
    FOR EACH ROW WHEN (OLD.active AND NOT NEW.active) EXECUTE FUNCTION end_sessions();
