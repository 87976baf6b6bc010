// commit::TraitStore over PostgreSQL. Thread-safe: each call borrows a reader.
#pragma once
#include "commit/traits.h"
#include "store/postgres/readers.h"
#include "store/postgres/shards.h"

namespace beckon::store::postgres {

class PostgresTraitStore final : public commit::TraitStore {
 public:
  PostgresTraitStore(Readers& readers, const Shards& shards) : readers_(readers), shards_(shards) {}
  Result<Stored> traits(const Handle& handle) override;
  Result<Stored> counters(const Handle& handle) override;

 private:
  Readers& readers_;
  const Shards& shards_;
};

}  // namespace beckon::store::postgres
