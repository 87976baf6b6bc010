#include "store/sqlite/data_check.h"

#include "access/audit_chain.h"
#include "access/directory.h"
#include "ledger/codec.h"
#include "outbox/own_header.h"
#include "store/rows.h"
#include "store/sqlite/batch_rows.h"
#include "store/sqlite/data_file.h"
#include "store/sqlite/journal_reader.h"
#include "store/sqlite/schema.h"
#include "store/store.h"
#include "store/sum.h"

namespace beckon::store {
namespace {

using ledger::Position;

// To which those in records are added.
constexpr std::string_view kDeliveries = "deliveries", kPending = "pending deliveries";

// The display name of each kind of row, and the statement that counts it.
constexpr std::pair<std::string_view, const char*> kCounted[] = {
    {"handles", "SELECT count(*) FROM handle"},
    {"users", "SELECT count(*) FROM user"},
    {"sessions in snapshots", "SELECT count(*) FROM session WHERE substr(session, 1, 1) <> '@'"},
    {"visitors' records in snapshots", "SELECT count(*) FROM session WHERE substr(session, 1, 1) = '@'"},
    {"journal rows", "SELECT count(*) FROM journal"},
    {"versions of rules", "SELECT count(*) FROM (SELECT DISTINCT handle, rules_version FROM rule)"},
    {"traits", "SELECT count(*) FROM trait"},
    {"endpoints", "SELECT count(*) FROM subscription WHERE deleted = 0"},
    {"events", "SELECT count(*) FROM event"},
    {kDeliveries, "SELECT count(*) FROM delivery"},
    {kPending, "SELECT count(*) FROM delivery WHERE state < 4"},
    {"timers", "SELECT count(*) FROM timer"},
    {"audit events", "SELECT count(*) FROM audit"},
};

class Check {
 public:
  Check(const std::string& file, const CheckOptions& options)
      : options_(options), readers_(file, 1, kPatience), connection_(file, Connection::Mode::kReadOnly, kPatience) {}

  // A damaged table ends the check of that table; the others are still checked.
  DataCheck run() {
    try_to("the file", [this] { integrity(); });
    try_to("the journal", [this] { journal(); });
    try_to("the snapshots", [this] { snapshots(); });
    try_to("the due deliveries", [this] { owed(); });
    try_to("the audit log", [this] { audit(); });
    if (options_.secrets != nullptr) {
      try_to("the sealed secrets", [this] { secrets(); });
      try_to("the secrets of endpoints", [this] { endpoints(); });
    }
    try_to("the counts", [this] {
      for (const auto& [name, sql] : kCounted) {
        auto row = connection_.query(sql);
        const std::uint64_t more = name == kDeliveries || name == kPending ? owed_ : 0;
        found_.counts.emplace_back(name, (row.next() ? row.whole(0) : 0) + more);
      }
    });
    if (unnamed_ > 0) found_.damage.push_back("and " + std::to_string(unnamed_) + " more");
    return std::move(found_);
  }

 private:
  template <class Body>
  void try_to(const char* what, const Body& body) {
    try {
      body();
    } catch (const SqliteError& error) {
      name(std::string(what) + " cannot be read to the end: " + error.what());
    }
  }

  void name(std::string_view what) {
    if (found_.damage.size() < DataCheck::kMostNamed)
      found_.damage.emplace_back(what);
    else
      ++unnamed_;
  }

  void integrity() {
    auto row = connection_.query("PRAGMA integrity_check");
    while (row.next())
      if (row.text(0) != "ok") name("the file: " + std::string(row.text(0)));
  }

  void journal() {
    JournalReader rows(readers_, 0, [this](Position position, const char* what) {
      name("journal row " + std::to_string(position) + ": " + what);
    });
    for (auto portion = rows.portion(); !portion.empty(); portion = rows.portion())
      for (const JournalRow& row : portion)
        if (options_.contents && !decodes(row.bytes))
          name("journal row " + std::to_string(row.position) + ": its records cannot be decoded");
    found_.position = last_journal_position(connection_);
  }

  static bool decodes(std::string_view bytes) {
    ledger::JournalReader reader(bytes);
    while (const auto item = reader.next())
      if (!ledger::decode_record(item->bytes)) return false;
    return !reader.damaged();
  }

  void snapshots() {
    // A checkpoint means that the journal up to it is in snapshots.
    const auto checkpoint = [this] {
      auto row = connection_.query("SELECT value FROM meta WHERE name = 'checkpoint'");
      return row.next() ? row.whole(0) : 0;
    }();
    if (checkpoint > last_journal_position(connection_)) name("the checkpoint is behind the end of the journal");
    auto row = connection_.query("SELECT rowid, handle, version, last_received, as_of, sum, bytes, began FROM session");
    while (row.next()) {
      const std::string which = "snapshot " + std::to_string(row.integer(0)) + " of handle " + std::string(row.text(1));
      const std::string_view bytes = row.text(6);
      if (snapshot_sum(bytes, row.whole(2), row.integer(3), row.whole(4)) != row.integer(5))
        name(which + ": checksum");
      else if (options_.contents && !ledger::decode_snapshot({std::string(bytes), row.whole(4), row.whole(7)}))
        name(which + ": it cannot be decoded");
    }
  }

  void owed() {
    auto row = connection_.query("SELECT record, sum, bytes FROM due_record ORDER BY record");
    while (row.next()) {
      const auto entries = owed_entries(row);
      if (!entries) {
        name("record " + std::to_string(row.integer(0)) + " of due deliveries: checksum");
        continue;
      }
      for (const outbox::OwedEntry& entry : *entries) {
        if (has_delivery_row(connection_, entry.delivery)) continue;
        ++owed_;
        if (!connection_.query("SELECT 1 FROM event WHERE handle = ?1 AND id = ?2", entry.handle, entry.event).next())
          name("delivery " + entry.delivery.text + " is due, but its event is missing");
      }
    }
  }

  // Each entry must match its hash and refer to the entry before it, or to that entry's remaining hash.
  void audit() {
    auto link = connection_.query("SELECT number, hash FROM audit_link ORDER BY number");
    bool has_link = link.next();
    std::uint64_t last = 0;
    std::string hash = access::kFirstPrevious;
    auto row = connection_.query("SELECT " BECKON_AUDIT_COLUMNS "FROM audit WHERE number > 0 ORDER BY number");
    while (row.next()) {
      const AuditEntry entry = audit_from(row);
      for (; has_link && link.whole(0) < entry.number; has_link = link.next()) {
        last = link.whole(0);
        hash = link.text(1);
      }
      const std::string which = "audit event " + std::to_string(entry.number);
      if (last + 1 != entry.number)
        name(which + ": the one before it is missing");
      else if (hash != entry.previous)
        name(which + ": it does not follow the one before it");
      if (access::chained(entry, entry.number, entry.previous).hash != entry.hash) name(which + ": it was changed");
      last = entry.number;
      hash = entry.hash;
    }
    for (; has_link; has_link = link.next()) last = link.whole(0);
    if (auto all = connection_.query("SELECT value FROM meta WHERE name = 'audit_events'");
        all.next() && all.whole(0) != last)
      name("the newest audit events are missing: the last one is " + std::to_string(last) + " of " +
           std::to_string(all.whole(0)));
    // Entries written before there was a chain must be older than those in it.
    auto late = connection_.query(
        "SELECT id FROM audit WHERE number = 0 AND at > (SELECT min(at) FROM audit WHERE number > 0)");
    while (late.next()) name("audit event " + std::string(late.text(0)) + ": it has no number");
  }

  void opens(std::string_view sealed, const std::string& place, const std::string& what) {
    if (!options_.secrets->open(sealed, place)) name(what + " does not open with this master key");
  }

  void secrets() {
    {
      auto row = connection_.query("SELECT name, sealed FROM secret WHERE name <> ?1 ORDER BY name", kKeyFingerprint);
      while (row.next()) {
        const std::string secret(row.text(0));
        opens(row.text(1), access::named_secret_place(secret), "the server's secret " + secret);
      }
    }
    {
      auto row = connection_.query("SELECT kid, sealed_jwk FROM signing_key ORDER BY kid");
      while (row.next()) {
        const std::string kid(row.text(0));
        opens(row.text(1), access::signing_key_place(kid), "the signing key " + kid);
      }
    }
    auto row = connection_.query("SELECT handle, id, sealed_secret FROM identity_key ORDER BY handle, id");
    while (row.next())
      opens(row.text(2), access::identity_key_place(Handle(row.text(0)), row.text(1)),
            "the identity key " + std::string(row.text(1)) + " of handle " + std::string(row.text(0)));
  }

  void endpoints() {
    auto row =
        connection_.query("SELECT " BECKON_SUBSCRIPTION_COLUMNS "FROM subscription WHERE deleted = 0 ORDER BY id");
    while (row.next()) {
      const outbox::Subscription one = subscription_from(row);
      const std::string place = one.handle.text + "/" + one.id.text, of = " of endpoint " + one.id.text;
      opens(one.sealed_secret, place, "the secret" + of);
      if (!one.sealed_previous_secret.empty()) opens(one.sealed_previous_secret, place, "the previous secret" + of);
      for (const outbox::OwnHeader& header : one.headers)
        if (!outbox::open_header(one.handle, one.id, header.name, header.sealed, *options_.secrets))
          name("a header" + of + " does not open with this master key");
    }
  }

  const CheckOptions& options_;
  Readers readers_;
  Connection connection_;
  DataCheck found_;
  std::uint64_t unnamed_ = 0;
  std::uint64_t owed_ = 0;  // deliveries without rows
};

}  // namespace

Result<DataCheck> check_data(const std::string& file, const CheckOptions& options) {
  const auto schema = schema_of(file);
  if (!schema) return unexpected(schema.error());
  if (*schema < newest_schema())
    return unexpected(Fault{.code = FaultCode::kConflict,
                            .message = "The data file " + file + " is of an older version (schema " +
                                       std::to_string(*schema) + " of " + std::to_string(newest_schema()) +
                                       "). Start this version's server on it once, or verify a backup of it."});
  try {
    return Check(file, options).run();
  } catch (const SqliteError& error) {
    return unexpected(file_fault(file, error));
  }
}

}  // namespace beckon::store
