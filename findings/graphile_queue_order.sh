#!/bin/bash
# A named queue of graphile-worker runs one job at a time, and not in order: a job that failed is overtaken.
#
# Guess, before running: jobs with the same queue_name run in series, so that what belongs together can be put into one
# queue and is worked off in the order in which it was added: a job that fails is tried again before the next one starts,
# or the queue waits.
#
# What happens: "in series" only means that no two run at the same time. A job that fails is put off (about 2.7 s at first,
# longer each time), and meanwhile the queue goes on with the next ones, which are done before it. With one queue for each
# receiver of webhooks, "cart updated" arrives behind "order paid" after a single 503. Whoever needs order has to look in
# each task whether an earlier one is still open, or let the receiver sort by a number of the sender.
#
# Seen: graphile-worker 0.18.0, PostgreSQL 15.18, three jobs in one queue, the first of which fails once:
#   1 failed, 2 done, 3 done, 1 done
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
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error graphile-worker@0.18.0 >/dev/null
cat >queue.mjs <<'JS'
import { Logger, makeWorkerUtils, run } from 'graphile-worker';

const connectionString = `postgres://postgres@localhost/postgres?host=${process.cwd()}/socket`;
const logger = new Logger(() => () => {});
const seen = [];
const send = async ({ number }, { job }) => {
  const fails = number === 1 && job.attempts === 1;
  seen.push(`${number} ${fails ? 'failed' : 'done'}`);
  if (fails) throw new Error('503');
};
const jobs = await makeWorkerUtils({ connectionString, logger });
await jobs.migrate();
for (const number of [1, 2, 3]) await jobs.addJob('send', { number }, { queueName: 'receiver' });
const worker = await run({ connectionString, logger, taskList: { send }, concurrency: 4, pollInterval: 100, noHandleSignals: true });
const end = Date.now() + 60_000;
while (seen.length < 4 && Date.now() < end) await new Promise(done => setTimeout(done, 50));
console.log(seen.join(', '));
await worker.stop();
await jobs.release();
JS
got=$(node queue.mjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
1 failed, 2 done, 3 done, 1 done
SEEN
echo 'as it was seen'
