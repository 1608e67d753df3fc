CREATE VIEW views.json AS SELECT jt.* FROM JSON_TABLE('[{"a": 1}]'::jsonb, '$[*]' COLUMNS (n FOR ORDINALITY, a int PATH '$.a', NESTED '$.x' COLUMNS (y text PATH '$'))) jt;
