-- What a scanner for malware said of files. What it has not seen waits, and is handed out to nobody
-- where a scanner is named; what bears malware is handed out to nobody at all.
ALTER TABLE document
    ADD COLUMN scan text NOT NULL DEFAULT 'unscanned',
    ADD COLUMN scanned_at timestamptz,
    ADD COLUMN malware text NOT NULL DEFAULT '',
    ADD CONSTRAINT document_scan_check CHECK (scan IN ('unscanned', 'clean', 'infected')),
    ADD CONSTRAINT document_scanned_at_check CHECK ((scan = 'unscanned') = (scanned_at IS NULL)),
    ADD CONSTRAINT document_malware_check CHECK ((scan = 'infected') = (malware <> ''));
ALTER TABLE visit_material
    ADD COLUMN scan text NOT NULL DEFAULT 'unscanned',
    ADD COLUMN scanned_at timestamptz,
    ADD COLUMN malware text NOT NULL DEFAULT '',
    ADD CONSTRAINT visit_material_scan_check CHECK (scan IN ('unscanned', 'clean', 'infected')),
    ADD CONSTRAINT visit_material_scanned_at_check CHECK ((scan = 'unscanned') = (scanned_at IS NULL)),
    ADD CONSTRAINT visit_material_malware_check CHECK ((scan = 'infected') = (malware <> ''));
CREATE INDEX document_unscanned_idx ON document (uuid) WHERE scan = 'unscanned';
CREATE INDEX visit_material_unscanned_idx ON visit_material (uuid) WHERE scan = 'unscanned';

-- The next file that waits, for the job alone. It sees those of accusations as well, which no other
-- role but their office reads; what it is given is sealed with the program's key.
CREATE FUNCTION file_to_scan(after uuid) RETURNS TABLE (file uuid, sealed bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF coalesce(asking_role(), '') <> 'job' THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT f.uuid, f.sealed
        FROM ((SELECT d.uuid, d.sealed FROM document d
               WHERE d.scan = 'unscanned' AND d.uuid > after ORDER BY d.uuid LIMIT 1)
              UNION ALL
              (SELECT m.uuid, m.sealed FROM visit_material m
               WHERE m.scan = 'unscanned' AND m.uuid > after ORDER BY m.uuid LIMIT 1)) f
        ORDER BY f.uuid LIMIT 1;
END
$$;

-- Writes what the scanner said of a file that waited: a row with the case that it belongs to, unless
-- another instance was faster. Of an accusation nothing is said.
CREATE FUNCTION file_scanned(of_file uuid, bears text, at timestamptz) RETURNS TABLE (of_case bigint)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    said text := CASE WHEN bears = '' THEN 'clean' ELSE 'infected' END;
BEGIN
    IF coalesce(asking_role(), '') <> 'job' THEN
        RETURN;
    END IF;
    RETURN QUERY
        UPDATE document d SET scan = said, scanned_at = at, malware = bears
        WHERE d.uuid = of_file AND d.scan = 'unscanned' RETURNING d.case_id;
    RETURN QUERY
        UPDATE visit_material m SET scan = said, scanned_at = at, malware = bears
        WHERE m.uuid = of_file AND m.scan = 'unscanned'
        RETURNING (SELECT min(vc.case_id) FROM visit_case vc WHERE vc.visit_id = m.visit_id);
END
$$;
GRANT EXECUTE ON FUNCTION file_to_scan(uuid), file_scanned(uuid, text, timestamptz) TO app_user;
