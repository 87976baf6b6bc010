// The records of one commit by shard, and together again.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "commit/commit.h"
#include "store/postgres/shards.h"

namespace beckon::store::postgres {

struct JournalPart {
  Shard shard = 0;
  std::string bytes;  // ledger/codec.h records, in the order of the commit
  friend bool operator==(const JournalPart&, const JournalPart&) = default;
};

// By shard, each once; empty if the batch has no journal. A record that names no handle is in the shard of the batch's
// Erase of its digest, else where the record before it is.
std::vector<JournalPart> parts_of(const commit::Batch& batch, const Shards& shards);

// The parts of a row that was read as one and rewritten, where a digest's records stay in their shard. `former`: the
// parts as stored, in the order in which they were read. A part that has no records left is empty.
std::vector<JournalPart> parts_again(std::string_view rewritten, std::vector<JournalPart> former);

}  // namespace beckon::store::postgres
