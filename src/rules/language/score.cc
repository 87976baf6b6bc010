#include "rules/language/score.h"

#include <algorithm>

#include "base/id.h"
#include "rules/language/decimal.h"
#include "rules/language/members.h"

namespace beckon::rules {

namespace {

constexpr std::size_t kScores = 20, kWeights = 100, kNameSize = 64;
constexpr std::int64_t kGreatestWeight = 1'000'000'000;  // millionths

void read_weight(const json::Member& given, const std::string& path, Score& score, Issues& issues) {
  const std::string at = path_of(path, given.key);
  const bool prefix = given.key.ends_with(".*");
  const std::string_view name = std::string_view(given.key).substr(0, given.key.size() - (prefix ? 2 : 0));
  if (!is_signal_key(name))
    issues.add(at, "must be named by a signal key such as \"cart\", or a prefix such as \"cart.*\"");
  const auto weight = given.value.is_number() ? std::optional(millionths(given.value.text())) : std::nullopt;
  if (!weight || *weight < -kGreatestWeight || *weight > kGreatestWeight)
    return issues.add(at, "must be a number from -1000 to 1000");
  score.weights.push_back({.text = std::string(given.key.substr(0, given.key.size() - (prefix ? 1 : 0))),
                           .prefix = prefix,
                           .millionths = *weight});
}

Score read_score(const json::Value& value, const std::string& path, Issues& issues) {
  Score score;
  if (!value.is_object()) {
    issues.add(path, "must be an object with weights and halfLife");
    return score;
  }
  Members members(value, path, issues);
  score.half_life = members.duration("halfLife", true).value_or(Duration{1});
  const json::Value* weights = members.need("weights", "numbers by signal key");
  if (weights != nullptr &&
      (!weights->is_object() || weights->members().empty() || weights->members().size() > kWeights)) {
    members.issue("weights", "must have 1 to " + std::to_string(kWeights) + " numbers by signal key");
  } else if (weights != nullptr) {
    for (const json::Member& given : weights->members()) read_weight(given, members.path("weights"), score, issues);
  }
  members.finish();
  std::ranges::sort(score.weights, [](const Score::Weight& a, const Score::Weight& b) {
    if (a.prefix != b.prefix) return b.prefix;
    return a.text.size() != b.text.size() ? a.text.size() > b.text.size() : a.text < b.text;
  });
  return score;
}

}  // namespace

std::int64_t Score::weight_of(std::string_view key) const {
  for (const Weight& weight : weights) {
    if (weight.prefix ? key.starts_with(weight.text) : key == weight.text) return weight.millionths;
  }
  return 0;
}

Scores read_scores(const json::Value& value, const std::string& path, Issues& issues) {
  Scores scores;
  if (!value.is_object() || value.members().size() > kScores) {
    issues.add(path, "must be an object of at most " + std::to_string(kScores) + " scores by name");
    return scores;
  }
  for (const json::Member& given : value.members()) {
    const std::string at = path_of(path, given.key);
    if (given.key.empty() || given.key.size() > kNameSize) issues.add(at, "must have a name of 1 to 64 characters");
    scores.emplace(given.key, read_score(given.value, at, issues));
  }
  return scores;
}

std::string to_json(const Scores& scores) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  for (const auto& [name, score] : scores) {
    writer.key(name).begin_object().key("weights").begin_object();
    for (const Score::Weight& weight : score.weights)
      writer.member_raw(weight.text + (weight.prefix ? "*" : ""), decimal_text(weight.millionths));
    writer.end_object().member("halfLife", to_text(score.half_life)).end_object();
  }
  writer.end_object();
  return out;
}

}  // namespace beckon::rules
