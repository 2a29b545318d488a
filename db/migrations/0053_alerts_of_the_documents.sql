-- Nine more alerts, so that each alert of the requirement documents has its threshold. NULL: not watched.

ALTER TABLE venues
    ADD COLUMN alert_check_percent      integer DEFAULT 20 CHECK (alert_check_percent BETWEEN 1 AND 100),
    ADD COLUMN alert_slot_full_percent  integer DEFAULT 15 CHECK (alert_slot_full_percent BETWEEN 1 AND 100),
    ADD COLUMN alert_booking_ms         integer DEFAULT 2000 CHECK (alert_booking_ms BETWEEN 10 AND 60000),
    ADD COLUMN alert_booking_errors     integer DEFAULT 5 CHECK (alert_booking_errors BETWEEN 1 AND 100000),
    ADD COLUMN alert_activation_percent integer DEFAULT 20 CHECK (alert_activation_percent BETWEEN 1 AND 100),
    ADD COLUMN alert_rejection_percent  integer DEFAULT 30 CHECK (alert_rejection_percent BETWEEN 1 AND 100),
    ADD COLUMN alert_scan_timeouts      integer DEFAULT 5 CHECK (alert_scan_timeouts BETWEEN 1 AND 100000),
    ADD COLUMN alert_mail_percent       integer DEFAULT 5 CHECK (alert_mail_percent BETWEEN 1 AND 100),
    ADD COLUMN alert_rollback_percent   integer DEFAULT 5 CHECK (alert_rollback_percent BETWEEN 1 AND 100);

ALTER TABLE alerts DROP CONSTRAINT alerts_kind_check;
ALTER TABLE alerts ADD CONSTRAINT alerts_kind_check
    CHECK (kind IN ('failure_rate', 'utilisation', 'latency', 'login_failures', 'names_locked', 'people_inside',
                    'check_failures', 'slot_full', 'booking_latency', 'booking_errors', 'activation_failures', 'rejections',
                    'scan_timeouts', 'mail_failures', 'rollbacks'));
