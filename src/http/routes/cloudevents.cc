#include "http/routes/cloudevents.h"

#include <algorithm>

#include "http/routes/neighbours.h"
#include "http/routes/rates.h"
#include "http/routes/response.h"
#include "http/text.h"
#include "neighbours/append_messages.h"
#include "neighbours/cloudevents.h"
#include "neighbours/inflate.h"
#include "neighbours/parse.h"
#include "system/plain_text.h"

namespace beckon::http {
namespace {

using neighbours::AppendMessages;
using neighbours::Applied;

constexpr std::string_view kCloudEvent = "application/cloudevents+json";
constexpr std::string_view kCloudEvents = "application/cloudevents-batch+json";
constexpr std::string_view kPrefix = "ce-";

bool is_of_type(const Request& request, std::string_view type) {
  const std::string_view said = request.header("content-type");
  return equal_ignoring_case(trim(said.substr(0, said.find(';'))), type);
}

bool is_structured(const Request& request) {
  return is_of_type(request, kCloudEvent) || is_of_type(request, kCloudEvents);
}

// The attributes of an event in binary mode. Fault: one is given twice, or its value is not percent-encoded UTF-8.
Result<std::vector<std::pair<std::string, std::string>>> attributes_of(const Request& request) {
  std::vector<std::pair<std::string, std::string>> attributes;
  Issues issues;
  for (const Field& field : request.fields) {
    if (field.name.size() <= kPrefix.size() || !equal_ignoring_case(field.name.substr(0, kPrefix.size()), kPrefix))
      continue;
    std::string name(field.name.substr(kPrefix.size()));
    std::ranges::transform(name, name.begin(), to_lower);
    auto value = percent_decoded(field.value, false);
    const bool is_given_twice = std::ranges::any_of(attributes, [&](const auto& one) { return one.first == name; });
    if (is_given_twice)
      issues.add(std::string(field.name), "is given twice");
    else if (!value || !is_utf8(*value))
      issues.add(std::string(field.name), "must be percent-encoded UTF-8");
    else
      attributes.emplace_back(std::move(name), std::move(*value));
  }
  if (!issues.empty()) return unexpected(issues.fault());
  return attributes;
}

Result<neighbours::Batch> batch_of(Request& request) {
  std::string text = std::move(request.body);
  if (!is_structured(request)) {
    const auto attributes = attributes_of(request);
    if (!attributes) return unexpected(attributes.error());
    auto event = neighbours::structured_event(*attributes, request.header("content-type"), std::move(text));
    if (!event) return unexpected(event.error());
    text = std::move(*event);
  }
  const std::size_t bytes = text.size();
  auto document = neighbours::parse_json(std::move(text));
  if (!document) return unexpected(document.error());
  auto batch = neighbours::read_cloudevents(std::move(*document));
  if (batch) batch->bytes = bytes;
  return batch;
}

Response of_batch(const Applied& applied, const RequestId& id) {
  std::string body;
  json::Writer out(body);
  out.begin_object();
  write_applied(out, applied);
  out.member("requestId", id.view()).end_object();
  return json_response(200, std::move(body));
}

// A single event is stored or refused, like any request.
Response of_event(const Applied& applied, const RequestId& id) {
  const auto refused = std::ranges::find_if(applied.rejected, [](const auto& one) { return one.code.has_value(); });
  if (refused == applied.rejected.end()) return {.status = 202};
  Fault fault{.code = *refused->code, .message = "The event was not stored: " + refused->issue + "."};
  return to_response(fault, id);
}

Response answer(const Result<Applied>& applied, const RequestId& id, bool is_batch) {
  if (!applied) return to_response(applied.error(), id);
  if (applied->again) return to_response(*applied->again, id);
  return is_batch ? of_batch(*applied, id) : of_event(*applied, id);
}

}  // namespace

bool has_cloudevents(const Request& request) {
  return is_structured(request) || !request.header("ce-specversion").empty();
}

std::optional<Fault> fault_of_type(const Request& request) {
  if (request.body.empty() || has_cloudevents(request) || is_of_type(request, "application/json")) return std::nullopt;
  return Fault{.code = FaultCode::kUnsupportedMediaType,
               .message =
                   "Send the body as content-type: application/json, application/cloudevents+json or "
                   "application/cloudevents-batch+json, or a CloudEvent with its attributes as headers."};
}

void append_cloudevents(Api& api, Request& request, Respond respond) {
  if (const auto fault = fault_of_type(request)) return refuse(request, respond, *fault);
  auto batch = batch_of(request);
  if (!batch) return refuse(request, respond, batch.error());
  const bool is_batch = batch->document.root().is_array();
  const std::size_t amount = batch->messages.size();
  if (amount > neighbours::kMessagesPerBatch)
    return refuse(request, respond,
                  {.code = FaultCode::kPayloadTooLarge, .message = "A batch may have at most 1000 events."});
  if (!is_batch && !batch->messages.front()->issues.empty())
    return refuse(request, respond, batch->messages.front()->issues.fault());
  const auto tenant = api.places.tenants.find(request.param("handle"));
  if (!tenant) return refuse(request, respond, tenant.error());
  const access::Principal& principal = principal_of(request);
  const AllowedSignals allowed = principal.scopes ? take_signals(api, request, **tenant, principal.token_id, amount)
                                                  : AllowedSignals{.most = amount, .beyond = std::nullopt};
  if (allowed.most == 0 && amount > 0) return refuse(request, respond, *allowed.beyond);
  std::unique_ptr<commit::Work> work = std::make_unique<AppendMessages>(
      std::move(*batch),
      neighbours::Sender{.tenant = *tenant, .with_role = true, .at_most_basic = request.header("sec-gpc") == "1"},
      AppendMessages::Allowance{.most = allowed.most, .beyond = allowed.beyond}, api.clock.now(), api.tokens,
      request.trace(), [&id = request.id, is_batch, respond = std::move(respond)](Result<Applied> applied) mutable {
        respond(answer(applied, id, is_batch));  // the request is alive until the answer
      });
  if (!api.committer.submit(work)) refuse_overloaded(*work);
}

void add_cloudevents(Api& api, std::vector<Route>& routes) {
  routes.push_back(
      {.method = Method::kPost,
       .pattern = "/v2/handles/{handle}/cloudevents",
       .access = creator("chain.signal.write"),
       .run = Run::kInline,
       .handler = [&api](Request& request, Respond respond) { append_cloudevents(api, request, std::move(respond)); },
       .summary = "Append CloudEvents",
       .body = BodyType::kAny,
       .body_limit = neighbours::kInflatedMost});
}

}  // namespace beckon::http
