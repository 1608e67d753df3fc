#!/bin/bash
# Runs each file of migrations/ once, in order, in a transaction with the note that it has run.
set -euo pipefail
run() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }
run -c 'CREATE TABLE IF NOT EXISTS psql_migrations (name text PRIMARY KEY)'
for file in migrations/*.sql; do
  name=$(basename "$file")
  [ -z "$(run -At -c "SELECT name FROM psql_migrations WHERE name = '$name'")" ] || continue
  run --single-transaction -f "$file" -c "INSERT INTO psql_migrations VALUES ('$name')"
done
