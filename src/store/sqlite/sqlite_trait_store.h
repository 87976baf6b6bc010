// commit::TraitStore over SQLite. Thread-safe: each call borrows a reader.
#pragma once
#include "commit/traits.h"
#include "store/sqlite/readers.h"

namespace beckon::store {

class SqliteTraitStore final : public commit::TraitStore {
 public:
  explicit SqliteTraitStore(Readers& readers) : readers_(readers) {}
  Result<Stored> traits(const Handle& handle) override;
  Result<Stored> counters(const Handle& handle) override;

 private:
  Readers& readers_;
};

}  // namespace beckon::store
