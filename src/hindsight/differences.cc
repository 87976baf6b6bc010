#include "hindsight/differences.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace beckon::hindsight {
namespace {

WhatIf::Answer answer_of(const rules::Verdict& verdict) {
  return {std::string(rules::to_text(verdict.outcome)), std::string(verdict.rule), std::string(verdict.variant)};
}

}  // namespace

void Differences::answered(const PlayedAt& when, const AskedAt& asked, const rules::Verdict& was,
                           const rules::Verdict& would_be) {
  if (was.outcome == would_be.outcome && was.rule == would_be.rule && was.variant == would_be.variant) return;
  if (!changed_.insert(asked.digest).second) return;
  keep(when, {asked.id, std::string(asked.trigger), asked.at, answer_of(was), answer_of(would_be)});
}

void Differences::told(const PlayedAt& when, bool tried, const FiredAt& fired) {
  if (fired.delayed.shadow) return;
  static const WhatIf::Answer kNothing{"none", "", ""};
  WhatIf::Example example{.session = fired.session.id,
                          .trigger = std::string(kDueTrigger),
                          .at = fired.at,
                          .was = kNothing,
                          .would_be = kNothing};
  (tried ? example.would_be : example.was) = answer_of(fired.verdict);
  const auto key = std::tuple{fired.digest, std::string(fired.delayed.rule), fired.anchor};
  const auto other = told_.find(key);
  if (other == told_.end() || other->second.tried == tried) {
    told_.insert_or_assign(key, Told{tried, std::move(example)});
    return;
  }
  (tried ? example.was : example.would_be) = tried ? other->second.example.was : other->second.example.would_be;
  told_.erase(other);
  if (example.was != example.would_be && changed_.insert(fired.digest).second) keep(when, std::move(example));
}

void Differences::keep(const PlayedAt& when, WhatIf::Example example) {
  examples_.emplace(when, std::move(example));
  if (examples_.size() > most_) examples_.erase(std::prev(examples_.end()));
}

void Differences::give(const ledger::SessionDigest& digest, Differences& to) {
  to.changed_.insert(changed_.extract(digest));
  for (auto one = told_.lower_bound({digest, "", 0}); one != told_.end() && std::get<0>(one->first) == digest;)
    to.told_.insert(told_.extract(one++));
}

void Differences::add(Differences more) {
  told_.merge(more.told_);
  changed_.merge(more.changed_);
  for (auto& [when, example] : more.examples_) keep(when, std::move(example));
}

void Differences::finish(WhatIf& into) {
  constexpr PlayedAt kEnd{.step = std::numeric_limits<std::uint64_t>::max()};
  for (auto& [key, one] : told_)
    if (changed_.insert(std::get<0>(key)).second) keep(kEnd, std::move(one.example));
  for (auto& [when, example] : examples_) into.examples.push_back(std::move(example));
  std::ranges::sort(into.examples, {}, &WhatIf::Example::at);
  into.changed_sessions = static_cast<std::int64_t>(changed_.size());
}

}  // namespace beckon::hindsight
