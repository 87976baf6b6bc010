// The rows of a Batch, room by room. Called inside the one transaction of SqliteCommit; they throw SqliteError.
// The order in which the parts of a batch are applied is a promise: doc.md.
#pragma once
#include "commit/commit.h"
#include "store/sqlite/connection.h"

namespace beckon::store {

// Journal, snapshots, erasures. The position of the batch's journal row, or of the last one.
ledger::Position write_ledger(Connection& connection, const commit::Batch& batch);

// Position of the last journal row that was ever written, dropped ones included.
ledger::Position last_journal_position(Connection& connection);

void write_subscriptions(Connection& connection, const commit::Batch& batch);

// Events, deliveries and what becomes of them. After write_subscriptions. `unfinished`: as in Receipt.
void write_outbox(Connection& connection, const commit::Batch& batch, std::vector<SubscriptionId>& unfinished);

// Once for a connection, before write_outbox: the functions that its statements call.
void add_outbox_functions(Connection& connection);

// What leaves the log, and replays. After write_outbox.
void write_log(Connection& connection, const commit::Batch& batch);

void write_timers(Connection& connection, const commit::Batch& batch);
void write_tallies(Connection& connection, const commit::Batch& batch);

// What the outbox keeps of erased sessions: pending deliveries withdrawn, texts blanked.
void erase_from_outbox(Connection& connection, const commit::Erase& erase, Instant at);

// Rules and audit entries.
void write_control(Connection& connection, const commit::Batch& batch);
void write_audit(Connection& connection, const AuditEntry& entry);

}  // namespace beckon::store
