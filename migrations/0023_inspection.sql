-- What the inspection office does with the accusations that were sent to it. Nobody else sees that
-- it did, nor how it ended: 《信访工作条例》 30.

-- 登记收到.
CREATE TABLE accusation_receipt (
    visit_id bigint NOT NULL,
    received_at timestamptz NOT NULL,
    received_by bigint NOT NULL,
    CONSTRAINT accusation_receipt_pkey PRIMARY KEY (visit_id),
    CONSTRAINT accusation_receipt_visit_fkey FOREIGN KEY (visit_id) REFERENCES visit (id),
    CONSTRAINT accusation_receipt_received_by_fkey FOREIGN KEY (received_by) REFERENCES staff (id)
);

-- 处理结果, and what the accuser was told of it.
CREATE TABLE accusation_outcome (
    visit_id bigint NOT NULL,
    kind text NOT NULL,
    finding text NOT NULL,
    feedback text NOT NULL,
    -- NULL where nobody can be told.
    told_on date,
    told text NOT NULL DEFAULT '',
    concluded_at timestamptz NOT NULL,
    concluded_by bigint NOT NULL,
    CONSTRAINT accusation_outcome_pkey PRIMARY KEY (visit_id),
    CONSTRAINT accusation_outcome_receipt_fkey FOREIGN KEY (visit_id) REFERENCES accusation_receipt (visit_id),
    CONSTRAINT accusation_outcome_concluded_by_fkey FOREIGN KEY (concluded_by) REFERENCES staff (id),
    CONSTRAINT accusation_outcome_kind_check CHECK (kind IN
        ('not_substantiated', 'rectified', 'accountability', 'transferred')),
    CONSTRAINT accusation_outcome_finding_check CHECK (finding <> ''),
    CONSTRAINT accusation_outcome_feedback_check CHECK (feedback IN
        ('in_person', 'phone', 'letter', 'anonymous', 'unreachable')),
    CONSTRAINT accusation_outcome_told_check CHECK ((feedback IN ('anonymous', 'unreachable')) = (told_on IS NULL))
);

CALL lay_wall('accusation_receipt', $$(SELECT asking_role()) = 'inspection'
    AND EXISTS (SELECT FROM visit v WHERE v.id = accusation_receipt.visit_id AND v.visit_kind = 'accusation')$$);
CALL lay_wall('accusation_outcome', $$(SELECT asking_role()) = 'inspection'
    AND EXISTS (SELECT FROM visit v WHERE v.id = accusation_outcome.visit_id AND v.visit_kind = 'accusation')$$);
GRANT SELECT, INSERT ON accusation_receipt, accusation_outcome TO app_user;
