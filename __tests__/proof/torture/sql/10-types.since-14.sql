CREATE TYPE kinds.spans AS RANGE (subtype = int, multirange_type_name = kinds."Span set");
CREATE TABLE kinds.multi (a int4multirange, b kinds."Span set", c datemultirange);
INSERT INTO kinds.multi VALUES ('{[1,2),[5,9)}', '{}', '{(,2026-01-01),[2026-02-01,infinity]}'), ('{(,)}', '{[1,1],(7,8]}', NULL);
