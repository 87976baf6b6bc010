#include "http/routes/live_feed.h"

#include <algorithm>
#include <iterator>

#include "http/routes/delivery_view.h"
#include "http/routes/response.h"
#include "http/routes/sse_text.h"

namespace beckon::http {
namespace {

std::string data_of(const commit::SignalSeen& signal) {
  std::string data;
  json::Writer writer(data);
  writer.begin_object().member("sessionId", signal.session.view()).member("signalKey", signal.key).key("signalValue");
  signal.has_value ? writer.string(signal.value) : writer.null();
  writer.member("version", static_cast<std::int64_t>(signal.version)).member("at", to_rfc3339(signal.at)).end_object();
  return data;
}

std::string data_of(const outbox::Delivery& delivery, const Sending& sending) {
  std::string data;
  json::Writer writer(data);
  writer.begin_object();
  write_delivery(writer, delivery, sending);
  writer.end_object();
  return data;
}

}  // namespace

Result<LiveFeed::Place> LiveFeed::take_place(const Handle& handle) {
  if (places_.take(handle) != SharedPlaces::Taken::kYes)
    return unexpected(unavailable("Too many live-feed connections."));
  return Place(nullptr, [this, handle](void*) { places_.leave(handle); });
}

void LiveFeed::follow(Place place, std::function<bool()> step) {
  const std::lock_guard lock(mutex_);
  followers_coming_.push_back({std::move(place), std::move(step)});
}

Result<Response> LiveFeed::watch(const access::Principal& principal, const Handle& handle,
                                 std::string_view last_event_id) {
  // The place is released with the response if that never becomes a stream (HEAD, a client that has disconnected).
  auto place = take_place(handle);
  if (!place) return unexpected(place.error());
  Watcher watcher{.principal = principal, .handle = handle, .beaten_at = parts_.clock.now()};
  const std::uint64_t newest = parts_.changes.newest(handle);
  const auto resumed = position_of(last_event_id, parts_.life);
  watcher.position = resumed ? *resumed : newest - std::min<std::uint64_t>(newest, limits_.first);
  if (!resumed && !last_event_id.empty())
    watcher.greeting = event_of("reset", R"({"reason":"the server was restarted"})");
  return Response{.status = 200,
                  .body = "retry: 2000\n\n",
                  .content_type = "text/event-stream",
                  .headers = {{"x-accel-buffering", "no"}},
                  .stream = [this, watcher = std::move(watcher), place = std::move(*place)](Stream stream) mutable {
                    watcher.place = std::move(place);
                    join(std::move(watcher), std::move(stream));
                  }};
}

void LiveFeed::join(Watcher watcher, Stream stream) {
  watcher.stream = std::move(stream);
  const std::lock_guard lock(mutex_);
  coming_.push_back(std::move(watcher));
}

void LiveFeed::step() {
  std::vector<Watcher> coming;
  {
    const std::lock_guard lock(mutex_);
    coming.swap(coming_);
    std::ranges::move(followers_coming_, std::back_inserter(followers_));
    followers_coming_.clear();
  }
  std::erase_if(followers_, [](const Follower& follower) { return !follower.step(); });
  for (Watcher& watcher : coming) watchers_.push_back(std::move(watcher));
  std::vector<Watcher> staying;
  for (Watcher& watcher : watchers_)
    if (tell(watcher)) staying.push_back(std::move(watcher));
  watchers_ = std::move(staying);
}

void LiveFeed::end() {
  step();
  for (const Watcher& watcher : watchers_) watcher.stream.close();
  watchers_.clear();
  followers_.clear();
}

bool LiveFeed::tell(Watcher& watcher) {
  if (!watcher.stream.is_open()) return false;
  if (const std::string_view reason = end_of(watcher); !reason.empty()) {
    watcher.stream.write(event_of("end", "{\"reason\":" + json::quote(reason) + "}"));
    watcher.stream.close();
    return false;
  }
  const auto page = parts_.changes.read(watcher.handle, watcher.position, limits_.page);
  std::string text = watcher.greeting;
  // A watcher that cannot keep up is notified later, with the number of changes dropped meanwhile.
  const auto hand_over = [&](std::uint64_t position) {
    if (!text.empty() && !watcher.stream.write(std::exchange(text, {}))) return false;
    watcher.greeting.clear();
    watcher.position = position;
    return true;
  };
  if (page.dropped > 0) text += event_of("dropped", "{\"count\":" + std::to_string(page.dropped) + "}");
  for (const commit::ChangeSeen& change : page.changes) {
    text += text_of(change);
    if (text.size() >= limits_.piece && !hand_over(change.position)) return watcher.stream.is_open();
  }
  return hand_over(page.next) || watcher.stream.is_open();
}

// Why the watcher may no longer watch; empty if they may.
std::string_view LiveFeed::end_of(Watcher& watcher) {
  const Instant now = parts_.clock.now();
  if (now >= watcher.principal.expires_at) return "the token has expired";
  if (now - watcher.beaten_at < limits_.beat && now >= watcher.beaten_at) return {};
  watcher.beaten_at = now;
  if (!parts_.gate.still_stands(watcher.principal)) return "the sign-in has ended";
  if (!parts_.gate.authorize(watcher.principal, watcher.handle, access::Role::kOperator)) return "the role has ended";
  watcher.stream.write(":\n\n");
  return {};
}

std::string LiveFeed::text_of(const commit::ChangeSeen& change) const {
  const std::string id = parts_.life + "-" + std::to_string(change.position);
  if (const auto* signal = std::get_if<commit::SignalSeen>(&change.what))
    return event_of("signal", data_of(*signal), id);
  return event_of("delivery", data_of(*std::get<commit::DeliverySeen>(change.what), parts_.sending), id);
}

void add_live(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(
      api, Method::kGet, "/v2/handles/{handle}/live", operator_(),
      [](Api& given, Request& request) {
        return given.live.watch(principal_of(request), Handle{request.param("handle")},
                                request.header("last-event-id"));
      },
      "Stream signals and deliveries live"));
}

}  // namespace beckon::http
