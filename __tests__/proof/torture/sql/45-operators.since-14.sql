CREATE STATISTICS ops.expressions ON (n % 3), (lower(t)), id FROM idx.t;
CREATE STATISTICS ops."one expression" ON (n * 2) FROM idx.t;
