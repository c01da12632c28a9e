#!/bin/sh
# The part of the official image's entrypoint that a compose file relies on: POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" && chown -R postgres "$PGDATA" && chmod 700 "$PGDATA"
  exec setpriv --reuid postgres --regid postgres --init-groups sh "$0" "$@"
fi
user=${POSTGRES_USER:-postgres}
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  printf '%s' "$POSTGRES_PASSWORD" > /tmp/password
  "$bin/initdb" -D "$PGDATA" -U "$user" --pwfile=/tmp/password --auth-host=scram-sha-256 --auth-local=trust -E UTF8 --locale=C.UTF-8 >/dev/null
  rm /tmp/password
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  "$bin/pg_ctl" -D "$PGDATA" -w -o "-c listen_addresses=''" start >/dev/null
  [ "${POSTGRES_DB:-$user}" = postgres ] || "$bin/createdb" -U "$user" "${POSTGRES_DB:-$user}"
  "$bin/pg_ctl" -D "$PGDATA" -w stop >/dev/null
fi
shift
exec "$bin/postgres" -D "$PGDATA" -c listen_addresses='*' "$@"
