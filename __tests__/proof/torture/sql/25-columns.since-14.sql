CREATE TABLE cols.compressed (a text COMPRESSION pglz, b text);
INSERT INTO cols.compressed VALUES (repeat('compress me ', 5000), repeat('and me ', 5000));
