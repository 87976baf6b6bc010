#include "store/sqlite/sqlite_trait_store.h"

#include "store/sqlite/faults.h"

namespace beckon::store {

namespace {

Result<commit::TraitStore::Stored> stored(Readers& readers, const char* query, const Handle& handle) {
  return guarded([&]() -> Result<commit::TraitStore::Stored> {
    commit::TraitStore::Stored found;
    auto reader = readers.borrow();
    auto row = reader->query(query, handle);
    while (row.next()) found.emplace(row.text(0), row.text(1));
    return found;
  });
}

}  // namespace

Result<commit::TraitStore::Stored> SqliteTraitStore::traits(const Handle& handle) {
  return stored(readers_, "SELECT name, json FROM trait WHERE handle = ?1", handle);
}

Result<commit::TraitStore::Stored> SqliteTraitStore::counters(const Handle& handle) {
  return stored(readers_, "SELECT name, json FROM counter WHERE handle = ?1", handle);
}

}  // namespace beckon::store
