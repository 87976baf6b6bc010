#include "node/door.h"

#include "base/check.h"
#include "http/error.h"
#include "http/running.h"
#include "node/handover.h"
#include "node/place.h"

namespace beckon::node {
namespace {

using namespace std::chrono_literals;

constexpr auto kTryEvery = 10ms;                // what waits for a lane
constexpr std::size_t kMostTokens = 100'000;    // whose handles are remembered
constexpr std::size_t kMostLookups = 16;        // of unknown tokens, by client address: each reads the database
constexpr std::string_view kToken = "patv1_";   // access/pats.h
constexpr std::string_view kOwn = "/v2/node/";  // paths of what nodes ask one another

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// What this table found out about a request: that of a lane, which are its own, take its place until the answer.
struct Found {
  explicit Found(const http::Request& request) : route(request.route), control(request.control) {}
  void put_back(http::Request& request) const {
    request.route = route;
    request.control = control;
    request.params.clear();
  }
  decltype(http::Request::route) route;
  decltype(http::Request::control) control;
};

// The caller keeps it alive.
std::shared_ptr<http::Request> borrowed(http::Request& request) { return {std::shared_ptr<void>(), &request}; }

}  // namespace

Door::Door(Parts parts, Traffic& traffic)
    : parts_(std::move(parts)), traffic_(traffic), thread_([this](const std::stop_token& stop) { run(stop); }) {
  CHECK(parts_.lanes > 0 && parts_.lanes <= kMostLanes);
  for (int lane = 0; lane < parts_.lanes; ++lane) at(lane).gone_ms = steady_ms();
}

Door::~Door() {
  thread_.request_stop();
  thread_.join();
  for (Lane& lane : lanes_) lane.target.set(std::make_shared<const Target>());
  for (Held& one : held_) traffic_.refuse(Forwarded::kNoOwner, one.request->id, std::move(one.respond));
}

void Door::aim(int lane, Target target) {
  const bool is_somewhere = target.inlet || target.link;
  at(lane).target.set(std::make_shared<const Target>(std::move(target)));
  if (!is_somewhere) return note_gone(lane);
  at(lane).gone_ms = 0;
  const std::lock_guard lock(mutex_);
  again_ = true;
  changed_.notify_all();
}

void Door::note_gone(int lane) {
  std::int64_t somebody = 0;
  at(lane).gone_ms.compare_exchange_strong(somebody, steady_ms());
}

bool Door::try_to_send(http::Request& request, int lane, http::Respond& respond) {
  Lane& to = at(lane);
  const auto target = to.target.get();
  if (target->inlet) {
    if (!target->inlet->take(borrowed(request), std::chrono::steady_clock::time_point::max(), respond)) return false;
    if (to.gone_ms.load(std::memory_order_relaxed) != 0) to.gone_ms = 0;
    return true;
  }
  return target->link && target->link->forward(request, lane, respond);
}

void Door::send(http::Request& request, int lane, http::Respond respond) {
  if (!try_to_send(request, lane, respond)) given_back(request, lane, std::move(respond));
}

void Door::changed(int lane, bool is_taken, const Forwarder& by) {
  if (is_taken) parts_.taken(lane, by);
  parts_.look();
}

void Door::given_back(http::Request& request, int lane, http::Respond respond) {
  if (request.path.starts_with(kOfLanes))
    return respond(http::to_response(unavailable("The other node does not take it."), request.id));
  note_gone(lane);
  if (steady_ms() - at(lane).gone_ms > kHold.count())
    return traffic_.refuse(Forwarded::kNoOwner, request.id, std::move(respond));
  {
    const std::lock_guard lock(mutex_);
    held_.push_back({&request, lane, std::move(respond)});
    changed_.notify_all();
  }
  parts_.look();
}

void Door::answered(int lane) {
  if (at(lane).gone_ms.load(std::memory_order_relaxed) != 0) at(lane).gone_ms = 0;
}

void Door::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      if (held_.empty()) again_ = false;
      if (!changed_.wait(lock, stop, [this] { return !held_.empty(); })) return;
      changed_.wait_for(lock, stop, kTryEvery, [this] { return again_; });
      again_ = false;
    }
    try_again();
  }
}

void Door::try_again() {
  std::vector<Held> all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(held_);
  }
  const std::int64_t now = steady_ms();
  std::vector<Held> still;
  for (Held& one : all) {
    if (try_to_send(*one.request, one.lane, one.respond)) continue;
    const std::int64_t gone = at(one.lane).gone_ms;
    if (gone != 0 && now - gone > kHold.count())
      traffic_.refuse(Forwarded::kNoOwner, one.request->id, std::move(one.respond));
    else
      still.push_back(std::move(one));
  }
  const std::lock_guard lock(mutex_);
  for (Held& one : still) held_.push_back(std::move(one));
}

int Door::any_lane() const {
  for (int lane = 0; lane < parts_.lanes; ++lane)
    if (at(lane).target.get()->inlet) return lane;
  return 0;
}

void Door::take(http::Request& request, http::Respond respond) {
  if (request.path.starts_with(kOwn)) return respond(http::to_response(http::unknown_path(), request.id));
  const Place place = place_of(request);
  const bool is_sure = place.kind != Place::Kind::kAny;
  const int lane = place.kind == Place::Kind::kHandle  ? parts_.lane_of(Handle(place.handle))
                   : place.kind == Place::Kind::kFirst ? 0
                                                       : any_lane();
  request.is_placed = is_sure;
  http::Respond back = [this, &request, lane, is_sure, found = Found(request),
                        respond = std::move(respond)](http::Response&& response) mutable {
    found.put_back(request);
    if (!is_sure && response.status == http::kElsewhere)
      return send_by_key(request, lane, std::move(response.body), std::move(respond));
    respond(std::move(response));
  };
  send(request, lane, std::move(back));
}

// An answer of the lane that it has come from, if nobody else has the key.
void Door::send_by_key(http::Request& request, int from, std::string key, http::Respond respond) {
  request.is_placed = true;
  http::Respond back = [&request, found = Found(request),
                        respond = std::move(respond)](http::Response&& response) mutable {
    found.put_back(request);
    respond(std::move(response));
  };
  if (!key.starts_with(kToken)) return send(request, parts_.lane_of(Handle(key)), std::move(back));
  const std::string id = key.substr(0, key.find('.')).substr(kToken.size());
  std::optional<Handle> known;
  {
    const std::lock_guard lock(tokens_mutex_);
    if (const auto found = tokens_.find(id); found != tokens_.end()) known = found->second;
  }
  if (known) return send(request, parts_.lane_of(*known), std::move(back));
  auto waiting = std::make_shared<http::Respond>(std::move(back));
  const auto look_up = [this, &request, from, id, waiting] {
    const auto handle = parts_.handle_of_token(id);
    if (!handle) return (*waiting)(http::to_response(handle.error(), request.id));
    if (!*handle) return send(request, from, std::move(*waiting));
    {
      const std::lock_guard lock(tokens_mutex_);
      if (tokens_.size() >= kMostTokens) tokens_.clear();
      tokens_.emplace(id, **handle);
    }
    send(request, parts_.lane_of(**handle), std::move(*waiting));
  };
  if (!request.resume("tokens of " + request.client.client().text(), kMostLookups, look_up))
    (*waiting)(http::to_response(unavailable("Too many access tokens are being looked up."), request.id));
}

bool Door::is_reached(int lane) const {
  const auto target = at(lane).target.get();
  return target->inlet || (target->link && target->link->is_connected());
}

bool Door::reaches_all() const {
  for (int lane = 0; lane < parts_.lanes; ++lane)
    if (!is_reached(lane)) return false;
  return true;
}

std::size_t Door::waiting() const {
  const std::lock_guard lock(mutex_);
  return held_.size();
}

}  // namespace beckon::node
