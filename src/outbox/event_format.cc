#include "outbox/event_format.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/json.h"

namespace beckon::outbox {
namespace {

constexpr std::array<std::string_view, 3> kFormats{"beckon", "cloudevents", "cloudevents-binary"};
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kStructured = "application/cloudevents+json";

// The attributes of a CloudEvent, without its data. Views into the stored event, except for the source.
struct Attributes {
  std::string source;
  std::vector<std::pair<std::string_view, std::string_view>> all;  // the present ones, in order
};

Attributes attributes_of(const json::Value& event, const json::Value& payload) {
  Attributes made{.source = "/v2/handles/" + std::string(event.text_of("handle")), .all = {}};
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) made.all.emplace_back(name, value);
  };
  add("specversion", "1.0");
  add("id", event.text_of("id"));
  add("source", made.source);
  add("type", event.text_of("type"));
  add("time", event.text_of("occurredAt"));
  add("subject", payload.text_of("visitorId"));
  add("sessionid", payload.text_of("sessionId"));
  return made;
}

// CloudEvents' HTTP binding, section 3.1.3.2: encodes non-printable and non-ASCII characters, space, quotes and percent
// signs as %XX of their UTF-8.
std::string header_value(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string value;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && c != '"' && c != '%') {
      value.push_back(c);
    } else {
      value.push_back('%');
      value.push_back(kHex[byte >> 4]);
      value.push_back(kHex[byte & 15]);
    }
  }
  return value;
}

WrittenEvent structured(const Attributes& attributes, const json::Value& payload) {
  std::string body;
  json::Writer out(body);
  out.begin_object();
  for (const auto& [name, value] : attributes.all) out.member(name, value);
  out.member("datacontenttype", kJson).member_raw("data", json::to_text(payload)).end_object();
  return {.headers = {{"content-type", std::string(kStructured)}},
          .body = std::make_shared<const std::string>(std::move(body))};
}

WrittenEvent binary(const Attributes& attributes, const json::Value& payload) {
  WrittenEvent written{.headers = {{"content-type", std::string(kJson)}},
                       .body = std::make_shared<const std::string>(json::to_text(payload))};
  for (const auto& [name, value] : attributes.all)
    written.headers.emplace_back("ce-" + std::string(name), header_value(value));
  return written;
}

bool has(const Headers& headers, std::string_view name, std::string_view value) {
  return std::ranges::any_of(headers, [&](const auto& one) { return one.first == name && one.second == value; });
}

}  // namespace

std::string_view to_text(EventFormat format) { return kFormats[static_cast<std::size_t>(format)]; }

std::optional<EventFormat> parse_event_format(std::string_view text) {
  const auto found = std::ranges::find(kFormats, text);
  if (found == kFormats.end()) return std::nullopt;
  return static_cast<EventFormat>(found - kFormats.begin());
}

WrittenEvent written_as(EventFormat format, std::shared_ptr<const std::string> stored) {
  const auto document = format == EventFormat::kBeckon ? std::nullopt : std::optional(json::parse(*stored));
  const json::Value* payload = document && *document ? (*document)->root().find("payload") : nullptr;
  if (!payload) return {.headers = {{"content-type", std::string(kJson)}}, .body = std::move(stored)};
  const Attributes attributes = attributes_of((*document)->root(), *payload);
  return format == EventFormat::kCloudEvents ? structured(attributes, *payload) : binary(attributes, *payload);
}

EventFormat format_of(const Headers& headers) {
  if (has(headers, "content-type", kStructured)) return EventFormat::kCloudEvents;
  return has(headers, "ce-specversion", "1.0") ? EventFormat::kCloudEventsBinary : EventFormat::kBeckon;
}

}  // namespace beckon::outbox
