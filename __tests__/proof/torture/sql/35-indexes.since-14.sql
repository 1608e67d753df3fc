CREATE INDEX ON idx.t USING brin (n int4_minmax_multi_ops (values_per_range = 16), t text_bloom_ops (n_distinct_per_range = 50));
