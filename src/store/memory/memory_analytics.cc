#include "store/memory/memory_analytics.h"

#include <algorithm>
#include <tuple>

#include "rules/language/decimal.h"

namespace beckon::store {

using commit::Counts;
using commit::Tallies;
using commit::Tally;
using commit::TallyKey;

namespace {

void add(Counts& to, const Counts& more) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = rules::added(to[i], more[i]);
}

auto order(const TallyKey& key) {
  return std::tie(key.trigger, key.rule, key.variant, key.shadow, key.holdout, key.hour);
}

}  // namespace

void add(Tallies& tallies, const Tallies& more) {
  for (const auto& [key, counts] : more) add(tallies[key], counts);
}

void sweep(Tallies& tallies, Instant before) {
  std::vector<TallyKey> gone;
  for (const auto& [key, counts] : tallies)
    if (key.hour < before) gone.push_back(key);
  std::ranges::stable_sort(gone, {}, &TallyKey::hour);
  if (gone.size() > commit::Batch::kSweep) gone.resize(commit::Batch::kSweep);
  for (const TallyKey& key : gone) tallies.erase(key);
}

Result<std::vector<Tally>> MemoryAnalytics::tallies(const Question& question, std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  Tallies buckets;
  for (const auto& [key, counts] : facts_.tallies) {
    if (key.handle != question.handle || key.hour < question.since || key.hour >= question.until) continue;
    if (!question.rule.empty() && !key.rule.empty() && key.rule != question.rule) continue;
    if (!question.trigger.empty() && key.trigger != question.trigger) continue;
    TallyKey bucket = key;
    bucket.hour -= key.hour.time_since_epoch() % question.bucket;
    add(buckets[bucket], counts);
  }
  std::vector<Tally> found;
  for (const auto& [key, counts] : buckets) found.push_back({key, counts});
  std::ranges::sort(found, [](const Tally& a, const Tally& b) { return order(a.key) < order(b.key); });
  if (found.size() > limit) found.resize(limit);
  return found;
}

}  // namespace beckon::store
