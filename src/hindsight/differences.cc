#include "hindsight/differences.h"

#include <algorithm>

namespace beckon::hindsight {
namespace {

WhatIf::Answer answer_of(const rules::Verdict& verdict) {
  return {std::string(rules::to_text(verdict.outcome)), std::string(verdict.rule), std::string(verdict.variant)};
}

}  // namespace

void Differences::answered(const AskedAt& asked, const rules::Verdict& was, const rules::Verdict& would_be) {
  if (was.outcome == would_be.outcome && was.rule == would_be.rule && was.variant == would_be.variant) return;
  add(asked.digest, {asked.id, std::string(asked.trigger), asked.at, answer_of(was), answer_of(would_be)});
}

void Differences::told(bool tried, const FiredAt& fired) {
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
  if (example.was != example.would_be) add(fired.digest, std::move(example));
}

void Differences::add(const ledger::SessionDigest& digest, WhatIf::Example example) {
  if (changed_.insert(digest).second && examples_.size() < most_) examples_.push_back(std::move(example));
}

void Differences::finish(WhatIf& into) {
  for (auto& [key, one] : told_) add(std::get<0>(key), std::move(one.example));
  std::ranges::sort(examples_, {}, &WhatIf::Example::at);
  into.changed_sessions = static_cast<std::int64_t>(changed_.size());
  into.examples = std::move(examples_);
}

}  // namespace beckon::hindsight
