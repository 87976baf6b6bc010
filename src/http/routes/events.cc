// Events: the published ones, and publishing by the operator. Contract section 6.
#include "http/routes/delivery_view.h"
#include "http/routes/response.h"
#include "intake/publish.h"

namespace beckon::http {
namespace {

Result<Response> get_event(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const EventId id{request.param("eventId")};
  const auto found = api.outbox.event(handle, id);
  if (!found) return unexpected(found.error());
  if (!*found) return unexpected(not_found("event"));
  const auto deliveries = api.outbox.deliveries_of(handle, id);
  if (!deliveries) return unexpected(deliveries.error());
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  write_event(writer, **found);
  writer.key("deliveries").begin_array();
  for (const outbox::Delivery& delivery : *deliveries) {
    writer.begin_object();
    write_delivery(writer, delivery, api.sending);
    writer.end_object();
  }
  writer.end_array().member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

Result<intake::PublishRequest> asked_of(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  auto tenant = api.places.tenants.find(request.param("handle"));
  if (!tenant) return unexpected(tenant.error());
  auto parsed = intake::parse_publish(document->root(), std::move(*tenant), principal_of(request).subject);
  if (parsed) parsed->trace = request.trace();
  return parsed;
}

// Answered by the committing thread, so that publishing does not depend on the control threads.
void publish(Api& api, Request& request, Respond respond) {
  auto asked = asked_of(api, request);
  if (!asked) return refuse(request, respond, asked.error());
  const RequestId& id = request.id;  // alive until the answer
  std::unique_ptr<commit::Work> work = std::make_unique<intake::Publish>(
      std::move(*asked), api.outbox, [&id, respond = std::move(respond)](const Result<EventId>& event) mutable {
        if (!event) return respond(to_response(event.error(), id));
        std::string body;
        json::Writer(body).begin_object().member("eventId", event->view()).member("requestId", id.view()).end_object();
        respond(json_response(202, std::move(body)));
      });
  if (!api.committer.submit(work)) refuse_overloaded(*work);
}

}  // namespace

void add_events(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/events/{eventId}", operator_("deliveries.read"),
                           get_event, "Get an event with its cause and deliveries"));
  routes.push_back({.method = Method::kPost,
                    .pattern = "/v2/handles/{handle}/events",
                    .access = operator_("events.publish"),
                    .run = Run::kInline,
                    .handler = [&api](Request& request, Respond respond) { publish(api, request, std::move(respond)); },
                    .summary = "Publish a custom event"});
}

}  // namespace beckon::http
