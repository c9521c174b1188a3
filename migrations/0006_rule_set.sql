-- Deadlines are data: rule sets with versions, chosen for each assignment.

CREATE TABLE rule_set (
    id bigint GENERATED ALWAYS AS IDENTITY,
    code text NOT NULL,
    version int NOT NULL,
    name text NOT NULL,
    basis text NOT NULL,
    -- The leading group's confirmation can be switched off by the rule set.
    needs_leading_group boolean NOT NULL DEFAULT true,
    valid_from date NOT NULL,
    CONSTRAINT rule_set_pkey PRIMARY KEY (id),
    CONSTRAINT rule_set_code_version_key UNIQUE (code, version)
);

CREATE TABLE clock_rule (
    rule_set_id bigint NOT NULL,
    clock text NOT NULL,
    days int NOT NULL,
    counted_in text NOT NULL,
    roll text NOT NULL,
    CONSTRAINT clock_rule_pkey PRIMARY KEY (rule_set_id, clock),
    CONSTRAINT clock_rule_rule_set_fkey FOREIGN KEY (rule_set_id) REFERENCES rule_set (id),
    CONSTRAINT clock_rule_clock_check CHECK (clock IN ('A0', 'L2', 'M2', 'P7', 'C30', 'O5')),
    CONSTRAINT clock_rule_days_check CHECK (days BETWEEN 1 AND 400),
    CONSTRAINT clock_rule_counted_in_check CHECK (counted_in IN ('calendar', 'working')),
    CONSTRAINT clock_rule_roll_check CHECK (roll IN ('none', 'next_working_day'))
);

INSERT INTO rule_set (code, version, name, basis, valid_from)
VALUES ('standard', 1, '标准：2日台账、2日约见、7日报告、30日办结', '焦中法〔2021〕23号', '2021-03-15'),
       ('urgent', 1, '紧急：1日台账、1日约见、3日报告、15日办结', '焦中法〔2021〕23号第十条', '2021-03-15');

INSERT INTO clock_rule (rule_set_id, clock, days, counted_in, roll)
SELECT r.id, c.clock, CASE r.code WHEN 'urgent' THEN c.urgent ELSE c.standard END, c.counted_in, c.roll
FROM rule_set r
CROSS JOIN (VALUES ('A0', 1, 1, 'calendar', 'none'),
                   ('L2', 2, 1, 'calendar', 'none'),
                   ('M2', 2, 1, 'calendar', 'none'),
                   ('P7', 7, 3, 'calendar', 'next_working_day'),
                   ('C30', 30, 15, 'calendar', 'next_working_day'),
                   ('O5', 5, 5, 'working', 'none')) c (clock, standard, urgent, counted_in, roll);

GRANT SELECT ON rule_set, clock_rule TO app_user;
-- A custom rule set is made with the assignment that uses it, and never changed.
GRANT INSERT ON rule_set, clock_rule TO app_user;

-- How long what is kept (保存期限), by class and day. A later version never shortens what ran before it
-- (retention_until).
CREATE TABLE retention_rule (
    class text NOT NULL,
    valid_from date NOT NULL,
    length int NOT NULL,
    unit text NOT NULL,
    basis text NOT NULL,
    CONSTRAINT retention_rule_pkey PRIMARY KEY (class, valid_from),
    CONSTRAINT retention_rule_class_check CHECK (class IN
        ('case_file', 'visit', 'void_visit', 'import_file', 'draft', 'session', 'sign_in_attempt', 'job_run',
         'watch', 'audit')),
    CONSTRAINT retention_rule_length_check CHECK (length BETWEEN 1 AND 1200),
    CONSTRAINT retention_rule_unit_check CHECK (unit IN ('day', 'month')),
    -- 《网络安全法》 on logs: six months at least.
    CONSTRAINT retention_rule_log_check CHECK (
        class NOT IN ('session', 'job_run', 'watch', 'audit') OR unit = 'month' AND length >= 6)
);
INSERT INTO retention_rule (class, valid_from, length, unit, basis)
VALUES ('case_file', '2026-01-01', 120, 'month', '待法院确定'),
       ('visit', '2026-01-01', 120, 'month', '待法院确定'),
       ('void_visit', '2026-01-01', 12, 'month', '待法院确定'),
       ('import_file', '2026-01-01', 12, 'month', '待法院确定'),
       ('draft', '2026-01-01', 14, 'day', '最小必要'),
       ('session', '2026-01-01', 6, 'month', '网络日志不少于六个月'),
       ('sign_in_attempt', '2026-01-01', 1, 'day', '最小必要'),
       ('job_run', '2026-01-01', 6, 'month', '网络日志不少于六个月'),
       ('watch', '2026-01-01', 6, 'month', '网络日志不少于六个月'),
       ('audit', '2026-01-01', 36, 'month', '网络日志不少于六个月，系统默认三年');
GRANT SELECT ON retention_rule TO app_user;

-- The last day on which a matter is kept: by the longest of the versions that were in force since its
-- period began. None where no version is.
CREATE FUNCTION retention_until(of_class text, began date, today date) RETURNS date
    LANGUAGE plpgsql STABLE SET search_path = public AS $$
BEGIN
    RETURN (
        SELECT max((began + CASE r.unit WHEN 'day' THEN make_interval(days => r.length)
                                        ELSE make_interval(months => r.length) END)::date)
        FROM retention_rule r
        WHERE r.class = of_class AND r.valid_from <= today
          AND NOT EXISTS (SELECT FROM retention_rule n
                          WHERE n.class = r.class AND n.valid_from > r.valid_from AND n.valid_from <= began));
END
$$;
GRANT EXECUTE ON FUNCTION retention_until(text, date, date) TO app_user;

-- Added for a day to come, never changed.
CREATE FUNCTION retention_rule_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    IF TG_OP <> 'INSERT' OR NEW.valid_from <= asking_day() THEN
        RAISE EXCEPTION 'a period of retention is not changed backwards'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'retention_rule_forward_check';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER retention_rule_stands BEFORE INSERT OR UPDATE OR DELETE ON retention_rule
    FOR EACH ROW EXECUTE FUNCTION retention_rule_stands();
