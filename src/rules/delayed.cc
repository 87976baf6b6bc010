// Delayed rules: what starts their wait, and what ends it.
#include <algorithm>
#include <functional>
#include <set>
#include <unordered_map>
#include <utility>

#include "rules/compiled.h"
#include "rules/language/same.h"

namespace beckon::rules {

namespace {

const Measure& absence_of(const Rule& rule) {
  return std::ranges::find(rule.all, MeasureKind::kAbsent, [](const Condition& c) { return c.measure.kind; })->measure;
}

}  // namespace

std::span<const Delayed> RuleSet::delayed() const { return compiled_->delayed; }

std::string RuleSet::value_of(const Delayed& delayed, const ledger::Signal& signal) const {
  if (!delayed.by_value) return {};
  std::string room;
  return std::string(same_in(signal, absence_of(compiled_->rules[delayed.index]).same, room).value_or(""));
}

bool RuleSet::feeds(const Delayed& delayed, const ledger::Signal& signal) const {
  const Measure& absence = absence_of(compiled_->rules[delayed.index]);
  if (!absence.after.fits(signal) && !absence.filter.fits(signal)) return false;
  return !delayed.by_value || !value_of(delayed, signal).empty();
}

bool RuleSet::ends(const Delayed& delayed, const ledger::Signal& signal) const {
  if (!absence_of(compiled_->rules[delayed.index]).filter.fits(signal)) return false;
  return !delayed.by_value || !value_of(delayed, signal).empty();
}

std::vector<Anchor> RuleSet::anchors(const Delayed& delayed, const ledger::Window& window, Instant now,
                                     Duration retention) const {
  const Measure& absence = absence_of(compiled_->rules[delayed.index]);
  std::vector<Anchor> found;
  std::unordered_map<std::string, bool> values;  // seen so far, and whether a signal started a wait for it
  std::size_t begun = 0;
  std::string room;
  for (std::size_t i = window.size(); i-- > 0;) {
    const ledger::Signal signal = window[i];
    if (signal.at <= now - retention) break;
    const bool begins = absence.after.fits(signal);
    if (!begins && !absence.filter.fits(signal)) continue;
    std::string_view same;
    if (delayed.by_value) {
      const auto value = same_in(signal, absence.same, room);
      if (!value) continue;
      same = *value;
    }
    const auto [known, is_newest] = values.try_emplace(std::string(same), false);
    if (begins && !std::exchange(known->second, true)) {
      if (is_newest)
        found.push_back({.at = signal.at,
                         .received = signal.received,
                         .same = std::string(same),
                         .version = signal.version,
                         .place = signal.place,
                         .due = signal.at + absence.wait});
      if (++begun == (delayed.by_value ? limits::kSameValues : 1)) break;
    }
    if (!delayed.by_value) break;
  }
  return found;
}

namespace {

// Appends the indexes of the signals from which the absence waits.
void add_waiting(const Absence& absence, const ledger::Window& window, std::vector<std::size_t>& found) {
  std::vector<std::uint16_t> places;  // of signals that may start or end a wait
  for (std::size_t number = 0; number < window.key_count(); ++number) {
    const auto of_key = window.of_key(number);
    const std::string_view key = window.key(of_key.front());
    if (absence.starts.contains(key) || absence.ends.contains(key))
      places.insert(places.end(), of_key.begin(), of_key.end());
  }
  std::ranges::sort(places, std::greater());
  const Measure& measure = *absence.measure;
  std::set<std::string, std::less<>> values;  // whose newest start or end was seen
  std::string room;
  for (const std::uint16_t place : places) {
    const ledger::Signal signal = window[place];
    const bool begins = measure.after.fits(signal);
    if (!begins && !measure.filter.fits(signal)) continue;
    if (measure.same.empty()) {
      if (begins) found.push_back(place);
      return;
    }
    const auto same = same_in(signal, measure.same, room);
    if (!same || !values.emplace(*same).second || !begins) continue;
    found.push_back(place);
    if (values.size() == ledger::Window::kWaiting) return;
  }
}

}  // namespace

bool RuleSet::has_waits() const {
  return !compiled_->absences.empty() ||
         std::ranges::any_of(compiled_->filling, [](const auto& one) { return one.second.has_waits(); });
}

std::vector<std::size_t> RuleSet::waiting(const ledger::Window& window) const {
  std::vector<std::size_t> found;
  for (const Absence& absence : compiled_->absences) add_waiting(absence, window, found);
  for (const auto& [id, alone] : compiled_->filling) {
    const auto more = alone.waiting(window);
    found.insert(found.end(), more.begin(), more.end());
  }
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  if (found.size() > ledger::Window::kWaiting) found.erase(found.begin(), found.end() - ledger::Window::kWaiting);
  return found;
}

}  // namespace beckon::rules
