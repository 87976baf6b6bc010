#include "app/node.h"

#include <condition_variable>
#include <thread>

#include "app/exposition.h"
#include "app/listen_address.h"
#include "app/metrics_listener.h"
#include "app/provider_file.h"
#include "app/server.h"
#include "app/storage.h"
#include "http/routes/api.h"
#include "node/forwarder.h"
#include "node/port.h"
#include "store/postgres/ownership.h"
#include "store/postgres/postgres_store.h"
#include "system/clock.h"
#include "system/encoding.h"
#include "system/random.h"

namespace beckon::app {
namespace {

using namespace std::chrono_literals;
using store::postgres::NodeIdentity;
using store::postgres::Ownership;
using store::postgres::ShardOwner;

constexpr auto kLookEvery = 500ms;  // for the owner's lease
constexpr auto kLookOften = 50ms;   // while no owner is reached
constexpr auto kLookAtMost = 20ms;  // between two looks
constexpr auto kAfterFailure = 1s;  // after a takeover that failed

}  // namespace

struct Node::Inside {
  enum class Role : std::uint8_t { kMember, kTaking, kOwner };
  struct Bound {
    net::Endpoint at;  // as it was asked for
    std::shared_ptr<const http::Sockets> sockets;
  };
  // What serves clients while the node is a member.
  struct Front {
    prometheus::Registry registry;
    std::unique_ptr<http::Router> router;
    std::unique_ptr<http::HttpMetrics> metrics;
    std::unique_ptr<MetricsListener> metrics_listener;
    std::unique_ptr<http::Listener> listener;

    void retire() const {
      listener->retire();
      if (metrics_listener) metrics_listener->retire();
    }
    void stop(Duration drain) const {
      listener->stop(drain);
      if (metrics_listener) metrics_listener->stop();
    }
  };
  static std::expected<Bound, std::string> bind_to(const std::string& where, int count);

  explicit Inside(const Settings& from) : settings(from) {}

  const Settings settings;
  SystemClock clock;
  SystemRandom random;
  std::function<void(const std::string&)> give_up;
  std::shared_ptr<http::TlsCertificates> certificates;
  Bound main, of_metrics;
  std::shared_ptr<const node::Credentials> credentials;
  std::unique_ptr<node::Port> port;
  std::unique_ptr<node::Forwarder> forwarder;
  NodeIdentity self;

  std::atomic<Role> role{Role::kMember};
  std::atomic<std::uint64_t> looks{0}, takeovers{0};
  std::atomic<bool> certificates_asked{false};

  mutable std::mutex mutex;  // guards the pointers below, which the supervisor changes
  std::shared_ptr<Ownership> ownership;
  std::unique_ptr<Server> server;     // while the node owns the shards
  std::unique_ptr<Front> front;       // while it does not, and afterwards until its connections have ended
  std::vector<std::jthread> leaving;  // each ends a server whose shards are another's, which waits for its attempts

  std::mutex waking;
  std::condition_variable_any woken;
  bool poked = false;      // guarded by `waking`
  std::uint64_t lost = 0;  // likewise: the newest of the servers that say that their shards are another's
  // Of the server that owns the shards. Former ones, which still wait for their attempts, speak of themselves alone.
  std::atomic<std::uint64_t> turn{0};
  std::jthread supervisor;

  // The same look at the owner's lease, again and again: how often it was found unchanged.
  std::string seen_incarnation;
  Duration seen_left{};
  int unchanged = 0;

  std::expected<void, std::string> open();
  std::expected<void, std::string> settle_part();
  void forget_ownership();
  std::expected<void, std::string> serve_as_member();
  std::expected<void, std::string> serve_as_owner();
  void supervise(const std::stop_token& stop);
  void look();
  void step_down();
  void wait(const std::stop_token& stop, std::chrono::milliseconds at_most);
  void poke(std::uint64_t lost_turn = 0);
  std::shared_ptr<Ownership> own() const {
    const std::lock_guard lock(mutex);
    return ownership;
  }
  void add_metrics(Exposition& out) const;
  std::string metrics_of_member() const;
};

std::expected<Node::Inside::Bound, std::string> Node::Inside::bind_to(const std::string& where, int count) {
  const auto at = parse_listen(where);
  if (!at) return unexpected("\"" + where + "\" is not HOST:PORT with an IP address; for example 127.0.0.1:8080.");
  auto sockets = http::listen_at(at->address.text(), at->port, count);
  if (!sockets) return unexpected(sockets.error());
  return Bound{*at, std::move(*sockets)};
}

void Node::Inside::poke(std::uint64_t lost_turn) {
  {
    const std::lock_guard lock(waking);
    poked = true;
    lost = std::max(lost, lost_turn);
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
  if (const auto prepared = store::PostgresStore::prepare(settings.database, {}); !prepared)
    return unexpected(prepared.error().message);

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
  auto opened = node::Port::open(between.address.text(), between.port, credentials, clock, {});
  if (!opened) return unexpected(opened.error());
  port = std::move(*opened);
  forwarder = std::make_unique<node::Forwarder>(credentials, node::Forwarder::Limits{.window = settings.node_window},
                                                [this] { poke(); });
  self.name = settings.node.empty() ? net::Endpoint{main.at.address, main.sockets->port}.text() : settings.node;
  self.address = net::Endpoint{between.address, port->port()}.text();
  self.incarnation = to_hex(random.bytes(8));
  forget_ownership();
  if (const auto joined = own()->join(); !joined) return unexpected(joined.error().message);
  return settle_part();
}

// Begins again as one that owns nothing. What the former object has taken is fenced by its epochs.
void Node::Inside::forget_ownership() {
  auto made = std::make_shared<Ownership>(store::postgres::ConnectionOptions{.where = settings.database}, self);
  const std::lock_guard lock(mutex);
  ownership = std::move(made);
}

// The owner at once if nobody else is, or this node was before it was started again. Otherwise a member, as soon as the
// owner is reached or seen to renew its lease; one that does neither is waited for, so that the node can serve when it
// says that it does.
std::expected<void, std::string> Node::Inside::settle_part() {
  const auto until = std::chrono::steady_clock::now() + Ownership::kLease + Ownership::kRenewEvery;
  for (;;) {
    const auto taken = own()->try_to_take();
    if (!taken) return unexpected(taken.error().message);
    if (*taken) return serve_as_owner();
    const auto owner = own()->look();
    if (!owner) return unexpected(owner.error().message);
    if (*owner) forwarder->aim((*owner)->node.address, (*owner)->node.incarnation);
    const bool is_late = std::chrono::steady_clock::now() > until;
    if (is_late && *owner && (*owner)->node.address.empty())
      return unexpected("Another server is using this database, and takes no other nodes; stop it, or name another.");
    if (is_late || forwarder->is_connected()) return serve_as_member();
    std::this_thread::sleep_for(50ms);
  }
}

std::expected<void, std::string> Node::Inside::serve_as_member() {
  auto made = std::make_unique<Front>();
  std::vector<http::Route> all;
  http::add_health([this] { return forwarder->is_connected() ? http::Readiness::kReady : http::Readiness::kNoOwner; },
                   http::NodePart{self.name, "member"}, all);
  http::Route rest{.method = http::Method::kOther,
                   .pattern = "forwarded",
                   .access = http::public_(),
                   .run = http::Run::kInline,
                   .handler = [this](http::Request& request,
                                     http::Respond respond) { forwarder->forward(request, std::move(respond)); },
                   .summary = "Handed over to the node that owns the data",
                   .body = http::BodyType::kEncoded,
                   .body_limit = std::max(settings.http.limits.body, settings.http.limits.bodies_per_client)};
  auto router = http::Router::make(std::move(all),
                                   {.authorize = {}, .decorate = http::security_headers, .otherwise = std::move(rest)});
  if (!router) return unexpected(router.error());
  made->router = std::make_unique<http::Router>(std::move(*router));
  made->metrics = std::make_unique<http::HttpMetrics>(made->registry, *made->router);

  if (of_metrics.sockets) {
    http::ListenerOptions options = settings.http;
    options.sockets = of_metrics.sockets;
    auto listener = MetricsListener::start(
        std::move(options), [this] { return metrics_of_member(); }, clock);
    if (!listener) return unexpected(listener.error());
    made->metrics_listener = std::move(*listener);
  }
  http::ListenerOptions options = settings.http;
  options.sockets = main.sockets;
  options.tls = certificates;
  auto listener = http::Listener::start(std::move(options), *made->router, clock, *made->metrics);
  if (!listener) return unexpected(listener.error());
  made->listener = std::move(*listener);
  const std::lock_guard lock(mutex);
  front = std::move(made);
  role = Role::kMember;
  return {};
}

// The shards are taken.
std::expected<void, std::string> Node::Inside::serve_as_owner() {
  role = Role::kTaking;
  const auto held = own();
  held->keep_renewing();
  const std::uint64_t own_turn = ++turn;
  auto started = Server::start(settings, [this, own_turn] { poke(own_turn); },
                               {.ownership = held,
                                .name = self.name,
                                .sockets = main.sockets,
                                .metrics_sockets = of_metrics.sockets,
                                .metrics = [this](Exposition& out) { add_metrics(out); },
                                .released =
                                    [this, own_turn] {
                                      if (turn != own_turn) return;
                                      port->serve(nullptr);
                                      port->announce_release();
                                    }});
  if (!started) {
    role = Role::kMember;
    held->release();
    return unexpected(started.error());
  }
  port->serve((*started)->inlet());
  const std::lock_guard lock(mutex);
  server = std::move(*started);
  role = Role::kOwner;
  // Clients that are connected already are served on, over this node's own port, until their connections end.
  if (front) {
    forwarder->aim(self.address, held->self().incarnation);
    front->retire();
  }
  return {};
}

// Another node has taken the shards, or the database has lost commits: what is in memory is not to be used anymore.
void Node::Inside::step_down() {
  port->serve(nullptr);
  own()->release();
  log::warn("stepping_down").add("node", self.name);
  forget_ownership();
  {
    std::unique_ptr<Front> former;
    {
      const std::lock_guard lock(mutex);
      former = std::move(front);
    }
    if (former) former->stop(1s);
  }
  if (const auto serving = serve_as_member(); !serving) return give_up(serving.error());
  const std::lock_guard lock(mutex);
  server->retire();
  leaving.emplace_back([former = std::move(server)]() mutable { former.reset(); });
}

void Node::Inside::look() {
  ++looks;
  const auto owner = own()->look();
  if (!owner) {
    if (owner.error().code == FaultCode::kConflict) give_up(owner.error().message);
    return;  // the owner, if there is one, is still reached where it was
  }
  if (*owner && (*owner)->left > Duration{0} && (*owner)->node.incarnation != self.incarnation) {
    const bool is_same = seen_incarnation == (*owner)->node.incarnation && (*owner)->left <= seen_left;
    unchanged = is_same ? unchanged + 1 : 0;
    seen_incarnation = (*owner)->node.incarnation;
    seen_left = (*owner)->left;
    forwarder->aim((*owner)->node.address, (*owner)->node.incarnation);
    return;
  }
  forwarder->aim("", "");
  const auto taken = own()->try_to_take();
  if (!taken || !*taken) return;
  ++takeovers;
  log::warn("took_over")
      .add("node", self.name)
      .add("why", *owner ? "the lease of the owner is over" : "nobody owned the shards")
      .add("looks_without_renewal", std::int64_t{unchanged});
  if (const auto serving = serve_as_owner(); !serving) {
    log::error("takeover_failed").add("why", serving.error());
    forget_ownership();
    std::this_thread::sleep_for(kAfterFailure);
  }
}

void Node::Inside::supervise(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::this_thread::sleep_for(kLookAtMost);
    wait(stop, role != Role::kMember || forwarder->is_connected() ? kLookEvery : kLookOften);
    if (stop.stop_requested()) return;
    if (certificates_asked.exchange(false) || looks % 4 == 0)
      if (certificates) certificates->look(clock.now());
    if (role == Role::kOwner) {
      bool is_lost = false;
      {
        const std::lock_guard lock(waking);
        is_lost = std::exchange(lost, 0) == turn;
      }
      if (is_lost) step_down();
    }
    if (role == Role::kMember) look();
  }
}

void Node::Inside::add_metrics(Exposition& out) const {
  const auto held = own();
  const auto number = [](auto value) { return static_cast<double>(value); };
  out.gauge("beckon_node_owner", "1 while this node owns the data, 0 while it hands requests over.",
            role == Role::kOwner ? 1 : 0);
  out.gauge("beckon_node_lease_left_seconds", "How long this node's lease lasts, if it is not renewed.",
            number(std::max(Duration{0}, held->left()).count()) / 1e3);
  out.counter("beckon_node_takeovers_total", "Times that this node has taken over from another.",
              number(takeovers.load()));
  out.gauge("beckon_node_owner_reached", "1 while this node is connected to the owner.",
            forwarder->is_connected() ? 1 : 0);
  for (std::size_t i = 0; i < node::kForwardedResults; ++i) {
    const auto result = static_cast<node::Forwarded>(i);
    out.counter("beckon_node_forwarded_total", "Requests handed over to the owner, by what became of them.",
                number(forwarder->count(result)), {{"result", std::string(node::to_text(result))}});
  }
  out.gauge("beckon_node_forward_waiting_bytes", "Bytes of requests that wait for the owner's answer.",
            number(forwarder->waiting_bytes()));
  out.gauge("beckon_node_peers", "Other nodes that are connected to this one.", number(port->peers()));
  out.counter("beckon_node_peer_requests_total", "Requests that other nodes have handed over to this one.",
              number(port->requests()));
  out.counter("beckon_node_strangers_total", "Connections to the node port that did not show the right certificate.",
              number(port->strangers()));
}

std::string Node::Inside::metrics_of_member() const {
  static const prometheus::Registry none;
  Exposition out = [this] {
    const std::lock_guard lock(mutex);
    return Exposition(front ? front->registry : none);
  }();
  add_process(out);
  add_metrics(out);
  return http::to_text(out.families());
}

std::expected<std::unique_ptr<Node>, std::string> Node::start(const Settings& settings,
                                                              std::function<void(const std::string&)> give_up) {
  auto inside = std::make_unique<Inside>(settings);
  inside->give_up = std::move(give_up);
  if (const auto opened = inside->open(); !opened) return unexpected(opened.error());
  log::info("joined")
      .add("node", inside->self.name)
      .add("address", inside->self.address)
      .add("part", inside->role == Inside::Role::kOwner ? "owner" : "member");
  inside->supervisor = std::jthread([&of = *inside](const std::stop_token& stop) { of.supervise(stop); });
  return std::unique_ptr<Node>(new Node(std::move(inside)));
}

Node::Node(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}

Node::~Node() { stop(); }

std::string Node::url() const {
  return (inside_->certificates ? "https://" : "http://") +
         net::Endpoint{inside_->main.at.address, inside_->main.sockets->port}.text();
}

std::uint64_t Node::turns() const {
  const std::lock_guard lock(inside_->mutex);
  return inside_->looks + (inside_->server ? inside_->server->turns() : 0);
}

void Node::look_at_certificates() {
  inside_->certificates_asked = true;
  const std::lock_guard lock(inside_->mutex);
  if (inside_->server) inside_->server->look_at_certificates();
}

void Node::stop() {
  if (!inside_->supervisor.joinable()) return;
  inside_->supervisor.request_stop();
  inside_->supervisor.join();
  if (inside_->server) inside_->server->stop();
  if (inside_->front) inside_->front->stop(inside_->settings.drain);
  inside_->leaving.clear();
  inside_->server.reset();
  inside_->forwarder.reset();
  inside_->ownership->release();
  inside_->port.reset();
}

}  // namespace beckon::app
