// Subscriptions: contract section 6. A change is committed, then applied to the index, then fenced: once the response
// is sent, no attempt begins under the subscription's former state.
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

using Apply = Result<Response> (*)(Api&, Request&, const SubscriptionRequest&);

// Reads and checks the request, then continues with `apply` on a control thread. `known` is null when a subscription is
// created. No thread blocks on resolving the endpoint's host.
void check(Api& api, Request& request, Respond respond, const Subscription* known, Apply apply) {
  const auto document = object_of(request);
  if (!document) return refuse(request, respond, document.error());
  Issues issues;
  SubscriptionRequest asked = read_subscription(document->root(), known == nullptr, issues);
  judge_masks(asked, known, issues);
  const auto finish = [&api, &request, apply](const SubscriptionRequest& read, const Issues& found, Respond& to) {
    auto response = found.empty() ? apply(api, request, read) : unexpected(found.fault());
    response ? to(std::move(*response)) : refuse(request, to, response.error());
  };
  if (!asked.endpoint_url) return finish(asked, issues, respond);
  const std::string url = *asked.endpoint_url;
  api.endpoints.start(request.param("handle"), url, api.policy.get(),
                      [&request, finish, asked = std::move(asked), issues = std::move(issues),
                       respond = std::move(respond)](const egress::EndpointChecks::Checked& checked) mutable {
                        if (!checked) return refuse(request, respond, checked.error());
                        if (*checked) issues.add("endpointUrl", std::string(egress::sentence(**checked)));
                        request.resume([finish, asked = std::move(asked), issues = std::move(issues),
                                        respond = std::move(respond)]() mutable { finish(asked, issues, respond); });
                      });
}

Result<Response> create_checked(Api& api, Request& request, const SubscriptionRequest& asked) {
  const std::string secret = outbox::make_secret(api.random);
  Subscription made{.handle = Handle{request.param("handle")}};
  const auto fault = api.committer.execute([&](Draft& draft) -> std::optional<Fault> {
    if (intake::count_subscriptions(draft, made.handle) >= outbox::subscription_limits::kPerHandle)
      return Fault{.code = FaultCode::kConflict,
                   .message = "This handle has reached the limit of 100 subscriptions; delete one first."};
    made.created_at = made.updated_at = draft.now();
    made.id = SubscriptionId{make_ulid("whs_", draft.now(), api.random)};
    made.sealed_secret = api.secrets.seal(secret, made.handle.text + "/" + made.id.text, api.random);
    apply(asked, made, api.secrets, api.random);
    draft.put_subscription(made);
    draft.audit(made.handle, caller_of(request), "webhook.create", made.id.view(), audited(made));
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  return one_subscription(201, api, request, made, secret);
}

void create(Api& api, Request& request, Respond respond) {
  check(api, request, std::move(respond), nullptr, create_checked);
}

Result<Response> list_webhooks(Api& api, Request& request) {
  return list_subscriptions(api, request, "webhooks", [&api](json::Writer& out, const Subscription& subscription) {
    write_subscription(out, api, subscription);
  });
}

Result<Response> get_webhook(Api& api, Request& request) {
  const auto found = api.places.subscriptions.find(SubscriptionId{request.param("subscriptionId")});
  if (!found || found->handle.view() != request.param("handle")) return unexpected(not_found("subscription"));
  return one_subscription(200, api, request, *found);
}

Result<Response> change_checked(Api& api, Request& request, const SubscriptionRequest& asked) {
  const Handle handle{request.param("handle")};
  const SubscriptionId id{request.param("subscriptionId")};
  Subscription next;
  bool fence = false;
  const auto fault = api.committer.execute([&](Draft& draft) -> std::optional<Fault> {
    const auto now = intake::find_subscription(draft, handle, id);
    if (!now) return not_found("subscription");
    next = *now;
    apply(asked, next, api.secrets, api.random);
    const outbox::Changed changed = intake::change_subscription(draft, *now, next);
    fence = changed.moved || changed.turned || asked.headers;
    draft.audit(handle, caller_of(request), "webhook.update", id.view(), audited(next, names_json(asked)),
                audited(*now));
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  if (fence) api.sending.fence();
  return one_subscription(200, api, request, next);
}

void change(Api& api, Request& request, Respond respond) {
  const auto known = api.places.subscriptions.find(SubscriptionId{request.param("subscriptionId")});
  if (!known || known->handle.view() != request.param("handle"))
    return refuse(request, respond, not_found("subscription"));
  check(api, request, std::move(respond), known.get(), change_checked);
}

Result<Response> remove_webhook(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const SubscriptionId id{request.param("subscriptionId")};
  const auto fault = api.committer.execute([&](Draft& draft) -> std::optional<Fault> {
    const auto now = intake::find_subscription(draft, handle, id);
    if (!now) return not_found("subscription");
    draft.remove_subscription(id);
    draft.audit(handle, caller_of(request), "webhook.delete", id.view(), "{}", audited(*now));
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
  const auto fault = api.committer.execute(
      [&](Draft& draft) -> std::optional<Fault> {
        const auto now = intake::find_subscription(draft, handle, id);
        if (!now) return not_found("subscription");
        owed = draft.add_event_for(*now, outbox::kTestEventType, R"({"test":true})", test_payload(id));
        return std::nullopt;
      },
      request.trace());
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

// A route whose handler responds later.
Route parked(Api& api, Method method, std::string_view pattern, void (*handle)(Api&, Request&, Respond),
             std::string_view summary) {
  return {.method = method,
          .pattern = std::string(pattern),
          .access = operator_("webhooks.*"),
          .run = Run::kControl,
          .handler = [&api, handle](Request& request, Respond respond) { handle(api, request, std::move(respond)); },
          .summary = summary};
}

}  // namespace

void add_webhooks(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/webhooks", operator_("webhooks.*"), list_webhooks,
                           "List subscriptions"));
  routes.push_back(parked(api, Method::kPost, "/v2/handles/{handle}/webhooks", create,
                          "Create a subscription; its secret is shown only once"));
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/webhooks/{subscriptionId}", operator_("webhooks.*"),
                           get_webhook, "A subscription"));
  routes.push_back(
      parked(api, Method::kPatch, "/v2/handles/{handle}/webhooks/{subscriptionId}", change, "Update a subscription"));
  routes.push_back(control(api, Method::kDelete, "/v2/handles/{handle}/webhooks/{subscriptionId}",
                           operator_("webhooks.*"), remove_webhook, "Delete a subscription; its log stays"));
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/webhooks/{subscriptionId}/test",
                           operator_("webhooks.*"), test, "Send a test event"));
  add_secret_rotation(api, routes);
  add_endpoint_stats(api, routes);
}

}  // namespace beckon::http
