#include "store/postgres/postgres_timers.h"

#include <algorithm>

#include "store/postgres/batch_rows.h"
#include "store/postgres/faults.h"
#include "store/rows.h"

namespace beckon::store::postgres {

using delayed::Timer;

void apply(Writing& writing, const commit::TimerChange& change) {
  Connection& connection = writing.connection;
  const Shard shard = writing.touch(change.handle);
  if (change.rule.empty()) {
    connection.run("DELETE FROM timer WHERE shard = $1 AND handle = $2 AND session = $3", shard, change.handle,
                   change.session);
  } else if (!change.due_at) {
    connection.run("DELETE FROM timer WHERE shard = $1 AND handle = $2 AND session = $3 AND rule = $4 AND same = $5",
                   shard, change.handle, change.session, change.rule, change.same);
  } else {
    connection.run(
        "INSERT INTO timer (shard, handle, session, rule, same, due_at, anchor) VALUES ($1, $2, $3, $4, $5, $6, $7) "
        "ON CONFLICT (shard, handle, session, rule, same) DO UPDATE SET due_at = excluded.due_at, "
        "anchor = excluded.anchor",
        shard, change.handle, change.session, change.rule, change.same, *change.due_at, change.anchor);
  }
}

void apply(Writing& writing, const commit::TimersOfValues& change) {
  auto rows = writing.connection.query(
      "SELECT same, due_at, anchor FROM timer WHERE shard = $1 AND handle = $2 AND session = $3 AND rule = $4",
      writing.touch(change.handle), change.handle, change.session, change.rule);
  for (const commit::TimerChange& one : changed_timers(change, std::move(rows))) apply(writing, one);
}

void apply(Writing& writing, const commit::TimersOfRule& wish) {
  Connection& connection = writing.connection;
  const Shard shard = writing.touch(wish.handle);
  if (wish.look_at) {
    // A sum is in no index: the rule's timers are to be read, not all that are due later.
    connection.run("UPDATE timer SET due_at = $4 WHERE shard = $1 AND handle = $2 AND rule = $3 AND due_at + 0 > $4",
                   shard, wish.handle, wish.rule, *wish.look_at);
  } else {
    connection.run("DELETE FROM timer WHERE shard = $1 AND handle = $2 AND rule = $3", shard, wish.handle, wish.rule);
  }
}

Result<std::vector<Timer>> PostgresTimers::due(Instant now, std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<Timer>> {
    return timers_from(
        reader.query("SELECT t.* FROM unnest($1::bigint[]) AS s(id) CROSS JOIN LATERAL ("
                     "SELECT " BECKON_TIMER_COLUMNS "FROM timer WHERE shard = s.id "
                     "AND due_at <= $2 ORDER BY due_at, handle, session, rule, same LIMIT $3) t "
                     "ORDER BY due_at, handle, session, rule, same LIMIT $3",
                     shards_.own(), now, limit));
  });
}

Result<std::optional<Instant>> PostgresTimers::next_due() {
  return readers_.read([&](Connection& reader) -> Result<std::optional<Instant>> {
    auto row = reader.query(
        "SELECT min((SELECT min(due_at) FROM timer WHERE shard = s.id)) FROM unnest($1::bigint[]) AS s(id)",
        shards_.own());
    if (!row.next() || row.is_null(0)) return std::nullopt;
    return row.instant(0);
  });
}

Result<std::vector<Timer>> PostgresTimers::timers_of(const Handle& handle, const SessionId& session) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<Timer>> {
    // A sum is in no index: those of the session are to be sorted, not all of the shard read in that order.
    return timers_from(reader.query("SELECT " BECKON_TIMER_COLUMNS "FROM timer "
                                    "WHERE shard = $1 AND handle = $2 AND session = $3 ORDER BY due_at + 0, rule, same",
                                    shards_.of(handle), handle, session));
  });
}

}  // namespace beckon::store::postgres
