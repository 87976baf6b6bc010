#include "store/postgres/postgres_timers.h"

#include <algorithm>

#include "store/postgres/batch_rows.h"
#include "store/postgres/faults.h"

namespace beckon::store::postgres {
namespace {

using delayed::Timer;

std::vector<Timer> timers_from(Rows row) {
  std::vector<Timer> found;
  while (row.next())
    found.push_back(
        {Handle(row.text(0)), SessionId(row.text(1)), RuleId(row.text(2)), row.instant(3), row.whole(4), row.whole(5)});
  return found;
}

}  // namespace

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

// Most timers stay as they are and are not written.
void apply(Writing& writing, const commit::TimersOfValues& change) {
  Connection& connection = writing.connection;
  using How = commit::TimersOfValues::How;
  std::vector<std::uint64_t> gone;
  std::vector<commit::TimersOfValues::One> wanted = change.all;
  auto row = connection.query(
      "SELECT same, due_at, anchor FROM timer WHERE shard = $1 AND handle = $2 AND session = $3 AND rule = $4",
      writing.touch(change.handle), change.handle, change.session, change.rule);
  while (row.next()) {
    const auto found = std::ranges::find(wanted, row.whole(0), &commit::TimersOfValues::One::same);
    const bool is_same = found != wanted.end() && found->anchor == row.whole(2);
    if (found == wanted.end() || (found->how == How::kOnlyKept && !is_same))
      gone.push_back(row.whole(0));
    else if (is_same && (found->how != How::kSet || found->due_at == row.instant(1)))
      wanted.erase(found);
  }
  std::erase_if(wanted, [](const commit::TimersOfValues::One& one) { return one.how == How::kOnlyKept; });
  for (const std::uint64_t same : gone)
    apply(writing,
          commit::TimerChange{.handle = change.handle, .session = change.session, .rule = change.rule, .same = same});
  for (const auto& one : wanted)
    apply(writing, commit::TimerChange{change.handle, change.session, change.rule, one.due_at, one.anchor, one.same});
}

void apply(Writing& writing, const commit::TimersOfRule& wish) {
  Connection& connection = writing.connection;
  const Shard shard = writing.touch(wish.handle);
  if (wish.look_at) {
    connection.run("UPDATE timer SET due_at = $4 WHERE shard = $1 AND handle = $2 AND rule = $3 AND due_at > $4", shard,
                   wish.handle, wish.rule, *wish.look_at);
  } else {
    connection.run("DELETE FROM timer WHERE shard = $1 AND handle = $2 AND rule = $3", shard, wish.handle, wish.rule);
  }
}

Result<std::vector<Timer>> PostgresTimers::due(Instant now, std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<Timer>> {
    return timers_from(
        reader.query("SELECT t.* FROM unnest($1::bigint[]) AS s(id) CROSS JOIN LATERAL ("
                     "SELECT handle, session, rule, due_at, anchor, same FROM timer WHERE shard = s.id "
                     "AND due_at <= $2 ORDER BY due_at, handle, session, rule, same LIMIT $3) t "
                     "ORDER BY due_at, handle, session, rule, same LIMIT $3",
                     Shards::all(), now, limit));
  });
}

Result<std::optional<Instant>> PostgresTimers::next_due() {
  return readers_.read([&](Connection& reader) -> Result<std::optional<Instant>> {
    auto row = reader.query(
        "SELECT min((SELECT min(due_at) FROM timer WHERE shard = s.id)) FROM unnest($1::bigint[]) AS s(id)",
        Shards::all());
    if (!row.next() || row.is_null(0)) return std::nullopt;
    return row.instant(0);
  });
}

Result<std::vector<Timer>> PostgresTimers::timers_of(const Handle& handle, const SessionId& session) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<Timer>> {
    return timers_from(
        reader.query("SELECT handle, session, rule, due_at, anchor, same FROM timer "
                     "WHERE shard = $1 AND handle = $2 AND session = $3 ORDER BY due_at, rule, same",
                     shards_.of(handle), handle, session));
  });
}

}  // namespace beckon::store::postgres
