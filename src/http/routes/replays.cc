// Replays: send a subscription's deliveries from a time range again. Contract section 6.
#include <algorithm>

#include "http/routes/instant_param.h"
#include "http/routes/paging.h"
#include "http/routes/response.h"

namespace beckon::http {
namespace {

using outbox::Replay;
using outbox::ReplayState;

void write_replay(json::Writer& out, const Replay& replay) {
  const bool done = replay.state == ReplayState::kDone || replay.total == 0;
  out.member("replayId", replay.id.view())
      .member("subscriptionId", replay.subscription.view())
      .member("state", outbox::to_text(replay.state))
      .member("since", to_rfc3339(replay.range.since))
      .member("until", to_rfc3339(replay.range.until));
  text_or_null(out, "status", replay.range.status ? outbox::to_text(*replay.range.status) : "");
  out.member("total", static_cast<std::int64_t>(replay.total))
      .member("queued", static_cast<std::int64_t>(replay.queued));
  out.key("progress")
      .real(done ? 1.0 : std::min(1.0, static_cast<double>(replay.queued) / static_cast<double>(replay.total)));
  out.member("createdAt", to_rfc3339(replay.created_at));
  instant_or_null(out, "endedAt", replay.ended_at);
}

Response one_replay(int status, const Request& request, const Replay& replay) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  write_replay(writer, replay);
  writer.member("requestId", request.id.view()).end_object();
  return json_response(status, std::move(body));
}

Result<outbox::ReplayRange> read_range(const json::Value& body, Instant now) {
  Issues issues;
  outbox::ReplayRange range;
  const auto since = instant_member(body, "since", issues), until = instant_member(body, "until", issues);
  if (!body.find("since")) issues.add("since", "is required: the start of the time range");
  range.since = since.value_or(Instant{});
  range.until = std::min(until.value_or(now), now);  // what is scheduled from now on is not replayed
  if (since && until && *until <= *since) issues.add("until", "must be after since");
  if (const json::Value* status = body.find("status")) {
    range.status = status->is_string() ? outbox::parse_delivery_state(status->text()) : std::nullopt;
    if (!range.status || !is_final(*range.status)) issues.add("status", "must be delivered, failed or withdrawn");
  }
  if (!issues.empty()) return unexpected(issues.fault());
  return range;
}

Result<Response> start_replay(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const auto range = read_range(document->root(), api.clock.now());
  if (!range) return unexpected(range.error());
  Replay replay{.handle = Handle{request.param("handle")},
                .subscription = SubscriptionId{request.param("subscriptionId")},
                .range = *range};
  const auto known = api.places.subscriptions.find(replay.subscription);
  if (!known || known->handle != replay.handle) return unexpected(not_found("subscription"));
  const auto total = api.outbox.count_replayable(replay.subscription, *range);
  if (!total) return unexpected(total.error());
  replay.total = *total;
  const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    const auto now = draft.places().subscriptions.find(replay.subscription);
    if (!now) return not_found("subscription");
    if (!now->enabled)
      return Fault{.code = FaultCode::kConflict,
                   .message = "The subscription is disabled; enable it before resending its deliveries."};
    replay.id = ReplayId{make_ulid("rpl_", draft.now(), api.random)};
    replay.created_at = draft.now();
    if (auto refused = api.replays.start(draft, replay)) return refused;
    draft.audit(
        replay.handle, caller_of(request), "webhook.replay", replay.subscription.view(),
        "{\"replay\":" + json::quote(replay.id.view()) + ",\"deliveries\":" + std::to_string(replay.total) + "}");
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  return one_replay(202, request, replay);
}

// The replay in the path, if it is of this subscription and this handle.
Result<Replay> replay_of(Api& api, const Request& request) {
  auto found = api.outbox.replay(Handle{request.param("handle")}, ReplayId{request.param("replayId")});
  if (!found) return unexpected(found.error());
  if (!*found || (*found)->subscription.view() != request.param("subscriptionId"))
    return unexpected(not_found("replay"));
  return std::move(**found);
}

Result<Response> get_replay(Api& api, Request& request) {
  const auto replay = replay_of(api, request);
  if (!replay) return unexpected(replay.error());
  return one_replay(200, request, *replay);
}

Result<Response> list_replays(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const SubscriptionId id{request.param("subscriptionId")};
  auto all = api.outbox.replays(handle, id);
  if (!all) return unexpected(all.error());
  std::ranges::reverse(*all);  // lists in memory are in ascending order
  const auto place = [](const Replay& one) { return std::pair{one.created_at, one.id.text}; };
  return list_page(request, "replays " + handle.text + " " + id.text, std::span<const Replay>{*all}, place,
                   [](const Replay& one) {
                     std::string text;
                     json::Writer writer(text);
                     writer.begin_object();
                     write_replay(writer, one);
                     writer.end_object();
                     return text;
                   });
}

// A replay that has ended stays as it is.
Result<Response> cancel(Api& api, Request& request) {
  auto replay = replay_of(api, request);
  if (!replay) return unexpected(replay.error());
  const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    const auto cancelled = api.replays.cancel(draft, replay->handle, replay->id);
    if (!cancelled) return std::nullopt;
    replay = *cancelled;
    draft.audit(replay->handle, caller_of(request), "webhook.replay.cancel", replay->subscription.view(),
                "{\"replay\":" + json::quote(replay->id.view()) + "}");
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  if (replay->state == ReplayState::kRunning) replay = replay_of(api, request);  // it ended just before
  if (!replay) return unexpected(replay.error());
  return one_replay(200, request, *replay);
}

}  // namespace

void add_replays(Api& api, std::vector<Route>& routes) {
  constexpr std::string_view kOne = "/v2/handles/{handle}/webhooks/{subscriptionId}/replays/{replayId}";
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/webhooks/{subscriptionId}/replay",
                           operator_("deliveries.retry"), start_replay, "Resend the deliveries of a time range"));
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/webhooks/{subscriptionId}/replays",
                           operator_("deliveries.read"), list_replays, "List the resend jobs of a subscription"));
  routes.push_back(control(api, Method::kGet, kOne, operator_("deliveries.read"), get_replay, "Get a resend job"));
  routes.push_back(
      control(api, Method::kPost, "/v2/handles/{handle}/webhooks/{subscriptionId}/replays/{replayId}/cancel",
              operator_("deliveries.retry"), cancel, "Cancel a resend job; queued deliveries stay queued"));
}

}  // namespace beckon::http
