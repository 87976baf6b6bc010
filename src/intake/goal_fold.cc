#include "intake/goal_fold.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/hour.h"
#include "commit/counting.h"
#include "rules/language/currency.h"
#include "rules/language/decimal.h"
#include "rules/language/field_path.h"

namespace beckon::intake {
namespace {

using commit::Metric;
using ledger::PastBeside;
using ledger::Signal;

// An act or a holdout of one rule.
struct Claim {
  std::string_view rule, variant, outcome;
  bool shadow = false;
  const Decided* decision = nullptr;
  bool converted = false;
  bool mixed = false;                              // the visitor was given two arms of the rule
  std::map<std::string, std::int64_t> worth = {};  // of its conversions, by currency
};

auto rule_of(const Claim& claim) { return std::pair{claim.rule, claim.shadow}; }
auto order_of(const Claim& claim) {
  return std::tuple{claim.rule, claim.shadow, claim.decision->at, std::string_view{claim.decision->past.id}};
}

std::vector<Claim> claims_of(const rules::RuleSet& rules, const GoalFacts& facts) {
  const auto aims = [](std::string_view outcome) { return outcome == "act" || outcome == "holdout"; };
  std::vector<Claim> claims;
  for (const Decided* decision : facts.decisions) {
    const ledger::PastDecision& past = decision->past;
    if (aims(past.outcome)) claims.push_back({past.rule, past.variant, past.outcome, false, decision});
    for (const PastBeside& beside : past.beside)
      if (beside.shadow && aims(beside.outcome))
        claims.push_back({beside.rule, beside.variant, beside.outcome, true, decision});
  }
  std::erase_if(claims, [&](const Claim& claim) { return rules.is_forced(claim.rule, facts.ids); });
  std::ranges::sort(claims, {}, order_of);
  return claims;
}

// By key, in the order of signals; of several with the same client id, only the first.
std::vector<const Signal*> signals_of(GoalFacts& facts) {
  std::ranges::stable_sort(facts.signals, {}, [](const Signal* signal) {
    return std::tuple{signal->key, signal->at, signal->place, signal->version};
  });
  std::set<std::pair<std::string_view, std::string_view>> seen;
  std::vector<const Signal*> first;
  for (const Signal* signal : facts.signals)
    if (signal->id.empty() || seen.emplace(signal->key, signal->id).second) first.push_back(signal);
  return first;
}

// The rule's newest claim before the signal, if the signal is within the goal's time and converts it; otherwise null.
Claim* reached(std::span<Claim> of_rule, const rules::Aim& aim, const Signal& signal, Instant now) {
  const auto behind =
      std::ranges::lower_bound(of_rule, signal.at, {}, [](const Claim& claim) { return claim.decision->at; });
  if (behind == of_rule.begin()) return nullptr;
  Claim& claim = *(behind - 1);
  const Instant until = claim.decision->at + aim.within;
  if (signal.at > until || now > until + kGoalsSettle || (claim.converted && !aim.each)) return nullptr;
  return &claim;
}

void add(commit::Tallies& to, commit::TallyKey key, Metric metric, std::int64_t n) {
  std::int64_t& counted = to[std::move(key)][static_cast<std::size_t>(metric)];
  counted = rules::added(counted, n);
}

commit::TallyKey key_of(const commit::Tenant& tenant, const Claim& claim) {
  return commit::tally_key(tenant.handle.view(), commit::counted_trigger(&tenant, claim.decision->past.trigger),
                           claim.rule, claim.variant, claim.outcome, claim.shadow);
}

// Not counted once its goal is settled: later signals would not count for it either.
void count_mixed(const commit::Tenant& tenant, std::span<Claim> claims, const GoalFacts& facts, Instant now,
                 std::int64_t times, GoalChanges& to) {
  for (auto of_rule = claims.begin(); of_rule != claims.end();) {
    const auto behind = std::ranges::find_if(of_rule, claims.end(),
                                             [&](const Claim& claim) { return rule_of(claim) != rule_of(*of_rule); });
    const auto within = tenant.rules->longest_goal(of_rule->rule, "");
    const bool mixed = within && tenant.rules->is_mixed(of_rule->rule, of_rule->shadow, facts.exposures);
    for (; of_rule != behind; ++of_rule) {
      of_rule->mixed = mixed;
      if (!mixed || now > of_rule->decision->at + *within + kGoalsSettle) continue;
      commit::TallyKey key = key_of(tenant, *of_rule);
      key.hour = hour_of(of_rule->decision->at);
      add(to.tallies, std::move(key), Metric::kMixed, times);
    }
  }
}

std::string currency_of(const commit::Tenant& tenant, const rules::Aim& aim, const Signal& signal) {
  std::string named;
  if (!aim.currency_field.empty()) named = rules::currency_in(signal.metadata, aim.currency_field);
  return named.empty() ? tenant.settings.currency : named;
}

void convert(const commit::Tenant& tenant, const rules::Aim& aim, const Signal& signal, Claim& claim,
             std::int64_t times, GoalChanges& to) {
  claim.converted = true;
  const commit::TallyKey key = key_of(tenant, claim);
  add(to.tallies, key, Metric::kConverted, times);
  if (claim.mixed) {
    commit::TallyKey counted = key;
    counted.hour = hour_of(signal.received);
    add(to.tallies, std::move(counted), Metric::kMixedConverted, times);
  }
  commit::GoalCounts& goals = to.goals[key];
  goals.times[commit::counted_seconds(signal.at - claim.decision->at)] += times;
  if (aim.value_field.empty()) return;
  const auto value = rules::amount_in(signal.metadata, aim.value_field);
  if (!value) return;
  add(to.tallies, key, Metric::kValue, times * *value);
  const std::string currency = currency_of(tenant, aim, signal);
  commit::add(goals.revenue[currency], {.conversions = times, .value = times * *value});
  std::int64_t& worth = claim.worth[currency];
  worth = rules::added(worth, *value);
}

// Per decision, since the squares of single conversions would not show how the decisions' values vary.
void add_squares(const commit::Tenant& tenant, const Claim& claim, std::int64_t times, GoalChanges& to) {
  for (const auto& [currency, worth] : claim.worth) {
    const commit::Revenue::Squares root = worth / commit::Revenue::kSquared;
    commit::add(to.goals[key_of(tenant, claim)].revenue[currency], {.squares = times * root * root});
  }
}

}  // namespace

void fold_goals(const commit::Tenant& tenant, GoalFacts facts, Instant now, std::int64_t times, GoalChanges& to) {
  std::vector<Claim> claims = claims_of(*tenant.rules, facts);
  if (claims.empty()) return;
  if (facts.exposures.size() > 1) count_mixed(tenant, claims, facts, now, times, to);
  for (const Signal* signal : signals_of(facts)) {
    int rules = 0;
    for (const rules::Aim& aim : tenant.rules->aims(signal->key)) {
      const auto of_rule = std::ranges::equal_range(claims, std::pair{aim.rule, aim.shadow}, {}, rule_of);
      Claim* const claim = reached({of_rule.begin(), of_rule.end()}, aim, *signal, now);
      if (!claim) continue;
      convert(tenant, aim, *signal, *claim, times, to);
      if (!aim.shadow) ++rules;
    }
    if (rules > 1) add(to.tallies, {.handle = tenant.handle}, Metric::kConverted, times);
  }
  for (const Claim& claim : claims) add_squares(tenant, claim, times, to);
}

}  // namespace beckon::intake
