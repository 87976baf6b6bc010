// Seals header values of subscriptions after an upgrade from a version that stored them in plain text.
#include <sqlite3.h>

#include "base/json.h"
#include "store/sqlite/batch_rows.h"
#include "store/sqlite/faults.h"
#include "store/sqlite/sqlite_store.h"
#include "store/subscription_text.h"

namespace beckon::store {
namespace {

struct Sealed {
  Handle handle;
  SubscriptionId id;
  std::string headers;
};

std::vector<Sealed> seal_all(Connection& connection, const SecretBox& secrets, Random& random) {
  std::vector<Sealed> all;
  auto row = connection.query("SELECT handle, id, headers FROM plain_headers");
  while (row.next()) {
    Sealed one{.handle = Handle(row.text(0)), .id = SubscriptionId(row.text(1)), .headers = {}};
    std::vector<outbox::OwnHeader> headers;
    const auto plain = json::parse(std::string(row.text(2)));
    if (!plain) throw SqliteError(SQLITE_CORRUPT, 0, "a subscription's headers are damaged");
    for (const json::Value& pair : plain->root().items()) {
      if (pair.items().size() != 2) continue;
      const std::string_view name = pair.items()[0].text(), value = pair.items()[1].text();
      headers.push_back({std::string(name), outbox::seal_header(one.handle, one.id, name, value, secrets, random)});
    }
    one.headers = headers_text(headers);
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

// The mark is set last, so that the WAL is truncated even after a crash in between.
Result<void> SqliteStore::seal_headers(const SecretBox& secrets, Random& random) {
  return guarded([&]() -> Result<void> {
    Connection connection(file_, Connection::Mode::kReadWrite, kPatience);
    if (!connection.query("SELECT 1 FROM meta WHERE name = 'headers_to_seal'").next()) return {};
    {
      const WriteTurn::Hold hold(turn_);
      Transaction transaction(connection, Transaction::Kind::kWrite);
      for (const Sealed& one : seal_all(connection, secrets, random))
        connection.run("UPDATE subscription SET sealed_headers = ?3 WHERE handle = ?1 AND id = ?2", one.handle, one.id,
                       one.headers);
      connection.execute("DELETE FROM plain_headers");  // without WHERE, so that whole pages are overwritten
      transaction.commit();
    }
    hold_.let_go("secrets must leave the log after an upgrade");
    if (!empty_wal(kPatience))
      return unexpected(unavailable(
          "After the upgrade, secrets must be removed from the data file's log, but another process is reading it. "
          "End the other beckon commands and start again."));
    const WriteTurn::Hold hold(turn_);
    connection.run("DELETE FROM meta WHERE name = 'headers_to_seal'");
    return {};
  });
}

}  // namespace beckon::store
