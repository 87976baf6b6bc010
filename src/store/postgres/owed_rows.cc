// What is owed without rows (outbox/owed.h): its records, and the rows that its deliveries get.
#include <algorithm>
#include <string>

#include "outbox/packed_attempt.h"
#include "store/postgres/batch_rows.h"
#include "store/sum.h"

namespace beckon::store::postgres {
namespace {

using outbox::Delivery;
using outbox::OwedPtr;

// Of one that stays pending: what follows in the batch finds it as it will be in the table.
void write_row(Writing& writing, const OwedPtr& one) {
  const Shard shard = writing.touch(one->delivery.handle);
  Current now{
      .shard = shard, .delivery = one->delivery, .standing = standing(writing, shard, one->delivery.subscription)};
  writing.deliveries.insert_or_assign(one->delivery.id, std::move(now));
  writing.new_rows.push_back({.shard = shard, .delivery = one->delivery, .record = one->record});
  writing.owed.leave(one);
}

}  // namespace

// A delivery that ends with it has the attempt in its row.
bool settle_owed(Writing& writing, const outbox::Settlement& settlement) {
  const OwedPtr one = writing.owed.find(settlement.delivery);
  if (!one) return false;
  const outbox::Attempt& attempt = settlement.attempt;
  const Shard shard = writing.touch(one->delivery.handle);
  NewRow row{
      .shard = shard,
      .delivery = outbox::settled(*one, standing(writing, shard, one->delivery.subscription), settlement, writing.at()),
      .record = one->record};
  if (attempt.number > 0 && is_final(row.delivery.state)) {
    row.attempt = outbox::packed_attempt(attempt);
    if (attempt.outcome == outbox::AttemptOutcome::kStatus) row.answer_us = attempt.total_us;
  } else if (attempt.number > 0) {
    add(writing, shard, row.delivery.id, attempt, false);
  }
  writing.deliveries.erase(row.delivery.id);
  writing.new_rows.push_back(std::move(row));
  writing.owed.leave(one);
  return true;
}

void write_owed(Writing& writing, const DeliveryId& id) {
  if (const OwedPtr one = writing.owed.find(id)) write_owed(writing, std::vector{one});
}

void write_owed(Writing& writing, const std::vector<OwedPtr>& all) {
  for (const OwedPtr& one : all) write_row(writing, one);
  send_new_rows(writing);
}

void write_owed_of(Writing& writing, const SubscriptionId& id, bool to_hold) {
  writing.owed.end_some(id, commit::Batch::kSweep, to_hold, [&](const OwedPtr& one) { write_row(writing, one); });
  send_new_rows(writing);
}

std::vector<Shard> write_record(Writing& writing) {
  Connection& connection = writing.connection;
  writing.owed.end_oldest_records([&](const OwedPtr& one) { write_row(writing, one); });
  send_new_rows(writing);

  std::vector<std::int64_t> ended, of_ended;
  for (const std::uint64_t record : writing.owed.ended_records()) {
    ended.push_back(static_cast<std::int64_t>(record));
    if (const auto known = writing.record_shards.find(record); known != writing.record_shards.end())
      for (const Shard shard : known->second) of_ended.push_back(writing.touch(shard));
  }
  std::ranges::sort(of_ended);
  const auto again = std::ranges::unique(of_ended);
  of_ended.erase(again.begin(), again.end());
  if (!of_ended.empty())
    connection.run("DELETE FROM due_record WHERE shard = ANY($1::bigint[]) AND record = ANY($2::bigint[])", of_ended,
                   ended);

  std::map<Shard, std::vector<OwedPtr>> of_shard;
  for (OwedPtr& one : writing.owed.joined()) of_shard[writing.touch(one->delivery.handle)].push_back(std::move(one));
  if (of_shard.empty()) return {};
  std::vector<Shard> shards;
  std::vector<std::int64_t> sums;
  std::vector<std::string> bytes;
  for (const auto& [shard, owed] : of_shard) {
    shards.push_back(shard);
    bytes.push_back(outbox::owed_record(owed));
    sums.push_back(sum_of(bytes.back(), writing.owed.record(), shard));
  }
  std::vector<Blob> blobs;
  for (const std::string& one : bytes) blobs.push_back({one});
  connection.run(
      "INSERT INTO due_record (shard, record, sum, bytes) SELECT r.shard, $1, r.sum, r.bytes "
      "FROM unnest($2::bigint[], $3::bigint[], $4::bytea[]) AS r(shard, sum, bytes)",
      writing.owed.record(), shards, sums, blobs);
  return shards;
}

}  // namespace beckon::store::postgres
