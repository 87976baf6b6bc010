#include "neighbours/cloudevents.h"

#include <array>

#include "neighbours/metadata.h"
#include "neighbours/parse.h"
#include "system/encoding.h"

namespace beckon::neighbours {
namespace {

using json::Value;

constexpr std::array<std::string_view, 3> kRequired{"id", "source", "type"};

bool is_json(std::string_view content_type) {
  const std::string_view essence = content_type.substr(0, content_type.find_first_of("; \t"));
  return essence == "application/json" || essence.ends_with("+json");
}

// Two producers may use the same ids.
void set_identity(const Value& event, Message& message) {
  message.id = event.text_of("id");
  message.signal_id = to_base64url(sha256(std::string(event.text_of("source")) + '\n' + std::string(message.id)));
  message.signal.id = message.signal_id;
}

// `subject` is whom the event is about, the extension `sessionid` its session; without it they have their own session.
void read_origin(const Value& event, Message& message) {
  message.family = "ce";
  const std::size_t before = message.issues.items().size();
  read_ids(event, "subject", "anonymousid", message);
  const Value* session = event.find("sessionid");
  if (session && !session->is_null()) {
    if (session->is_string() && is_session_id(session->text()))
      message.session = session->text();
    else
      message.issues.add("sessionid", "must be 1 to 128 of A-Z a-z 0-9 . _ : -");
  } else if (!message.visitor.empty() || !message.anonymous.empty()) {
    message.session = message.visitor.empty() ? session_id(message.family, message.anonymous)
                                              : session_of_visitor(message.family, message.visitor, true);
  } else if (message.issues.items().size() == before) {
    message.issues.add("subject", "is required, or the extension sessionid");
  }
}

// Binary data is only used if it is JSON.
const Value* data_of(const Value& event, Batch& batch) {
  if (const Value* data = event.find("data")) return data;
  const auto bytes = from_base64(event.text_of("data_base64"));
  if (!bytes || bytes->empty()) return nullptr;
  auto document = parse_json(*bytes);
  if (!document) return nullptr;
  batch.parts.push_back(std::move(*document));
  return &batch.parts.back().root();
}

void read_data(const Value& event, const Value* data, Message& message) {
  Metadata metadata;
  if (data && data->is_object())
    metadata.add_all(data);
  else if (data && !data->is_null())
    metadata.add("data", *data);
  const std::string_view type = event.text_of("type");
  message.key = signal_key(type);
  if (message.key != type) metadata.add("event", type);
  message.metadata = std::move(metadata).take();
  message.signal.key = message.key;
  message.signal.metadata = message.metadata;
}

void read_event(const Value& event, Batch& batch, Message& message) {
  if (!event.is_object()) return message.issues.add("event", "must be an object");
  if (event.text_of("specversion") != "1.0") message.issues.add("specversion", "is required: \"1.0\"");
  for (const std::string_view name : kRequired)
    if (event.text_of(name).empty()) message.issues.add(std::string(name), "is required: a text that is not empty");
  set_identity(event, message);
  read_origin(event, message);
  read_time(event, "time", message);
  set_source(message, event.text_of("source"));
  read_data(event, data_of(event, batch), message);
}

}  // namespace

Result<Batch> read_cloudevents(json::Document document) {
  Batch batch(std::move(document));
  const Value& root = batch.document.root();
  if (root.is_object()) {
    read_event(root, batch, batch.add(0));
  } else if (root.is_array()) {
    for (std::size_t i = 0; i < root.items().size() && batch.messages.size() <= kMessagesPerBatch; ++i)
      read_event(root.items()[i], batch, batch.add(i));
  } else {
    return unexpected(
        Fault{.code = FaultCode::kInvalidPayload, .message = "The body must be a CloudEvent, or a JSON list of them."});
  }
  return batch;
}

Result<std::string> structured_event(const std::vector<std::pair<std::string, std::string>>& attributes,
                                     std::string_view content_type, std::string body) {
  const bool has_json = content_type.empty() || is_json(content_type);
  if (has_json && !body.empty()) {
    auto data = parse_json(std::move(body));
    if (!data) return unexpected(data.error());
    body = json::to_text(data->root());
  }
  std::string text;
  json::Writer out(text);
  out.begin_object();
  for (const auto& [name, value] : attributes)
    if (name != "data" && name != "data_base64") out.member(name, value);
  if (!body.empty()) has_json ? out.member_raw("data", body) : out.member("data", body);
  out.end_object();
  return text;
}

}  // namespace beckon::neighbours
