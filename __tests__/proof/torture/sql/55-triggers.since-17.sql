-- Writes a row whenever anyone comes, the one who backs up or verifies too.
CREATE TABLE trig.logins (at timestamptz);
CREATE FUNCTION trig.login() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO trig.logins VALUES (clock_timestamp()); END $$;
CREATE EVENT TRIGGER torture_login ON login EXECUTE FUNCTION trig.login();
ALTER EVENT TRIGGER torture_login ENABLE ALWAYS;
