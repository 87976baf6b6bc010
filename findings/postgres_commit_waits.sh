#!/bin/bash
# statement_timeout does not end a commit that waits for a synchronous standby, and a cancelled one says it succeeded.
#
# Guess, before running: with `statement_timeout` at one second, an INSERT in a transaction of its own ends within a
# second, with an error, also while the standby that it must wait for is away. If it is cancelled meanwhile, that is an
# error as well, and the row is not there.
#
# What happens: the timeout is over when the wait begins, since the statement has been carried out and only its commit is
# waiting. So the client hangs until the standby is back. Cancelling ends the wait, but answers `INSERT 0 1`: the row is
# there on the primary and may be nowhere else, which only a warning says (01000). A driver that looks at results and not
# at notices takes it for durable. So a client has to keep the time itself, and treat such a commit as one of which it
# does not know what became.
#
# Seen: PostgreSQL 15.18-0+deb12u1 and libpq of Debian 12:
#   after 3 s with statement_timeout 1 s: waiting for SyncRep
#   cancelled: INSERT 0 1, exit status 0
#   notices: 1
#   rows: 1
set -euo pipefail
version=15.18-0+deb12u1
folder=$(mktemp -d)
chmod 755 "$folder"
cd "$folder"
as=()
[ "$(id -u)" != 0 ] || as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
stop() {
  kill -INT "$(head -n 1 data/postmaster.pid)" 2>ended || true
  sleep 1
  rm -rf "$folder"
}
trap stop EXIT
for package in "postgresql-15=$version" "postgresql-client-15=$version" "libpq5=$version"; do apt-get download -qq "$package" 2>downloads; done
for file in *.deb; do dpkg-deb -x "$file" packages; done
bin=$folder/packages/usr/lib/postgresql/15/bin share=$folder/packages/usr/share/postgresql/15
export LD_LIBRARY_PATH=$folder/packages/usr/lib/$(uname -m)-linux-gnu LC_ALL=C PGHOST=$folder/socket PGUSER=postgres PGDATABASE=postgres
mkdir data socket && chmod 700 data
[ ${#as[@]} = 0 ] || chown 65534:65534 data socket
"${as[@]}" "$bin/initdb" -L "$share" -D "$folder/data" -U postgres -A trust >initdb.log 2>&1
"${as[@]}" "$bin/postgres" -D "$folder/data" -c listen_addresses= -c unix_socket_directories="$folder/socket" \
  -c dynamic_library_path="$folder/packages/usr/lib/postgresql/15/lib" >postgres.log 2>&1 &
for _ in $(seq 100); do "$bin/psql" -qtAc 'SELECT' >ready 2>&1 && break; sleep 0.1; done
"$bin/psql" -qc 'CREATE TABLE event (id int)' -c "ALTER SYSTEM SET synchronous_standby_names = 'away'" -c 'SELECT pg_reload_conf()' >setup
sleep 0.5
PGOPTIONS='-c statement_timeout=1s' "$bin/psql" -c 'INSERT INTO event VALUES (1)' >insert.out 2>insert.err &
client=$!
sleep 3
{
  echo "after 3 s with statement_timeout 1 s: waiting for $("$bin/psql" -qtAc "SELECT wait_event FROM pg_stat_activity WHERE query LIKE 'INSERT%'")"
  "$bin/psql" -qtAc "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'INSERT%'" >cancelled
  status=0
  wait $client || status=$?
  echo "cancelled: $(cat insert.out), exit status $status"
  echo "notices: $(grep -c '^WARNING' insert.err)"
  echo "rows: $("$bin/psql" -qtAc 'SELECT count(*) FROM event')"
} >seen
cat seen
diff - seen <<'SEEN'
after 3 s with statement_timeout 1 s: waiting for SyncRep
cancelled: INSERT 0 1, exit status 0
notices: 1
rows: 1
SEEN
