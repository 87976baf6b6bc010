#include "store/postgres/postgres_store.h"

#include "base/operator_fault.h"
#include "store/postgres/faults.h"
#include "store/postgres/schema.h"
#include "system/encoding.h"
#include "system/log.h"
#include "system/random.h"

namespace beckon::store {

using postgres::Connection;
using postgres::ConnectionOptions;
using postgres::PostgresError;
using postgres::Transaction;

namespace {

constexpr std::int64_t kOldest = 150'000;  // server_version_num
constexpr Duration kTurn{60'000};          // for which a process waits for others that start
constexpr Duration kAskEvery{2'000};       // whether an older node still lives

// Creates or migrates. A newer version's tables are left alone.
Result<void> admit(Connection& connection, const PostgresOptions& options) {
  auto version = connection.query("SELECT current_setting('server_version_num')::bigint, current_setting('fsync')");
  version.next();
  if (version.integer(0) < kOldest) return unexpected(operator_fault("The database must be PostgreSQL 15 or later."));
  if (version.text(1) != "on")
    log::warn("database_is_not_durable").add("why", "its setting fsync is off: a crash of its machine loses data");
  if (const auto readable = postgres::check_readable(connection); !readable) return unexpected(readable.error());
  if (postgres::schema_of(connection) == 0 && !options.create)
    return unexpected(Fault{.code = FaultCode::kNotFound,
                            .message = "The database has no data of Beckon; its tables are created when the server "
                                       "first starts: beckon serve --database …"});
  if (const auto migrated = postgres::migrate(connection); !migrated) return unexpected(migrated.error());
  if (!options.moving && connection.query("SELECT 1 FROM meta WHERE name = 'moving'").next())
    return unexpected(
        operator_fault("The database holds a part of other data, because beckon migrate has not ended. Run "
                       "it again with the same settings, or use another database.",
                       FaultCode::kConflict));
  return {};
}

Fault open_fault(const PostgresError& error) {
  return error.is_lost() || postgres::is_passing(error)
             ? unavailable(std::string("The database cannot be reached: ") + error.what())
             : operator_fault(std::string("The database cannot be used: ") + error.what());
}

}  // namespace

PostgresStore::PostgresStore(ConnectionOptions to, const PostgresOptions& options,
                             std::shared_ptr<postgres::Ownership> ownership)
    : shards_(ownership->shards()),
      ownership_(std::move(ownership)),
      readers_(to, options.readers),
      owed_(options.server ? options.owed : outbox::OwedLimits{.most = 0}),
      commit_(to, shards_, *ownership_, owed_),
      ledger_(readers_, shards_),
      outbox_(readers_, shards_, owed_),
      delivery_log_(readers_, shards_, owed_),
      timers_(readers_, shards_),
      analytics_(readers_, shards_),
      rules_(readers_, shards_),
      traits_(readers_, shards_),
      directory_(readers_, to) {}

PostgresStore::~PostgresStore() = default;

Result<void> PostgresStore::prepare(const std::string& where, const PostgresOptions& options) {
  try {
    Connection connection({.where = where, .connect = options.connect, .answer = options.answer});
    return admit(connection, options);
  } catch (const PostgresError& error) {
    return unexpected(open_fault(error));
  }
}

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(const std::string& where, const PostgresOptions& options) {
  const ConnectionOptions to{.where = where, .connect = options.connect, .answer = options.answer};
  if (!options.prepared)
    if (const auto prepared = prepare(where, options); !prepared) return unexpected(prepared.error());
  try {
    auto ownership = options.ownership;
    if (!ownership) {
      SystemRandom random;
      const std::string name = to_hex(random.bytes(8));
      ownership = std::make_shared<postgres::Ownership>(
          to, postgres::NodeIdentity{.name = name, .incarnation = name, .address = {}});
      if (options.server)
        if (auto taken = ownership->take(); !taken) return unexpected(taken.error());
    }
    std::unique_ptr<PostgresStore> store(new PostgresStore(to, options, std::move(ownership)));
    const auto loaded = store->readers_.read([&](Connection& reader) -> Result<void> {
      store->shards_.load(reader);
      return {};
    });
    if (!loaded) return unexpected(loaded.error());
    if (options.server && options.ownership)
      store->commit_.prepare();
    else if (options.server)
      store->commit_.begin();
    if (options.server) store->allow_owed();
    return store;
  } catch (const PostgresError& error) {
    return unexpected(open_fault(error));
  }
}

// Shards are known from open(): a handle keeps its own, and subscriptions are found without.
Result<ledger::Position> PostgresStore::begin() {
  return postgres::guarded([&]() -> Result<ledger::Position> { return commit_.begin(); });
}

std::expected<void, commit::CommitFault> PostgresStore::maintain() {
  if (const auto now = std::chrono::steady_clock::now(); !commit_.may_owe() && now - tried_to_owe_ > kAskEvery) {
    tried_to_owe_ = now;
    allow_owed();
  }
  return ownership_->renew();
}

// Programs that do not read records would neither send what is owed in them nor let anybody see it. To raise it twice
// is as good as once.
void PostgresStore::allow_owed() {
  const auto allowed = readers_.read(
      [](Connection& reader) -> Result<bool> { return postgres::raise_oldest_reader(reader, postgres::kReadsOwed); });
  if (allowed && *allowed) commit_.allow_owed();
}

Result<std::optional<std::string>> PostgresStore::stored_secret(const std::string& where, std::string_view name) {
  try {
    Connection connection({.where = where});
    if (postgres::schema_of(connection) == 0) return std::nullopt;
    auto row = connection.query("SELECT sealed FROM secret WHERE name = $1", name);
    return row.next() ? std::optional(std::string(row.text(0))) : std::nullopt;
  } catch (const PostgresError& error) {
    return unexpected(open_fault(error));
  }
}

Result<void> PostgresStore::look_in(const std::string& where, const std::function<Result<void>(Connection&)>& body) {
  try {
    Connection connection({.where = where});
    if (postgres::schema_of(connection) < postgres::newest_schema())
      return unexpected(Fault{.code = FaultCode::kNotFound,
                              .message = "The database is not of this version; a server of this version makes it so."});
    if (const auto readable = postgres::check_readable(connection); !readable) return unexpected(readable.error());
    return body(connection);
  } catch (const PostgresError& error) {
    return unexpected(open_fault(error));
  }
}

// The lock ends with its connection.
Result<void> PostgresStore::in_turn(const std::string& where, const std::function<Result<void>()>& body) {
  try {
    Connection connection({.where = where, .answer = kTurn});
    connection.query("SELECT pg_advisory_lock(4850420413)");
    return body();
  } catch (const PostgresError& error) {
    return unexpected(open_fault(error));
  }
}

Result<postgres::Division> PostgresStore::division() {
  return readers_.read([](Connection& reader) -> Result<postgres::Division> { return postgres::division_of(reader); });
}

bool PostgresStore::server_runs(const std::string& where) {
  try {
    Connection connection({.where = where});
    return connection.query("SELECT 1 FROM node WHERE until > clock_timestamp() LIMIT 1").next();
  } catch (const PostgresError&) {
    return false;
  }
}

Result<ControlChanges> PostgresStore::control_changes(std::uint64_t version) {
  return readers_.read([&](Connection& reader) -> Result<ControlChanges> {
    ControlChanges changes;
    {
      auto row = reader.query("SELECT name, value FROM meta WHERE name IN ('allowlist_changed', 'control_version')");
      while (row.next()) {
        if (row.text(0) == "control_version") changes.version = row.whole(1);
        if (row.text(0) == "allowlist_changed") changes.allowlist = row.whole(1) > version;
      }
    }
    if (version != 0 && changes.version <= version) return changes;
    // What changed after that version was read is found again by the next call.
    auto row = reader.query(
        "SELECT handle FROM handle WHERE (changed > $1 OR $1 = 0) AND shard = ANY($2::bigint[]) ORDER BY handle",
        version, shards_.own());
    while (row.next()) changes.handles.emplace_back(row.text(0));
    return changes;
  });
}

Result<bool> PostgresStore::others_are_sealed(
    const std::function<bool(std::string_view sealed, const std::string& place)>& is_current) {
  return readers_.read([&](Connection& reader) -> Result<bool> {
    auto row = reader.query(
        "SELECT handle, id, sealed_secret, sealed_previous_secret FROM subscription "
        "WHERE NOT shard = ANY($1::bigint[]) AND NOT deleted",
        shards_.own());
    while (row.next()) {
      const std::string place = std::string(row.text(0)) + "/" + std::string(row.text(1));
      for (const int column : {2, 3})
        if (!row.text(column).empty() && !is_current(row.text(column), place)) return false;
    }
    return true;
  });
}

}  // namespace beckon::store
