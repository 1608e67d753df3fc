-- Roles that own things, are granted things, and grant them on.
CREATE ROLE torture_owner;
CREATE ROLE torture_app LOGIN;
CREATE ROLE torture_reader;
CREATE ROLE torture_grantor IN ROLE torture_owner;
CREATE ROLE "Torture-Rôle ""x"" 'y' $z; %s \ .";
CREATE ROLE "user";
GRANT torture_reader TO torture_app WITH ADMIN OPTION;
ALTER ROLE torture_app SET work_mem = '9MB';
