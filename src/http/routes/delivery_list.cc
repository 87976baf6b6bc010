// The list of a subscription's deliveries, newest first, by status and event type.
#include "http/routes/delivery_view.h"
#include "http/routes/paging.h"
#include "http/routes/response.h"

namespace beckon::http {
namespace {

using outbox::Delivery;
using outbox::DeliveryState;

// The subscription of the path, present or deleted; of this handle.
std::optional<Fault> unknown_subscription(Api& api, const Handle& handle, const SubscriptionId& id) {
  const auto present = api.places.subscriptions.find(id);
  if (present && present->handle == handle) return std::nullopt;
  const auto known = api.outbox.was_known(handle, id);
  if (!known) return known.error();
  return *known ? std::nullopt : std::optional{not_found("subscription")};
}

struct Asked {
  std::optional<DeliveryState> state;
  outbox::DeliveryFilter filter;
};

Result<Asked> asked_of(Api& api, const Request& request, const SubscriptionId& id) {
  Asked asked;
  asked.filter.event_type = request.query_param("eventType");
  const auto status = request.query_param("status");
  if (!status) return asked;
  const auto state = outbox::parse_delivery_state(*status);
  if (!state) {
    Issues issues;
    issues.add("status", "must be queued, sending, retrying, held, delivered, failed or withdrawn");
    return unexpected(issues.fault());
  }
  asked.state = state;
  // The store keeps as queued or retrying what is being sent, what a circuit holds, and what is left of a subscription
  // that was disabled or deleted: there it is sought among all.
  bool lies_over = *state == DeliveryState::kSending || (*state == DeliveryState::kHeld && api.sending.probe_at(id));
  const auto subscription = api.sending.subscription(id);
  if (*state == (subscription ? DeliveryState::kHeld : DeliveryState::kWithdrawn) &&
      !(subscription && subscription->enabled)) {
    const auto left = api.outbox.next_due(id);
    if (!left) return unexpected(left.error());
    lies_over = lies_over || left->has_value();
  }
  if (!lies_over) asked.filter.state = state;
  return asked;
}

// Rows that one call looks through for a state that only this process knows; the cursor goes on from there.
constexpr std::size_t kMostLookedAt = 2'000;

}  // namespace

Result<Response> list_deliveries(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const SubscriptionId id{request.param("subscriptionId")};
  if (auto fault = unknown_subscription(api, handle, id)) return unexpected(std::move(*fault));
  const auto asked = asked_of(api, request, id);
  if (!asked) return unexpected(asked.error());
  const std::string what = "deliveries " + handle.text + " " + id.text + " " +
                           std::string(asked->state ? outbox::to_text(*asked->state) : "") + " " +
                           asked->filter.event_type.value_or("");
  const auto page = page_of(request, what);
  if (!page) return unexpected(page.error());

  std::optional<outbox::DeliveryPlace> behind;
  if (page->behind) behind.emplace(page->behind->first, DeliveryId{page->behind->second});
  std::vector<std::string> items;
  bool more = true;
  for (std::size_t looked_at = 0; more && items.size() < page->limit && looked_at < kMostLookedAt;) {
    const auto rows = api.outbox.deliveries(handle, id, asked->filter, behind, page->limit + 1);
    if (!rows) return unexpected(rows.error());
    more = rows->size() > page->limit;
    for (std::size_t i = 0; i < std::min(rows->size(), page->limit); ++i) {
      if (items.size() == page->limit) {
        more = true;
        break;
      }
      const Delivery& delivery = (*rows)[i];
      behind.emplace(delivery.created_at, delivery.id);
      ++looked_at;
      if (asked->state && state_of(delivery, api.sending) != *asked->state) continue;
      json::Writer writer(items.emplace_back());
      writer.begin_object();
      write_delivery(writer, delivery, api.sending);
      writer.end_object();
    }
  }
  return list_response(request, items,
                       more && behind ? cursor_of(behind->created_at, behind->id.view(), what) : std::string{});
}

}  // namespace beckon::http
