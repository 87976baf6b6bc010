#include "store/postgres/postgres_trait_store.h"

#include "store/postgres/faults.h"

namespace beckon::store::postgres {

namespace {

Result<commit::TraitStore::Stored> stored(Readers& readers, const char* query, Shard shard, const Handle& handle) {
  return readers.read([&](Connection& reader) -> Result<commit::TraitStore::Stored> {
    commit::TraitStore::Stored found;
    auto row = reader.query(query, shard, handle);
    while (row.next()) found.emplace(row.text(0), row.text(1));
    return found;
  });
}

}  // namespace

Result<commit::TraitStore::Stored> PostgresTraitStore::traits(const Handle& handle) {
  return stored(readers_, "SELECT name, json FROM trait WHERE shard = $1 AND handle = $2", shards_.of(handle), handle);
}

Result<commit::TraitStore::Stored> PostgresTraitStore::counters(const Handle& handle) {
  return stored(readers_, "SELECT name, json FROM counter WHERE shard = $1 AND handle = $2", shards_.of(handle),
                handle);
}

}  // namespace beckon::store::postgres
