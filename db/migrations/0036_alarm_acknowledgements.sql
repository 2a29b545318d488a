-- Who acknowledged an alarm, and when: once for the venue. Rows are only added.
CREATE TABLE alarm_acknowledgements (
    org_id           bigint NOT NULL,
    alarm_id         bigint NOT NULL,
    acknowledged_by  bigint NOT NULL,
    acknowledged_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, alarm_id),
    FOREIGN KEY (org_id, alarm_id) REFERENCES duplicate_alarms (org_id, id)
);
