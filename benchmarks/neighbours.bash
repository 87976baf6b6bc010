# Sourced after server.bash: other stores, on cpu 0 like the server, and receivers on cpu 1. All of them write to $work,
# that is, to the same disk.
redis_pid='' postgres_pid='' receiver_pid=''
redis_port=${BENCH_REDIS_PORT:-18092} postgres_port=${BENCH_POSTGRES_PORT:-18093} http_port=${BENCH_HTTP_PORT:-18110} https_port=${BENCH_HTTPS_PORT:-18120}
postgres=/usr/lib/postgresql/15/bin
trap 'kill -9 $server_pid $nginx_pid $redis_pid $receiver_pid 2>/dev/null; [ -z "$postgres_pid" ] || kill -QUIT $postgres_pid; wait; rm -rf "$work"' EXIT

start_redis() { # appendfsync always, without rewriting its file
  mkdir "$work/redis"
  taskset -c 0 redis-server --bind 127.0.0.1 --port "$redis_port" --dir "$work/redis" --save '' --appendonly yes --appendfsync always \
    --auto-aof-rewrite-percentage 0 >"$work/redis.log" &
  redis_pid=$!
  until redis-cli -p "$redis_port" ping >"$work/null" 2>&1; do kill -0 $redis_pid || { cat "$work/redis.log"; exit 1; }; sleep 0.05; done
}
# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }
start_postgres() { # SETTINGS…: Debian's defaults, except for memory, log size and these
  mkdir "$work/postgres"
  if [ "$(id -u)" = 0 ]; then chmod 711 "$work"; chown postgres "$work/postgres"; fi
  (cd "$work/postgres" && as_postgres "$postgres/initdb" -D "$work/postgres" -U bench -A trust -E UTF8 --locale=C >"$work/initdb.log" 2>&1) || { cat "$work/initdb.log"; exit 1; }
  cd "$work/postgres"
  as_postgres taskset -c 0 "$postgres/postgres" -D "$work/postgres" -p "$postgres_port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c shared_buffers=512MB -c max_wal_size=4GB -c max_connections=300 "$@" >"$work/postgres.log" 2>&1 &
  local started=$!
  cd "$OLDPWD"
  until psql -h 127.0.0.1 -p "$postgres_port" -U bench -c 'SELECT 1' postgres >"$work/null" 2>&1; do kill -0 $started || { cat "$work/postgres.log"; exit 1; }; sleep 0.05; done
  postgres_pid=$(head -1 "$work/postgres/postmaster.pid")
}
receivers() { # SCHEME: the eight URLs
  local first=$http_port
  [ "$1" = http ] || first=$https_port
  for i in $(seq 0 7); do echo "$1://127.0.0.1:$((first + i))/hook"; done
}
start_receivers() { # eight, each over plain http and TLS; they respond with 200 and keep connections open
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=bench -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$work/key.pem" -out "$work/cert.pem" 2>"$work/null"
  cat >"$work/receivers.conf" <<CONF
daemon off; master_process off; worker_processes 1; pid $work/receivers.pid; error_log $work/error;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 100000000; keepalive_timeout 600s; client_body_temp_path $work/b; proxy_temp_path $work/p;
  fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  ssl_certificate $work/cert.pem; ssl_certificate_key $work/key.pem;
  server {
$(for i in $(seq 0 7); do echo "    listen 127.0.0.1:$((http_port + i)); listen 127.0.0.1:$((https_port + i)) ssl;"; done)
    location / { default_type application/json; return 200 '{"ok":true}'; }
    location /requests { stub_status; }
  }
}
CONF
  taskset -c 1 nginx -c "$work/receivers.conf" -e "$work/error" & receiver_pid=$!
  until curl -s -o "$work/null" "http://127.0.0.1:$http_port/"; do kill -0 $receiver_pid; sleep 0.05; done
}
admit_receivers() { # the server may send to them
  local admin
  admin=$("$beckon" token --platform-admin --data "$work/data")
  curl -sf -o "$work/null" -X PUT "$base/v2/platform-admin/allowlist" -H "authorization: Bearer $admin" -H 'content-type: application/json' \
    -d "{\"handles\":[\"*\"],\"egress\":[\"127.0.0.1\"]}"
}
