-- 代理: every fact says for whom it was recorded, where it was for another. The column fills itself, and
-- follows who records the fact anew.

CREATE FUNCTION fill_on_behalf_of() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    NEW.on_behalf_of := asking_principal();
    RETURN NEW;
END
$$;

DO $$
DECLARE
    fact regclass;
    who name;
BEGIN
    FOR fact, who IN
        SELECT c.oid::regclass, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname IN
            ('recorded_by', 'routed_by', 'received_by', 'concluded_by', 'voided_by', 'corrected_by', 'linked_by')
    LOOP
        EXECUTE format('ALTER TABLE %s ADD COLUMN on_behalf_of bigint DEFAULT asking_principal()
                        REFERENCES staff (id)', fact);
        EXECUTE format('CREATE TRIGGER fill_on_behalf_of BEFORE UPDATE OF %I ON %s
                        FOR EACH ROW EXECUTE FUNCTION fill_on_behalf_of()', who, fact);
    END LOOP;
END
$$;
