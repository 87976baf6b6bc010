#include "neighbours/segment.h"

#include <algorithm>
#include <array>

#include "neighbours/metadata.h"

namespace beckon::neighbours {
namespace {

using json::Value;

constexpr std::array<std::string_view, 6> kCalls{"track", "page", "screen", "identify", "group", "alias"};
constexpr std::array<std::string_view, 6> kShort{"t", "p", "s", "i", "g", "a"};

// A member of a member; null if there is none.
const Value* find(const Value& from, std::string_view one, std::string_view in_it) {
  const Value* member = from.find(one);
  return member ? member->find(in_it) : nullptr;
}

std::string_view first_of(std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts)
    if (!text.empty()) return text;
  return {};
}

// The decision that a page's event is about: the id is the signal's value.
std::string_view decision_in(std::string_view event, const Value* properties) {
  return event.starts_with("decision.") ? text_in(properties, "decisionId") : std::string_view{};
}

void read_track(const Value& from, Message& message, Metadata& metadata) {
  const std::string_view event = from.text_of("event");
  const Value* properties = from.find("properties");
  message.key = signal_key(event);
  if (message.key.empty()) message.issues.add("event", "must be a text that is not empty");
  set_value(message, decision_in(event, properties));
  metadata.add("event", event);
  metadata.add_all(properties);
}

void read_view(const Value& from, std::string_view call, Message& message, Metadata& metadata) {
  const Value* properties = from.find("properties");
  const Value* page = find(from, "context", "page");
  const std::string_view name = first_of({from.text_of("name"), text_in(properties, "name")});
  message.key = call == "page" ? "view" : "screen";
  set_value(message, call == "page" ? first_of({without_query(text_in(properties, "path")),
                                                without_query(text_in(page, "path")), name})
                                    : name);
  metadata.add("name", name);
  metadata.add("category", from.text_of("category"));
  metadata.add_page(properties);
}

// RudderStack's browser library only has the traits in the context.
void read_identify(const Value& from, Message& message) {
  const Value* traits = from.find("traits");
  say_traits(message, ledger::TraitOp::kSet,
             traits && !traits->members().empty() ? traits : find(from, "context", "traits"));
}

void read_group(const Value& from, Message& message, Metadata& metadata) {
  const std::string_view group = from.text_of("groupId");
  if (group.empty()) message.issues.add("groupId", "must be a text that is not empty");
  set_value(message, group);
  metadata.add_all(from.find("traits"));
}

void read_call(const Value& from, std::string_view call, Message& message) {
  Metadata metadata;
  message.key = call;
  if (call == "track") read_track(from, message, metadata);
  if (call == "page" || call == "screen") read_view(from, call, message, metadata);
  if (call == "identify") read_identify(from, message);
  if (call == "group") read_group(from, message, metadata);
  if (call == "alias") metadata.add("previousId", from.text_of("previousId"));
  complete(message, std::move(metadata));
}

void read_context(const Value& context, Message& message) {
  const Value *page = context.find("page"), *campaign = context.find("campaign");
  add_context(message, "page", without_query(text_in(page, "path")));
  for (const std::string_view name : {"source", "medium"}) add_context(message, name, text_in(campaign, name));
  add_context(message, "campaign", text_in(campaign, "name"));
  add_context(message, "locale", context.text_of("locale"));
  const Value* mobile = find(context, "userAgentData", "mobile");
  if (mobile && mobile->is_boolean()) add_context(message, "device", mobile->boolean() ? "MOBILE" : "DESKTOP");
  set_source(message, text_in(context.find("library"), "name"));
  if (const Value* consents = find(context, "consent", "categoryPreferences"))
    for (const json::Member& one : consents->members())
      if (one.value.is_boolean()) message.consents.emplace_back(one.key, one.value.boolean());
}

// RudderStack's event time has another name, and its browser library numbers sessions, each of which is of one
// visitor.
void read_origin(const Value& from, const Value* context, Message& message) {
  const bool is_rudder = from.find("originalTimestamp") != nullptr;
  message.family = is_rudder ? "rs" : "sg";
  // The caller's time takes precedence; RudderStack's other time is when the library was called.
  read_time(from, is_rudder && !from.find("timestamp") ? "originalTimestamp" : "timestamp", message);
  if (message.anonymous.empty()) return;
  const Value* session = is_rudder && context ? context->find("sessionId") : nullptr;
  const std::string counted = session && session->is_number() ? "." + std::string(session->text()) : "";
  message.session = session_id(message.family, message.anonymous + counted);
}

void read_message(const Value& from, std::string_view call, std::optional<Instant> sent, Message& message) {
  if (!from.is_object()) return message.issues.add("message", "must be an object");
  read_id(from, "messageId", message);
  if (call.empty()) call = from.text_of("type");
  if (std::ranges::find(kCalls, call) == kCalls.end())
    return message.issues.add("type", "must be one of track, page, screen, identify, group, alias");
  const Value* context = from.find("context");
  message.sent = sent;
  read_ids(from, "userId", "anonymousId", message);
  read_origin(from, context, message);
  if (context) read_context(*context, message);
  read_call(from, call, message);
}

}  // namespace

std::string_view segment_call(std::string_view name) {
  for (std::size_t i = 0; i < kCalls.size(); ++i)
    if (name == kCalls[i] || name == kShort[i]) return kCalls[i];
  return {};
}

Result<Batch> read_segment(json::Document document, std::string_view call) {
  Batch batch(std::move(document));
  const Value& root = batch.document.root();
  const Value* list = root.find("batch");
  const bool is_one = !call.empty();
  if (!root.is_object() || (!is_one && !(list && list->is_array())))
    return unexpected(Fault{.code = FaultCode::kInvalidPayload,
                            .message = is_one ? "The body must be a JSON object."
                                              : "The body must be a JSON object with a list of messages as `batch`."});
  const Value* sent_at = root.find("sentAt");
  const std::optional<Instant> sent = sent_at ? sent_at->instant() : std::nullopt;
  if (is_one) {
    read_message(root, call, sent, batch.add(0));
    return batch;
  }
  batch.messages.reserve(std::min(list->items().size(), kMessagesPerBatch + 1));
  for (const Value& item : list->items()) {
    if (batch.messages.size() > kMessagesPerBatch) break;  // too many, which the caller reports
    read_message(item, {}, sent, batch.add(batch.messages.size()));
  }
  return batch;
}

}  // namespace beckon::neighbours
