#include "app/node.h"

#include <condition_variable>
#include <future>
#include <list>
#include <thread>

#include "app/exposition.h"
#include "app/lanes.h"
#include "app/listen_address.h"
#include "app/metrics_listener.h"
#include "app/provider_file.h"
#include "app/server.h"
#include "app/storage.h"
#include "http/routes/api.h"
#include "node/door.h"
#include "node/handover.h"
#include "node/port.h"
#include "store/postgres/ownership.h"
#include "store/postgres/postgres_store.h"
#include "store/postgres/token_handles.h"
#include "system/clock.h"
#include "system/encoding.h"
#include "system/random.h"

namespace beckon::app {
namespace {

using namespace std::chrono_literals;
using node::Door;
using node::Forwarder;
using store::postgres::Division;
using store::postgres::kLanes;
using store::postgres::Lease;
using store::postgres::NodeIdentity;
using store::postgres::Ownership;
using store::postgres::Shards;

static_assert(kLanes <= node::kMostLanes);

constexpr auto kLookAtMost = 5ms;   // between two looks
constexpr auto kToldWithin = 2s;    // another lane of a change of the directory
constexpr auto kPrepared = 5s;      // for the next owner of a lane, to get ready while the former one serves
constexpr auto kComes = 10s;        // after which a lane that a node got ready for will not come
constexpr auto kPokeAgain = 100ms;  // while a node leaves
constexpr auto kUsedNoLonger = 1s;  // at most, what a server's requests still hold of it after its end

// What one of several servers of a process gets. They are as many as there are lanes if this node is the only one.
Settings settings_of_lane(const Settings& settings) {
  Settings made = settings;
  made.memory /= kLanes;
  made.http.control_threads = std::min(settings.http.control_threads, 2);
  return made;
}

// A request of this node's own, which waits for its answer for a while.
struct Told {
  Told() {
    request.method = http::Method::kPost;
    request.is_placed = true;
    request.client = IpAddress::v4(127, 0, 0, 1);
  }
  // `self` keeps the request until the answer.
  http::Respond respond(std::shared_ptr<Told> self) {
    return [self = std::move(self)](http::Response&& response) {
      const std::lock_guard lock(self->mutex);
      self->status = response.status;
      self->changed.notify_all();
    };
  }
  int wait(std::chrono::milliseconds patience) {  // 0: there is no answer
    std::unique_lock lock(mutex);
    changed.wait_for(lock, patience, [&] { return status != 0; });
    return status;
  }

  http::Request request;

 private:
  std::mutex mutex;
  std::condition_variable changed;
  int status = 0;
};

}  // namespace

struct Node::Inside {
  using State = HeldLane::State;
  struct Bound {
    net::Endpoint at;  // as it was asked for
    std::shared_ptr<const http::Sockets> sockets;
  };
  // Another node, and how to reach it.
  struct Peer {
    std::string incarnation;
    std::shared_ptr<Forwarder> link;
  };
  // A lane that another node is about to hand over.
  struct Coming {
    bool is_over = false;                   // it has come, or will not
    std::optional<node::FormerOwner> from;  // once it has come
    http::Respond respond;
  };
  struct Lane : HeldLane {
    std::shared_ptr<Server> server;        // while it is owned, and until it is given away
    std::shared_ptr<Ownership> ownership;  // likewise
    Peer heir;                             // to whom it is being given, if that node gets ready for it
    std::shared_ptr<Coming> coming;
    std::uint64_t turn = 0;  // of the server; former ones, which are still ending, speak of themselves alone
    std::string aimed;       // the incarnation that the door sends to; empty: nobody else
    Moment aimed_at{};       // by what another node has said: the database may say so later
  };
  struct Job {
    std::atomic<bool> is_done{false};
    std::jthread thread;
  };
  static std::expected<Bound, std::string> bind_to(const std::string& where, int count);

  explicit Inside(const Settings& from) : settings(from), of_lane(settings_of_lane(from)) {}

  const Settings settings, of_lane;
  SystemClock clock;
  SystemRandom random;
  std::function<void(const std::string&)> give_up;
  std::shared_ptr<http::TlsCertificates> certificates;
  Bound main, of_metrics;
  std::shared_ptr<const node::Credentials> credentials;
  std::unique_ptr<node::Port> port;
  NodeIdentity self;
  std::shared_ptr<Lease> lease;
  Shards shards;  // of handles
  Server::Secrets secrets;
  std::unique_ptr<store::postgres::TokenHandles> tokens;
  std::unique_ptr<node::Traffic> traffic;
  std::unique_ptr<Door> door;

  prometheus::Registry registry;
  std::unique_ptr<http::Router> router;
  std::unique_ptr<http::HttpMetrics> http_metrics;
  std::unique_ptr<MetricsListener> metrics_listener;
  std::unique_ptr<http::Listener> listener;

  std::atomic<std::uint64_t> looks{0}, taken_free{0}, taken_over{0}, given{0};
  std::atomic<bool> certificates_asked{false}, has_joined{false}, leaving{false};

  mutable std::mutex mutex;  // guards those below
  std::array<Lane, kLanes> lanes;
  std::vector<std::shared_ptr<Server>> ending;  // given away, and not in `past` yet
  Exposition past;                              // what servers that have ended had counted
  std::string failure;
  std::map<std::string, std::shared_ptr<Forwarder>> links;  // by incarnation
  std::condition_variable over;                             // a Coming is

  std::mutex jobs_mutex;
  std::list<Job> jobs;  // guarded by jobs_mutex
  Moment moved{};       // of the supervisor

  std::mutex waking;
  std::condition_variable_any woken;
  bool poked = false;  // guarded by `waking`
  std::jthread supervisor;

  std::expected<void, std::string> open();
  std::expected<void, std::string> settle();
  std::expected<void, std::string> serve();
  void supervise(const std::stop_token& stop);
  bool look();
  void seen(const Division& now, Moment began);
  void act(const Division& now, Moment began);
  Peer peer(const Division& now, const std::string& name) const;
  void aim(const Division& now, Moment began);
  void aim_by(int lane, const Forwarder& by);
  void take(int lane, bool is_after_lease);
  void take_and_serve(int lane, bool is_after_lease);
  void asked(const http::Request& request, int lane, http::Respond respond);
  void get_ready(int lane, const std::shared_ptr<Coming>& coming, http::Respond ready);
  std::shared_ptr<Ownership> ownership_of(int lane) const;
  std::expected<std::unique_ptr<Server>, std::string> make_server(int lane, std::shared_ptr<Ownership> ownership);
  bool serve(int lane, std::shared_ptr<Ownership> ownership, std::expected<std::unique_ptr<Server>, std::string> server,
             const char* why);
  void give(int lane, const Peer& heir);
  void give_all();
  void stop_server(int lane);
  void give_away(int lane, bool is_whole);
  static bool ask(Forwarder& other, int lane, std::string_view path, std::string body,
                  std::chrono::milliseconds patience);
  void unpublish(int lane);
  void start_job(std::function<void()> work);
  void tell(int lane);
  int lane_of(const Handle& handle) const { return store::postgres::lane_of(shards.of(handle)); }
  int owned() const;
  bool is_settled() const;
  bool is_idle() const;  // no lane is owned, or on its way
  void wait(const std::stop_token& stop, std::chrono::milliseconds at_most);
  void poke();
  void add_metrics(Exposition& out) const;
  std::string metrics() const;
  Lane& at(int lane) { return lanes.at(static_cast<std::size_t>(lane)); }
};

std::expected<Node::Inside::Bound, std::string> Node::Inside::bind_to(const std::string& where, int count) {
  const auto at = parse_listen(where);
  if (!at) return unexpected("\"" + where + "\" is not HOST:PORT with an IP address; for example 127.0.0.1:8080.");
  auto sockets = http::listen_at(at->address.text(), at->port, count);
  if (!sockets) return unexpected(sockets.error());
  return Bound{*at, std::move(*sockets)};
}

void Node::Inside::poke() {
  {
    const std::lock_guard lock(waking);
    poked = true;
  }
  woken.notify_all();
}

void Node::Inside::wait(const std::stop_token& stop, std::chrono::milliseconds at_most) {
  std::unique_lock lock(waking);
  woken.wait_for(lock, stop, at_most, [this] { return poked; });
  poked = false;
}

std::expected<void, std::string> Node::Inside::open() {
  const auto files = tls_files(settings);
  if (!files) return unexpected(files.error());
  if (const auto providers = read_providers(settings); !providers) return unexpected(providers.error().front());
  if (!files->empty()) {
    auto read = http::TlsCertificates::read(*files, clock.now());
    if (!read) return unexpected(read.error());
    certificates = std::move(*read);
  }
  const auto keys = keys_of_database(settings, random);
  if (!keys) return unexpected(keys.error().message);
  auto prepared = Server::prepare(settings, *keys);
  if (!prepared) return unexpected(prepared.error());
  secrets = std::move(*prepared);

  auto bound = bind_to(settings.listen, settings.http.io_threads);
  if (!bound) return unexpected(bound.error());
  main = std::move(*bound);
  if (!settings.metrics_listen.empty()) {
    auto also = bind_to(settings.metrics_listen, 1);
    if (!also) return unexpected(also.error());
    of_metrics = std::move(*also);
  }
  const auto is_any = [](const IpAddress& address) { return address.text() == "0.0.0.0" || address.text() == "::"; };
  net::Endpoint between{.address = is_any(main.at.address) ? IpAddress::v4(127, 0, 0, 1) : main.at.address};
  if (!settings.node_listen.empty()) {
    const auto named = parse_listen(settings.node_listen);
    if (!named || is_any(named->address))
      return unexpected(
          "--node-listen must be HOST:PORT with the IP address at which the other nodes reach this one, "
          "not \"" +
          settings.node_listen + "\".");
    between = *named;
  }
  credentials = std::make_shared<node::Credentials>(*keys);
  auto opened = node::Port::open(between.address.text(), between.port, credentials, clock,
                                 [this](const http::Request& request, int lane, http::Respond respond) {
                                   asked(request, lane, std::move(respond));
                                 },
                                 {});
  if (!opened) return unexpected(opened.error());
  port = std::move(*opened);
  self.name = settings.node.empty() ? net::Endpoint{main.at.address, main.sockets->port}.text() : settings.node;
  self.address = net::Endpoint{between.address, port->port()}.text();
  self.incarnation = to_hex(random.bytes(8));

  const store::postgres::ConnectionOptions to{.where = settings.database};
  const auto loaded = store::PostgresStore::look_in(settings.database, [this](store::postgres::Connection& connection) {
    shards.load(connection);
    return Result<void>{};
  });
  if (!loaded) return unexpected(loaded.error().message);
  tokens = std::make_unique<store::postgres::TokenHandles>(to);
  traffic = std::make_unique<node::Traffic>(settings.node_window);
  door = std::make_unique<Door>(Door::Parts{.lanes = kLanes,
                                            .lane_of = [this](const Handle& handle) { return lane_of(handle); },
                                            .handle_of_token = [this](const std::string& id) { return tokens->of(id); },
                                            .look = [this] { poke(); },
                                            .taken = [this](int lane, const Forwarder& by) { aim_by(lane, by); }},
                                *traffic);
  lease = std::make_shared<Lease>(to, self);
  if (const auto joined = lease->join(); !joined) return unexpected(joined.error().message);
  has_joined = true;
  if (const auto settled = settle(); !settled) return settled;
  return serve();
}

// Until every lane is here, or at a node that is reached, so that the node can serve when it says that it does.
std::expected<void, std::string> Node::Inside::settle() {
  const auto until = std::chrono::steady_clock::now() + Lease::kLength + Lease::kRenewEvery;
  while (!is_settled() && std::chrono::steady_clock::now() < until) {
    if (!look()) return unexpected("The database does not answer.");
    {
      const std::lock_guard lock(mutex);
      if (!failure.empty()) return unexpected(failure);
    }
    std::this_thread::sleep_for(20ms);
  }
  const auto alone =
      store::PostgresStore::look_in(settings.database, [](store::postgres::Connection& connection) -> Result<void> {
        const Division now = store::postgres::division_of(connection);
        for (const auto& shard : now.shards)
          if (const auto* owner = now.node(shard.owner);
              owner && owner->left > Duration{0} && owner->node.address.empty())
            return unexpected(Fault{
                .code = FaultCode::kConflict,
                .message =
                    "Another server is using this database, and takes no other nodes; stop it, or name another."});
        return {};
      });
  if (!alone) return unexpected(alone.error().message);
  return {};
}

bool Node::Inside::is_settled() const { return door->reaches_all(); }

std::expected<void, std::string> Node::Inside::serve() {
  std::vector<http::Route> all;
  http::add_health(
      [this] {
        if (leaving) return http::Readiness::kDraining;
        return door->reaches_all() ? http::Readiness::kReady : http::Readiness::kNoOwner;
      },
      http::NodePart{self.name, [this] { return owned(); }}, all);
  http::Route rest{
      .method = http::Method::kOther,
      .pattern = "forwarded",
      .access = http::public_(),
      .run = http::Run::kInline,
      .handler = [this](http::Request& request, http::Respond respond) { door->take(request, std::move(respond)); },
      .summary = "Sent to the lane that has the data",
      .body = http::BodyType::kEncoded,
      .body_limit = std::max(settings.http.limits.body, settings.http.limits.bodies_per_client)};
  auto made = http::Router::make(std::move(all),
                                 {.authorize = {}, .decorate = http::security_headers, .otherwise = std::move(rest)});
  if (!made) return unexpected(made.error());
  router = std::make_unique<http::Router>(std::move(*made));
  http_metrics = std::make_unique<http::HttpMetrics>(registry, *router);
  if (of_metrics.sockets) {
    http::ListenerOptions options = settings.http;
    options.sockets = of_metrics.sockets;
    auto bound = MetricsListener::start(
        std::move(options), [this] { return metrics(); }, clock);
    if (!bound) return unexpected(bound.error());
    metrics_listener = std::move(*bound);
  }
  http::ListenerOptions options = settings.http;
  options.sockets = main.sockets;
  options.tls = certificates;
  auto bound = http::Listener::start(std::move(options), *router, clock, *http_metrics);
  if (!bound) return unexpected(bound.error());
  listener = std::move(*bound);
  return {};
}

int Node::Inside::owned() const {
  const std::lock_guard lock(mutex);
  return static_cast<int>(std::ranges::count(lanes, State::kOwned, &Lane::state));
}

bool Node::Inside::is_idle() const {
  const std::lock_guard lock(mutex);
  return std::ranges::all_of(lanes, [](const Lane& lane) { return lane.state == State::kElsewhere; });
}

void Node::Inside::start_job(std::function<void()> work) {
  const std::lock_guard lock(jobs_mutex);
  std::erase_if(jobs, [](const Job& job) { return job.is_done.load(); });
  Job& job = jobs.emplace_back();
  job.thread = std::jthread([&job, work = std::move(work)] {
    work();
    job.is_done = true;
  });
}

// False if the database has not answered: everything stays as it is.
bool Node::Inside::look() {
  ++looks;
  const Moment began = std::chrono::steady_clock::now();
  Division found;
  const auto looked = lease->look([&](const Division& now) {
    seen(now, began);
    found = now;
  });
  if (!looked && looked.error().code == FaultCode::kConflict) give_up(looked.error().message);
  if (!looked) return false;
  act(found, began);
  return true;
}

// Before the lease counts as renewed.
void Node::Inside::seen(const Division& now, Moment began) {
  const std::lock_guard lock(mutex);
  for (int i = 0; i < kLanes; ++i) {
    Lane& lane = at(i);
    if (is_taken(lane, i, now, self.incarnation, began)) lane.is_lost = true;
    if (lane.server && lane.is_lost) lane.server->lose();
  }
}

// The door knows where each lane is that is not here.
void Node::Inside::aim(const Division& now, Moment began) {
  std::map<std::string, std::shared_ptr<Forwarder>> used, unused;
  const std::lock_guard lock(mutex);
  for (const auto& one : now.nodes) {
    if (one.node.incarnation == self.incarnation || one.node.address.empty() || one.left <= Duration{0}) continue;
    auto& link = links[one.node.incarnation];
    if (!link) link = std::make_shared<Forwarder>(credentials, Forwarder::Limits{}, one.node.address, *traffic, *door);
    used.emplace(one.node.incarnation, link);
  }
  for (int i = 0; i < kLanes; ++i) {
    Lane& lane = at(i);
    if (lane.state != State::kElsewhere || lane.aimed_at > began) continue;
    const auto& owner = now.of_first(i).owner;
    const auto link = used.find(owner);
    const std::string next = link == used.end() ? std::string() : owner;
    if (lane.aimed == next) continue;
    lane.aimed = next;
    door->aim(i, {.inlet = {}, .link = link == used.end() ? nullptr : link->second});
  }
  // A forwarder must not end on its own thread, nor while it may wait for the lock: after it, once nobody else holds
  // it.
  for (auto one = links.begin(); one != links.end();) {
    const bool is_unused = !used.contains(one->first) && one->second.use_count() == 1;
    if (is_unused) unused.insert(*one);
    one = is_unused ? links.erase(one) : std::next(one);
  }
}

// A node that takes what it was given says so before the database is looked at again.
void Node::Inside::aim_by(int lane, const Forwarder& by) {
  const std::lock_guard lock(mutex);
  const auto link = std::ranges::find_if(links, [&](const auto& one) { return one.second.get() == &by; });
  if (link == links.end() || lane >= kLanes || at(lane).state != State::kElsewhere) return;
  at(lane).aimed = link->first;
  at(lane).aimed_at = std::chrono::steady_clock::now();
  door->aim(lane, {.inlet = {}, .link = link->second});
}

void Node::Inside::act(const Division& now, Moment began) {
  aim(now, began);
  const Moment at_now = std::chrono::steady_clock::now();
  std::vector<int> lost;
  node::Moves next;
  {
    const std::lock_guard lock(mutex);
    std::array<HeldLane*, kLanes> held{};
    for (int i = 0; i < kLanes; ++i) {
      Lane& lane = at(i);
      held.at(static_cast<std::size_t>(i)) = &lane;
      if (lane.state == State::kOwned && lane.is_lost) lost.push_back(i);
      // Its former owner has given it back.
      if (lane.coming && now.of_first(i).owner.empty()) lane.coming->is_over = true;
    }
    next = next_moves(self, now, held, leaving, at_now, moved);
  }
  over.notify_all();
  for (const int lane : lost) give(lane, {});
  for (const auto& [lane, to] : next.give) give(lane, peer(now, to));
  if (leaving) return give_all();
  for (const int lane : next.take) take(lane, !now.of_first(lane).owner.empty());
  if (!next.give.empty()) moved = at_now;
}

Node::Inside::Peer Node::Inside::peer(const Division& now, const std::string& name) const {
  const auto found = std::ranges::find_if(now.nodes, [&](const auto& one) { return one.node.name == name; });
  if (found == now.nodes.end()) return {};
  const std::lock_guard lock(mutex);
  const auto link = links.find(found->node.incarnation);
  return link == links.end() ? Peer{} : Peer{link->first, link->second};
}

void Node::Inside::take(int lane, bool is_after_lease) {
  {
    const std::lock_guard lock(mutex);
    if (at(lane).state != State::kElsewhere) return;
    at(lane).state = State::kTaking;
  }
  start_job([this, lane, is_after_lease] { take_and_serve(lane, is_after_lease); });
}

void Node::Inside::take_and_serve(int lane, bool is_after_lease) {
  const auto ownership = ownership_of(lane);
  if (const auto taken = ownership->try_to_take(); !taken || !*taken) {
    const std::lock_guard lock(mutex);
    at(lane).state = State::kElsewhere;
    return;
  }
  auto server = make_server(lane, ownership);
  if (server)
    if (const auto loaded = (*server)->load(); !loaded) server = unexpected(loaded.error());
  if (serve(lane, ownership, std::move(server),
            is_after_lease ? "the lease of the owner is over" : "nobody owned the lane"))
    ++(is_after_lease ? taken_over : taken_free);
}

std::shared_ptr<Ownership> Node::Inside::ownership_of(int lane) const {
  return std::make_shared<Ownership>(store::postgres::ConnectionOptions{.where = settings.database}, lease,
                                     store::postgres::shards_of(lane));
}

std::expected<std::unique_ptr<Server>, std::string> Node::Inside::make_server(int lane,
                                                                              std::shared_ptr<Ownership> ownership) {
  std::uint64_t turn = 0;
  {
    const std::lock_guard lock(mutex);
    turn = ++at(lane).turn;
    at(lane).is_lost = false;
  }
  SystemRandom any;
  const auto keys = master_keys(settings.data, settings.master_key_file, MissingKey::kRefuse, any);
  if (!keys) return unexpected(keys.error().message);
  return Server::make(of_lane,
                      [this, lane, turn] {
                        {
                          const std::lock_guard lock(mutex);
                          if (at(lane).turn == turn) at(lane).is_lost = true;
                        }
                        poke();
                      },
                      {.ownership = std::move(ownership),
                       .lane = lane,
                       .name = self.name,
                       .keys = *keys,
                       .secrets = secrets,
                       .tell = [this](const Handle& handle) { tell(lane_of(handle)); },
                       .tell_all =
                           [this, lane] {
                             for (int other = 0; other < kLanes; ++other)
                               if (other != lane) tell(other);
                           },
                       .give = [this, lane](bool is_whole) { give_away(lane, is_whole); }});
}

// Of a lane whose shards this node has taken.
bool Node::Inside::serve(int lane, std::shared_ptr<Ownership> ownership,
                         std::expected<std::unique_ptr<Server>, std::string> server, const char* why) {
  const Moment at_now = std::chrono::steady_clock::now();
  std::string fault = server ? std::string() : server.error();
  if (server)
    if (const auto begun = (*server)->begin(); !begun) fault = begun.error();
  if (!fault.empty()) {
    log::error("takeover_failed").add("lane", std::int64_t{lane}).add("why", fault);
    ownership->release();
    {
      const std::lock_guard lock(mutex);
      failure = fault;
    }
    std::this_thread::sleep_for(kAfterFailure);
    const std::lock_guard lock(mutex);
    at(lane).state = State::kElsewhere;
    return false;
  }
  log::warn("took_over").add("node", self.name).add("lane", std::int64_t{lane}).add("why", why);
  const auto inlet = (*server)->inlet();
  {
    const std::lock_guard lock(mutex);
    Lane& one = at(lane);
    one.server = std::move(*server);
    one.ownership = std::move(ownership);
    one.heir = {};
    one.changed = at_now;
    one.state = State::kOwned;
    one.aimed.clear();
  }
  port->serve(lane, inlet);
  port->announce_change(lane, true);
  door->aim(lane, {.inlet = inlet, .link = {}});
  poke();
  return true;
}

// Another node asks about a lane. On the port's thread.
void Node::Inside::asked(const http::Request& request, int lane, http::Respond respond) {
  const auto refuse = [&] { respond({.status = 409}); };
  if (!has_joined || leaving || lane >= kLanes) return refuse();
  auto coming = std::make_shared<Coming>();
  {
    const std::lock_guard lock(mutex);
    Lane& one = at(lane);
    if (request.path == node::kTake && one.coming && !one.coming->is_over) {
      auto from = node::FormerOwner::read(request.body);
      if (!from) return refuse();
      one.coming->from = std::move(from);
      one.coming->respond = std::move(respond);
      one.coming->is_over = true;
      return over.notify_all();
    }
    if (request.path != node::kPrepare || one.state != State::kElsewhere) return refuse();
    one.state = State::kTaking;
    one.coming = coming;
  }
  auto ready = std::make_shared<http::Respond>(std::move(respond));
  start_job([this, lane, coming, ready] { get_ready(lane, coming, std::move(*ready)); });
}

void Node::Inside::get_ready(int lane, const std::shared_ptr<Coming>& coming, http::Respond ready) {
  const auto ownership = ownership_of(lane);
  auto server = make_server(lane, ownership);
  const auto prepared = ownership->prepare();
  if (server && prepared) (*server)->warm_up();
  if (!server) log::warn("not_ready").add("lane", std::int64_t{lane}).add("why", server.error());
  ready({.status = server && prepared ? 204 : 503});
  {
    std::unique_lock lock(mutex);
    over.wait_for(lock, kComes, [&] { return coming->is_over || leaving || !server || !prepared; });
    coming->is_over = true;
    at(lane).coming.reset();
  }
  Result<bool> taken = false;
  if (coming->from) {
    // Its former owner commits nothing anymore, so what is read now is all there is if it owned the lane until then.
    auto taking = std::async(std::launch::async,
                             [&] { return ownership->take_from(coming->from->incarnation, coming->from->epoch); });
    const auto loaded = (*server)->load();
    taken = taking.get();
    if (!loaded) server = unexpected(loaded.error());
  }
  const bool is_served = taken && *taken && serve(lane, ownership, std::move(server), "its owner has handed it over");
  if (is_served) ++taken_free;
  if (coming->respond) coming->respond({.status = is_served ? 204 : 503});
  if (taken && *taken) return;
  server = unexpected(std::string());  // it ends before the lane may come again
  const std::lock_guard lock(mutex);
  at(lane).state = State::kElsewhere;
}

// True if the other node has answered with 204 in time.
bool Node::Inside::ask(Forwarder& other, int lane, std::string_view path, std::string body,
                       std::chrono::milliseconds patience) {
  const auto asked = std::make_shared<Told>();
  asked->request.path = asked->request.target = path;
  asked->request.body = std::move(body);
  http::Respond respond = asked->respond(asked);
  return other.forward(asked->request, lane, respond) && asked->wait(patience) == 204;
}

void Node::Inside::give(int lane, const Peer& heir) {
  bool is_lost = false;
  {
    const std::lock_guard lock(mutex);
    if (at(lane).state != State::kOwned) return;
    at(lane).state = State::kGiving;
    at(lane).heir = heir;
    is_lost = at(lane).is_lost;
  }
  if (is_lost) unpublish(lane);
  start_job([this, lane] { stop_server(lane); });
}

void Node::Inside::give_all() {
  for (int lane = 0; lane < kLanes; ++lane) give(lane, {});
}

// From then on requests for the lane wait for its next owner.
void Node::Inside::unpublish(int lane) {
  port->serve(lane, nullptr);
  door->aim(lane, {});
}

// Nothing is committed anymore: to the node that is ready for it, or back to the database.
void Node::Inside::give_away(int lane, bool is_whole) {
  Peer heir;
  std::shared_ptr<Ownership> ownership;
  {
    const std::lock_guard lock(mutex);
    heir = std::exchange(at(lane).heir, {});
    ownership = std::exchange(at(lane).ownership, nullptr);
    if (at(lane).is_lost || !is_whole) heir = {};
  }
  if (heir.link) {
    const node::FormerOwner former{self.incarnation, ownership->epoch(ownership->shards().front())};
    if (!ask(*heir.link, lane, node::kTake, former.text(), kTaken)) heir = {};
  }
  if (heir.link)
    ownership->leave();
  else
    ownership->release();
  port->serve(lane, nullptr);
  port->announce_change(lane, false);
  ++given;
  {
    const std::lock_guard lock(mutex);
    Lane& one = at(lane);
    ending.push_back(std::exchange(one.server, nullptr));
    one.is_lost = false;
    one.aimed = heir.incarnation;
    one.aimed_at = std::chrono::steady_clock::now();
    one.state = State::kElsewhere;
    door->aim(lane, {.inlet = {}, .link = heir.link});
  }
  poke();
}

void Node::Inside::stop_server(int lane) {
  std::shared_ptr<Server> server;
  Peer heir;
  {
    const std::lock_guard lock(mutex);
    server = at(lane).server;
    heir = at(lane).heir;
  }
  log::warn("giving_away").add("node", self.name).add("lane", std::int64_t{lane});
  server->finish_attempts();
  if (heir.link && !ask(*heir.link, lane, node::kPrepare, {}, kPrepared)) {
    const std::lock_guard lock(mutex);
    at(lane).heir = {};
  }
  heir = {};
  server->stop();
  const Exposition counted = server->collect();
  {
    const std::lock_guard lock(mutex);
    past.merge(counted.families(), true);
    std::erase(ending, server);
  }
  // Answers on their way to a connection still hold some of it.
  const auto until = std::chrono::steady_clock::now() + kUsedNoLonger;
  while ((server.use_count() > 1 || server->inlet().use_count() > 1) && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(1ms);
}

// A change of the directory that this process has made holds at the next request, wherever that comes in.
void Node::Inside::tell(int lane) {
  const auto told = std::make_shared<Told>();
  told->request.target = told->request.path = http::kLookAgain;
  door->send(told->request, lane, told->respond(told));
  told->wait(kToldWithin);
}

void Node::Inside::supervise(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::this_thread::sleep_for(kLookAtMost);
    wait(stop, door->reaches_all() ? kLookEvery : kLookOften);
    if (stop.stop_requested()) return;
    if (certificates_asked.exchange(false) || looks % 4 == 0)
      if (certificates) certificates->look(clock.now());
    if (!look() && leaving) give_all();
  }
}

void Node::Inside::add_metrics(Exposition& out) const {
  const auto number = [](auto value) { return static_cast<double>(value); };
  int reached = 0;
  for (int lane = 0; lane < kLanes; ++lane) reached += door->is_reached(lane) ? 1 : 0;
  out.gauge("beckon_node_lanes", "Lanes of shards that this node owns.", number(owned()));
  out.gauge("beckon_node_lanes_reached", "Lanes that this node owns, or whose owner it is connected to.",
            number(reached));
  out.gauge("beckon_node_lease_left_seconds", "How long this node's lease lasts, if it is not renewed.",
            number(std::max(Duration{0}, lease->left()).count()) / 1e3);
  out.counter("beckon_node_takeovers_total", "Lanes that this node has taken, by why it could.",
              number(taken_free.load()), {{"why", "free"}});
  out.counter("beckon_node_takeovers_total", "Lanes that this node has taken, by why it could.",
              number(taken_over.load()), {{"why", "lease_over"}});
  out.counter("beckon_node_given_total", "Lanes that this node has given away or lost.", number(given.load()));
  for (std::size_t i = 0; i < node::kForwardedResults; ++i) {
    const auto result = static_cast<node::Forwarded>(i);
    out.counter("beckon_node_forwarded_total", "Requests for lanes of other nodes, by what became of them.",
                number(traffic->counted(result)), {{"result", std::string(node::to_text(result))}});
  }
  out.gauge("beckon_node_forward_waiting_bytes", "Bytes of requests that wait for another node's answer.",
            number(traffic->waiting_bytes()));
  out.gauge("beckon_node_held_requests", "Requests that wait for a lane which is on its way to another node.",
            number(door->waiting()));
  out.gauge("beckon_node_peers", "Other nodes that are connected to this one.", number(port->peers()));
  out.counter("beckon_node_peer_requests_total", "Requests that other nodes have handed over to this one.",
              number(port->requests()));
  add_losses(out, lease->acknowledged());
  out.counter("beckon_node_strangers_total", "Connections to the node port that did not show the right certificate.",
              number(port->strangers()));
}

std::string Node::Inside::metrics() const {
  Exposition out(registry);
  add_process(out);
  std::vector<std::shared_ptr<Server>> servers;
  {
    const std::lock_guard lock(mutex);
    for (const Lane& lane : lanes)
      if (lane.server) servers.push_back(lane.server);
    for (const auto& one : ending) servers.push_back(one);
    out.merge(past.families());
  }
  for (const auto& server : servers) out.merge(server->collect().families());
  Exposition own;
  add_listener(own, *listener, http_metrics->refusals());
  out.merge(own.families());
  if (certificates) add_certificates(out, *certificates);
  add_metrics(out);
  return http::to_text(out.families());
}

std::expected<std::unique_ptr<Node>, std::string> Node::start(const Settings& settings,
                                                              std::function<void(const std::string&)> give_up) {
  auto inside = std::make_unique<Inside>(settings);
  inside->give_up = std::move(give_up);
  std::unique_ptr<Node> made(new Node(std::move(inside)));
  Inside& of = *made->inside_;
  if (const auto opened = of.open(); !opened) return unexpected(opened.error());
  log::info("joined").add("node", of.self.name).add("address", of.self.address).add("lanes", std::int64_t{of.owned()});
  of.supervisor = std::jthread([&of](const std::stop_token& stop) { of.supervise(stop); });
  return made;
}

Node::Node(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}

Node::~Node() { stop(); }

std::string Node::url() const {
  return (inside_->certificates ? "https://" : "http://") +
         net::Endpoint{inside_->main.at.address, inside_->main.sockets->port}.text();
}

std::uint64_t Node::turns() const {
  std::uint64_t turns = inside_->looks;
  const std::lock_guard lock(inside_->mutex);
  for (const Inside::Lane& lane : inside_->lanes)
    if (lane.server) turns += lane.server->turns();
  return turns;
}

void Node::look_at_certificates() { inside_->certificates_asked = true; }

// The lanes go first, all at once, while the door still sends requests to where they go.
void Node::stop() {
  Inside& of = *inside_;
  if (!of.lease || of.leaving.exchange(true)) return;
  if (of.listener) of.listener->retire();
  const auto until = std::chrono::steady_clock::now() + of.settings.drain + Lease::kLength;
  {
    const std::lock_guard lock(of.mutex);  // so that whoever waits for a lane sees it
    of.over.notify_all();
  }
  for (auto poked = Moment{}; !of.is_idle() && std::chrono::steady_clock::now() < until;) {
    if (!of.supervisor.joinable()) of.give_all();
    if (const auto now = std::chrono::steady_clock::now(); now - poked >= kPokeAgain) {
      of.poke();
      poked = now;
    }
    std::this_thread::sleep_for(5ms);
  }
  if (of.listener) of.listener->stop(of.settings.drain);
  if (of.metrics_listener) of.metrics_listener->stop();
  of.supervisor = {};
  of.jobs.clear();
  for (int lane = 0; lane < kLanes; ++lane) of.door->aim(lane, {});
  std::map<std::string, std::shared_ptr<Forwarder>> links;
  {
    const std::lock_guard lock(of.mutex);
    links.swap(of.links);
  }
  links.clear();
  of.door.reset();
  of.lease->leave();
  of.port.reset();
}

}  // namespace beckon::app
