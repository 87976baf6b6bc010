// A subscription as the operator sees it: without its secret and the values of headers that carry credentials.
#pragma once
#include "http/routes/api.h"

namespace beckon::http {

// Adds the members of a subscription to an open object.
void write_subscription(json::Writer& out, const Api& api, const outbox::Subscription& subscription);

// A page of a handle's subscriptions in order of creation; `write` adds the members of each to an open object. `what`
// identifies the list in its cursors.
Result<Response> list_subscriptions(Api& api, const Request& request, std::string_view what,
                                    const std::function<void(json::Writer&, const outbox::Subscription&)>& write);

// The response that shows one. `secret`, if given, is shown only this once.
Response one_subscription(int status, const Api& api, const Request& request, const outbox::Subscription& subscription,
                          std::string_view secret = {});

// For the audit log: {"host","eventTypes","enabled"}, and in "changed" the JSON list of the other fields in the
// request. A URL may contain a receiver's secret; its host does not.
std::string audited(const outbox::Subscription& subscription, std::string_view changed = {});

// The payload of a test event.
std::string test_payload(const SubscriptionId& id);

}  // namespace beckon::http
