// The measures. naive_judge.cc has the order of judgement.
#include "rules/reference/naive.h"

#include <algorithm>
#include <cmath>
#include <regex>
#include <set>

#include "base/check.h"

namespace beckon::rules::naive {

namespace {

using json::Value;

constexpr long kMost = 8'000'000'000'000'000'000;  // of an amount or a sum, in millionths

bool text_fits(const Value& wanted, const std::string& text, const std::string& star) {
  if (wanted.is_array()) {
    return std::ranges::any_of(wanted.items(), [&](const Value& one) { return text_fits(one, text, star); });
  }
  const std::string pattern(wanted.text());
  if (pattern == "*") return true;
  if (pattern.ends_with(star)) return text.starts_with(pattern.substr(0, pattern.size() - 1));
  return text == pattern;
}

bool fits(const Value& filter, const Signal& signal) {
  if (const Value* key = filter.find("key"); key && !text_fits(*key, signal.key, ".*")) return false;
  if (const Value* value = filter.find("value"); value && !(signal.has_value && text_fits(*value, signal.value, "*")))
    return false;
  if (const Value* source = filter.find("source"); source && !text_fits(*source, signal.source, "no star"))
    return false;
  if (const Value* least = filter.find("minConfidence"); least && signal.confidence < least->number()) return false;
  return true;
}

struct Stored {
  const Signal* signal;
  std::size_t session;
  std::uint64_t version;
  Instant at() const { return signal->at; }
};

// The 200 newest of a session by (at, version).
std::vector<Stored> window(const Session& session, std::size_t place) {
  std::vector<Stored> all;
  std::set<std::string> ids;
  for (const Signal& signal : session.arrived) {
    if (!signal.id.empty() && !ids.insert(signal.id).second) continue;
    all.push_back({&signal, place, all.size() + 1});
  }
  std::ranges::sort(
      all, [](const Stored& a, const Stored& b) { return a.at() != b.at() ? a.at() < b.at() : a.version < b.version; });
  if (all.size() > 200) all.erase(all.begin(), all.end() - 200);
  return all;
}

// What the condition's scope can see: inside the retention and not ahead.
std::vector<Stored> visible(const World& world, const Value& condition, Instant now, bool ahead = false) {
  const Value* scope = condition.find("scope");
  std::vector<Stored> all;
  if (scope == nullptr || scope->text() == "session" || !world.visitor) {
    all = window(world.sessions[world.asking], world.asking);
  } else {
    for (std::size_t i = world.sessions.size() > 20 ? world.sessions.size() - 20 : 0; i < world.sessions.size(); ++i) {
      for (const Stored& one : window(world.sessions[i], i)) all.push_back(one);
    }
    std::ranges::sort(all, [](const Stored& a, const Stored& b) {
      if (a.at() != b.at()) return a.at() < b.at();
      if (a.signal->place != b.signal->place) return a.signal->place < b.signal->place;
      return a.session != b.session ? a.session < b.session : a.version < b.version;
    });
  }
  std::erase_if(all,
                [&](const Stored& one) { return one.at() <= now - world.retention || (one.at() > now && !ahead); });
  return all;
}

std::vector<Stored> inside(const World& world, const Value& condition, Instant now) {
  std::vector<Stored> out = visible(world, condition, now);
  if (const Value* within = condition.find("within")) {
    const Duration span = *parse_duration(within->text());
    std::erase_if(out, [&](const Stored& one) { return !(now - span < one.at() && one.at() <= now); });
  }
  return out;
}

std::vector<Stored> chosen(const World& world, const Value& condition, const Value& filter, Instant now) {
  std::vector<Stored> out = inside(world, condition, now);
  std::erase_if(out, [&](const Stored& one) { return !fits(filter, *one.signal); });
  return out;
}

const std::regex kDecimal("-?[0-9]+([.][0-9]+)?");

// Everything under a path, which names a field of an object, or with [] behind its name each element of a list in it.
std::vector<const Value*> under(const Value& value, const std::string& path) {
  const std::size_t dot = path.find('.');
  std::string name = path.substr(0, dot);
  const bool each = name.ends_with("[]");
  if (each) name.erase(name.size() - 2);
  const Value* member = value.is_object() ? value.find(name) : nullptr;
  std::vector<const Value*> here, out;
  if (member == nullptr) return out;
  if (!each) here.push_back(member);
  if (each && member->is_array())
    for (const Value& element : member->items()) here.push_back(&element);
  if (dot == path.npos) return here;
  for (const Value* one : here)
    for (const Value* deeper : under(*one, path.substr(dot + 1))) out.push_back(deeper);
  return out;
}

// A field of that very name comes before what the path leads to.
std::vector<const Value*> of_field(const Value& metadata, const std::string& field) {
  const Value* named = metadata.find(field);
  return named != nullptr && !named->is_null() ? std::vector{named} : under(metadata, field);
}

// The texts of a field of the metadata, or of the values.
std::vector<std::string> texts(const std::vector<Stored>& found, const Value& filter, bool numbers_only) {
  std::vector<std::string> out;
  for (const Stored& one : found) {
    const Value* field = filter.find("field");
    if (field == nullptr) {
      if (one.signal->has_value) out.push_back(one.signal->value);
    } else if (!one.signal->metadata.empty()) {
      const auto document = json::parse(one.signal->metadata);
      for (const Value* value : of_field(document->root(), std::string(field->text()))) {
        if (value->is_null() || value->is_object() || value->is_array()) continue;
        const bool is_amount =
            value->is_number() || (value->is_string() && std::regex_match(std::string(value->text()), kDecimal));
        if (!numbers_only || is_amount) out.emplace_back(value->text());
      }
    }
  }
  return out;
}

std::optional<long> of_amounts(const World& world, const Value& condition, const Value& filter, Instant now, bool sum) {
  std::vector<long> amounts;
  for (const std::string& text : texts(chosen(world, condition, filter, now), filter, true))
    amounts.push_back(millionths(text));
  if (amounts.empty()) return std::nullopt;
  if (!sum) return std::ranges::max(amounts);
  // The positive ones and the negative ones in turns, so that it stays in range while both are left.
  std::ranges::sort(amounts);
  long total = 0;
  while (!amounts.empty()) {
    const auto next = total > 0 ? amounts.begin() : amounts.end() - 1;
    const long amount = *next;
    amounts.erase(next);
    if (__builtin_add_overflow(total, amount, &total)) return amount > 0 ? kMost : -kMost;
  }
  return std::clamp(total, -kMost, kMost);
}

// How many of the steps came, each behind the one before it.
long steps(const World& world, const Value& condition, Instant now) {
  const auto wanted = condition.find("steps")->items();
  std::size_t reached = 0;
  for (const Stored& one : inside(world, condition, now)) {
    if (reached < wanted.size() && fits(wanted[reached], *one.signal)) ++reached;
  }
  return static_cast<long>(reached);
}

// A key's own weight, else that of the longest beginning that fits it.
long weight(const Value& weights, const std::string& key) {
  std::string best;
  long found = 0;
  for (const json::Member& member : weights.members()) {
    const std::string name(member.key), beginning = name.substr(0, name.size() - 1);
    if (name == key) return millionths(member.value.text());
    if (!name.ends_with(".*") || !key.starts_with(beginning) || beginning.size() <= best.size()) continue;
    best = beginning;
    found = millionths(member.value.text());
  }
  return found;
}

std::optional<long> score(const World& world, const Value& condition, Instant now) {
  const Value* declared = world.scores ? world.scores->root().find(condition.find("score")->text()) : nullptr;
  if (declared == nullptr) return std::nullopt;
  const auto half_life = static_cast<long double>(parse_duration(declared->find("halfLife")->text())->count());
  long total = 0;
  for (const Stored& one : visible(world, condition, now)) {
    const long double age = static_cast<long double>((now - one.at()).count());
    total += std::lroundl(static_cast<long double>(weight(*declared->find("weights"), one.signal->key)) *
                          std::exp2l(-age / half_life));
  }
  return total;
}

bool in_context(const World& world, const Value& condition) {
  const auto found = world.context.find(std::string(condition.find("context")->text()));
  if (found == world.context.end()) return compares(condition, nullptr, true);
  const auto value = json::parse(json::quote(found->second));
  return compares(condition, &value->root(), true);
}

}  // namespace

// Halves away from zero; at most eight million million, either way.
long millionths(std::string_view number) {
  const bool negative = number.starts_with('-');
  std::string digits;
  long point = -1, exponent = 0;
  for (std::size_t i = negative ? 1 : 0; i < number.size(); ++i) {
    if (number[i] == '.') {
      point = static_cast<long>(digits.size());
    } else if (number[i] == 'e' || number[i] == 'E') {
      exponent = std::stol(std::string(number.substr(i + 1)));
      break;
    } else {
      digits += number[i];
    }
  }
  const long kept = (point < 0 ? static_cast<long>(digits.size()) : point) + exponent + 6;
  if (kept < 0) return 0;
  digits.insert(0, "0");
  const long most = negative ? -kMost : kMost;
  if (kept > 400) return digits.find_first_not_of('0') == std::string::npos ? 0 : most;
  digits.resize(std::max(digits.size(), static_cast<std::size_t>(kept) + 2), '0');
  std::string whole = digits.substr(0, static_cast<std::size_t>(kept) + 1);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  if (whole.size() > 19) return most;
  const unsigned long size = std::stoul(whole) + (digits[static_cast<std::size_t>(kept) + 1] >= '5' ? 1 : 0);
  if (size >= static_cast<unsigned long>(kMost)) return most;
  return negative ? -static_cast<long>(size) : static_cast<long>(size);
}

std::optional<Anchor> anchor(const World& world, const Value& condition, Instant now, bool ahead) {
  std::optional<Anchor> newest;
  const std::vector<Stored> all = visible(world, condition, now, ahead);
  std::size_t behind = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Signal& signal = *all[i].signal;
    if (!fits(*condition.find("after"), signal)) continue;
    newest = {.at = signal.at,
              .received = signal.received,
              .due = signal.at + *parse_duration(condition.find("for")->text()),
              .version = all[i].version,
              .place = signal.place};
    behind = i + 1;
  }
  if (!newest) return std::nullopt;
  for (std::size_t i = behind; i < all.size(); ++i) {
    if (fits(*condition.find("absent"), *all[i].signal)) return std::nullopt;
  }
  return newest;
}

std::optional<long> measured(const World& world, const Value& condition, Instant now) {
  constexpr long kOne = 1'000'000;
  if (const Value* f = condition.find("seen")) return chosen(world, condition, *f, now).empty() ? 0 : kOne;
  if (const Value* f = condition.find("count"))
    return static_cast<long>(chosen(world, condition, *f, now).size()) * kOne;
  if (const Value* f = condition.find("distinct")) {
    const auto found = texts(chosen(world, condition, *f, now), *f, false);
    return static_cast<long>(std::set(found.begin(), found.end()).size()) * kOne;
  }
  if (const Value* f = condition.find("sum")) return of_amounts(world, condition, *f, now, true);
  if (const Value* f = condition.find("max")) return of_amounts(world, condition, *f, now, false);
  if (const Value* f = condition.find("last")) {
    const auto found = chosen(world, condition, *f, now);
    return found.empty() ? std::nullopt : std::optional<long>((now - found.back().at()).count());
  }
  if (condition.find("steps")) return steps(world, condition, now) * kOne;
  if (condition.find("score")) return score(world, condition, now);
  if (condition.find("absent")) {
    const auto waiting = anchor(world, condition, now);
    return waiting && now >= waiting->due ? kOne : 0;
  }
  CHECK(condition.find("context"));  // else a measure that is not written down here yet
  return in_context(world, condition) ? kOne : 0;
}

long looked_at(const World& world, const Value& condition, Instant now) {
  // Two that leave at one instant may cancel out in the sum.
  if (const Value* f = condition.find("sum")) return static_cast<long>(chosen(world, condition, *f, now).size());
  const auto found = measured(world, condition, now);
  if (!found) return -1;
  if (condition.find("score")) return static_cast<long>(visible(world, condition, now).size());
  return condition.find("last") ? to_ms(now) - *found : *found;
}

bool holds(const World& world, const Value& condition, Instant now) {
  const auto found = measured(world, condition, now);
  if (!found) return false;
  if (condition.find("seen") || condition.find("absent") || condition.find("context")) return *found != 0;
  const auto bound = [&](const char* name) -> std::optional<long> {
    const Value* value = condition.find(name);
    if (value == nullptr) return std::nullopt;
    return condition.find("last") ? parse_duration(value->text())->count() : millionths(value->text());
  };
  const bool bounded = bound("reached") || bound("atLeast") || bound("atMost") || bound("equals");
  if (!bounded) return *found == static_cast<long>(condition.find("steps")->items().size()) * 1'000'000;
  if (const auto least = bound("reached"); least && *found < *least) return false;
  if (const auto least = bound("atLeast"); least && *found < *least) return false;
  if (const auto most = bound("atMost"); most && *found > *most) return false;
  const auto exactly = bound("equals");
  return !exactly || *found == *exactly;
}

}  // namespace beckon::rules::naive
