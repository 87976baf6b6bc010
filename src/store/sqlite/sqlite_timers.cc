#include "store/sqlite/sqlite_timers.h"

#include <algorithm>

#include "store/rows.h"
#include "store/sqlite/batch_rows.h"
#include "store/sqlite/faults.h"

namespace beckon::store {

using delayed::Timer;

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

void apply(Writing& writing, const commit::TimersOfValues& change) {
  auto rows = writing.connection.query(
      "SELECT same, due_at, anchor FROM timer WHERE handle = ?1 AND session = ?2 AND rule = ?3", change.handle,
      change.session, change.rule);
  for (const commit::TimerChange& one : changed_timers(change, std::move(rows))) apply(writing, one);
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
    return timers_from(reader->query("SELECT " BECKON_TIMER_COLUMNS "FROM timer WHERE due_at <= ?1 "
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
    return timers_from(reader->query("SELECT " BECKON_TIMER_COLUMNS "FROM timer "
                                     "WHERE handle = ?1 AND session = ?2 ORDER BY due_at, rule, same",
                                     handle, session));
  });
}

}  // namespace beckon::store
