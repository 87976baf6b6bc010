#include "store/postgres/owed_records.h"

#include <utility>

#include "store/rows.h"
#include "store/sum.h"
#include "system/log.h"

namespace beckon::store::postgres {
namespace {

constexpr std::size_t kPortion = 1'000;  // deliveries whose events are read at once
constexpr int kEventColumns = 8;

class Reading {
 public:
  Reading(Connection& connection, const std::function<void(StoredRecord)>& take)
      : connection_(connection), take_(take) {}

  void add(std::uint64_t record, Shard shard, std::vector<outbox::OwedEntry> entries) {
    if (records_.empty() || records_.back().record != record) {
      if (entries_.size() >= kPortion) finish();
      records_.push_back({.record = record, .shards = {}, .recorded = 0, .owed = {}});
    }
    if (entries.empty()) return;
    records_.back().shards.push_back(shard);
    records_.back().recorded += entries.size();
    for (outbox::OwedEntry& entry : entries) {
      entries_.push_back(std::move(entry));
      places_.push_back({records_.size() - 1, shard});
    }
  }

  void finish() {
    if (!entries_.empty()) read_events();
    for (StoredRecord& record : records_) take_(std::move(record));
    records_.clear(), entries_.clear(), places_.clear();
  }

 private:
  void read_events() {
    std::vector<std::int64_t> shards;
    std::vector<std::string_view> handles, events, deliveries;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      shards.push_back(places_[i].second);
      handles.push_back(entries_[i].handle.view());
      events.push_back(entries_[i].event.view());
      deliveries.push_back(entries_[i].delivery.view());
    }
    auto row = connection_.query(
        "SELECT e.*, w.place FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY "
        "AS w(shard, handle, event, delivery, place) CROSS JOIN LATERAL (SELECT " BECKON_EVENT_COLUMNS
        "FROM event WHERE shard = w.shard AND handle = w.handle AND id = w.event LIMIT 1) e "
        "LEFT JOIN LATERAL (SELECT 1 AS one FROM delivery WHERE shard = w.shard AND id = w.delivery LIMIT 1) d ON true "
        "WHERE d.one IS NULL ORDER BY w.place",
        shards, handles, events, deliveries);
    while (row.next()) {
      const auto i = static_cast<std::size_t>(row.whole(kEventColumns)) - 1;
      records_[places_[i].first].owed.push_back(outbox::owed_from(entries_[i], event_from(row)));
    }
  }

  Connection& connection_;
  const std::function<void(StoredRecord)>& take_;
  std::vector<StoredRecord> records_;
  std::vector<outbox::OwedEntry> entries_;
  std::vector<std::pair<std::size_t, Shard>> places_;  // of each entry: its record in records_, and its shard
};

}  // namespace

void each_record(Connection& connection, const std::vector<Shard>& shards,
                 const std::function<void(StoredRecord)>& take) {
  auto row = connection.query(
      "SELECT record, shard, sum, bytes FROM due_record WHERE shard = ANY($1::bigint[]) ORDER BY record, shard",
      shards);
  Reading reading(connection, take);
  while (row.next()) {
    const std::uint64_t record = row.whole(0);
    const Shard shard = row.integer(1);
    auto entries =
        sum_of(row.text(3), record, shard) == row.integer(2) ? outbox::read_owed_record(row.text(3)) : std::nullopt;
    if (!entries) log::error("due_record_damaged").add("record", static_cast<std::int64_t>(record)).add("shard", shard);
    reading.add(record, shard, entries ? *std::move(entries) : std::vector<outbox::OwedEntry>{});
  }
  reading.finish();
}

RecordShards restore_owed(Connection& connection, const std::vector<Shard>& shards, outbox::OwedTable& table) {
  RecordShards found;
  each_record(connection, shards, [&](StoredRecord one) {
    if (one.shards.empty()) return table.pass_over(one.record);
    table.restore(one.record, one.recorded, std::move(one.owed));
    found.emplace(one.record, std::move(one.shards));
  });
  return found;
}

}  // namespace beckon::store::postgres
