-- How a session began, so that those of a password can be ended when passwords are switched off. NULL for older sessions.
ALTER TABLE staff_sessions ADD COLUMN began_with text CHECK (began_with IN ('password', 'pin', 'provider'));
