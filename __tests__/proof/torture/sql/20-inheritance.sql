-- Inheritance of several parents; what was added to a parent later stands elsewhere in the restored child.
CREATE SCHEMA inherit;
CREATE TABLE inherit.animal (id int PRIMARY KEY, name text NOT NULL, CHECK (name <> ''));
CREATE TABLE inherit.machine (id int, watts numeric(8,2) DEFAULT 1.5, CONSTRAINT some_power CHECK (watts > 0) NO INHERIT);
CREATE TABLE inherit.robot_dog (model text) INHERITS (inherit.animal, inherit.machine);
INSERT INTO inherit.animal VALUES (1, 'cat');
INSERT INTO inherit.machine VALUES (2, 700);
INSERT INTO inherit.robot_dog VALUES (3, 'Rex', 20, 'K9'), (4, 'Ada', 30, 'K10');
ALTER TABLE inherit.animal ADD COLUMN legs int DEFAULT 4;
ALTER TABLE inherit.machine ADD COLUMN wheels int DEFAULT 2;
UPDATE inherit.robot_dog SET legs = id, wheels = id * 10;
ALTER TABLE inherit.robot_dog ALTER COLUMN legs SET DEFAULT 5;
CREATE TABLE inherit.puppy (LIKE inherit.robot_dog INCLUDING ALL, age interval);
ALTER TABLE inherit.puppy INHERIT inherit.robot_dog;
INSERT INTO inherit.puppy (id, name, watts, model, age) VALUES (5, 'Bit', 1, 'P', '3 mons');
CREATE TABLE inherit.generated_parent (a int, b int GENERATED ALWAYS AS (a + 1) STORED);
CREATE TABLE inherit.generated_child (c text) INHERITS (inherit.generated_parent);
INSERT INTO inherit.generated_child (a, c) VALUES (1, 'x'), (2, 'y');
