// The request that creates or changes a subscription: contract section 6.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "outbox/subscription.h"

namespace beckon::http {

// Only the given fields; the others stay unchanged.
struct SubscriptionRequest {
  std::optional<std::string> endpoint_url;
  std::optional<std::vector<std::string>> event_types;
  std::optional<std::string> description;
  std::optional<std::vector<std::pair<std::string, std::string>>> headers;
  std::optional<std::optional<int>> rate_per_second;  // null: no limit for this endpoint
  std::optional<outbox::Ordering> ordering;
  std::optional<outbox::EventFormat> format;
  std::optional<bool> enabled;
};

// Reads a JSON object and adds all issues. `creating`: endpointUrl and eventTypes are required, and `enabled` is
// ignored. Unknown members are skipped. Pure.
SubscriptionRequest read_subscription(const json::Value& body, bool creating, Issues& issues);

// The mask stands for a stored value: adds an issue if `known` (null when creating) has no such header.
void judge_masks(const SubscriptionRequest& request, const outbox::Subscription* known, Issues& issues);

// Applies the given fields to a subscription whose handle and id are set; header values are sealed for them. A header
// whose value is the mask keeps its stored value.
void apply(const SubscriptionRequest& request, outbox::Subscription& subscription, const SecretBox& secrets,
           Random& random);

// The names of the given fields, for the audit: ["endpointUrl","enabled"].
std::string names_json(const SubscriptionRequest& request);

}  // namespace beckon::http
