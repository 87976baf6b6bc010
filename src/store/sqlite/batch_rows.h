// The rows of a Batch: one apply() per kind of change, grouped by room. Called in the batch's order inside the one
// transaction of SqliteCommit; they throw SqliteError.
#pragma once
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "commit/commit.h"
#include "outbox/owed.h"
#include "outbox/transitions.h"
#include "store/sqlite/connection.h"

namespace beckon::store {

// A batch while it is being written.
struct Writing {
  Connection& connection;
  outbox::OwedChanges& owed;
  Instant at{};
  ledger::Position position = 0;           // of the batch's journal row, or of the last one
  std::vector<SubscriptionId> unfinished;  // as in commit::Receipt
  bool remembered = false;                 // `position` is stored outside the journal, whose rows may be deleted
  std::unordered_map<std::string_view, const outbox::Event*> new_events;  // of this batch, by id
  std::unordered_map<SubscriptionId, outbox::Standing> standings;         // those read since the last change of any
};

// Position of the last journal row ever written, even if it was deleted since.
ledger::Position last_journal_position(Connection& connection);
void append_journal(Writing& writing, std::string_view records);  // at the next position

// ledger_rows.cc
void apply(Writing& writing, const commit::SnapshotWrite& snapshot);
void apply(Writing& writing, const commit::Checkpoint& checkpoint);
// The last event of the former lives of a session's id, or of the lives before the one ended by `before`. May be empty.
EventId end_of_life(Connection& connection, const Handle& handle, const SessionId& session, const EventId& before = {});
void apply(Writing& writing, const commit::Erase& erase);
void apply(Writing& writing, const commit::Expire& session);
void apply(Writing& writing, const commit::Deny& wish);
void apply(Writing& writing, const commit::SweepDenials& sweep);
void apply(Writing& writing, const commit::Reduce& reduce);
void apply(Writing& writing, const commit::ConsentAgain& consent);
void apply(Writing& writing, const commit::JournalRewrite& row);
void apply(Writing& writing, const commit::ErasuresDone& done);
void apply(Writing& writing, const commit::SweepJournal& sweep);

// subscription_rows.cc
void apply(Writing& writing, const outbox::Subscription& subscription);
void mark_deleted(Writing& writing, const SubscriptionId& id);

// outbox_rows.cc. The state changes of a delivery are in outbox/transitions.
void apply(Writing& writing, const outbox::Event& event);
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
void add_outbox_functions(Connection& connection);  // SQL functions that these statements call; once per connection
// A new row. `record`: that of the delivery's Owed, or 0. `attempt`: its only one, for a delivery that has ended.
void insert_delivery(Connection& connection, const outbox::Delivery& delivery, std::int64_t turn, std::uint64_t record,
                     const outbox::Attempt* attempt = nullptr);

// owed_rows.cc
// Keeps a new delivery without a row. False if it needs one.
bool keep_owed(Writing& writing, const outbox::Delivery& delivery);
// The result of a delivery's first attempt, which ends it. False if it has a row already, or needs one.
bool end_owed(Writing& writing, const outbox::Settlement& settlement);
// Writes the rows of owed deliveries, so that the statements that follow find them there: of one, if it is owed; of all
// of these; of at least Batch::kSweep of a subscription (OwedChanges::end_some).
void write_owed(Writing& writing, const DeliveryId& id);
void write_owed(Writing& writing, const std::vector<outbox::OwedPtr>& all);
void write_owed_of(Writing& writing, const SubscriptionId& id, bool to_hold);
// Last in a batch: writes its record, deletes those that have ended, and ends the oldest if there are too many.
void write_record(Writing& writing);
bool has_delivery_row(Connection& connection, const DeliveryId& id);
// Of a row with the columns record, sum and bytes; std::nullopt if it is damaged.
std::optional<std::vector<outbox::OwedEntry>> owed_entries(const Query& row);
// At start.
void restore_owed(Connection& connection, outbox::OwedTable& table);

// log_rows.cc
void apply(Writing& writing, const commit::TrimDelivery& trim);
void apply(Writing& writing, const commit::TrimEvent& trim);
void apply(Writing& writing, const outbox::Replay& replay);
void apply(Writing& writing, const commit::SweepReplays& sweep);

// sqlite_timers.cc, sqlite_analytics.cc
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
// Appends to the chain (access/audit_chain.h). Does nothing if an entry with that id exists.
void write_audit(Connection& connection, const AuditEntry& entry);

}  // namespace beckon::store
