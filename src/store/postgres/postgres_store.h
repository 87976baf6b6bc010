// A store in a PostgreSQL database (15 or later), for one server and, next to it, commands in other processes.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "outbox/owed.h"
#include "store/postgres/ownership.h"
#include "store/postgres/postgres_analytics.h"
#include "store/postgres/postgres_commit.h"
#include "store/postgres/postgres_delivery_log.h"
#include "store/postgres/postgres_directory.h"
#include "store/postgres/postgres_ledger.h"
#include "store/postgres/postgres_outbox.h"
#include "store/postgres/postgres_rule_store.h"
#include "store/postgres/postgres_timers.h"
#include "store/postgres/postgres_trait_store.h"
#include "store/postgres/readers.h"
#include "store/postgres/shards.h"
#include "store/store.h"

namespace beckon::store {

struct PostgresOptions {
  bool server = false;    // owns the database's shards: only then may it commit
  bool moving = false;    // into it: one that holds an unfinished move (store/move) is not refused
  bool create = true;     // otherwise a database without this program's tables is refused (kNotFound)
  bool prepared = false;  // its tables are known to be of this version
  std::size_t readers = 4;
  Duration connect{3'000};       // how long each host of the string is tried
  Duration answer{10'000};       // how long a statement or commit may take
  outbox::OwedLimits owed = {};  // a server's: of what is owed without rows
  // Of a node of several: of the lane whose shards alone are then read and written, after begin(). Otherwise all are
  // taken, under a name of this process alone.
  std::shared_ptr<postgres::Ownership> ownership = {};
};

class PostgresStore final : public Store {
 public:
  // `where`: a connection URI or string of libpq, with several hosts if wanted; PGPASSWORD, PGPASSFILE and service
  // files work. Creates what is missing in the database, and migrates data of an older version. Fault: a sentence for
  // the operator: kUnavailable if the database cannot be reached, kConflict if another server is using it or it is of a
  // newer version.
  static Result<std::unique_ptr<PostgresStore>> open(const std::string& where, const PostgresOptions& options);
  ~PostgresStore() override;

  // Of a lane, once its shards are taken, and before anything is committed: the position of the last commit.
  Result<ledger::Position> begin();

  commit::Commit& commit() override { return commit_; }
  ledger::Ledger& ledger() override { return ledger_; }
  outbox::Outbox& outbox() override { return outbox_; }
  outbox::DeliveryLog& delivery_log() override { return delivery_log_; }
  delayed::Timers& timers() override { return timers_; }
  commit::Analytics& analytics() override { return analytics_; }
  rules::RuleStore& rules() override { return rules_; }
  rules::RuleHistory& rule_history() override { return rules_; }
  commit::TraitStore& traits() override { return traits_; }
  access::Directory& directory() override { return directory_; }
  Result<ControlChanges> control_changes(std::uint64_t version) override;
  bool has(const Handle& handle) const override { return shards_.has(shards_.of(handle)); }
  Result<bool> others_are_sealed(
      const std::function<bool(std::string_view sealed, const std::string& place)>& is_current) override;
  Capabilities can() const override { return {}; }
  std::expected<void, commit::CommitFault> maintain() override;
  // PostgreSQL gives the space of deleted rows back by itself (autovacuum); what its files and its log still hold of
  // them is for the database's operator: docs/scale.md.
  std::expected<void, commit::CommitFault> purge() override { return {}; }

  void stop_waiting() override { commit_.give_up(); }

  // Creates or migrates the tables, as open() does. Same faults.
  static Result<void> prepare(const std::string& where, const PostgresOptions& options);
  // A named secret of a database, without opening it as a store; std::nullopt if it has none, or no tables yet.
  static Result<std::optional<std::string>> stored_secret(const std::string& where, std::string_view name);
  // Calls `body` with a connection, without opening the database as a store. Faults as of open(); kNotFound: it has no
  // tables of this version.
  static Result<void> look_in(const std::string& where, const std::function<Result<void>(postgres::Connection&)>& body);
  // Calls `body` while no other process is in such a call on the same database.
  static Result<void> in_turn(const std::string& where, const std::function<Result<void>()>& body);
  Result<postgres::Division> division();              // of its database
  static bool server_runs(const std::string& where);  // or has ended less than its lease ago

  // Renews the lease on a thread of its own, for whoever may not call maintain() for seconds.
  void keep_renewing() { ownership_->keep_renewing(); }

  postgres::PostgresCommit& postgres_commit() { return commit_; }
  const Acknowledged& acknowledged() const { return ownership_->acknowledged(); }

 private:
  PostgresStore(postgres::ConnectionOptions to, const PostgresOptions& options,
                std::shared_ptr<postgres::Ownership> ownership);
  void allow_owed();

  postgres::Shards shards_;
  std::shared_ptr<postgres::Ownership> ownership_;
  postgres::Readers readers_;
  outbox::OwedTable owed_;  // empty in a command, which commits nothing
  postgres::PostgresCommit commit_;
  postgres::PostgresLedger ledger_;
  postgres::PostgresOutbox outbox_;
  postgres::PostgresDeliveryLog delivery_log_;
  postgres::PostgresTimers timers_;
  postgres::PostgresAnalytics analytics_;
  postgres::PostgresRuleStore rules_;
  postgres::PostgresTraitStore traits_;
  postgres::PostgresDirectory directory_;
  std::chrono::steady_clock::time_point tried_to_owe_{};  // of the thread that maintains it
};

}  // namespace beckon::store
