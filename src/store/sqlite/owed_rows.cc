// What is owed without rows (outbox/owed.h): its records, and the rows that its deliveries get.
#include <string>

#include "store/rows.h"
#include "store/sqlite/batch_rows.h"
#include "store/sum.h"
#include "system/log.h"

namespace beckon::store {
namespace {

using outbox::Delivery;
using outbox::OwedPtr;

void write_row(Writing& writing, const OwedPtr& one) {
  insert_delivery(writing.connection, one->delivery, 0, one->record);
  writing.owed.leave(one);
}

}  // namespace

bool has_delivery_row(Connection& connection, const DeliveryId& id) {
  return connection.query("SELECT 1 FROM delivery WHERE id = ?1", id).next();
}

std::optional<std::vector<outbox::OwedEntry>> owed_entries(const Query& row) {
  if (sum_of(row.text(2), row.whole(0), 0) != row.integer(1)) return std::nullopt;
  return outbox::read_owed_record(row.text(2));
}

bool keep_owed(Writing& writing, const Delivery& delivery) {
  const auto event = writing.new_events.find(delivery.event.view());
  return writing.owed.keep(delivery, event == writing.new_events.end() ? nullptr : event->second);
}

bool end_owed(Writing& writing, const outbox::Settlement& settlement) {
  const OwedPtr one = writing.owed.find(settlement.delivery);
  if (!one) return false;
  if (!is_final(settlement.state)) {
    write_row(writing, one);
    return false;
  }
  const Delivery ended = outbox::settled(*one, outbox::Standing::kUnknown, settlement, writing.at);
  insert_delivery(writing.connection, ended, 0, one->record,
                  settlement.attempt.number > 0 ? &settlement.attempt : nullptr);
  writing.owed.leave(one);
  return true;
}

void write_owed(Writing& writing, const DeliveryId& id) {
  if (const OwedPtr one = writing.owed.find(id)) write_row(writing, one);
}

void write_owed(Writing& writing, const std::vector<OwedPtr>& all) {
  for (const OwedPtr& one : all) write_row(writing, one);
}

void write_owed_of(Writing& writing, const SubscriptionId& id, bool to_hold) {
  writing.owed.end_some(id, commit::Batch::kSweep, to_hold, [&](const OwedPtr& one) { write_row(writing, one); });
}

void write_record(Writing& writing) {
  Connection& connection = writing.connection;
  writing.owed.end_oldest_records([&](const OwedPtr& one) { write_row(writing, one); });
  for (const std::uint64_t ended : writing.owed.ended_records())
    connection.run("DELETE FROM due_record WHERE record = ?1", ended);
  const auto joined = writing.owed.joined();
  if (joined.empty()) return;
  const std::uint64_t record = writing.owed.record();
  const std::string bytes = outbox::owed_record(joined);
  connection.run("INSERT INTO due_record (record, sum, bytes) VALUES (?1, ?2, ?3)", record, sum_of(bytes, record, 0),
                 Blob{bytes});
}

void restore_owed(Connection& connection, outbox::OwedTable& table) {
  auto row = connection.query("SELECT record, sum, bytes FROM due_record ORDER BY record");
  while (row.next()) {
    const std::uint64_t record = row.whole(0);
    const auto entries = owed_entries(row);
    if (!entries) {
      log::error("due_record_damaged").add("record", static_cast<std::int64_t>(record));
      table.pass_over(record);
      continue;
    }
    std::vector<outbox::Owed> owed;
    for (const outbox::OwedEntry& entry : *entries) {
      if (has_delivery_row(connection, entry.delivery)) continue;
      auto found = connection.query("SELECT " BECKON_EVENT_COLUMNS "FROM event WHERE handle = ?1 AND id = ?2",
                                    entry.handle, entry.event);
      if (!found.next()) continue;
      owed.push_back(outbox::owed_from(entry, event_from(found)));
    }
    table.restore(record, entries->size(), std::move(owed));
  }
}

}  // namespace beckon::store
