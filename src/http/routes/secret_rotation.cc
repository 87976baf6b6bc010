// A new secret for a subscription; the old one also signs for a while: contract section 6.
#include "http/routes/response.h"
#include "http/routes/subscription_view.h"
#include "intake/subscriptions.h"
#include "outbox/signature.h"

namespace beckon::http {
namespace {

// After two rotations within one overlap, the later one counts: the secret before the last no longer signs.
Result<Response> rotate(Api& api, Request& request) {
  if (!request.body.empty())
    if (const auto document = object_of(request); !document) return unexpected(document.error());
  const Handle handle{request.param("handle")};
  const SubscriptionId id{request.param("subscriptionId")};
  const std::string secret = outbox::make_secret(api.random);
  outbox::Subscription next;
  const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    const auto now = intake::find_subscription(draft, handle, id);
    if (!now) return not_found("subscription");
    next = *now;
    next.sealed_previous_secret = now->sealed_secret;
    next.previous_until = draft.now() + api.secret_overlap;
    next.sealed_secret = api.secrets.seal(secret, handle.text + "/" + id.text, api.random);
    next.updated_at = draft.now();
    draft.put_subscription(next);
    draft.audit(handle, caller_of(request), "webhook.rotate-secret", id.view());
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  api.sending.fence();  // from here on every attempt is signed with both
  return one_subscription(200, api, request, next, secret);
}

}  // namespace

void add_secret_rotation(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/webhooks/{subscriptionId}/rotate-secret",
                           operator_("webhooks.*"), rotate,
                           "Rotate signing secret; the old one also signs for a while"));
}

}  // namespace beckon::http
