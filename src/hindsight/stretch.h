// A part of the journal in memory, in the order in which a simulation plays it: group by group, each in the order of
// the journal.
//
// Steps number the records at which simulated time goes on: signals, decisions, and what else is no mere consequence of
// these. At each step, the signals of the step before take effect on delayed rules, then due timers fire, then the
// record is taken. Sessions that do not see one another can be played one after the other as long as each keeps to the
// steps. A stretch has whole steps.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hindsight/groups.h"

namespace beckon::hindsight {

struct Stretch {
  static constexpr std::uint32_t kNone = 0xffffffff;

  struct Entry {
    ledger::SessionDigest digest;       // of the record's session, or of the own record that it changes
    std::uint32_t begin = 0, size = 0;  // of the record in `text`
    std::uint32_t next = kNone;         // entry of the group
    std::uint64_t step = 0;             // of the record, or of the one that it follows from
    Instant time{};                     // simulated time at that step: the latest arrival so far
    Instant now{};                      // for delayed rules: of the signals that the record follows from
  };
  struct Run {  // the entries of one group
    Groups::Group group;
    std::uint32_t first = kNone, last = kNone;
  };

  std::string text;
  std::vector<Entry> entries;  // in the journal's order; steps and times never decrease
  std::vector<Run> runs;
  std::vector<std::pair<ledger::SessionDigest, ledger::SessionDigest>> connected;  // by its records

  void order(const Groups& groups);  // once: chains the entries of each group
  void clear();                      // keeps its memory

  std::uint64_t first_step() const { return entries.front().step; }
  std::uint64_t last_step() const { return entries.back().step; }
  std::string_view bytes(const Entry& entry) const { return std::string_view(text).substr(entry.begin, entry.size); }

  // The first entry, from the given step on, by whose time a timer is due; null if there is none.
  const Entry* when(Instant due, std::uint64_t from) const {
    if (due > entries.back().time) return nullptr;
    const auto by_time = std::ranges::lower_bound(entries, due, {}, &Entry::time);
    const auto by_step = std::ranges::lower_bound(entries, from, {}, &Entry::step);
    const auto found = std::max(by_time, by_step);
    return found == entries.end() ? nullptr : &*found;
  }
};

}  // namespace beckon::hindsight
