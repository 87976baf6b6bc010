// A subscription as the operator sees it: never a secret, nor the value of a header that carries a credential.
#pragma once
#include "http/routes/api.h"

namespace beckon::http {

// Adds the members of a subscription to an open object.
void write_subscription(json::Writer& out, const Api& api, const outbox::Subscription& subscription);

// A page of a handle's subscriptions in the order of their creation; `write` adds the members of each to an open
// object. `what`: names the list to its cursors.
Result<Response> list_subscriptions(Api& api, const Request& request, std::string_view what,
                                    const std::function<void(json::Writer&, const outbox::Subscription&)>& write);

// The response that shows one. `secret`, if given, is shown this once.
Response one_subscription(int status, const Api& api, const Request& request, const outbox::Subscription& subscription,
                          std::string_view secret = {});

// For the audit: {"host","eventTypes","enabled"}, and as "changed" a JSON list of what else was named in the request. A
// URL may contain a receiver's secret; its host does not.
std::string audited(const outbox::Subscription& subscription, std::string_view changed = {});

// The payload of a test event.
std::string test_payload(const SubscriptionId& id);

}  // namespace beckon::http
