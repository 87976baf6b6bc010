#include "neighbours/posthog.h"

#include <algorithm>
#include <array>

#include "neighbours/metadata.h"

namespace beckon::neighbours {
namespace {

using json::Value;

// What it tells its own server alone.
constexpr std::array<std::string_view, 2> kNothingToUs{"$groupidentify", "$feature_flag_called"};

// Names that begin with "$" are PostHog's own: what is ours of them stands elsewhere, or is about the library.
void add_properties(const Value* properties, Metadata& metadata) {
  if (!properties) return;
  for (const bool scalars : {true, false})
    for (const json::Member& member : properties->members())
      if (!member.key.starts_with('$') && (member.value.is_object() || member.value.is_array()) != scalars)
        metadata.add(member.key, member.value);
}

void read_event(std::string_view event, const Value* properties, Message& message) {
  Metadata metadata;
  if (event == "$pageview" || event == "$screen") {
    const bool is_page = event == "$pageview";
    message.key = is_page ? "view" : "screen";
    set_value(message, is_page ? without_query(text_in(properties, "$pathname")) : text_in(properties, "$screen_name"));
  } else if (event == "$identify") {
    message.key = "identify";
  } else if (event == "$create_alias") {
    message.key = "alias";
    metadata.add("previousId", text_in(properties, "alias"));
  } else {
    message.key = signal_key(event);
    metadata.add("event", event);
  }
  if (message.key.empty()) message.issues.add("event", "must be a text that is not empty");
  if (event != "$create_alias") add_properties(properties, metadata);
  complete(message, std::move(metadata));
}

// Without a profile the id is not of a person: a browser's, or one that the library made up.
void read_person(const Value& from, const Value* properties, Message& message) {
  message.family = "ph";
  const Value* profile = properties ? properties->find("$process_person_profile") : nullptr;
  const bool is_person = !profile || !profile->is_boolean() || profile->boolean();
  read_ids(from, is_person ? "distinct_id" : "", is_person ? "" : "distinct_id", message);
  const std::string_view session = text_in(properties, "$session_id");
  if (!session.empty())
    message.session = session_id(message.family, session);
  else if (!message.anonymous.empty())
    message.session = session_id(message.family, message.anonymous);
}

void read_properties(const Value& properties, Message& message) {
  set_source(message, properties.text_of("$lib"));
  add_context(message, "page", without_query(properties.text_of("$pathname")));
  add_context(message, "source", properties.text_of("utm_source"));
  add_context(message, "medium", properties.text_of("utm_medium"));
  add_context(message, "campaign", properties.text_of("utm_campaign"));
  say_traits(message, ledger::TraitOp::kSet, properties.find("$set"));
  say_traits(message, ledger::TraitOp::kSetOnce, properties.find("$set_once"));
}

void read_message(const Value& from, std::optional<Instant> sent, Message& message) {
  if (!from.is_object()) return message.issues.add("message", "must be an object");
  const Value* properties = from.find("properties");
  set_id(message, from.text_of("uuid"));
  message.sent = sent;
  read_person(from, properties, message);
  read_time(from, "timestamp", message);
  if (properties) read_properties(*properties, message);
  read_event(from.text_of("event"), properties, message);
}

}  // namespace

Result<Batch> read_posthog(json::Document document) {
  Batch batch(std::move(document));
  const Value& root = batch.document.root();
  const Value* list = root.find("batch");
  if (!list || !list->is_array())
    return unexpected(Fault{.code = FaultCode::kInvalidPayload,
                            .message = "The body must be a JSON object with a list of events as `batch`."});
  const Value* sent_at = root.find("sent_at");
  const std::optional<Instant> sent = sent_at ? sent_at->instant() : std::nullopt;
  for (std::size_t i = 0; i < list->items().size() && batch.messages.size() <= kMessagesPerBatch; ++i) {
    const Value& item = list->items()[i];
    if (std::ranges::find(kNothingToUs, item.text_of("event")) == kNothingToUs.end())
      read_message(item, sent, batch.add(i));
  }
  return batch;
}

}  // namespace beckon::neighbours
