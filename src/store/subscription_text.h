// The types and headers of a subscription as drivers with columns of text store them.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "outbox/subscription.h"
#include "system/encoding.h"

namespace beckon::store {

inline std::string types_text(const outbox::Subscription& subscription) {
  std::string text;
  json::Writer writer(text);
  writer.begin_array();
  for (const std::string& type : subscription.event_types) writer.string(type);
  writer.end_array();
  return text;
}

// Pairs rather than an object: the order is the operator's, and names may repeat.
inline std::string headers_text(std::span<const outbox::OwnHeader> headers) {
  std::string text;
  json::Writer writer(text);
  writer.begin_array();
  for (const auto& [name, sealed] : headers) writer.begin_array().string(name).string(to_base64(sealed)).end_array();
  writer.end_array();
  return text;
}

// Read again what the two functions above have written; false if it is damaged.
inline bool read_types(std::string_view text, outbox::Subscription& into) {
  const auto types = json::parse(std::string(text));
  if (!types) return false;
  for (const json::Value& type : types->root().items()) into.event_types.emplace_back(type.text());
  return true;
}
inline bool read_headers(std::string_view text, outbox::Subscription& into) {
  const auto headers = json::parse(std::string(text));
  if (!headers) return false;
  for (const json::Value& pair : headers->root().items()) {
    auto sealed = pair.items().size() == 2 ? from_base64(pair.items()[1].text()) : std::nullopt;
    if (!sealed) return false;
    into.headers.push_back({std::string(pair.items()[0].text()), *std::move(sealed)});
  }
  return true;
}

}  // namespace beckon::store
