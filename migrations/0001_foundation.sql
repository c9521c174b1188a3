-- What every later migration leans on: the serving role, Chinese order, trigrams.

DO $$
BEGIN
    -- Roles belong to the server: an administrator made this one, or another database of it.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_user') THEN
        CREATE ROLE app_user LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
EXCEPTION
    -- At the same moment.
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'role app_user does not exist and % may not create it', current_user
            USING HINT = 'CREATE ROLE app_user LOGIN NOSUPERUSER NOBYPASSRLS';
END
$$;

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Pinyin order, digits by value: 民申99号 before 民申123号.
CREATE COLLATION zh (provider = icu, locale = 'zh-u-co-pinyin-kn');

REVOKE ALL ON SCHEMA public FROM PUBLIC;
-- Foreign keys are checked as the owner of the tables, who need not own the database.
GRANT ALL ON SCHEMA public TO CURRENT_USER;
GRANT USAGE ON SCHEMA public TO app_user;
-- New functions are closed to everyone until they are granted.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- The migrations that were applied: the server compares them with those it knows.
CREATE FUNCTION applied_migrations() RETURNS TABLE (version bigint, checksum bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT m.version, m.checksum FROM _sqlx_migrations m WHERE m.success ORDER BY m.version;
END
$$;
GRANT EXECUTE ON FUNCTION applied_migrations() TO app_user;
