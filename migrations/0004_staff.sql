-- People who work at the courts: a post says what someone is, a grant what they may open.

CREATE TABLE staff (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    username text NOT NULL,
    name text NOT NULL,
    unit_id bigint NOT NULL,
    phone text NOT NULL DEFAULT '',
    -- NULL for the identities of jobs: they can't sign in.
    password_hash text,
    password_must_change boolean NOT NULL DEFAULT false,
    password_set_at timestamptz NOT NULL DEFAULT now(),
    -- A password that an administrator set: who did, and until when it opens anything.
    password_reset_by text NOT NULL DEFAULT '',
    password_expires_at timestamptz,
    active boolean NOT NULL DEFAULT true,
    -- Since when it was not closed: what is opened again is not at once unused for long.
    active_since timestamptz NOT NULL DEFAULT now(),
    demonstration boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT staff_pkey PRIMARY KEY (id),
    CONSTRAINT staff_uuid_key UNIQUE (uuid),
    CONSTRAINT staff_username_key UNIQUE (username),
    CONSTRAINT staff_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id)
);

-- 职务. Opens nothing; rules ask it, and a signature prints the post it was given in.
CREATE TABLE post (
    id bigint GENERATED ALWAYS AS IDENTITY,
    staff_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    CONSTRAINT post_pkey PRIMARY KEY (id),
    CONSTRAINT post_staff_fkey FOREIGN KEY (staff_id) REFERENCES staff (id),
    CONSTRAINT post_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT post_kind_check CHECK (kind IN
        ('president', 'vice_president', 'vice_president_in_charge', 'enforcement_director',
         'adjudication_committee_member', 'division_chief', 'officer', 'bureau_director')),
    CONSTRAINT post_dates_check CHECK (valid_until IS NULL OR valid_until > valid_from)
);
CREATE INDEX post_staff_idx ON post (staff_id);
CREATE INDEX post_unit_idx ON post (unit_id);

-- 「李某某」, or 「李某某代张某某」 for what was done for another.
CREATE FUNCTION acting_name(own text, for_whom bigint) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF for_whom IS NULL THEN
        RETURN own;
    END IF;
    RETURN own || '代' || (SELECT name FROM staff WHERE id = for_whom);
END
$$;
GRANT EXECUTE ON FUNCTION acting_name(text, bigint) TO app_user;

-- 岗位授权: person, role, unit, from, until.
CREATE TABLE role_grant (
    id bigint GENERATED ALWAYS AS IDENTITY,
    staff_id bigint NOT NULL,
    role text NOT NULL,
    unit_id bigint NOT NULL,
    hall_id bigint,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz,
    -- 代理: the grant of the absent person, whose rights these are as long as both grants hold.
    stands_in_for bigint,
    CONSTRAINT role_grant_pkey PRIMARY KEY (id),
    CONSTRAINT role_grant_staff_fkey FOREIGN KEY (staff_id) REFERENCES staff (id),
    CONSTRAINT role_grant_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id),
    CONSTRAINT role_grant_hall_fkey FOREIGN KEY (hall_id) REFERENCES hall (id),
    CONSTRAINT role_grant_role_check CHECK (role IN
        ('clerk', 'handler', 'leader', 'president', 'bureau', 'bureau_head', 'leading_group',
         'contact_leader', 'enforcement_office', 'reviewer', 'inspection', 'court_police',
         'sysadmin', 'secadmin', 'auditor', 'job')),
    -- 三员: system, security and audit are held apart, and apart from every role of the courts.
    family text NOT NULL GENERATED ALWAYS AS (
        CASE WHEN role IN ('sysadmin', 'secadmin', 'auditor') THEN role ELSE 'court' END) STORED,
    CONSTRAINT role_grant_dates_check CHECK (valid_until IS NULL OR valid_until > valid_from),
    CONSTRAINT role_grant_stands_in_for_fkey FOREIGN KEY (stands_in_for) REFERENCES role_grant (id),
    -- It ends; nobody stands in for who keeps the program, nor for a reviewer, who is chosen case by case.
    CONSTRAINT role_grant_stands_in_for_check CHECK (
        stands_in_for IS NULL OR valid_until IS NOT NULL AND role NOT IN ('sysadmin', 'secadmin', 'auditor', 'job', 'reviewer')),
    -- One substitute at a time.
    CONSTRAINT role_grant_stands_in_for_excl EXCLUDE USING gist
        (stands_in_for WITH =, tstzrange(valid_from, valid_until) WITH &&),
    CONSTRAINT role_grant_family_excl EXCLUDE USING gist
        (staff_id WITH =, family WITH <>, tstzrange(valid_from, valid_until) WITH &&)
);
CREATE INDEX role_grant_staff_idx ON role_grant (staff_id);
-- One running grant of a kind.
CREATE UNIQUE INDEX role_grant_running_key ON role_grant (staff_id, role, unit_id)
    WHERE valid_until IS NULL;

-- 联系点: which leader of the intermediate court supervises which court.
CREATE TABLE contact_point (
    id bigint GENERATED ALWAYS AS IDENTITY,
    staff_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    CONSTRAINT contact_point_pkey PRIMARY KEY (id),
    CONSTRAINT contact_point_staff_fkey FOREIGN KEY (staff_id) REFERENCES staff (id),
    CONSTRAINT contact_point_unit_fkey FOREIGN KEY (unit_id) REFERENCES unit (id)
);
CREATE INDEX contact_point_unit_idx ON contact_point (unit_id);

-- Only a hash of the cookie is kept.
CREATE TABLE session (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    token_hash bytea NOT NULL,
    staff_id bigint NOT NULL,
    grant_id bigint NOT NULL,
    -- Whether all was given that signing in asks for; until then it opens the page that asks, alone.
    whole boolean NOT NULL,
    address text NOT NULL,
    device text NOT NULL,
    -- When the person signed in: a session that takes another's place keeps it.
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_why text,
    CONSTRAINT session_pkey PRIMARY KEY (id),
    CONSTRAINT session_uuid_key UNIQUE (uuid),
    CONSTRAINT session_token_hash_key UNIQUE (token_hash),
    CONSTRAINT session_staff_fkey FOREIGN KEY (staff_id) REFERENCES staff (id),
    CONSTRAINT session_grant_fkey FOREIGN KEY (grant_id) REFERENCES role_grant (id),
    CONSTRAINT session_ended_check CHECK ((ended_at IS NULL) = (ended_why IS NULL)),
    CONSTRAINT session_ended_why_check CHECK (ended_why IN
        ('signed_out', 'renewed', 'elsewhere', 'revoked', 'password', 'reset', 'factor', 'rights', 'administrator'))
);
CREATE INDEX session_staff_idx ON session (staff_id) WHERE ended_at IS NULL;
CREATE INDEX session_address_idx ON session (staff_id, address, created_at);

-- Tries without success in a row, by keyed hash of what was tried: a name (known or not), or the
-- second factor of an account. For the growing delay.
CREATE TABLE sign_in_attempt (
    counter bytea NOT NULL,
    tries int NOT NULL,
    last_at timestamptz NOT NULL,
    CONSTRAINT sign_in_attempt_pkey PRIMARY KEY (counter)
);

-- Tries without success in a window of time, by keyed hash of the address they came from.
CREATE TABLE sign_in_address (
    address bytea NOT NULL,
    since timestamptz NOT NULL,
    tries int NOT NULL,
    CONSTRAINT sign_in_address_pkey PRIMARY KEY (address, since)
);

-- The hashes before the present one: a new password is none of the last five.
CREATE TABLE former_password (
    staff_id bigint NOT NULL,
    replaced_at timestamptz NOT NULL,
    password_hash text NOT NULL,
    CONSTRAINT former_password_pkey PRIMARY KEY (staff_id, replaced_at),
    CONSTRAINT former_password_staff_fkey FOREIGN KEY (staff_id) REFERENCES staff (id)
);
GRANT SELECT, INSERT ON former_password TO app_user;

GRANT SELECT ON staff, post, role_grant, contact_point TO app_user;
GRANT UPDATE (password_hash, password_must_change, password_set_at, password_reset_by, password_expires_at)
    ON staff TO app_user;
GRANT SELECT, INSERT ON session TO app_user;
GRANT UPDATE (seen_at, ended_at, ended_why) ON session TO app_user;
GRANT SELECT, INSERT, UPDATE (tries, last_at), DELETE ON sign_in_attempt TO app_user;
GRANT SELECT, INSERT, UPDATE (tries) ON sign_in_address TO app_user;
