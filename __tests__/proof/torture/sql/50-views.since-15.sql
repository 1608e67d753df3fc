CREATE VIEW views.invoker WITH (security_invoker = true) AS SELECT * FROM views.plain;
CREATE FUNCTION views.merges() RETURNS void LANGUAGE sql BEGIN ATOMIC
  MERGE INTO views.log l USING views.ruled r ON l.a = r.a WHEN MATCHED AND l.what IS NULL THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (r.b, r.a); END;
