-- Which days are worked. Taken from the State Council's yearly notices, never computed: holidays are
-- swapped with weekends each year by notice. A date without a row is unknown, not a workday.

CREATE TABLE calendar_version (
    id        integer     CONSTRAINT calendar_version_pkey PRIMARY KEY,
    note      text        NOT NULL CONSTRAINT calendar_version_note_given CHECK (note <> ''),
    source    text        NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now(),
    -- Nobody where the table came with the program.
    loaded_by bigint
);

CREATE TABLE calendar_day (
    calendar_version_id integer NOT NULL
        CONSTRAINT calendar_day_version_known REFERENCES calendar_version (id),
    day                 date    NOT NULL,
    kind                text    NOT NULL
        CONSTRAINT calendar_day_kind_known
        CHECK (kind IN ('workday', 'weekend', 'holiday', 'make_up_workday')),
    name                text,
    source              text,
    CONSTRAINT calendar_day_pkey PRIMARY KEY (calendar_version_id, day),
    -- What a notice arranges carries the holiday's name and the notice; an ordinary day carries neither.
    CONSTRAINT calendar_day_arranged_by_notice
        CHECK ((kind IN ('holiday', 'make_up_workday')) = (name IS NOT NULL AND source IS NOT NULL)),
    CONSTRAINT calendar_day_ordinary_is_bare
        CHECK (kind IN ('holiday', 'make_up_workday') OR (name IS NULL AND source IS NULL))
);

INSERT INTO calendar_version (id, note, source)
VALUES (1, '2021年至2026年放假安排', '国务院办公厅关于部分节假日安排的通知（2021年至2026年，逐年）');

INSERT INTO calendar_day (calendar_version_id, day, kind, name, source)
WITH
    notice (year, source) AS (VALUES
        (2021, 'http://www.gov.cn/zhengce/zhengceku/2020-11/25/content_5564127.htm'),
        (2022, 'http://www.gov.cn/zhengce/zhengceku/2021-10/25/content_5644835.htm'),
        (2023, 'http://www.gov.cn/zhengce/zhengceku/2022-12/08/content_5730844.htm'),
        (2024, 'https://www.gov.cn/zhengce/zhengceku/202310/content_6911528.htm'),
        (2025, 'https://www.gov.cn/zhengce/zhengceku/202411/content_6986383.htm'),
        (2026, 'https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm')
    ),
    span (year, first_day, last_day, kind, name) AS (VALUES
        (2021, DATE '2021-01-01', DATE '2021-01-03', 'holiday', '元旦'),
        (2021, DATE '2021-02-07', DATE '2021-02-07', 'make_up_workday', '春节'),
        (2021, DATE '2021-02-11', DATE '2021-02-17', 'holiday', '春节'),
        (2021, DATE '2021-02-20', DATE '2021-02-20', 'make_up_workday', '春节'),
        (2021, DATE '2021-04-03', DATE '2021-04-05', 'holiday', '清明节'),
        (2021, DATE '2021-04-25', DATE '2021-04-25', 'make_up_workday', '劳动节'),
        (2021, DATE '2021-05-01', DATE '2021-05-05', 'holiday', '劳动节'),
        (2021, DATE '2021-05-08', DATE '2021-05-08', 'make_up_workday', '劳动节'),
        (2021, DATE '2021-06-12', DATE '2021-06-14', 'holiday', '端午节'),
        (2021, DATE '2021-09-18', DATE '2021-09-18', 'make_up_workday', '中秋节'),
        (2021, DATE '2021-09-19', DATE '2021-09-21', 'holiday', '中秋节'),
        (2021, DATE '2021-09-26', DATE '2021-09-26', 'make_up_workday', '国庆节'),
        (2021, DATE '2021-10-01', DATE '2021-10-07', 'holiday', '国庆节'),
        (2021, DATE '2021-10-09', DATE '2021-10-09', 'make_up_workday', '国庆节'),
        (2022, DATE '2022-01-01', DATE '2022-01-03', 'holiday', '元旦'),
        (2022, DATE '2022-01-29', DATE '2022-01-30', 'make_up_workday', '春节'),
        (2022, DATE '2022-01-31', DATE '2022-02-06', 'holiday', '春节'),
        (2022, DATE '2022-04-02', DATE '2022-04-02', 'make_up_workday', '清明节'),
        (2022, DATE '2022-04-03', DATE '2022-04-05', 'holiday', '清明节'),
        (2022, DATE '2022-04-24', DATE '2022-04-24', 'make_up_workday', '劳动节'),
        (2022, DATE '2022-04-30', DATE '2022-05-04', 'holiday', '劳动节'),
        (2022, DATE '2022-05-07', DATE '2022-05-07', 'make_up_workday', '劳动节'),
        (2022, DATE '2022-06-03', DATE '2022-06-05', 'holiday', '端午节'),
        (2022, DATE '2022-09-10', DATE '2022-09-12', 'holiday', '中秋节'),
        (2022, DATE '2022-10-01', DATE '2022-10-07', 'holiday', '国庆节'),
        (2022, DATE '2022-10-08', DATE '2022-10-09', 'make_up_workday', '国庆节'),
        (2023, DATE '2022-12-31', DATE '2023-01-02', 'holiday', '元旦'),
        (2023, DATE '2023-01-21', DATE '2023-01-27', 'holiday', '春节'),
        (2023, DATE '2023-01-28', DATE '2023-01-29', 'make_up_workday', '春节'),
        (2023, DATE '2023-04-05', DATE '2023-04-05', 'holiday', '清明节'),
        (2023, DATE '2023-04-23', DATE '2023-04-23', 'make_up_workday', '劳动节'),
        (2023, DATE '2023-04-29', DATE '2023-05-03', 'holiday', '劳动节'),
        (2023, DATE '2023-05-06', DATE '2023-05-06', 'make_up_workday', '劳动节'),
        (2023, DATE '2023-06-22', DATE '2023-06-24', 'holiday', '端午节'),
        (2023, DATE '2023-06-25', DATE '2023-06-25', 'make_up_workday', '端午节'),
        (2023, DATE '2023-09-29', DATE '2023-10-06', 'holiday', '中秋节、国庆节'),
        (2023, DATE '2023-10-07', DATE '2023-10-08', 'make_up_workday', '中秋节、国庆节'),
        (2024, DATE '2024-01-01', DATE '2024-01-01', 'holiday', '元旦'),
        (2024, DATE '2024-02-04', DATE '2024-02-04', 'make_up_workday', '春节'),
        (2024, DATE '2024-02-10', DATE '2024-02-17', 'holiday', '春节'),
        (2024, DATE '2024-02-18', DATE '2024-02-18', 'make_up_workday', '春节'),
        (2024, DATE '2024-04-04', DATE '2024-04-06', 'holiday', '清明节'),
        (2024, DATE '2024-04-07', DATE '2024-04-07', 'make_up_workday', '清明节'),
        (2024, DATE '2024-04-28', DATE '2024-04-28', 'make_up_workday', '劳动节'),
        (2024, DATE '2024-05-01', DATE '2024-05-05', 'holiday', '劳动节'),
        (2024, DATE '2024-05-11', DATE '2024-05-11', 'make_up_workday', '劳动节'),
        (2024, DATE '2024-06-10', DATE '2024-06-10', 'holiday', '端午节'),
        (2024, DATE '2024-09-14', DATE '2024-09-14', 'make_up_workday', '中秋节'),
        (2024, DATE '2024-09-15', DATE '2024-09-17', 'holiday', '中秋节'),
        (2024, DATE '2024-09-29', DATE '2024-09-29', 'make_up_workday', '国庆节'),
        (2024, DATE '2024-10-01', DATE '2024-10-07', 'holiday', '国庆节'),
        (2024, DATE '2024-10-12', DATE '2024-10-12', 'make_up_workday', '国庆节'),
        (2025, DATE '2025-01-01', DATE '2025-01-01', 'holiday', '元旦'),
        (2025, DATE '2025-01-26', DATE '2025-01-26', 'make_up_workday', '春节'),
        (2025, DATE '2025-01-28', DATE '2025-02-04', 'holiday', '春节'),
        (2025, DATE '2025-02-08', DATE '2025-02-08', 'make_up_workday', '春节'),
        (2025, DATE '2025-04-04', DATE '2025-04-06', 'holiday', '清明节'),
        (2025, DATE '2025-04-27', DATE '2025-04-27', 'make_up_workday', '劳动节'),
        (2025, DATE '2025-05-01', DATE '2025-05-05', 'holiday', '劳动节'),
        (2025, DATE '2025-05-31', DATE '2025-06-02', 'holiday', '端午节'),
        (2025, DATE '2025-09-28', DATE '2025-09-28', 'make_up_workday', '国庆节、中秋节'),
        (2025, DATE '2025-10-01', DATE '2025-10-08', 'holiday', '国庆节、中秋节'),
        (2025, DATE '2025-10-11', DATE '2025-10-11', 'make_up_workday', '国庆节、中秋节'),
        (2026, DATE '2026-01-01', DATE '2026-01-03', 'holiday', '元旦'),
        (2026, DATE '2026-01-04', DATE '2026-01-04', 'make_up_workday', '元旦'),
        (2026, DATE '2026-02-14', DATE '2026-02-14', 'make_up_workday', '春节'),
        (2026, DATE '2026-02-15', DATE '2026-02-23', 'holiday', '春节'),
        (2026, DATE '2026-02-28', DATE '2026-02-28', 'make_up_workday', '春节'),
        (2026, DATE '2026-04-04', DATE '2026-04-06', 'holiday', '清明节'),
        (2026, DATE '2026-05-01', DATE '2026-05-05', 'holiday', '劳动节'),
        (2026, DATE '2026-05-09', DATE '2026-05-09', 'make_up_workday', '劳动节'),
        (2026, DATE '2026-06-19', DATE '2026-06-21', 'holiday', '端午节'),
        (2026, DATE '2026-09-20', DATE '2026-09-20', 'make_up_workday', '国庆节'),
        (2026, DATE '2026-09-25', DATE '2026-09-27', 'holiday', '中秋节'),
        (2026, DATE '2026-10-01', DATE '2026-10-07', 'holiday', '国庆节'),
        (2026, DATE '2026-10-10', DATE '2026-10-10', 'make_up_workday', '国庆节')
    ),
    arranged AS (
        SELECT span.first_day + n AS day, span.kind, span.name, notice.source
        FROM span
        JOIN notice USING (year)
        CROSS JOIN generate_series(0, span.last_day - span.first_day) AS n
    ),
    every_day AS (
        SELECT DATE '2021-01-01' + n AS day
        FROM generate_series(0, DATE '2026-12-31' - DATE '2021-01-01') AS n
    )
SELECT 1, day,
       coalesce(arranged.kind,
                CASE WHEN extract(isodow FROM day) >= 6 THEN 'weekend' ELSE 'workday' END),
       arranged.name, arranged.source
FROM every_day
LEFT JOIN arranged USING (day);

GRANT SELECT ON calendar_version, calendar_day TO app_user;
