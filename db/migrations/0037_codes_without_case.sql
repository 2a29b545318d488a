-- Codes from elsewhere are found without regard to case too, where exactly one matches. Our own are canonical and need no such index.
CREATE INDEX tickets_without_case ON tickets (lower(code), org_id)
    WHERE code !~ '^(TKT-[0-9]{4}-[A-Z0-9]{6}-[A-Z0-9]{6}|(BKG|GST)-[A-Z0-9]{27})$';
