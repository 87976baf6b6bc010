#include "neighbours/snowplow.h"

#include <algorithm>
#include <charconv>

#include "neighbours/metadata.h"
#include "neighbours/parse.h"
#include "system/encoding.h"

namespace beckon::neighbours {
namespace {

using json::Value;

// The path of a URL, such as "/pricing"; empty if it has none.
std::string_view path_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t path = url.find('/', scheme + 3);
  return path == std::string_view::npos ? std::string_view("/") : url.substr(path);
}

// "order_paid" of "iglu:com.acme/order_paid/jsonschema/1-0-0".
std::string_view name_in(std::string_view schema) {
  const std::size_t vendor = schema.find('/');
  if (!schema.starts_with("iglu:") || vendor == std::string_view::npos) return {};
  schema.remove_prefix(vendor + 1);
  return schema.substr(0, schema.find('/'));
}

std::optional<Instant> instant_in(std::string_view ms) {
  std::int64_t read = 0;
  const auto [end, fault] = std::from_chars(ms.data(), ms.data() + ms.size(), read);
  if (fault != std::errc{} || end != ms.data() + ms.size()) return std::nullopt;
  return instant_within_ms(read);
}

// All values are strings, including numbers.
void add_number(Metadata& metadata, std::string_view name, std::string_view text, Batch& batch) {
  if (text.empty()) return;
  auto number = json::parse(std::string(text));
  if (!number || !number->root().is_number()) return metadata.add(name, text);
  metadata.add(name, batch.parts.emplace_back(std::move(*number)).root());
}

void read_view(const Value& from, Message& message, Metadata& metadata) {
  message.key = "view";
  set_value(message, path_of(from.text_of("url")));
  metadata.add("name", from.text_of("page"));
}

void read_structured(const Value& from, Message& message, Metadata& metadata, Batch& batch) {
  const std::string_view category = from.text_of("se_ca"), action = from.text_of("se_ac");
  if (category.empty() || action.empty())
    return message.issues.add(category.empty() ? "se_ca" : "se_ac", "must be a text that is not empty");
  const std::string name = std::string(category) + "." + std::string(action);
  message.key = signal_key(name);
  if (message.key != name) metadata.add("event", name);
  set_value(message, from.text_of("se_la"));
  metadata.add("property", from.text_of("se_pr"));
  add_number(metadata, "value", from.text_of("se_va"), batch);
}

// The event as JSON, plain or in base64url.
const Value* self_describing(const Value& from, Batch& batch) {
  std::string text{from.text_of("ue_pr")};
  if (text.empty()) {
    std::string_view encoded = from.text_of("ue_px");
    while (encoded.ends_with('=')) encoded.remove_suffix(1);
    text = from_base64url(encoded).value_or("");
  }
  auto document = parse_json(std::move(text));
  if (!document) return nullptr;
  const Value& root = batch.parts.emplace_back(std::move(*document)).root();
  return root.find("data");
}

void read_self_describing(const Value& from, Message& message, Metadata& metadata, Batch& batch) {
  const Value* event = self_describing(from, batch);
  const std::string_view name = event ? name_in(event->text_of("schema")) : std::string_view{};
  if (name.empty())
    return message.issues.add("ue_pr",
                              "must be JSON whose data has a schema such as iglu:com.acme/order/jsonschema/1-0-0");
  message.key = signal_key(name);
  metadata.add_all(event->find("data"));
}

void read_event(const Value& from, Message& message, Batch& batch) {
  const std::string_view kind = from.text_of("e");
  Metadata metadata;
  if (kind == "pv")
    read_view(from, message, metadata);
  else if (kind == "se")
    read_structured(from, message, metadata, batch);
  else if (kind == "ue")
    read_self_describing(from, message, metadata, batch);
  else
    message.issues.add("e", "must be one of pv, se, ue");
  complete(message, std::move(metadata));
}

void read_message(const Value& from, std::string_view application, Message& message, Batch& batch) {
  if (!from.is_object()) return message.issues.add("message", "must be an object");
  set_id(message, from.text_of("eid"));
  if (from.text_of("aid") != application) message.issues.add("aid", "must be the same in all events of a request");
  message.family = "sp";
  read_ids(from, "uid", "duid", message);
  const std::string_view session = from.text_of("sid");
  if (!session.empty() || !message.anonymous.empty())
    message.session = session_id(message.family, session.empty() ? message.anonymous : session);
  message.said = instant_in(from.text_of("dtm"));
  message.sent = instant_in(from.text_of("stm"));
  set_source(message, from.text_of("tv"));
  add_context(message, "page", path_of(from.text_of("url")));
  add_context(message, "locale", from.text_of("lang"));
  read_event(from, message, batch);
}

}  // namespace

std::string snowplow_application(const Value& body) {
  const Value* data = body.find("data");
  return data && !data->items().empty() ? std::string(data->items()[0].text_of("aid")) : std::string();
}

Result<Batch> read_snowplow(json::Document document) {
  Batch batch(std::move(document));
  const Value& root = batch.document.root();
  const Value* list = root.find("data");
  if (!list || !list->is_array())
    return unexpected(Fault{.code = FaultCode::kInvalidPayload,
                            .message = "The body must be a JSON object with a list of events as `data`."});
  const std::string application = snowplow_application(root);
  for (std::size_t i = 0; i < list->items().size() && batch.messages.size() <= kMessagesPerBatch; ++i) {
    const Value& item = list->items()[i];
    if (item.text_of("e") != "pp") read_message(item, application, batch.add(i), batch);  // a page ping
  }
  return batch;
}

std::string snowplow_body(const std::vector<std::pair<std::string, std::string>>& query) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().key("data").begin_array().begin_object();
  std::vector<std::string_view> names;
  for (const auto& [name, value] : query) {
    if (std::ranges::find(names, name) != names.end()) continue;
    names.push_back(name);
    writer.member(name, value);
  }
  writer.end_object().end_array().end_object();
  return body;
}

}  // namespace beckon::neighbours
