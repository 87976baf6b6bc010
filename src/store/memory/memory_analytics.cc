#include "store/memory/memory_analytics.h"

#include <algorithm>
#include <tuple>

#include "rules/language/decimal.h"

namespace beckon::store {

using commit::Counts;
using commit::GoalCounts;
using commit::GoalTallies;
using commit::RevenueTally;
using commit::Tallies;
using commit::Tally;
using commit::TallyKey;
using commit::TimeTally;

namespace {

void add(Counts& to, const Counts& more) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = rules::added(to[i], more[i]);
}

auto order(const TallyKey& key) {
  return std::tie(key.trigger, key.rule, key.variant, key.shadow, key.holdout, key.hour);
}
struct Order {
  bool operator()(const TallyKey& a, const TallyKey& b) const { return order(a) < order(b); }
};
template <class Counted>
using Ordered = std::map<TallyKey, Counted, Order>;

using Question = commit::Analytics::Question;

// `triggers`: includes rows of triggers as a whole if a rule is given.
bool is_asked(const Question& question, const TallyKey& key, bool triggers) {
  if (key.handle != question.handle || key.hour < question.since || key.hour >= question.until) return false;
  if (!question.rule.empty() && key.rule != question.rule && !(triggers && key.rule.empty())) return false;
  return question.trigger.empty() || key.trigger == question.trigger;
}

TallyKey bucket_of(const Question& question, TallyKey key) {
  key.hour -= key.hour.time_since_epoch() % question.bucket;
  return key;
}

}  // namespace

void add(Tallies& tallies, const Tallies& more) {
  for (const auto& [key, counts] : more) add(tallies[key], counts);
}

void add(GoalTallies& goals, const GoalTallies& more) {
  for (const auto& [key, counts] : more) add(goals[key], counts);
}

void sweep(Facts& facts, Instant before) {
  std::vector<TallyKey> gone;
  for (const auto& [key, counts] : facts.tallies)
    if (key.hour < before) gone.push_back(key);
  std::ranges::stable_sort(gone, {}, &TallyKey::hour);
  if (gone.size() > commit::Batch::kSweep) gone.resize(commit::Batch::kSweep);
  for (const TallyKey& key : gone) {
    facts.tallies.erase(key);
    facts.goals.erase(key);
  }
}

Result<std::vector<Tally>> MemoryAnalytics::tallies(const Question& question, std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  Ordered<Counts> buckets;
  for (const auto& [key, counts] : facts_.tallies)
    if (is_asked(question, key, true)) add(buckets[bucket_of(question, key)], counts);
  std::vector<Tally> found;
  for (const auto& [key, counts] : buckets)
    if (found.size() < limit) found.push_back({key, counts});
  return found;
}

Result<std::vector<RevenueTally>> MemoryAnalytics::revenue(const Question& question, std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  Ordered<GoalCounts> buckets;
  for (const auto& [key, counts] : facts_.goals)
    if (is_asked(question, key, false))
      add(buckets[bucket_of(question, key)], {.revenue = counts.revenue, .times = {}});
  std::vector<RevenueTally> found;
  for (const auto& [key, counts] : buckets)
    for (const auto& [currency, one] : counts.revenue)
      if (found.size() < limit)
        found.push_back({.key = key,
                         .currency = currency,
                         .conversions = one.conversions,
                         .value = one.value,
                         .squares = static_cast<double>(one.squares)});
  return found;
}

Result<void> MemoryAnalytics::times(const Question& question, const std::function<void(const TimeTally&)>& take) {
  Ordered<GoalCounts> whole;
  {
    const std::lock_guard lock(facts_.mutex);
    for (const auto& [key, counts] : facts_.goals) {
      if (!is_asked(question, key, false)) continue;
      TallyKey series = key;
      series.hour = {};
      add(whole[series], {.revenue = {}, .times = counts.times});
    }
  }
  for (const auto& [key, counts] : whole)
    for (const auto& [seconds, n] : counts.times) take({.key = key, .seconds = seconds, .conversions = n});
  return {};
}

}  // namespace beckon::store
