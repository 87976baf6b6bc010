#include "intake/signal_reader.h"

#include <algorithm>

#include "base/id.h"
#include "base/utf8.h"
#include "decision/request_members.h"
#include "rules/language/decimal.h"

namespace beckon::intake {

using json::Value;

std::string path_of_signal(std::size_t index) { return "signals[" + std::to_string(index) + "]"; }

void SignalReader::refuse(std::string_view member, std::string issue) {
  issues_.add(path_of_signal(index_) + "." + std::string(member), std::move(issue));
}

ledger::Signal SignalReader::read(const Value& from, std::size_t index) {
  ledger::Signal signal;
  index_ = index;
  if (!from.is_object()) return issues_.add(path_of_signal(index), "must be an object"), signal;
  signal.received = now_;
  read_key(from, signal);
  read_value(from, signal);
  read_confidence(from, signal);
  signal.source = short_text(from, "source", 64);
  signal.id = short_text(from, "id", 64);
  if (const Value* id = from.find("id"); id && id->is_string() && id->text().empty()) refuse("id", "must not be empty");
  read_metadata(from, signal);
  read_at(from, signal);
  return signal;
}

// A member that must be a string of at most `most` characters; empty if it is absent or invalid.
std::string_view SignalReader::short_text(const Value& from, std::string_view name, std::size_t most) {
  const Value* value = from.find(name);
  if (!value) return {};
  if (value->is_string() && characters(value->text()) <= most && value->text().find('\0') == std::string_view::npos)
    return value->text();
  refuse(name, "must be a string of at most " + std::to_string(most) + " characters");
  return {};
}

void SignalReader::read_key(const Value& from, ledger::Signal& signal) {
  const Value *type = from.find("type"), *key = from.find("signalKey");
  if (type && key) return refuse("signalKey", "must not be combined with type; they mean the same");
  const std::string_view name = key ? "signalKey" : "type";
  const Value* given = key ? key : type;
  if (!given) return refuse(name, "is required (or signalKey instead)");
  if (!given->is_string() || !is_signal_key(given->text()))
    return refuse(name, "must be 1 to 64 characters from A-Z, a-z, 0-9, . _ : and -, starting with a letter or digit");
  signal.key = given->text();
}

void SignalReader::read_value(const Value& from, ledger::Signal& signal) {
  const Value *brief = from.find("value"), *whole = from.find("signalValue");
  if (brief && whole) return refuse("signalValue", "must not be combined with value; they mean the same");
  const Value* value = whole ? whole : brief;
  if (!value) return;
  const std::string_view name = whole ? "signalValue" : "value";
  if (!value->is_number() && !value->is_boolean() && !value->is_string())
    return refuse(name, "must be a string, a number or a boolean");
  signal.value = value->text();
  signal.has_value = true;
  if (characters(signal.value) > 256) refuse(name, "must be at most 256 characters");
}

void SignalReader::read_confidence(const Value& from, ledger::Signal& signal) {
  const Value* value = from.find("confidence");
  if (!value) return;
  if (!value->is_number() || !(value->number() >= 0.0 && value->number() <= 1.0))
    return refuse("confidence", "must be a number from 0 to 1");
  // Further places are truncated, so that no confidence is rounded up to a minConfidence.
  signal.confidence = static_cast<std::int32_t>(rules::millionths(value->text(), rules::Rounding::kDown));
}

void SignalReader::read_metadata(const Value& from, ledger::Signal& signal) {
  const Value* value = from.find("metadata");
  if (!value) return;
  if (!value->is_object()) return refuse("metadata", "must be an object");
  if (json::depth(*value) > kMetadataDepth) return refuse("metadata", "must be at most 4 levels deep");
  std::string text = json::to_text(*value);
  if (text.size() > kMetadataBytes) return refuse("metadata", "must be at most 2048 bytes as JSON");
  if (text.size() == 2) return;  // {}
  signal.metadata = texts_.emplace_back(std::move(text));
}

void SignalReader::read_at(const Value& from, ledger::Signal& signal) {
  signal.at = now_;
  const Value *value = from.find("at"), *age = from.find("age");
  if (value && age) return refuse("age", "must not be combined with at");
  if (age) return read_age(*age, signal);
  if (!value) return;
  const std::optional<Instant> said = value->instant();
  if (!said) return refuse("at", "must be an RFC 3339 time or epoch milliseconds");
  const Instant at = *said + skew_;
  if (at > now_ + kAheadMost) return refuse("at", "must be at most 5 minutes in the future");
  if (!is_kept("at", at)) return;
  signal.at = std::min(at, now_);
  signal.said = *said;
}

void SignalReader::read_age(const Value& age, ledger::Signal& signal) {
  const std::optional<std::int64_t> ms = age.integer();
  if (!ms || *ms < 0) return refuse("age", "must be a whole number of milliseconds, at least 0");
  if (is_kept("age", now_ - Duration{*ms})) signal.at = now_ - Duration{*ms};
}

bool SignalReader::is_kept(std::string_view name, Instant at) {
  if (!retention_ || at > now_ - *retention_) return true;
  refuse(name, "is older than the retention of " + to_text(*retention_));
  return false;
}

Duration skew_of(Instant sent, Instant now) {
  const Duration skew = now - sent;
  return std::chrono::abs(skew) <= kSkewLeast ? Duration{} : std::clamp(skew, -kSkewMost, kSkewMost);
}

}  // namespace beckon::intake
