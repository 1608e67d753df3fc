-- Triggers of every kind and state, event triggers, row-level security.
CREATE SCHEMA trig;
CREATE TABLE trig.t (id int PRIMARY KEY, v text, n int);
CREATE TABLE trig.log (id int GENERATED ALWAYS AS IDENTITY, what text);
CREATE FUNCTION trig.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO trig.log (what) VALUES (TG_NAME || TG_NARGS); RETURN COALESCE(NEW, OLD); END $$;
CREATE TRIGGER before_row BEFORE INSERT OR UPDATE OF v, n ON trig.t FOR EACH ROW WHEN (NEW.n > 0) EXECUTE FUNCTION trig.note('it''s', E'a\\000b\n', '2');
CREATE TRIGGER "After Statement" AFTER INSERT ON trig.t REFERENCING NEW TABLE AS "new rows" FOR EACH STATEMENT EXECUTE FUNCTION trig.note();
CREATE TRIGGER disabled AFTER DELETE ON trig.t FOR EACH ROW EXECUTE FUNCTION trig.note();
CREATE TRIGGER always BEFORE DELETE ON trig.t FOR EACH ROW EXECUTE FUNCTION trig.note();
CREATE TRIGGER replica AFTER TRUNCATE ON trig.t EXECUTE FUNCTION trig.note();
CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON trig.t FROM kinds.used DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.v IS DISTINCT FROM 'x') EXECUTE FUNCTION trig.note();
ALTER TABLE trig.t DISABLE TRIGGER disabled;
ALTER TABLE trig.t ENABLE ALWAYS TRIGGER always;
ALTER TABLE trig.t ENABLE REPLICA TRIGGER replica;
INSERT INTO trig.t SELECT i, 'v' || i, i - 5 FROM generate_series(1, 20) i;
CREATE VIEW trig.view AS SELECT * FROM trig.t;
CREATE TRIGGER instead INSTEAD OF INSERT ON trig.view FOR EACH ROW EXECUTE FUNCTION trig.note();
-- On a partitioned table, with one of its clones in another state.
CREATE TRIGGER on_parts AFTER INSERT ON parts.range FOR EACH ROW EXECUTE FUNCTION trig.note();
ALTER TABLE parts.range_old DISABLE TRIGGER on_parts;
ALTER TABLE cons.chicken DISABLE TRIGGER ALL;
CREATE TABLE trig.secret (id int, who text DEFAULT current_user);
INSERT INTO trig.secret VALUES (1, 'torture_app'), (2, 'someone else');
ALTER TABLE trig.secret ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON trig.secret USING (who = current_user);
CREATE POLICY "no one's" ON trig.secret AS RESTRICTIVE FOR UPDATE TO torture_app, torture_reader USING (id > 0) WITH CHECK (id IN (SELECT id FROM trig.t));
CREATE POLICY ins ON trig.secret FOR INSERT TO "Torture-Rôle ""x"" 'y' $z; %s \ ." WITH CHECK (true);
CREATE TABLE trig.policy_without_rls (a int);
CREATE POLICY sleeping ON trig.policy_without_rls FOR SELECT USING (a > 0);
CREATE FUNCTION trig.event() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO trig.log (what) VALUES (tg_tag); END $$;
-- These write when anything is created: a restore may fire them only once all of it is there.
CREATE EVENT TRIGGER torture_ddl ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'CREATE INDEX', 'ALTER TABLE', 'CREATE MATERIALIZED VIEW') EXECUTE FUNCTION trig.event();
CREATE EVENT TRIGGER "Torture drop" ON sql_drop EXECUTE FUNCTION trig.event();
CREATE EVENT TRIGGER torture_rewrite ON table_rewrite EXECUTE FUNCTION trig.event();
CREATE EVENT TRIGGER torture_start ON ddl_command_start EXECUTE FUNCTION trig.event();
ALTER EVENT TRIGGER torture_start DISABLE;
ALTER EVENT TRIGGER torture_rewrite ENABLE ALWAYS;
ALTER EVENT TRIGGER "Torture drop" ENABLE REPLICA;
