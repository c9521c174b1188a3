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
