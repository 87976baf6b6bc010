// Lists of deliveries, newest first: of one endpoint, and of all endpoints.
#include <algorithm>

#include "egress/url.h"
#include "http/routes/delivery_view.h"
#include "http/routes/instant_param.h"
#include "http/routes/paging.h"
#include "http/routes/response.h"

namespace beckon::http {
namespace {

using outbox::Delivery;
using outbox::DeliveryState;
using outbox::FoundDeliveries;

// The fault unless the subscription in the path, current or deleted, is of this handle.
std::optional<Fault> unknown_subscription(Api& api, const Handle& handle, const SubscriptionId& id) {
  const auto present = api.places.subscriptions.find(id);
  if (present && present->handle == handle) return std::nullopt;
  const auto known = api.outbox.was_known(handle, id);
  if (!known) return known.error();
  return *known ? std::nullopt : std::optional{not_found("subscription")};
}

// The search for `status` and `eventType`. `status` is the state as shown: the store keeps as queued or retrying what
// is being sent, what a circuit holds, and what is left of a disabled or deleted subscription.
outbox::DeliverySearch search_of(const Api& api, const Request& request, Issues& issues) {
  outbox::DeliverySearch search;
  const auto status = request.query_param("status");
  const auto state = status ? outbox::parse_delivery_state(*status) : std::nullopt;
  if (status && !state) issues.add("status", "must be queued, sending, retrying, held, delivered, failed or withdrawn");
  search.delivered = !state || *state == DeliveryState::kDelivered;
  search.fits = [&sending = api.sending, state, type = request.query_param("eventType")](const Delivery& one) {
    return (!type || one.event_type == *type) && (!state || state_of(one, sending) == *state);
  };
  return search;
}

// What a cursor is bound to.
std::string name_of(const Request& request, const Handle& handle, std::string_view subscription) {
  std::string name = "deliveries\n" + handle.text + "\n" + std::string(subscription);
  for (const char* filter : {"status", "eventType", "since", "until", "q"})
    name += "\n" + request.query_param(filter).value_or("");
  return name;
}

std::optional<outbox::DeliveryPlace> behind(const Page& page) {
  if (!page.behind) return std::nullopt;
  return outbox::DeliveryPlace{page.behind->first, DeliveryId{page.behind->second}};
}

std::string next_of(const FoundDeliveries& found, std::string_view what) {
  const auto& next = found.more_behind;
  return next ? cursor_of(next->created_at, next->id.view(), what) : std::string{};
}

// The deliveries that have this id, or whose event or session has it, newest first.
Result<std::vector<Delivery>> named(Api& api, const Handle& handle, const std::string& id) {
  auto one = api.outbox.delivery(handle, DeliveryId{id});
  if (!one) return unexpected(one.error());
  if (*one) return std::vector{std::move(**one)};
  auto found = api.outbox.deliveries_of(handle, EventId{id});
  if (!found || !found->empty()) return found;
  return api.outbox.deliveries_of(handle, SessionId{id}, FoundDeliveries::kMostRead);
}

FoundDeliveries page_of(const std::vector<Delivery>& all, const outbox::DeliverySearch& search,
                        const std::optional<outbox::DeliveryPlace>& behind, std::size_t limit) {
  FoundDeliveries found;
  for (const Delivery& one : all) {
    if ((behind && place_of(one) >= *behind) || one.created_at < search.since || one.created_at >= search.until ||
        (search.subscription && one.subscription != *search.subscription) || !search.fits(one))
      continue;
    if (found.deliveries.size() == limit) return found;
    found.deliveries.push_back(one);
    found.more_behind = place_of(one);
  }
  found.more_behind.reset();
  return found;
}

// `q`: an id, or if nothing has that id, a prefix of the event type.
Result<FoundDeliveries> found_by(Api& api, const Handle& handle, const std::string& q, outbox::DeliverySearch search,
                                 const std::optional<outbox::DeliveryPlace>& behind, std::size_t limit) {
  if (!q.empty()) {
    const auto all = named(api, handle, q);
    if (!all) return unexpected(all.error());
    if (!all->empty()) return page_of(*all, search, behind, limit);
    search.fits = [fits = std::move(search.fits), q](const Delivery& one) {
      return one.event_type.starts_with(q) && fits(one);
    };
  }
  return api.delivery_log.search(handle, search, behind, limit);
}

// A delivery with its endpoint, and the rule and visitor of its event.
Result<std::string> listed(Api& api, const Delivery& delivery) {
  const auto event = api.outbox.event(delivery.handle, delivery.event);
  if (!event) return unexpected(event.error());
  const auto cause = *event ? json::parse((*event)->cause) : unexpected(not_found("event"));
  const auto body = *event ? json::parse((*event)->body) : unexpected(not_found("event"));
  const json::Value* payload = body ? body->root().find("payload") : nullptr;
  const json::Value* visitor = payload ? payload->find("visitor") : nullptr;
  if (!visitor || !visitor->is_object()) visitor = payload;  // a message has more than the visitor's id
  std::string_view rule = delivery.rule.view();
  if (rule.empty() && cause) rule = cause->root().text_of("ruleId");
  std::string text;
  json::Writer out(text);
  out.begin_object();
  write_delivery(out, delivery, api.sending);
  out.key("endpoint");
  if (const auto subscription = api.places.subscriptions.find(delivery.subscription)) {
    const auto url = egress::parse_url(subscription->endpoint_url);
    out.begin_object().member("host", url ? url->host_text() : "").member("description", subscription->description);
    out.end_object();
  } else {
    out.null();
  }
  text_or_null(out, "ruleId", rule);
  text_or_null(out, "visitorId", visitor ? visitor->text_of("visitorId") : std::string_view{});
  out.end_object();
  return text;
}

}  // namespace

Result<Response> list_deliveries(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const SubscriptionId id{request.param("subscriptionId")};
  if (auto fault = unknown_subscription(api, handle, id)) return unexpected(std::move(*fault));
  Issues issues;
  outbox::DeliverySearch search = search_of(api, request, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  search.subscription = id;
  const std::string what = name_of(request, handle, id.view());
  const auto page = page_of(request, what);
  if (!page) return unexpected(page.error());
  const auto found = api.delivery_log.search(handle, search, behind(*page), page->limit);
  if (!found) return unexpected(found.error());
  std::vector<std::string> items;
  for (const Delivery& delivery : found->deliveries) {
    json::Writer writer(items.emplace_back());
    writer.begin_object();
    write_delivery(writer, delivery, api.sending);
    writer.end_object();
  }
  return list_response(request, items, next_of(*found, what));
}

Result<Response> list_all_deliveries(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  Issues issues;
  outbox::DeliverySearch search = search_of(api, request, issues);
  search.since = instant_param(request, "since", issues).value_or(search.since);
  search.until = instant_param(request, "until", issues).value_or(search.until);
  if (!issues.empty()) return unexpected(issues.fault());
  const auto id = request.query_param("subscriptionId");
  if (id) search.subscription = SubscriptionId{*id};
  const std::string what = name_of(request, handle, "of " + id.value_or(""));
  const auto page = page_of(request, what);
  if (!page) return unexpected(page.error());
  const auto found = found_by(api, handle, request.query_param("q").value_or(""), search, behind(*page), page->limit);
  if (!found) return unexpected(found.error());
  std::vector<std::string> items;
  for (const Delivery& delivery : found->deliveries) {
    auto item = listed(api, delivery);
    if (!item) return unexpected(item.error());
    items.push_back(std::move(*item));
  }
  return list_response(request, items, next_of(*found, what));
}

}  // namespace beckon::http
