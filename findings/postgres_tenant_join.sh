#!/bin/bash
# In a join by three columns, PostgreSQL may look for two of them only and compare the rest row by row, although an index on
# either side has all three.
#
# Guess, before running: deliveries have an index on (shard, tenant, event), events the primary key (shard, tenant, id). A
# prepared statement that joins them by these, for one session of a tenant, uses one of the two for the second table.
#
# What happens: until autovacuum has looked at the tables (once a minute, by default), each condition is taken to leave half a
# percent. Two of them leave less than one row of 5,000, so that a third is worth nothing, and the indexes that come first are
# those that save the sort and are small: every delivery of the tenant, newest first, is compared with every event of the
# session. It is worse the older the session is. After ANALYZE nothing is compared in vain. Asked with = ANY (ARRAY(SELECT …))
# in place of the join, the statement reads each delivery once, whatever PostgreSQL believes.
#
# Seen: PostgreSQL 15.18, one tenant, 5,000 events with a delivery each, 50 events a session, 10 deliveries asked for:
#   join, as filled       pairs compared in vain: 230495
#   ANY, as filled        pairs compared in vain: 0
#   join, after ANALYZE   pairs compared in vain: 0
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
mkdir data socket && chmod 700 data
[ ${#as[@]} = 0 ] || chown 65534:65534 data socket
export LD_LIBRARY_PATH=$folder/packages/usr/lib/$(uname -m)-linux-gnu LC_ALL=C
"${as[@]}" "$bin/initdb" -L "$share" -D "$folder/data" -U postgres -A trust >initdb.log 2>&1
"${as[@]}" "$bin/postgres" -D "$folder/data" -c listen_addresses= -c autovacuum=off \
  -c unix_socket_directories="$folder/socket" -c dynamic_library_path="$folder/packages/usr/lib/postgresql/15/lib" >postgres.log 2>&1 &
for _ in $(seq 100); do [ -S socket/.s.PGSQL.5432 ] && break; sleep 0.1; done
sleep 1
ask() { "$bin/psql" -XAtq -h "$folder/socket" -U postgres "$@"; }
ask <<'SQL'
CREATE TABLE event (shard smallint, tenant text, id text, session text NOT NULL, PRIMARY KEY (shard, tenant, id));
CREATE INDEX ON event (shard, tenant, session, id) WHERE session <> '';
CREATE TABLE delivery (shard smallint, id text, tenant text NOT NULL, event text NOT NULL, created_at bigint NOT NULL,
  PRIMARY KEY (shard, id));
CREATE INDEX ON delivery (shard, tenant, event);
CREATE INDEX ON delivery (shard, tenant, created_at, id);
INSERT INTO event SELECT 3, 'acme', 'evt_' || i, 'session_' || i / 50 FROM generate_series(1, 5000) AS i;
INSERT INTO delivery SELECT 3, 'dlv_' || i, 'acme', 'evt_' || i, i FROM generate_series(1, 5000) AS i;
SQL
dropped() {
  local plan
  plan=$(ask -c 'SET plan_cache_mode = force_generic_plan' -c "PREPARE find (smallint, text, text) AS $2" \
    -c "EXPLAIN (ANALYZE, TIMING off) EXECUTE find(3::smallint, 'acme', 'session_7')")
  printf '%-21s pairs compared in vain: %d\n' "$1" "$(grep -oP 'Rows Removed by Join Filter: \K\d+' <<<"$plan" || echo 0)"
}
join="SELECT d.id FROM event e JOIN delivery d ON d.shard = e.shard AND d.tenant = e.tenant AND d.event = e.id
  WHERE e.shard = \$1 AND e.tenant = \$2 AND e.session = \$3 AND e.session <> '' ORDER BY d.created_at DESC, d.id DESC LIMIT 10"
any="SELECT d.id FROM delivery d WHERE d.shard = \$1 AND d.tenant = \$2 AND d.event = ANY (ARRAY(SELECT id FROM event
  WHERE shard = \$1 AND tenant = \$2 AND session = \$3 AND session <> '')) ORDER BY d.created_at DESC, d.id DESC LIMIT 10"
got=$(dropped 'join, as filled' "$join"
  dropped 'ANY, as filled' "$any"
  ask -c ANALYZE
  dropped 'join, after ANALYZE' "$join")
echo "$got"
diff <(echo "$got") - <<'SEEN'
join, as filled       pairs compared in vain: 230495
ANY, as filled        pairs compared in vain: 0
join, after ANALYZE   pairs compared in vain: 0
SEEN
echo 'as it was seen'
