-- The oldest form of a program that may serve on this database, as the number of its last migration.
-- A migration that adds leaves it as it is: what served before serves on. One that takes away or
-- changes what an older program needs (contract) puts its own number here.
CREATE FUNCTION oldest_form_served() RETURNS bigint LANGUAGE sql IMMUTABLE SET search_path = public RETURN 24;
GRANT EXECUTE ON FUNCTION oldest_form_served() TO app_user;
