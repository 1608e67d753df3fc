-- Text of every kind, and values that do not fit a page.
CREATE SCHEMA chars;
CREATE TABLE chars.t (id int, t text);
INSERT INTO chars.t (t) VALUES ('\.'), (E'\n\\.\n'), (E'a\n\\.'), (E'\\.\r\n'), ('\N'), ('\\N'), (''), (NULL), ('NULL'), (E'\b\f\n\r\t\v'), (E'\\b\\f\\n'), (E'cr\ronly'), (E'crlf\r\n'), ('$$'), ('$_$ $body$'), ('''"`'), ('-- no comment'), ('/* open'), (E'; DROP TABLE chars.t;\n\\connect postgres\n'), (E'\\! echo\n\\q\n'), (E'\\restrict x\n\\unrestrict x'), (E'\x01\x02\x1f\x7f'),
  ('😀👩‍👩‍👧‍👦🏳️‍🌈'), ('עברית العربية'), (U&'\202Ebackwards\202C'), (U&'e\0301 \00e9 \FEFF \200B \2028 \0085 \00A0'), (U&'\+10FFFF \+01F600 \D7FF \E000 \FFFD'), ('日本語 中文 한국어'), ('ÄÖÜßẞ İıſ'), (repeat(' ', 100)), (E'\\\\\\'), ('\x41'), ('\u0041'), ('%s %d %n'), ('{"a":1}'), ('{1,2}'), ('(1,2)'), ('::$1'), (':var :''var'' :"var"'), ('${HOME} $(id) `id`');
INSERT INTO chars.t SELECT i, chr(i) || repeat(chr(i), 3) FROM generate_series(1, 3000) i;
CREATE TABLE chars."copy traps" ("\." text, E text, "a	tab" text);
INSERT INTO chars."copy traps" VALUES ('\.', E'\\.\n\\.', E'\t'), (E'\\\n', E'\n\\', NULL);
CREATE TABLE chars.huge (id int, t text, b bytea);
ALTER TABLE chars.huge ALTER t SET STORAGE EXTERNAL;
INSERT INTO chars.huge VALUES (1, repeat('0123456789abcdeé', 640000), NULL), (2, NULL, (SELECT string_agg(decode(md5(i::text), 'hex'), '' ORDER BY i) FROM generate_series(1, 320000) i)), (3, (SELECT string_agg(md5(i::text), E'\n' ORDER BY i) FROM generate_series(1, 40000) i), '\x');
