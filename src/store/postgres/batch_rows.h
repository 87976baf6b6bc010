// The rows of a Batch: one apply() per kind of change, grouped by room. Called in the batch's order inside the one
// transaction of PostgresCommit; they throw PostgresError.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/check.h"
#include "commit/commit.h"
#include "outbox/owed.h"
#include "outbox/transitions.h"
#include "store/postgres/connection.h"
#include "store/postgres/owed_records.h"
#include "store/postgres/shards.h"

namespace beckon::store::postgres {

// What a transition needs to know about a delivery.
struct Current {
  Shard shard = 0;
  outbox::Delivery delivery;
  outbox::Standing standing = outbox::Standing::kUnknown;
  bool erased = false;
  std::string attempt = {};  // in its row (outbox/packed_attempt.h)
};

// Of a delivery.
struct NewRow {
  Shard shard = 0;
  outbox::Delivery delivery;
  std::int64_t turn = 0;
  std::uint64_t record = 0;  // that of the delivery's Owed, or 0
  std::string attempt = {};  // packed, its only one: of a delivery that has ended
  std::int64_t answer_us = 0;
};

// A journal row as stored.
struct RowOfShard {
  Shard shard = 0;
  std::int64_t at = 0;
  std::string bytes;
};

// A batch while it is being written.
struct Writing {
  Connection& connection;
  Shards& shards;
  outbox::OwedChanges& owed;
  const RecordShards& record_shards;
  std::unordered_map<SubscriptionId, outbox::Standing>& standings;  // those read since the last change of any
  const commit::Batch& batch;
  bool may_owe = false;                         // deliveries without rows
  ledger::Position position = 0;                // of the batch's journal row, or of the last one
  std::set<Shard> touched = {};                 // whose rows change: they must be this process's own
  std::vector<SubscriptionId> unfinished = {};  // as in commit::Receipt

  // What was read ahead for the whole batch, in one query each, as it is now.
  std::map<DeliveryId, std::optional<Current>> deliveries = {};
  std::map<ledger::Position, std::vector<RowOfShard>> rows = {};

  std::unordered_map<std::string_view, const outbox::Event*> new_events = {};  // of this batch, by id
  std::size_t events_to = 0;                                                   // changes whose events are written
  std::vector<NewRow> new_rows = {};                                           // not sent yet

  Instant at() const { return batch.at; }
  Shard touch(Shard shard) {
    CHECK(shards.has(shard));
    return *touched.insert(shard).first;
  }
  Shard touch(const Handle& handle) { return touch(shards.of(handle)); }
  std::vector<Shard> touch(std::vector<Shard> several) {
    touched.insert(several.begin(), several.end());
    return several;
  }
};

// Reads ahead what the changes of the batch will ask for one by one.
void read_ahead(Writing& writing);
// Whether a change may read or write events, or deliveries other than its own, so that all those before it must be
// written.
bool concerns_others(const commit::Change& change);

// ledger_rows.cc
// Those from the change `from` on, which is one, until another kind follows; returns the place behind them.
std::size_t apply_snapshots(Writing& writing, std::size_t from);
void apply(Writing& writing, const commit::Checkpoint& checkpoint);
// The last event of the former lives of a session's id, or of the lives before the one ended by `before`. May be empty.
EventId end_of_life(Connection& connection, Shard shard, const Handle& handle, const SessionId& session,
                    const EventId& before = {});
void apply(Writing& writing, const commit::Erase& erase);
void apply(Writing& writing, const commit::Expire& session);
void apply(Writing& writing, const commit::Deny& wish);
void apply(Writing& writing, const commit::SweepDenials& sweep);
void apply(Writing& writing, const commit::Reduce& reduce);
void apply(Writing& writing, const commit::ConsentAgain& consent);
void apply(Writing& writing, const commit::JournalRewrite& row);
void apply(Writing& writing, const commit::ErasuresDone& done);
void apply(Writing& writing, const commit::SweepJournal& sweep);
void read_rows_ahead(Writing& writing);

// subscription_rows.cc
void apply(Writing& writing, const outbox::Subscription& subscription);
void mark_deleted(Writing& writing, const SubscriptionId& id);

// outbox_rows.cc. The state changes of a delivery are in outbox/transitions.
// The change `from` is an event: writes it, and others behind it that can be written with it.
void apply_events(Writing& writing, std::size_t from);
void apply(Writing& writing, const outbox::Delivery& delivery);
void apply(Writing& writing, const outbox::Settlement& settlement);
void apply(Writing& writing, const commit::RemoveSubscription& removed);
void apply(Writing& writing, const commit::WithdrawSubscription& wish);
void apply(Writing& writing, const commit::HoldSubscription& wish);
void apply(Writing& writing, const commit::Requeue& wish);
void apply(Writing& writing, const commit::WithdrawReason& ended);
void apply(Writing& writing, const commit::WithdrawJoined& joined);
void apply(Writing& writing, const commit::GiveUp& wish);
void apply(Writing& writing, const commit::SetClockBack& set);
void apply(Writing& writing, const commit::ErasePast& erase);
// Withdraws pending deliveries and blanks texts of the session's events after `behind` up to `last`; if empty, of all.
void erase_from_outbox(Writing& writing, const Handle& handle, const SessionId& session, std::string_view reason,
                       const EventId& behind, const EventId& last);
// Removes metadata and visitor from the bodies of the session's events after `behind`.
void reduce_outbox(Writing& writing, const Handle& handle, const SessionId& session, const EventId& behind);
void read_deliveries_ahead(Writing& writing);
outbox::Standing standing(Writing& writing, Shard shard, const SubscriptionId& id);
// An attempt in a row of its own. The texts of one belong to the session: none are stored after an erasure.
void add(Writing& writing, Shard shard, const DeliveryId& delivery, const outbox::Attempt& attempt, bool erased);
void send_new_rows(Writing& writing);

// owed_rows.cc
// The result of a delivery's first attempt. False if it has a row already.
bool settle_owed(Writing& writing, const outbox::Settlement& settlement);
// Writes the rows of owed deliveries, so that the statements that follow find them there: of one, if it is owed; of all
// of these; of at least Batch::kSweep of a subscription (OwedChanges::end_some).
void write_owed(Writing& writing, const DeliveryId& id);
void write_owed(Writing& writing, const std::vector<outbox::OwedPtr>& all);
void write_owed_of(Writing& writing, const SubscriptionId& id, bool to_hold);
// Last in a batch: writes its record, a row for each shard, deletes those that have ended, and ends the oldest if there
// are too many. Returns the shards of the batch's own.
std::vector<Shard> write_record(Writing& writing);

// log_rows.cc
void apply(Writing& writing, const commit::TrimDelivery& trim);
void apply(Writing& writing, const commit::TrimEvent& trim);
void apply(Writing& writing, const outbox::Replay& replay);
void apply(Writing& writing, const commit::SweepReplays& sweep);

// postgres_timers.cc, postgres_analytics.cc
void apply(Writing& writing, const commit::TimerChange& change);
void apply(Writing& writing, const commit::TimersOfValues& change);
void apply(Writing& writing, const commit::TimersOfRule& change);
void apply(Writing& writing, const commit::Tallies& tallies);
void apply(Writing& writing, const commit::GoalTallies& goals);
void apply(Writing& writing, const commit::SweepTallies& sweep);

// control_rows.cc
void apply(Writing& writing, const commit::RulePut& rule);
void apply(Writing& writing, const commit::FillingPut& filling);
void apply(Writing& writing, const commit::ForgetRules& old);
void apply(Writing& writing, const commit::TraitPut& trait);
void apply(Writing& writing, const commit::CounterPut& counter);
void apply(Writing& writing, const AuditEntry& entry);
void apply(Writing& writing, const commit::SweepAudit& sweep);
void apply(Writing& writing, const commit::SweepReplacedAudit& sweep);
// Appends to the chain (access/audit_chain.h), whose end it locks until the transaction ends. Does nothing if an entry
// with that id exists.
void write_audit(Connection& connection, const AuditEntry& entry);

}  // namespace beckon::store::postgres
