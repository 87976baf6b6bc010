#include "store/sqlite/sqlite_timers.h"

#include <algorithm>

#include "store/sqlite/batch_rows.h"
#include "store/sqlite/faults.h"

namespace beckon::store {
namespace {

using delayed::Timer;

std::vector<Timer> all_of(Query row) {
  std::vector<Timer> found;
  while (row.next())
    found.push_back(
        {Handle(row.text(0)), SessionId(row.text(1)), RuleId(row.text(2)), row.instant(3), row.whole(4), row.whole(5)});
  return found;
}

}  // namespace

void apply(Writing& writing, const commit::TimerChange& change) {
  Connection& connection = writing.connection;
  if (change.rule.empty()) {
    connection.run("DELETE FROM timer WHERE handle = ?1 AND session = ?2", change.handle, change.session);
  } else if (!change.due_at) {
    connection.run("DELETE FROM timer WHERE handle = ?1 AND session = ?2 AND rule = ?3 AND same = ?4", change.handle,
                   change.session, change.rule, change.same);
  } else {
    connection.run(
        "INSERT INTO timer (handle, session, rule, same, due_at, anchor) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
        "ON CONFLICT (handle, session, rule, same) DO UPDATE SET due_at = excluded.due_at, anchor = excluded.anchor",
        change.handle, change.session, change.rule, change.same, *change.due_at, change.anchor);
  }
}

// Most timers stay as they are and are not written.
void apply(Writing& writing, const commit::TimersOfValues& change) {
  Connection& connection = writing.connection;
  using How = commit::TimersOfValues::How;
  std::vector<std::uint64_t> gone;
  std::vector<commit::TimersOfValues::One> wanted = change.all;
  auto row = connection.query("SELECT same, due_at, anchor FROM timer WHERE handle = ?1 AND session = ?2 AND rule = ?3",
                              change.handle, change.session, change.rule);
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
  if (wish.look_at) {
    connection.run("UPDATE timer SET due_at = ?3 WHERE handle = ?1 AND rule = ?2 AND due_at > ?3", wish.handle,
                   wish.rule, *wish.look_at);
  } else {
    connection.run("DELETE FROM timer WHERE handle = ?1 AND rule = ?2", wish.handle, wish.rule);
  }
}

Result<std::vector<Timer>> SqliteTimers::due(Instant now, std::size_t limit) {
  return guarded([&]() -> Result<std::vector<Timer>> {
    auto reader = readers_.borrow();
    return all_of(
        reader->query("SELECT handle, session, rule, due_at, anchor, same FROM timer WHERE due_at <= ?1 "
                      "ORDER BY due_at, handle, session, rule, same LIMIT ?2",
                      now, limit));
  });
}

Result<std::optional<Instant>> SqliteTimers::next_due() {
  return guarded([&]() -> Result<std::optional<Instant>> {
    auto reader = readers_.borrow();
    auto row = reader->query("SELECT due_at FROM timer ORDER BY due_at LIMIT 1");
    if (!row.next()) return std::nullopt;
    return row.instant(0);
  });
}

Result<std::vector<Timer>> SqliteTimers::timers_of(const Handle& handle, const SessionId& session) {
  return guarded([&]() -> Result<std::vector<Timer>> {
    auto reader = readers_.borrow();
    return all_of(
        reader->query("SELECT handle, session, rule, due_at, anchor, same FROM timer "
                      "WHERE handle = ?1 AND session = ?2 ORDER BY due_at, rule, same",
                      handle, session));
  });
}

}  // namespace beckon::store
