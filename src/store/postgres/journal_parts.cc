#include "store/postgres/journal_parts.h"

#include <map>
#include <unordered_map>

#include "ledger/codec.h"
#include "ledger/handle_of.h"

namespace beckon::store::postgres {
namespace {

using ShardOfDigest = std::unordered_map<ledger::SessionDigest, Shard>;

// `shard_of` takes an item and the shard of the one before it.
template <class ShardOf>
std::map<Shard, std::string> split(std::string_view journal, Shard shard, const ShardOf& shard_of) {
  std::map<Shard, std::string> parts;
  ledger::JournalReader reader(journal);
  std::size_t read = 0;
  while (const auto item = reader.next()) {
    shard = shard_of(*item, shard);
    parts[shard] += item->bytes;
    read += item->bytes.size();
  }
  if (read < journal.size()) parts[shard] += journal.substr(read);  // not records
  return parts;
}

ShardOfDigest erased_in(const commit::Batch& batch, const Shards& shards) {
  ShardOfDigest found;
  for (const commit::Erase& erase : commit::changes_of<commit::Erase>(batch))
    found.emplace(erase.digest, shards.of(erase.handle));
  return found;
}

}  // namespace

std::vector<JournalPart> parts_of(const commit::Batch& batch, const Shards& shards) {
  std::optional<ShardOfDigest> erased;
  std::string_view last;  // the handle of the record before
  auto parts = split(batch.journal, shards.own().front(), [&](const auto& item, Shard before) {
    const std::string_view handle = ledger::handle_of(item.bytes);
    if (!handle.empty()) return std::exchange(last, handle) == handle ? before : shards.of(Handle(handle));
    last = {};
    if (!erased) erased = erased_in(batch, shards);
    const auto found = erased->find(item.digest);
    return found == erased->end() ? before : found->second;
  });
  std::vector<JournalPart> made;
  for (auto& [shard, bytes] : parts) made.push_back({shard, std::move(bytes)});
  return made;
}

std::vector<JournalPart> parts_again(std::string_view rewritten, std::vector<JournalPart> former) {
  if (former.empty()) return {};
  if (former.size() == 1) return {{former.front().shard, std::string(rewritten)}};
  ShardOfDigest shard_of;
  for (const JournalPart& part : former) {
    ledger::JournalReader reader(part.bytes);
    while (const auto item = reader.next()) shard_of.emplace(item->digest, part.shard);
  }
  auto parts = split(rewritten, former.front().shard, [&](const auto& item, Shard before) {
    const auto found = shard_of.find(item.digest);
    return found == shard_of.end() ? before : found->second;
  });
  for (JournalPart& part : former) part.bytes = std::move(parts[part.shard]);
  return former;
}

}  // namespace beckon::store::postgres
