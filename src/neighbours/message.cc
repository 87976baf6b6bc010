#include "neighbours/message.h"

#include <algorithm>

#include "base/id.h"
#include "base/utf8.h"
#include "commit/visitor_ids.h"
#include "decision/request_members.h"
#include "system/encoding.h"
#include "system/plain_text.h"

namespace beckon::neighbours {
namespace {

constexpr std::size_t kKeyMost = 64, kIdMost = 64, kValueMost = 256, kSourceMost = 64;  // contract section 4

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_of_key(char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == ':' || c == '-'; }

std::string hashed(std::string_view text) { return "h" + to_base64url(sha256(text)); }

// Stored texts contain no NUL.
std::string_view without_nul(std::string_view text) { return text.substr(0, text.find('\0')); }

// The text of a member that may be a number; empty if not given.
std::string_view text_or_number(const json::Value& from, std::string_view name, Issues& issues) {
  const json::Value* value = name.empty() ? nullptr : from.find(name);
  if (!value || value->is_null()) return {};
  if (value->is_string() || value->is_number()) return value->text();
  issues.add(std::string(name), "must be a text");
  return {};
}

}  // namespace

Message& Batch::add(std::size_t index) {
  Message& message = *messages.emplace_back(std::make_unique<Message>());
  message.index = index;
  return message;
}

std::string signal_key(std::string_view name) {
  std::string key;
  for (const char c : name) {
    if (key.size() == kKeyMost) break;
    if (is_of_key(c) ? key.empty() && !is_letter_or_digit(c) : key.empty() || key.back() == '_') continue;
    key += is_of_key(c) ? c : '_';
  }
  return !key.empty() || name.empty() ? key : "x" + to_hex(sha256(name).substr(0, 8));
}

std::string session_id(std::string_view family, std::string_view text) {
  std::string id = std::string(family) + ":" + std::string(text);
  return is_session_id(id) && !decision::is_of_visitor_alone(id) ? id : std::string(family) + ":" + hashed(text);
}

std::string session_of_visitor(std::string_view family, std::string_view visitor, bool with_role) {
  const std::string begin = std::string(family) + (with_role ? ":u:" : ":w:");
  std::string id = begin + std::string(visitor);
  return is_session_id(id) ? id : begin + hashed(visitor);
}

bool is_of_pages(std::string_view session) { return decision::is_of_visitor_alone(session) && session[3] == 'w'; }

std::string session_of_other(std::string_view family, std::string_view session, std::string_view visitor) {
  const std::string other = "." + to_hex(sha256(visitor).substr(0, 4));
  if (decision::is_of_visitor_alone(session)) {
    std::string id = std::string(session) + other;
    return is_session_id(id) ? id : std::string(session.substr(0, 5)) + hashed(id);
  }
  // Only session ids that we derive have this prefix; those named by their sender do not.
  if (const std::string ours = std::string(family) + ":"; session.starts_with(ours)) session.remove_prefix(ours.size());
  return session_id(family, std::string(session) + other);
}

Instant instant_of(std::optional<Instant> said, std::optional<Instant> sent, Instant received) {
  if (!said) return received;
  const bool is_off = sent && std::chrono::abs(received - *sent) > kClockOff;
  return std::min(is_off ? received - (*sent - *said) : *said, received);
}

std::string_view text_in(const json::Value* object, std::string_view name) {
  return object ? object->text_of(name) : std::string_view{};
}

void read_ids(const json::Value& from, std::string_view visitor, std::string_view anonymous, Message& message) {
  const std::string_view of_visitor = text_or_number(from, visitor, message.issues);
  const std::string_view of_browser = text_or_number(from, anonymous, message.issues);
  if (auto id = commit::parse_visitor_id(of_visitor))
    message.visitor = std::move(id->text);
  else
    message.issues.add(std::string(visitor), "must be a text of 1 to 256 bytes without control characters");
  if (auto id = plain_text(of_browser, decision::kAnonymousIdBytes))
    message.anonymous = std::move(*id);
  else
    message.issues.add(std::string(anonymous), "must be a text of 1 to 128 bytes without control characters");
}

void read_id(const json::Value& from, std::string_view name, Message& message) {
  set_id(message, text_or_number(from, name, message.issues));
}

std::string_view without_query(std::string_view url) { return url.substr(0, url.find_first_of("?#")); }

void set_id(Message& message, std::string_view id) {
  message.id = id;
  const bool fits = id.size() <= kIdMost && id.find('\0') == std::string_view::npos;
  message.signal_id = fits ? std::string(id) : hashed(id);
  message.signal.id = message.signal_id;
}

void set_value(Message& message, std::string_view value) {
  message.signal.value = first_characters(without_nul(value), kValueMost);
  if (message.signal.value.size() < value.size()) message.cut_names.emplace_back("signalValue");
  message.signal.has_value = !message.signal.value.empty();
}

void set_source(Message& message, std::string_view value) {
  message.signal.source = first_characters(without_nul(value), kSourceMost);
}

void read_time(const json::Value& from, std::string_view name, Message& message) {
  const json::Value* value = from.find(name);
  if (!value || value->is_null()) return;
  message.said = value->instant();
  if (!message.said) message.issues.add(std::string(name), "must be an RFC 3339 time or epoch milliseconds");
}

void add_context(Message& message, std::string_view key, std::string_view value) {
  value = first_characters(without_nul(value), kValueMost);
  if (value.empty()) return;
  const auto place = std::ranges::lower_bound(message.context, key, {}, [](const auto& one) { return one.first; });
  message.context.emplace(place, key, value);
}

void say_traits(Message& message, ledger::TraitOp op, const json::Value* object) {
  if (!object) return;
  for (const json::Member& member : object->members()) {
    message.too_many_traits = message.traits.changes.size() == intake::kTraitsPerRequest;
    if (message.too_many_traits) return;
    message.traits.changes.push_back({member.key, op, &member.value});
  }
}

}  // namespace beckon::neighbours
