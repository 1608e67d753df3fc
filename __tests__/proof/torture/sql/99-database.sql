-- The database's own settings, some of which change how values and definitions are written.
COMMENT ON DATABASE :"DBNAME" IS 'the torture database''s comment';
GRANT CONNECT, TEMPORARY ON DATABASE :"DBNAME" TO torture_app;
REVOKE CONNECT ON DATABASE :"DBNAME" FROM PUBLIC;
ALTER DATABASE :"DBNAME" SET DateStyle = 'SQL, DMY';
ALTER DATABASE :"DBNAME" SET IntervalStyle = 'iso_8601';
ALTER DATABASE :"DBNAME" SET TimeZone = 'Asia/Kathmandu';
ALTER DATABASE :"DBNAME" SET bytea_output = 'escape';
ALTER DATABASE :"DBNAME" SET extra_float_digits = '-5';
ALTER DATABASE :"DBNAME" SET search_path = "Search Path", views;
ALTER DATABASE :"DBNAME" SET quote_all_identifiers = on;
ALTER DATABASE :"DBNAME" SET xmloption = document;
ALTER DATABASE :"DBNAME" SET default_table_access_method = 'torture_heap';
ALTER DATABASE :"DBNAME" SET row_security = off;
ALTER DATABASE :"DBNAME" SET statement_timeout = '1h';
ALTER ROLE torture_app IN DATABASE :"DBNAME" SET search_path = kinds;
ALTER DATABASE :"DBNAME" SET torture.backslash = E'a\\b''c\nd';
COMMENT ON DATABASE :"DBNAME" IS E'the torture\\database''s\ncomment';
