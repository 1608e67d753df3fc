CREATE TABLE vals.extreme_intervals (i interval);
INSERT INTO vals.extreme_intervals VALUES ('178956970 years 7 mons 2147483647 days 2562047788:00:54.775807'), ('-178956970 years -8 mons -2147483648 days -2562047788:00:54.775807');
CREATE TABLE vals.scales (n numeric(3, -2), m numeric(3, 5));
INSERT INTO vals.scales VALUES (12345, 0.00123), (-99900, -0.00999);
