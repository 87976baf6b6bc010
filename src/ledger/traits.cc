#include "ledger/traits.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "base/json.h"

namespace beckon::ledger {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

Trait& trait_of(Traits& traits, std::string_view name) {
  const auto place = std::ranges::lower_bound(traits.all, name, {}, &Trait::name);
  if (place != traits.all.end() && place->name == name) return *place;
  Trait fresh;
  fresh.name = name;
  return *traits.all.insert(place, std::move(fresh));
}

bool say(Trait& trait, Trait::Said said) {
  const auto place =
      std::ranges::lower_bound(trait.said, said.rank, std::greater{}, [](const Trait::Said& one) { return one.rank; });
  if (place == trait.said.end() || place->rank != said.rank) {
    trait.said.insert(place, std::move(said));
    return true;
  }
  if (said.stamp <= place->stamp) return false;
  *place = std::move(said);
  return true;
}

bool say_once(Trait& trait, Trait::Said said) {
  if (trait.once && trait.once->stamp <= said.stamp) return false;
  trait.once = std::move(said);
  return true;
}

bool say_of_element(Trait& trait, Trait::Element element) {
  const auto place = std::ranges::lower_bound(trait.elements, element.text, {}, &Trait::Element::text);
  if (place == trait.elements.end() || place->text != element.text) {
    trait.elements.insert(place, std::move(element));
    return true;
  }
  if (std::tie(element.rank, element.stamp) <= std::tie(place->rank, place->stamp)) return false;
  *place = std::move(element);
  return true;
}

void count(Trait& trait, std::int64_t millionths, Trait::Said said) {
  if (!trait.added || trait.added->stamp < said.stamp) trait.added = std::move(said);
  if (__builtin_add_overflow(trait.sum, millionths, &trait.sum)) trait.sum = millionths < 0 ? INT64_MIN + 1 : INT64_MAX;
}

// The set value, and since when older changes do not count.
struct Base {
  const Trait::Said* set = nullptr;
  Stamp unset;
};

// An unset frees the trait for lower ranks, but not for their earlier changes.
Base base_of(const Trait& trait) {
  Base base;
  for (const Trait::Said& said : trait.said) {
    if (said.json.empty())
      base.unset = std::max(base.unset, said.stamp);
    else if (said.stamp > base.unset) {
      base.set = &said;
      break;
    }
  }
  if (!base.set && trait.once && trait.once->stamp > base.unset) base.set = &*trait.once;
  return base;
}

std::string decimal(std::int64_t millionths) {
  std::string text = millionths < 0 ? "-" : "";
  const auto size = static_cast<std::uint64_t>(millionths < 0 ? -millionths : millionths);
  text += std::to_string(size / kMillion);
  if (const std::uint64_t rest = size % kMillion; rest != 0) {
    std::string digits = std::to_string(kMillion + static_cast<std::int64_t>(rest)).substr(1);
    digits.erase(digits.find_last_not_of('0') + 1);
    text += "." + digits;
  }
  return text;
}

std::size_t bytes_of(const Trait& trait) {
  std::size_t sum = trait.name.size();
  for (const Trait::Said& said : trait.said) sum += said.json.size() + said.source.size();
  if (trait.once) sum += trait.once->json.size() + trait.once->source.size();
  for (const Trait::Element& element : trait.elements) sum += element.text.size();
  if (trait.added) sum += sizeof trait.sum + trait.added->source.size();
  return sum;
}

Stamp newest_word_on(const Trait& trait) {
  Stamp newest;
  for (const Trait::Said& said : trait.said) newest = std::max(newest, said.stamp);
  if (trait.once) newest = std::max(newest, trait.once->stamp);
  for (const Trait::Element& element : trait.elements) newest = std::max(newest, element.stamp);
  if (trait.added) newest = std::max(newest, trait.added->stamp);
  return newest;
}

// The set list, with the newer changes of its texts; `now` gets the newest of them.
void change_list(const Trait& trait, const Base& base, TraitNow& now) {
  std::vector<std::string> texts;
  if (base.set)
    if (const auto list = json::parse(base.set->json); list && list->root().is_array())
      for (const json::Value& item : list->root().items()) texts.emplace_back(item.text());
  for (const Trait::Element& element : trait.elements) {
    if (element.stamp <= base.unset) continue;
    if (base.set && std::tie(element.rank, element.stamp) < std::tie(base.set->rank, base.set->stamp)) continue;
    const auto place = std::ranges::lower_bound(texts, element.text);
    const bool is_in = place != texts.end() && *place == element.text;
    if (element.in && !is_in) texts.insert(place, element.text);
    if (!element.in && is_in) texts.erase(place);
    now.at = std::max(now.at, element.stamp.at);
  }
  now.json.clear();
  if (texts.empty() && !base.set) return;
  json::Writer writer(now.json);
  writer.begin_array();
  for (const std::string& text : texts) writer.string(text);
  writer.end_array();
}

}  // namespace

std::size_t Traits::bytes() const {
  std::size_t sum = 0;
  for (const Trait& trait : all) sum += bytes_of(trait);
  return sum;
}

bool has_value(const Trait& trait) {
  const Base base = base_of(trait);
  if (base.set) return true;
  if (trait.elements.empty()) return trait.added.has_value();
  return std::ranges::any_of(trait.elements,
                             [&](const Trait::Element& one) { return one.in && one.stamp > base.unset; });
}

Held held(const Traits& traits) {
  Held held;
  for (const Trait& trait : traits.all)
    if (has_value(trait)) ++held.count, held.bytes += bytes_of(trait);
  return held;
}

void drop_old_marks(Traits& traits) {
  std::vector<std::pair<Stamp, const Trait*>> marks;
  for (const Trait& trait : traits.all)
    if (!has_value(trait)) marks.emplace_back(newest_word_on(trait), &trait);
  std::ranges::sort(marks, std::greater{}, &std::pair<Stamp, const Trait*>::first);
  std::size_t bytes = 0, count = 0;
  for (; count < marks.size() && count < Traits::kMarks; ++count)
    if ((bytes += bytes_of(*marks[count].second)) > Traits::kBytesOfMarks) break;
  if (count == marks.size()) return;
  const Stamp newest_to_go = marks[count].first;
  std::erase_if(traits.all,
                [&](const Trait& trait) { return !has_value(trait) && newest_word_on(trait) <= newest_to_go; });
}

bool take(Traits& traits, const TraitChange& change) {
  Trait& trait = trait_of(traits, change.name);
  Trait::Said said{.json = {}, .rank = change.rank, .source = change.source, .stamp = change.stamp};
  switch (change.op) {
    case TraitOp::kSet: said.json = change.value; return say(trait, std::move(said));
    case TraitOp::kUnset: return say(trait, std::move(said));
    case TraitOp::kSetOnce: said.json = change.value; return say_once(trait, std::move(said));
    case TraitOp::kAdd: {
      std::int64_t millionths = 0;
      std::from_chars(change.value.data(), change.value.data() + change.value.size(), millionths);
      count(trait, millionths, std::move(said));
      return true;
    }
    case TraitOp::kInclude:
    case TraitOp::kExclude:
      return say_of_element(
          trait,
          {.text = change.value, .in = change.op == TraitOp::kInclude, .rank = change.rank, .stamp = change.stamp});
  }
  return false;
}

bool counts(const Trait& trait, const TraitChange& change) {
  const Base base = base_of(trait);
  switch (change.op) {
    case TraitOp::kSet:
    case TraitOp::kSetOnce: return base.set && base.set->stamp == change.stamp;
    case TraitOp::kUnset: return !base.set && base.unset == change.stamp;
    case TraitOp::kAdd: return true;
    case TraitOp::kInclude:
    case TraitOp::kExclude:
      return change.stamp > base.unset &&
             (!base.set || std::tie(change.rank, change.stamp) > std::tie(base.set->rank, base.set->stamp));
  }
  return false;
}

void unite(Trait& whole, const Trait& part) {
  for (const Trait::Said& said : part.said) say(whole, said);
  if (part.once) say_once(whole, *part.once);
  for (const Trait::Element& element : part.elements) say_of_element(whole, element);
  if (part.added) count(whole, part.sum, *part.added);
}

Traits united(std::span<const Traits* const> parts) {
  Traits whole;
  for (const Traits* part : parts) {
    for (const Trait& trait : part->all) unite(trait_of(whole, trait.name), trait);
    whole.ids.insert(whole.ids.end(), part->ids.begin(), part->ids.end());
  }
  std::ranges::stable_sort(whole.ids, {}, &std::pair<std::uint64_t, Instant>::second);
  return whole;
}

std::optional<TraitNow> value_of(const Trait& trait) {
  TraitNow now{.name = trait.name, .json = {}, .source = {}};
  const Base base = base_of(trait);
  if (base.set) {
    now.json = base.set->json;
    now.source = base.set->source;
    now.at = base.set->stamp.at;
  } else if (trait.added) {
    now.json = decimal(trait.sum);
    now.source = trait.added->source;
    now.at = trait.added->stamp.at;
  }
  if (!trait.elements.empty()) change_list(trait, base, now);
  if (now.json.empty()) return std::nullopt;
  return now;
}

std::vector<TraitNow> values_of(const Traits& traits) {
  std::vector<TraitNow> values;
  values.reserve(traits.all.size());
  for (const Trait& trait : traits.all)
    if (auto value = value_of(trait)) values.push_back(std::move(*value));
  return values;
}

}  // namespace beckon::ledger
