#include "rules/lint/witness.h"

#include <algorithm>

#include "rules/language/counter.h"

namespace beckon::rules::lint {

ledger::Signal signal_of(const Seen& seen, Instant now) {
  return {.key = seen.key,
          .value = seen.value ? std::string_view(*seen.value) : std::string_view{},
          .has_value = seen.value.has_value(),
          .source = seen.source,
          .metadata = seen.metadata,
          .at = now - seen.ago,
          .received = now - seen.ago};
}

ledger::Window Witness::window() const {
  std::vector<ledger::Signal> all;
  for (const Seen& seen : signals) {
    all.push_back(signal_of(seen, at));
    all.back().version = all.size();
  }
  std::size_t evicted = 0;
  return ledger::Window().with(all, evicted);
}

void Witness::write(json::Writer& out) const {
  if (!conditions.empty()) {
    out.key("conditions").begin_array();
    for (const std::string& path : conditions) out.string(path);
    out.end_array();
  }
  out.key("witness").begin_array();
  for (std::size_t i = 0; i < signals.size();) {
    const Seen& seen = signals[i];
    std::size_t times = 1;
    while (i + times < signals.size() && signals[i + times] == seen) ++times;
    out.begin_object().member("signalKey", seen.key);
    if (seen.value) out.member("signalValue", *seen.value);
    if (!seen.source.empty()) out.member("source", seen.source);
    if (!seen.metadata.empty()) out.member_raw("metadata", seen.metadata);
    out.member("at", to_rfc3339(at - seen.ago));
    if (times > 1) out.member("times", static_cast<std::int64_t>(times));
    out.end_object();
    i += times;
  }
  out.end_array().member("at", to_rfc3339(at)).key("context").begin_object();
  for (const auto& [field, value] : context) out.member(field, value);
  out.end_object();
  if (!traits.empty()) {
    out.key("traits").begin_object();
    for (const ledger::TraitNow& trait : ledger::values_of(traits)) out.member_raw(trait.name, trait.json);
    out.end_object();
  }
  if (!counters.empty()) {
    const auto today = std::chrono::floor<std::chrono::days>(at.time_since_epoch()).count();
    out.key("counters").begin_object();
    for (const auto& [name, sum] : counters) write_total(out.key(name), sum, static_cast<std::int32_t>(today));
    out.end_object();
  }
  if (!trigger.empty()) out.member("trigger", trigger).member("answeredBy", answered_by);
  if (spends.empty()) return;
  out.key("spends").begin_array();
  for (std::size_t i = spends.size() - std::min(spends.size(), kSpendsShown); i < spends.size(); ++i)
    out.string(to_rfc3339(spends[i]));
  out.end_array();
}

}  // namespace beckon::rules::lint
