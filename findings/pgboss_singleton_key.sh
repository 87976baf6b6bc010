#!/bin/bash
# In pg-boss a singletonKey does not make a job single, not even in a queue of the policy "singleton".
#
# Guess, before running: of two jobs with the same singletonKey that wait in a queue, the second is refused (send returns
# null); where that depends on the queue's policy, "singleton" is the one that does it.
#
# What happens: in a queue as createQueue makes it, both are taken, each with an id of its own, and nothing is said: there
# the key works with singletonSeconds only. The policies "short", "stately" and "exclusive" refuse the second one. The
# policy "singleton" takes both, since it limits what runs at the same time, not what waits. A job without a key counts as
# one with an empty key, so those three policies take a single one of them. A message that must go out once needs a policy
# that is not called singleton, or an id of its own: a second job with an id that exists is refused in every queue.
#
# Seen: pg-boss 12.38.0, PostgreSQL 15.18, two jobs with one key, then two without a key, then two with one id:
#   standard   key: taken, taken    no key: taken, taken    id: taken, refused
#   singleton  key: taken, taken    no key: taken, taken    id: taken, refused
#   short      key: taken, refused  no key: taken, refused  id: taken, refused
#   stately    key: taken, refused  no key: taken, refused  id: taken, refused
#   exclusive  key: taken, refused  no key: taken, refused  id: taken, refused
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
for package in "postgresql-15=$version" "libpq5=$version"; do apt-get download -qq "$package" 2>downloads; done
for file in *.deb; do dpkg-deb -x "$file" packages; done
bin=$folder/packages/usr/lib/postgresql/15/bin share=$folder/packages/usr/share/postgresql/15
mkdir data socket && chmod 700 data
[ ${#as[@]} = 0 ] || chown 65534:65534 data socket
libraries=$folder/packages/usr/lib/$(uname -m)-linux-gnu
LD_LIBRARY_PATH=$libraries LC_ALL=C "${as[@]}" "$bin/initdb" -L "$share" -D "$folder/data" -U postgres -A trust >initdb.log 2>&1
LD_LIBRARY_PATH=$libraries LC_ALL=C "${as[@]}" "$bin/postgres" -D "$folder/data" -c listen_addresses= \
  -c unix_socket_directories="$folder/socket" -c dynamic_library_path="$folder/packages/usr/lib/postgresql/15/lib" >postgres.log 2>&1 &
for _ in $(seq 100); do [ -S socket/.s.PGSQL.5432 ] && break; sleep 0.1; done
sleep 1
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error pg-boss@12.38.0 >/dev/null
cat >keys.mjs <<'JS'
import { randomUUID } from 'node:crypto';
import { PgBoss } from 'pg-boss';

const boss = new PgBoss(`postgres://postgres@localhost/postgres?host=${process.cwd()}/socket`);
await boss.start();
for (const policy of ['standard', 'singleton', 'short', 'stately', 'exclusive']) {
  await boss.createQueue(policy, { policy });
  const line = [];
  for (const [name, options] of Object.entries({ key: { singletonKey: 'cart-7' }, 'no key': {}, id: { id: randomUUID(), singletonKey: 'by id' } })) {
    const both = [];
    for (let i = 0; i < 2; ++i) both.push((await boss.send(policy, { i }, options)) ? 'taken' : 'refused');
    line.push(`${name}: ${both.join(', ')}`.padEnd(name === 'key' ? 21 : 24));
  }
  console.log(`${policy.padEnd(10)} ${line.join('')}`.trimEnd());
}
await boss.stop({ graceful: false });
JS
got=$(node keys.mjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
standard   key: taken, taken    no key: taken, taken    id: taken, refused
singleton  key: taken, taken    no key: taken, taken    id: taken, refused
short      key: taken, refused  no key: taken, refused  id: taken, refused
stately    key: taken, refused  no key: taken, refused  id: taken, refused
exclusive  key: taken, refused  no key: taken, refused  id: taken, refused
SEEN
echo 'as it was seen'
