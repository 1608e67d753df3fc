-- Values at the edges of their types.
CREATE SCHEMA vals;
CREATE TABLE vals.floats (f4 float4, f8 float8);
INSERT INTO vals.floats VALUES ('NaN', 'NaN'), ('Infinity', 'Infinity'), ('-Infinity', '-Infinity'), ('-0', '-0'), ('0', '0'), ('1e-45', '4.9e-324'),
  ('1.17549435e-38', '2.2250738585072014e-308'), ('3.4028235e38', '1.7976931348623157e308'), ('-3.4028235e38', '-1.7976931348623157e308'), (1/3.0, 1/3.0), (0.1, 0.1), (NULL, NULL);
CREATE TABLE vals.numerics (n numeric, p numeric(5, 2), big numeric(1000, 500));
INSERT INTO vals.numerics VALUES ('NaN', 'NaN', 'NaN'), (repeat('9', 131072)::numeric, 999.99, 0), (('0.' || repeat('0', 16382) || '1')::numeric, -999.99, 1e499), ('-0', 0.00, -1e-500), (1.10, 1.1, 1.100), (1e100, NULL, NULL);
CREATE TABLE vals.times (d date, t time, tt timetz, ts timestamp, tz timestamptz, i interval, ts0 timestamp(0), ip interval day to second(2));
SET TimeZone = 'UTC';
INSERT INTO vals.times VALUES
  ('infinity', '24:00:00', '24:00:00-15:59', 'infinity', 'infinity', '178956970 years 7 mons 2147483647 days 2562047:00:54.775807', 'infinity', '1 day 02:03:04.56'),
  ('-infinity', '00:00:00', '00:00:00+15:59', '-infinity', '-infinity', '-1 years -2 mons +3 days -04:05:06', '-infinity', '-00:00:00.01'),
  ('4714-11-24 BC', '23:59:59.999999', '23:59:59.999999+05:30', '4714-11-24 00:00:00 BC', '4714-11-24 00:00:00+00 BC', '0', '0001-01-01 BC', '0'),
  ('5874897-12-31', '12:00', '12:00:00+14', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '1 mon -30 days 24:00:00', '294276-12-31 23:59:59', '1 day'),
  ('0001-01-01', '23:59:60', '00:00+00', '1582-10-10', '1883-11-18 12:03:58-04:56:02', '-00:00:00.000001', '2000-02-29', NULL), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
RESET TimeZone;
CREATE TABLE vals.integers (a smallint, b int, c bigint, d oid, e bool, f money, x xid, ci cid, ti tid, l pg_lsn);
INSERT INTO vals.integers VALUES (-32768, -2147483648, -9223372036854775808, 4294967295, true, '-92233720368547758.08', '4294967295', '1', '(4294967294,65535)', '0/0'),
  (32767, 2147483647, 9223372036854775807, 0, false, '92233720368547758.07', '3', '0', '(0,1)', 'FFFFFFFF/FFFFFFFF'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE vals.bits (b bit(3), v varbit, x bytea);
INSERT INTO vals.bits VALUES ('101', '', ''), ('000', repeat('10', 500)::varbit, '\x00'), ('111', '1', decode('000102ff5c0a0d09275c2e', 'hex')), (NULL, NULL, (SELECT string_agg(decode(lpad(to_hex(i), 2, '0'), 'hex'), '' ORDER BY i) FROM generate_series(0, 255) i));
CREATE TABLE vals.net (i inet, c cidr, m macaddr, m8 macaddr8);
INSERT INTO vals.net VALUES ('10.1.2.3/8', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05'), ('::ffff:1.2.3.4/128', '2001:db8::/32', 'ff:ff:ff:ff:ff:ff', '00:00:00:00:00:00:00:00'), ('0.0.0.0', '::/0', NULL, NULL);
CREATE TABLE vals.shapes (p point, l line, ls lseg, b box, pa path, po polygon, c circle);
INSERT INTO vals.shapes VALUES ('(NaN,Infinity)', '{1,-1,0}', '[(0,0),(1,1e-300)]', '(2,2),(0,0)', '[(0,0),(1,1)]', '((0,0),(1,1),(2,0))', '<(0,0),1e300>'), ('(-0,1e-320)', '{0,-1,0.1}', NULL, NULL, '((0,0),(-1,1))', NULL, '<(0,0),0>');
CREATE TABLE vals.documents (j json, jb jsonb, x xml, jp jsonpath, v tsvector, q tsquery);
INSERT INTO vals.documents VALUES
  ('{"b" : 1, "a":  [1, 2,2], "a": "doubled \u00e9 \ud83d\ude00"}', '{"b": 1.10, "a": [null, true, 1e400, -0.0, ""], "é": "\\ \" \n \u0001"}', '<?xml version="1.0" encoding="ISO-8859-1"?><a b="c">é<![CDATA[ ]]> ]]&gt;</a>', '$.a[*] ? (@.b > 1 && @ like_regex "^a\\d" flag "i")', $$'a':1A,2B 'it''s':3 'x y\\z':4C$$, $$'a':*AB & !( 'it''s' <-> b <2> c ) | d$$),
  ('null', 'null', 'text <only/>', 'strict $', '', ''), (' [ ] ', '"scalar"', '<!DOCTYPE a [<!ELEMENT a ANY>]><a/>', '$', 'word', 'word'), (NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE vals.arrays (a int[], b text[][], c int[][][], d kinds.point3[], e int4range[], f bytea[], v int2vector, o oidvector);
INSERT INTO vals.arrays VALUES ('{}', '{}', '{}', '{}', '{}', '{}', '', ''), ('[0:2]={1,NULL,3}', ARRAY[['a"b', 'c\d'], ['e,f', '{g}']], '[-1:0][2:2][5:6]={{{1,2}},{{3,4}}}', NULL, ARRAY['[1,5)', 'empty', '(,]']::int4range[], ARRAY['\x00', '\x5c']::bytea[], '1 2 3', '26 1259'),
  (ARRAY[NULL]::int[], ARRAY['NULL', NULL, '', ' ', E'\n'], NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE vals.names (c regclass, t regtype, p regproc, pr regprocedure, o regoper, op regoperator, r regrole, n regnamespace, co regconfig, di regdictionary, a aclitem, acs aclitem[], na name, ch "char", bp char(5), vc varchar(3), tx txid_snapshot, sn pg_snapshot, u uuid);
INSERT INTO vals.names VALUES ('kinds.used', 'kinds.mood[]', 'kinds.x', 'fn.over(text)', '||/', 'ops.#<(ops.pair,int)', 'torture_app', '"Search Path"', 'ops."Configuration"', 'ops."Dictionary"', 'torture_app=r*/torture_owner', '{=r/postgres,torture_reader=arw/postgres}', 'a name', 'x', 'ab', 'äöü', '10:20:10,14,15', '10:20:10,14,15', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
  (0, '-', '-', '-', '0', '0', '-', '-', '-', '-', NULL, NULL, '', '', '', '', NULL, NULL, NULL), ('seq.used', 'timestamptz', NULL, NULL, NULL, NULL, '"Torture-Rôle ""x"" ''y'' $z; %s \ ."', 'public', 'english', 'simple', NULL, NULL, E'new\nline', E'\001', E'\t\n\\', ' ', NULL, NULL, NULL);
