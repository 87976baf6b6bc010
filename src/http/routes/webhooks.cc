// Subscriptions: contract section 6. A change is committed, then put into the index, then fenced: once it is answered,
// no attempt begins under what the subscription was before.
#include "http/routes/paging.h"
#include "http/routes/response.h"
#include "http/routes/subscription_request.h"
#include "http/routes/subscription_view.h"
#include "intake/subscriptions.h"
#include "outbox/signature.h"
#include "outbox/subscription_limits.h"

namespace beckon::http {
namespace {

using commit::Draft;
using outbox::Subscription;
using outbox::SubscriptionPtr;

// `known` is null where a subscription is being made.
Result<SubscriptionRequest> read(Api& api, Request& request, const Subscription* known) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  Issues issues;
  SubscriptionRequest asked = read_subscription(document->root(), known == nullptr, issues);
  judge_masks(asked, known, issues);
  judge_endpoint(asked, *api.policy.get(), api.names, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  return asked;
}

Result<Response> create(Api& api, Request& request) {
  const auto asked = read(api, request, nullptr);
  if (!asked) return unexpected(asked.error());
  const std::string secret = outbox::make_secret(api.random);
  Subscription made{.handle = Handle{request.param("handle")}};
  apply(*asked, made);
  const auto fault = api.committer.execute([&](Draft& draft) -> std::optional<Fault> {
    if (intake::count_subscriptions(draft, made.handle) >= outbox::subscription_limits::kPerHandle)
      return Fault{.code = FaultCode::kConflict,
                   .message = "This handle has reached the limit of 100 subscriptions; delete one first."};
    made.created_at = made.updated_at = draft.now();
    made.id = SubscriptionId{make_ulid("whs_", draft.now(), api.random)};
    made.sealed_secret = api.secrets.seal(secret, made.handle.text + "/" + made.id.text, api.random);
    draft.put_subscription(made);
    draft.audit(made.handle, principal_of(request).subject, "webhook.create", made.id.view(), host_json(made));
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  return one_subscription(201, api, request, made, secret);
}

Result<Response> list(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto all = api.places.subscriptions.of(handle);
  std::vector<SubscriptionPtr> sorted = *all;
  const auto place = [](const SubscriptionPtr& one) { return std::pair{one->created_at, one->id.text}; };
  std::ranges::sort(sorted, {}, place);
  return list_page(request, "webhooks " + handle.text, std::span<const SubscriptionPtr>{sorted}, place,
                   [&api](const SubscriptionPtr& one) {
                     std::string text;
                     json::Writer writer(text);
                     writer.begin_object();
                     write_subscription(writer, api, *one);
                     writer.end_object();
                     return text;
                   });
}

Result<Response> get(Api& api, Request& request) {
  const auto found = api.places.subscriptions.find(SubscriptionId{request.param("subscriptionId")});
  if (!found || found->handle.view() != request.param("handle")) return unexpected(not_found("subscription"));
  return one_subscription(200, api, request, *found);
}

Result<Response> change(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const SubscriptionId id{request.param("subscriptionId")};
  const auto known = api.places.subscriptions.find(id);
  if (!known || known->handle != handle) return unexpected(not_found("subscription"));
  const auto asked = read(api, request, known.get());
  if (!asked) return unexpected(asked.error());
  Subscription next;
  bool fence = false;
  const auto fault = api.committer.execute([&](Draft& draft) -> std::optional<Fault> {
    const auto now = intake::find_subscription(draft, handle, id);
    if (!now) return not_found("subscription");
    next = *now;
    apply(*asked, next);
    const outbox::Changed changed = intake::change_subscription(draft, *now, next);
    fence = changed.moved || changed.turned || asked->headers;
    draft.audit(handle, principal_of(request).subject, "webhook.update", id.view(),
                "{\"changed\":" + names_json(*asked) + "}");
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  if (fence) api.sending.fence();
  return one_subscription(200, api, request, next);
}

Result<Response> remove(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const SubscriptionId id{request.param("subscriptionId")};
  const auto fault = api.committer.execute([&](Draft& draft) -> std::optional<Fault> {
    const auto now = intake::find_subscription(draft, handle, id);
    if (!now) return not_found("subscription");
    draft.remove_subscription(id);
    draft.audit(handle, principal_of(request).subject, "webhook.delete", id.view(), host_json(*now));
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  api.sending.fence();
  return no_content();
}

Result<Response> test(Api& api, Request& request) {
  if (!request.body.empty())
    if (const auto document = object_of(request); !document) return unexpected(document.error());
  const Handle handle{request.param("handle")};
  const SubscriptionId id{request.param("subscriptionId")};
  outbox::Delivery owed;
  const auto fault = api.committer.execute([&](Draft& draft) -> std::optional<Fault> {
    const auto now = intake::find_subscription(draft, handle, id);
    if (!now) return not_found("subscription");
    owed = draft.add_event_for(*now, outbox::kTestEventType, R"({"test":true})", test_payload(id));
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  api.sending.probe(id, owed.id);
  std::string body;
  json::Writer(body)
      .begin_object()
      .member("eventId", owed.event.view())
      .member("deliveryId", owed.id.view())
      .member("status", "queued")
      .member("requestId", request.id.view())
      .end_object();
  return json_response(202, std::move(body));
}

}  // namespace

void add_webhooks(Api& api, std::vector<Route>& routes) {
  routes.push_back(
      control(api, Method::kGet, "/v2/handles/{handle}/webhooks", operator_(), list, "List subscriptions"));
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/webhooks", operator_(), create,
                           "Create a subscription; its secret is shown only once"));
  routes.push_back(
      control(api, Method::kGet, "/v2/handles/{handle}/webhooks/{subscriptionId}", operator_(), get, "A subscription"));
  routes.push_back(control(api, Method::kPatch, "/v2/handles/{handle}/webhooks/{subscriptionId}", operator_(), change,
                           "Update a subscription"));
  routes.push_back(control(api, Method::kDelete, "/v2/handles/{handle}/webhooks/{subscriptionId}", operator_(), remove,
                           "Delete a subscription; its log stays"));
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/webhooks/{subscriptionId}/test", operator_(), test,
                           "Send a test event"));
  add_secret_rotation(api, routes);
}

}  // namespace beckon::http
