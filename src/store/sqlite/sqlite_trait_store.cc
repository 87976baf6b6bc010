#include "store/sqlite/sqlite_trait_store.h"

#include "store/sqlite/faults.h"

namespace beckon::store {

Result<commit::TraitStore::Stored> SqliteTraitStore::traits(const Handle& handle) {
  return guarded([&]() -> Result<Stored> {
    Stored found;
    auto reader = readers_.borrow();
    auto row = reader->query("SELECT name, json FROM trait WHERE handle = ?1", handle);
    while (row.next()) found.emplace(row.text(0), row.text(1));
    return found;
  });
}

}  // namespace beckon::store
