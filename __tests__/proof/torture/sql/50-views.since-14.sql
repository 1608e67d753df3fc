CREATE VIEW views.cycles AS WITH RECURSIVE r (a, b) AS (SELECT 1, 2 UNION ALL SELECT b, a FROM r) SEARCH DEPTH FIRST BY a SET ord CYCLE a, b SET is_cycle USING path SELECT a, b, is_cycle FROM r;
