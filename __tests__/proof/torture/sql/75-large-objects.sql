-- Large objects with owners, grants and comments; one empty, one of several pages, one with a hole.
SELECT lo_create(4711001), lo_create(4711002), lo_create(4711003), lo_create(4294967295);
SELECT lo_put(4711001, 0, '\x00ff5c0a27'), lo_put(4711002, 0, convert_to(repeat('large object ', 100000), 'UTF8')), lo_put(4711003, 5000, '\x01');
ALTER LARGE OBJECT 4711002 OWNER TO torture_owner;
GRANT SELECT, UPDATE ON LARGE OBJECT 4711001 TO torture_app WITH GRANT OPTION;
COMMENT ON LARGE OBJECT 4711001 IS 'a large object''s comment';
SELECT lo_from_bytea(4800000 + i, decode(md5(i::text), 'hex')) FROM generate_series(1, 50) i;
CREATE TABLE chars.points_to_large_objects (lo oid);
INSERT INTO chars.points_to_large_objects VALUES (4711001), (4711002);
