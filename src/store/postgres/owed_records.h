// The records of what is owed without rows (outbox/owed.h), in the table due_record. A commit's record has a row in
// each shard with deliveries of it, all with the same number, so that a shard's can be read by themselves. The numbers
// of different stores have nothing to do with one another: rows of one number that a store finds at its start are one
// record to it, whoever wrote them.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "outbox/owed.h"
#include "store/postgres/connection.h"
#include "store/postgres/shards.h"

namespace beckon::store::postgres {

using RecordShards = std::map<std::uint64_t, std::vector<Shard>>;  // by record: where it has rows

struct StoredRecord {
  std::uint64_t record = 0;
  std::vector<Shard> shards;       // without those whose row is damaged, which is logged; it stays as it is
  std::size_t recorded = 0;        // deliveries in it
  std::vector<outbox::Owed> owed;  // those of them that have no row
};
// In the order of their numbers. Throws PostgresError.
void each_record(Connection& connection, const std::vector<Shard>& shards,
                 const std::function<void(StoredRecord)>& take);

// Of a store, at its start. Throws PostgresError.
RecordShards restore_owed(Connection& connection, const std::vector<Shard>& shards, outbox::OwedTable& table);

}  // namespace beckon::store::postgres
