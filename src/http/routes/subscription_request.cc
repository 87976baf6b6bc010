#include "http/routes/subscription_request.h"

#include <algorithm>

#include "base/utf8.h"
#include "egress/guard.h"
#include "outbox/subscription_limits.h"

namespace beckon::http {
namespace {

namespace limits = outbox::subscription_limits;
using outbox::header_key;

void read_event_types(const json::Value& value, SubscriptionRequest& request, Issues& issues) {
  const auto items = value.items();
  if (!value.is_array() || items.empty() || items.size() > limits::kEventTypes)
    return issues.add("eventTypes", "must be a list of 1 to 50 event types");
  std::vector<std::string> types;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].is_string() && outbox::is_event_pattern(items[i].text()))
      types.emplace_back(items[i].text());
    else
      issues.add("eventTypes[" + std::to_string(i) + "]",
                 "must be an event type such as \"link.clicked\", a \"prefix.*\", or \"*\"");
  }
  request.event_types = std::move(types);
}

void read_headers(const json::Value& value, SubscriptionRequest& request, Issues& issues) {
  if (!value.is_object() || value.members().size() > limits::kHeaders)
    return issues.add("headers", "must be an object with at most 20 headers");
  std::vector<std::pair<std::string, std::string>> headers;
  for (const json::Member& member : value.members()) {
    const std::string path = "headers." + std::string(member.key);
    const std::string name = header_key(member.key);
    const std::string_view text = member.value.is_string() ? member.value.text() : std::string_view{};
    const auto same = [&](const auto& header) { return header_key(header.first) == name; };
    if (!member.value.is_string() || text.size() > limits::kHeaderValue)
      issues.add(path, "must be a string of at most 2048 characters");
    else if (outbox::is_set_by_server(name))
      issues.add(path, "is set by the server; omit it");
    else if (!egress::is_sendable_header(member.key, text))
      issues.add(path, "is not allowed: the name is reserved or contains an invalid character");
    else if (std::ranges::any_of(headers, same))
      issues.add(path, "is given twice; header names are case-insensitive");
    else
      headers.emplace_back(member.key, text);
  }
  request.headers = std::move(headers);
}

void read_rate(const json::Value& value, SubscriptionRequest& request, Issues& issues) {
  if (value.is_null()) {
    request.rate_per_second.emplace(std::nullopt);
    return;
  }
  const auto rate = value.integer();
  if (!rate || *rate < 1 || *rate > limits::kRatePerSecond)
    return issues.add("ratePerSecond", "must be a whole number from 1 to 1000, or null");
  request.rate_per_second.emplace(static_cast<int>(*rate));
}

void read_ordering(const json::Value& value, SubscriptionRequest& request, Issues& issues) {
  const std::string_view text = value.is_string() ? value.text() : std::string_view{};
  if (text == "none")
    request.ordering = outbox::Ordering::kNone;
  else if (text == "session")
    request.ordering = outbox::Ordering::kSession;
  else
    issues.add("ordering", "must be \"none\" or \"session\"");
}

void read_format(const json::Value& value, SubscriptionRequest& request, Issues& issues) {
  request.format = outbox::parse_event_format(value.is_string() ? value.text() : std::string_view{});
  if (!request.format) issues.add("format", "must be \"beckon\", \"cloudevents\" or \"cloudevents-binary\"");
}

}  // namespace

SubscriptionRequest read_subscription(const json::Value& body, bool creating, Issues& issues) {
  SubscriptionRequest request;
  if (const json::Value* url = body.find("endpointUrl")) {
    if (url->is_string())
      request.endpoint_url = url->text();
    else
      issues.add("endpointUrl", "must be a string such as \"https://hooks.example.com/\"");
  } else if (creating) {
    issues.add("endpointUrl", "is required: the URL to send events to");
  }
  if (const json::Value* types = body.find("eventTypes"))
    read_event_types(*types, request, issues);
  else if (creating)
    issues.add("eventTypes", "is required: a list such as [\"link.clicked\"]");
  if (const json::Value* description = body.find("description")) {
    if (description->is_string() && characters(description->text()) <= limits::kDescription)
      request.description = description->text();
    else
      issues.add("description", "must be a string of at most 256 characters");
  }
  if (const json::Value* headers = body.find("headers")) read_headers(*headers, request, issues);
  if (const json::Value* rate = body.find("ratePerSecond")) read_rate(*rate, request, issues);
  if (const json::Value* ordering = body.find("ordering")) read_ordering(*ordering, request, issues);
  if (const json::Value* format = body.find("format")) read_format(*format, request, issues);
  if (const json::Value* enabled = creating ? nullptr : body.find("enabled")) {
    if (enabled->is_boolean())
      request.enabled = enabled->boolean();
    else
      issues.add("enabled", "must be true or false");
  }
  return request;
}

void judge_masks(const SubscriptionRequest& request, const outbox::Subscription* known, Issues& issues) {
  if (!request.headers) return;
  for (const auto& [name, value] : *request.headers) {
    const auto same = [&](const auto& header) { return header_key(header.name) == header_key(name); };
    if (value == outbox::kMask && (!known || !std::ranges::any_of(known->headers, same)))
      issues.add("headers." + name,
                 "is the mask that stands for a stored value, but there is no stored value; give the value");
  }
}

void apply(const SubscriptionRequest& request, outbox::Subscription& subscription, const SecretBox& secrets,
           Random& random) {
  if (request.endpoint_url) subscription.endpoint_url = *request.endpoint_url;
  if (request.event_types) subscription.event_types = *request.event_types;
  if (request.description) subscription.description = *request.description;
  if (request.rate_per_second) subscription.rate_per_second = *request.rate_per_second;
  if (request.ordering) subscription.ordering = *request.ordering;
  if (request.format) subscription.format = *request.format;
  if (request.enabled) subscription.enabled = *request.enabled;
  if (!request.headers) return;
  std::vector<outbox::OwnHeader> headers;
  for (const auto& [name, value] : *request.headers) {
    const auto same = [&](const auto& header) { return header_key(header.name) == header_key(name); };
    const auto kept = std::ranges::find_if(subscription.headers, same);
    const bool keeps = value == outbox::kMask && kept != subscription.headers.end();
    headers.push_back(
        {name, keeps ? kept->sealed
                     : outbox::seal_header(subscription.handle, subscription.id, name, value, secrets, random)});
  }
  subscription.headers = std::move(headers);
}

std::string names_json(const SubscriptionRequest& request) {
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  if (request.endpoint_url) writer.string("endpointUrl");
  if (request.event_types) writer.string("eventTypes");
  if (request.description) writer.string("description");
  if (request.headers) writer.string("headers");
  if (request.rate_per_second) writer.string("ratePerSecond");
  if (request.ordering) writer.string("ordering");
  if (request.format) writer.string("format");
  if (request.enabled) writer.string("enabled");
  writer.end_array();
  return out;
}

}  // namespace beckon::http
