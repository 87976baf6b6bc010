#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "app/backup/only_receiver.h"
#include "app/demo/dev.h"
#include "app/inside.h"
#include "app/keys.h"
#include "app/listen_address.h"
#include "app/master_key_rotation.h"
#include "app/provider_file.h"
#include "app/storage.h"
#include "app/waking.h"
#include "egress/trust.h"
#include "http/mcp/authorization.h"
#include "http/mcp/endpoint.h"
#include "http/routes/console.h"
#include "http/routes/library.h"
#include "http/routes/source_notes.h"
#include "store/postgres/ownership.h"
#include "system/random.h"

namespace beckon::app {
namespace {

using namespace std::chrono_literals;

dispatch::Settings dispatch_settings(const Settings& settings) {
  dispatch::Settings made = settings.dispatch;
  made.limits.drain = std::min<Duration>(made.limits.drain, settings.drain);
  return made;
}

constexpr Duration kStuck{3'000};            // in a commit, after which what waits gets 503
constexpr Duration kLongestHandover{2'000};  // for requests under way, while others wait for the next owner
constexpr Duration kClocksDiffer{1'000};     // as those of machines may, beyond which it is logged
constexpr Duration kFirstSweepAfter{5'000};  // of the start, so that the first requests do not wait for it
constexpr int kPurgeAgain = 50;              // rounds of keep_up between attempts to purge: 5 s

// One fault per line, as main prints them.
std::string joined(const std::vector<std::string>& faults) {
  std::string all;
  for (const std::string& fault : faults) all.append(all.empty() ? "" : "\nbeckon: ").append(fault);
  return all;
}

// Makes what is not there.
Result<Server::Secrets> shared_secrets(access::Directory& directory, const MasterKeys& keys, Random& random) {
  const SecretBox box(keys);
  auto hash = named_secret(directory, box, kHashKey, 16, random);
  if (!hash) return unexpected(hash.error());
  auto decision = named_secret(directory, box, "decision-key", 32, random);
  if (!decision) return unexpected(decision.error());
  if (const auto kept = keep_fingerprint(directory, keys); !kept) return unexpected(kept.error());
  return Server::Secrets{std::move(*hash), std::move(*decision)};
}

// Gives the calling thread less processor time than those that serve requests. Linux has a priority per thread.
void yield_to_others() { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 10); }

}  // namespace

// Authentication: the server's own tokens, and those of the providers.
void Server::Inside::build_access(std::vector<oidc::Provider> known) {
  calls = std::make_unique<egress::Calls>(
      clock, settings.network,
      egress::Calls::Options{.at_once = settings.oidc.calls, .per_line = settings.oidc.calls_per_provider});
  providers =
      std::make_unique<oidc::Providers>(std::move(known), settings.public_url + std::string(http::kConsole) + "/",
                                        *calls, secrets, clock, random, settings.oidc);
  if (!providers->all().empty()) bearers = std::make_unique<oidc::Bearers>(*providers, clock);
  gate =
      std::make_unique<access::Gate>(store->directory(), *issuer, clock, access::Gate::kMostRemembered, bearers.get());
  sign_in = std::make_unique<access::SignIn>(store->directory(), *issuer, clock, random, settings.sign_in);
  invitations = std::make_unique<access::Invitations>(store->directory(), clock, random, settings.sign_in.cost);
}

template <typename Options>
Options Server::Inside::sweeping(Options options) const {
  options.sweep_every = settings.upkeep.sweep_every;
  options.swept_at = clock.now() - options.sweep_every + std::min(options.sweep_every, kFirstSweepAfter);
  return options;
}

std::expected<void, std::string> Server::Inside::build(std::function<void()> broken,
                                                       std::vector<oidc::Provider> known) {
  on_broken = [this, then = std::move(broken)] {
    lost = true;
    then();
  };
  committer = std::make_unique<commit::Committer>(store->commit(), places, clock, settings.commit, on_broken);
  alarm = std::make_unique<delayed::Alarm>(store->timers(), *committer, clock, delayed::Alarm::Options{});
  counter_filling = std::make_unique<commit::CounterFilling>(store->ledger(), tenants);
  outbox_upkeep = std::make_unique<commit::OutboxMaintenance>(store->outbox(), sweeping(settings.outbox));
  history_upkeep = std::make_unique<commit::HistoryMaintenance>(store->rules(), tenants, sweeping(settings.history));
  replays = std::make_unique<intake::Redeliveries>(store->outbox(), settings.replays);
  rule_book = std::make_unique<intake::RuleBook>(tenants, *committer, store->ledger(),
                                                 [this](const Handle& handle) { reload(handle); });
  rule_filling = std::make_unique<intake::RuleFilling>(store->ledger(), store->rules(), tenants, *rule_book);
  simulations = std::make_unique<hindsight::WhatIfJobs>(store->ledger(), sessions, settings.simulations);
  committer->set_observer([this](const commit::Batch& batch) { watch_batch(batch); });
  resolver = std::make_unique<decision::Resolver>(decision::Resolver::Parts{places, *committer, tokens, clock});

  issuer = std::make_unique<access::Issuer>(store->directory(), secrets, clock, random);
  if (const auto prepared = issuer->prepare(); !prepared) return unexpected(prepared.error().message);
  build_access(std::move(known));

  dispatch_metrics = std::make_unique<dispatch::DispatchMetrics>(registry);
  settling = std::make_unique<intake::Settling>(*committer);
  network = std::make_unique<egress::Network>(clock, settings.network);
  endpoint_checks = std::make_unique<egress::EndpointChecks>(settings.network.resolver, settings.endpoint_checks);
  sender = std::make_unique<dispatch::EgressSender>(network->egress(), [this] { return control.policy().get(); });
  if (!settings.only_receiver.empty())
    sender = std::make_unique<OnlyReceiver>(std::move(sender), settings.only_receiver);
  dispatch::Settings dispatching = dispatch_settings(settings);
  if (part.ownership) dispatching.may_begin = [this] { return may_answer(); };
  dispatching.is_lost = [this] { return lost.load(); };
  dispatcher =
      std::make_unique<dispatch::Dispatcher>(dispatch::Ports{store->outbox(), subscriptions, *sender, *settling,
                                                             secrets, clock, random, dispatch_metrics.get()},
                                             std::move(dispatching));
  sending = {.subscription = [this](const SubscriptionId& id) { return subscriptions.find(id); },
             .is_sending = [this](const DeliveryId& id) { return dispatcher->is_sending(id); },
             .fence = [this] { dispatcher->fence(); },
             .probe_at = [this](const SubscriptionId& id) { return dispatcher->probe_at(id); },
             .probe = [this](const SubscriptionId& id, const DeliveryId& one) { dispatcher->probe(id, one); },
             .attempts = static_cast<int>(settings.dispatch.schedule.waits().size()) + 1};
  live = std::make_unique<http::LiveFeed>(
      http::LiveFeed::Parts{changes, *gate, clock, sending, make_ulid("", clock.now(), random)}, settings.live);
  event_streams = std::make_unique<http::EventStreams>(
      http::EventStreams::Parts{changes, tenants, secrets, clock, random, make_ulid("", clock.now(), random)},
      settings.event_streams);
  return {};
}

// A connection that has just been made needs some milliseconds for the first statement of each kind: all that load()
// and the first requests will need. A failure does not matter: load() finds it too.
void Server::Inside::warm_up() {
  noted(recovery.read_ahead(), "not_read_ahead");
  noted(control.load(), "not_read_ahead");
  (void)store->outbox().deleted_with_pending();
  (void)store->outbox().running_replays();
  (void)store->ledger().last_position();
  (void)store->ledger().snapshot(Handle{}, SessionId{});
}

// What the store has.
std::expected<void, std::string> Server::Inside::load() {
  const auto began = std::chrono::steady_clock::now();
  const auto found = recovery.finish(sessions);
  if (!found) return unexpected(found.error().message);
  recovered = *found;
  recovery_time = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  if (part.ownership) {
    if (const Duration behind = recovered.newest - clock.now(); behind > kClocksDiffer)
      log::warn("clock_behind").add("seconds", std::chrono::duration_cast<std::chrono::seconds>(behind).count());
    clock.not_before(recovered.newest);
  }
  if (const auto loaded = control.load(); !loaded) return unexpected(loaded.error().message);
  upkeep = std::make_unique<commit::Housekeeping>(store->ledger(), places, sweeping(settings.upkeep),
                                                  recovered.checkpoint, recovered.bytes);
  committer->set_last_position(recovered.last_position);
  for (commit::Maintenance* task : std::initializer_list<commit::Maintenance*>{
           &visitor_timers, &goal_counting, counter_filling.get(), upkeep.get(), outbox_upkeep.get(),
           history_upkeep.get(), replays.get(), rule_filling.get()})
    committer->add_maintenance(*task);
  return {};
}

// After load(): what is due counts, which the store of a lane knows once its shards are taken.
std::expected<void, std::string> Server::Inside::load_outbox() {
  if (const auto loaded = outbox_upkeep->load(subscriptions); !loaded) return unexpected(loaded.error().message);
  if (const auto loaded = replays->load(); !loaded) return unexpected(loaded.error().message);
  return {};
}

std::expected<void, std::string> Server::Inside::make_routes() {
  api.reset(new http::Api{
      .clock = clock,
      .random = random,
      .secrets = secrets,
      .places = places,
      .committer = *committer,
      .resolver = *resolver,
      .tokens = tokens,
      .replays = *replays,
      .rule_book = *rule_book,
      .simulations = *simulations,
      .server_defaults = settings.handle,
      .server_maxima = settings.most,
      .ledger = store->ledger(),
      .outbox = store->outbox(),
      .delivery_log = store->delivery_log(),
      .timers = store->timers(),
      .rules = store->rules(),
      .rule_history = store->rule_history(),
      .analytics = store->analytics(),
      .directory = store->directory(),
      .gate = *gate,
      .issuer = *issuer,
      .sign_in = *sign_in,
      .invitations = *invitations,
      .sign_in_failures = sign_in_failures,
      .oidc = *providers,
      .signals_by_address = signals_by_address,
      .decisions_by_address = decisions_by_address,
      .signals_by_token = signals_by_token,
      .decisions_by_token = decisions_by_token,
      .pats = control.pats(),
      .origins = control.origins(),
      .sources = sources,
      .policy = control.policy(),
      .endpoints = *endpoint_checks,
      .secret_overlap = settings.secret_overlap,
      .sending = sending,
      .live = *live,
      .event_streams = *event_streams,
      .reload = [this](const Handle& handle) { store->has(handle) ? reload(handle) : part.tell(handle); },
      .reload_allowlist =
          [this] {
            reload_allowlist();
            if (part.tell_all) part.tell_all();
          },
      .elsewhere = part.ownership ? [this](const std::string& key) { return is_elsewhere(key); }
                                  : std::function<bool(const std::string&)>{},
      .readiness =
          [this] {
            const http::Readiness now = readiness;
            return now == http::Readiness::kReady && committer->full() ? http::Readiness::kDiskFull : now;
          },
      .backup_folder = [this] { return backup_folder(); },
      .nodes = [this] { return nodes(); },
      .metrics = [this] { return metrics(); },
      .metrics_on_main = settings.dev,
      .public_url = settings.public_url,
  });
  auto all = http::routes(*api);
  mcp::add_routes(*api, settings.http.limits.body, all);
  if (part.ownership) add_routes_of_nodes(all);
  if (settings.dev) std::ranges::move(dev_receivers(*this), std::back_inserter(all));
  if (settings.dev) http::add_example(http::library_files(), all);
  auto made = http::Router::make(
      std::move(all),
      {.authorize = http::authorize(*api),
       .await = bearers ? http::await(*api) : http::Await{},
       .preflight = http::preflight,
       .decorate =
           [this](const http::Request& request, http::Response& response) {
             http::security_headers(request, response);
             mcp::say_where_to_sign_in(*api, request, response);
             http::note_refusal(*api, request, response);
           },
       .admit = part.ownership ? http::Admit([this](const http::Route& route) { return fault_of_lease(route); })
                               : http::Admit{}});
  if (!made) return unexpected("The route table is invalid: " + made.error());
  router = std::make_unique<http::Router>(std::move(*made));
  http_metrics = std::make_unique<http::HttpMetrics>(registry, *router);

  if (part.ownership) inlet = std::make_shared<http::Inlet>(settings.http, *router, clock, *http_metrics);
  return {};
}

std::expected<void, std::string> Server::Inside::listen() {
  if (part.ownership) return {};
  const auto options_at = [&](const std::string& where) -> std::expected<http::ListenerOptions, std::string> {
    const auto at = parse_listen(where);
    if (!at) return unexpected("\"" + where + "\" is not HOST:PORT with an IP address; for example 127.0.0.1:8080.");
    http::ListenerOptions options = settings.http;
    options.host = at->address.text();
    options.port = at->port;
    return options;
  };
  if (!settings.metrics_listen.empty()) {
    auto options = options_at(settings.metrics_listen);
    if (!options) return unexpected(options.error());
    auto bound = MetricsListener::start(
        *std::move(options), [this] { return metrics(); }, clock);
    if (!bound) return unexpected(bound.error());
    metrics_listener = std::move(*bound);
  }
  auto options = options_at(settings.listen);
  if (!options) return unexpected(options.error());
  options->tls = certificates;
  auto bound = http::Listener::start(*std::move(options), *router, clock, *http_metrics);
  if (!bound) return unexpected(bound.error());
  listener = std::move(*bound);
  return {};
}

Result<std::optional<http::NodeList>> Server::Inside::nodes() const {
  if (!part.ownership) return std::nullopt;
  const auto found = postgres->division();
  if (!found) return unexpected(found.error());
  http::NodeList list{.self = part.name, .nodes = {}, .unowned = {}};
  for (const auto& one : found->nodes) list.nodes.push_back({one.node.name, one.node.address, {}, one.left});
  for (const store::postgres::Shard shard : store::postgres::Shards::all()) {
    const auto* owner = found->node(found->of(shard).owner);
    const auto known =
        std::ranges::find_if(list.nodes, [&](const auto& one) { return owner && one.name == owner->node.name; });
    (known == list.nodes.end() ? list.unowned : known->shards).push_back(shard);
  }
  return list;
}

// For other lanes, of this node or another; no client gets there (node/door.h).
void Server::Inside::add_routes_of_nodes(std::vector<http::Route>& routes) {
  routes.push_back({.method = http::Method::kPost,
                    .pattern = std::string(http::kLookAgain),
                    .access = http::public_(),
                    .run = http::Run::kControl,
                    .handler =
                        [this](http::Request& request, http::Respond respond) {
                          const auto seen = catch_up();
                          respond(seen ? http::Response{.status = 204} : http::to_response(seen.error(), request.id));
                        },
                    .summary = "Read what the directory has changed"});
}

// A key of another system's library: the name of a handle, or an access token.
bool Server::Inside::is_elsewhere(const std::string& key) const {
  if (!key.starts_with(access::kPatPrefix)) return !store->has(Handle(key));
  return !control.pats().find(key.substr(0, key.find('.')).substr(access::kPatPrefix.size()));
}

// A node of several that may have lost the shards without knowing it yet must not answer from memory, where what
// another node has stored is missing, nor send from there.
bool Server::Inside::may_answer() const { return !lost && part.ownership->may_answer(); }

std::optional<Fault> Server::Inside::fault_of_lease(const http::Route& route) const {
  if (may_answer() || route.pattern == http::kLookAgain) return std::nullopt;
  return unavailable(lost ? "Another node has taken over."
                          : "This node does not reach the database, and another node may have taken over.");
}

// On the committing thread, after each commit.
void Server::Inside::watch_batch(const commit::Batch& batch) {
  wake(*dispatcher, subscriptions, batch);
  alarm->committed(batch);
}

void Server::Inside::start_threads() {
  commit_thread = std::jthread([this] { committer->run(); });
  alarm_thread = std::jthread([this](std::stop_token stop) { alarm->run(stop); });
  dispatch_thread = std::jthread([this](std::stop_token stop) { dispatcher->run(stop); });
  dispatcher->wake_all();
  names_thread = std::jthread([this](std::stop_token stop) { endpoint_checks->run(stop); });
  if (!providers->all().empty()) providers_thread = std::jthread([this](std::stop_token stop) { calls->run(stop); });
  upkeep_thread = std::jthread([this](std::stop_token stop) { keep_up(stop); });
  live_thread = std::jthread([this](std::stop_token stop) {
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(100ms);
      live->step();
      event_streams->step();
    }
  });
  simulate_thread = std::jthread([this](std::stop_token stop) {
    yield_to_others();
    simulations->run(stop);
  });
  recovery_thread = std::jthread([this](std::stop_token stop) {
    yield_to_others();
    const auto damaged = sessions.read_recovered(0, stop);
    if (!damaged) log::error("sessions_not_read").add("why", damaged.error().message);
  });
  if (!shipper) return;
  ship_thread = std::jthread([this](std::stop_token stop) {
    yield_to_others();
    shipper->run(stop);
    shipped.release();
  });
}

// Next to the committing thread: maintains the store, and detects changes by other processes.
void Server::Inside::keep_up(std::stop_token stop) {
  int rounds = 0, purge_from = 0;
  MasterKeyRotation rotation(settings, *store, *committer, subscriptions, secrets, clock, random, part.lane == 0);
  std::uint64_t rewritings = 0;
  std::optional<std::uint64_t> purging;  // rewritings whose data purge() is removing, which may take several calls
  while (!stop.stop_requested()) {
    std::this_thread::sleep_for(100ms);
    committer->refuse_if_stuck(kStuck);
    const auto copied = store->maintain();
    if (!copied && copied.error() == commit::CommitFault::kBroken) return on_broken();
    if (shipper) shipper->watch();
    // Removes from the disk what erasure has rewritten in the journal. The preceding copy blocks nobody, so
    // this one is short. Each attempt briefly blocks the writer, and none succeeds while a command copies the
    // store.
    if (const auto now = upkeep->rewritings(); now != rewritings && rounds >= purge_from && store->can().purges) {
      if (!purging) purging = now;
      if (store->purge())
        rewritings = *std::exchange(purging, std::nullopt);
      else
        purge_from = rounds + kPurgeAgain;
    }
    if (certificates && (rounds % 20 == 0 || certificates_asked.exchange(false))) certificates->look(clock.now());
    if (++rounds % 600 == 0) noted(control.note_uses_of_keys(1h), "uses_not_noted");
    if (rounds % 100 == 0) noted(control.note_uses_of_tokens(1min), "uses_not_noted");
    if (rounds % 10 == 0 && rotation.look() && shipper) shipper->base_now();  // needs only the new key
    if (rounds % 600 == 1 && part.lane == 0)
      noted(issuer->keep_up(settings.signing_key_life), "signing_keys_not_kept_up");
    if (rounds % 5 != 0) continue;
    if (const auto seen = catch_up(); !seen) log::error("reload_failed").add("why", seen.error().message);
  }
}

Result<void> Server::Inside::catch_up() {
  const std::lock_guard lock(catching_up);
  const auto seen = control.catch_up(*committer);
  if (!seen) return unexpected(seen.error());
  if (*seen) noted(issuer->reread(), "signing_keys_not_read");
  return {};
}

void Server::Inside::noted(const Result<void>& done, std::string_view event) {
  if (!done) log::error(event).add("why", done.error().message);
}

void Server::Inside::reload(const Handle& handle) {
  if (const auto loaded = control.reload(handle, *committer); !loaded)
    log::error("reload_failed").add("handle", handle.view()).add("why", loaded.error().message);
}

void Server::Inside::reload_allowlist() {
  if (const auto loaded = control.reload_allowlist(*committer); !loaded)
    log::error("reload_failed").add("why", loaded.error().message);
}

// A folder that does not respond delays the end by at most `drain`: what was not shipped is still in the data.
void Server::Inside::stop_shipping() {
  if (!ship_thread.joinable()) return;
  ship_thread.request_stop();
  if (!shipped.try_acquire_for(std::max<Duration>(settings.drain, 1s))) {
    log::warn("stopped_before_all_was_shipped").add("folder", settings.backup.folder);
    log::flush();
    ::_exit(0);
  }
  ship_thread.join();
}

void Server::Inside::stop_dispatch() {
  if (!dispatch_thread.joinable()) return;
  dispatch_thread.request_stop();
  network->egress().wake();
  dispatch_thread.join();
}

void Server::Inside::stop_committer() {
  store->stop_waiting();
  if (!commit_thread.joinable()) return;
  committer->stop();
  commit_thread.join();
}

void Server::Inside::finish_attempts() {
  readiness = http::Readiness::kDraining;
  if (simulate_thread.joinable()) {  // first: requests may wait for it
    simulate_thread.request_stop();
    simulate_thread.join();
  }
  recovery_thread.request_stop();  // a request may wait for its pass, not for what is left after it
  if (part.ownership) stop_dispatch();
}

// A lane of a node first finishes the attempts under way, while it still takes requests; then it ends its requests and
// commits, and gives the shards away before anything that can wait.
void Server::Inside::stop() {
  if (std::exchange(stopped, true)) return;
  finish_attempts();
  if (listener) listener->stop(settings.drain);
  if (inlet) inlet->close(std::min<Duration>(settings.drain, kLongestHandover));
  if (part.ownership) {
    stop_committer();
    if (begun) part.give(!lost);
  }
  if (metrics_listener) metrics_listener->stop();
  stop_dispatch();
  if (providers_thread.joinable()) {
    providers_thread.request_stop();
    providers_thread.join();
  }
  if (names_thread.joinable()) {
    names_thread.request_stop();
    names_thread.join();
  }
  if (live_thread.joinable()) {
    live_thread.request_stop();
    live_thread.join();
    live->end();
    event_streams->end();
  }
  if (upkeep_thread.joinable()) {
    upkeep_thread.request_stop();
    upkeep_thread.join();
    noted(control.note_uses_of_keys(1ms), "uses_not_noted");
    noted(control.note_uses_of_tokens(1ms), "uses_not_noted");
  }
  if (alarm_thread.joinable()) {
    alarm_thread.request_stop();
    alarm_thread.join();
  }
  if (recovery_thread.joinable()) recovery_thread.join();
  stop_committer();
  stop_shipping();
}

Server::Server(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}

Server::~Server() { inside_->stop(); }

std::uint64_t Server::turns() const { return inside_->committer->counts().turns; }

std::string Server::url() const {
  const auto at = parse_listen(inside_->settings.listen);
  return (inside_->certificates ? "https://" : "http://") +
         net::Endpoint{at->address, inside_->listener->port()}.text();
}

void Server::look_at_certificates() { inside_->certificates_asked = true; }

void Server::stop() { inside_->stop(); }

void Server::finish_attempts() { inside_->finish_attempts(); }

void Server::warm_up() { inside_->warm_up(); }

const std::shared_ptr<http::Inlet>& Server::inlet() const { return inside_->inlet; }

void Server::lose() { inside_->lost = true; }

Exposition Server::collect() const { return inside_->collect(); }

std::expected<std::unique_ptr<Server::Inside>, std::string> Server::open(const Settings& settings,
                                                                         std::function<void()> broken, bool serving) {
  auto inside = built(settings, std::move(broken), serving, {}, Part{});
  if (!inside) return inside;
  if (const auto loaded = (*inside)->load(); !loaded) return unexpected(loaded.error());
  if (const auto loaded = (*inside)->load_outbox(); !loaded) return unexpected(loaded.error());
  return inside;
}

std::expected<std::unique_ptr<Server::Inside>, std::string> Server::built(const Settings& settings,
                                                                          std::function<void()> broken, bool serving,
                                                                          std::vector<oidc::Provider> providers,
                                                                          Part part) {
  if (const auto& path = settings.network.client.extra_ca_file; !path.empty() && !egress::Trust::can_read(path))
    return unexpected("No CA certificates can be read from " + path + " (--extra-ca-file).");
  SystemRandom random;
  auto opened =
      part.ownership ? open_lane(settings, part.ownership, part.keys) : open_for_server(settings, serving, random);
  if (!opened) return unexpected(opened.error().message);
  auto secrets =
      part.ownership ? Result<Secrets>(part.secrets) : shared_secrets(opened->store->directory(), opened->keys, random);
  if (!secrets) return unexpected(secrets.error().message);
  auto inside = std::make_unique<Inside>(settings, std::move(opened->store), opened->keys, secrets->hash,
                                         secrets->decision, std::move(part));
  inside->postgres = opened->postgres;
  if (serving && !settings.backup.folder.empty()) {
    auto made = store::Shipper::make(*opened->sqlite, inside->clock, inside->random, settings.backup);
    if (!made) return unexpected(made.error().message);
    inside->shipper = std::move(*made);
  }
  if (auto built = inside->build(std::move(broken), std::move(providers)); !built) return unexpected(built.error());
  return inside;
}

std::expected<Server::Secrets, std::string> Server::prepare(const Settings& settings, const MasterKeys& keys) {
  Secrets made;
  const auto done = store::PostgresStore::in_turn(settings.database, [&]() -> Result<void> {
    auto store = store::PostgresStore::open(settings.database, {.readers = 1});
    if (!store) return unexpected(store.error());
    SystemRandom random;
    auto shared = shared_secrets((*store)->directory(), keys, random);
    if (!shared) return unexpected(shared.error());
    made = std::move(*shared);
    const SystemClock clock;
    const SecretBox secrets(keys);
    return access::Issuer((*store)->directory(), secrets, clock, random).prepare();
  });
  if (!done) return unexpected(done.error().message);
  return made;
}

std::expected<std::unique_ptr<Server>, std::string> Server::make(const Settings& settings, std::function<void()> broken,
                                                                 Part part) {
  const auto files = part.ownership ? std::vector<http::TlsFiles>{} : tls_files(settings);
  if (!files) return unexpected(files.error());
  auto providers = read_providers(settings);
  if (!providers) return unexpected(joined(providers.error()));
  std::shared_ptr<http::TlsCertificates> certificates;
  if (!files->empty()) {
    auto read = http::TlsCertificates::read(*files, SystemClock{}.now());
    if (!read) return unexpected(read.error());
    certificates = std::move(*read);
  }
  auto inside = built(settings, std::move(broken), true, *std::move(providers), std::move(part));
  if (!inside) return unexpected(inside.error());
  (*inside)->certificates = std::move(certificates);
  if (const auto made = (*inside)->make_routes(); !made) return unexpected(made.error());
  return std::unique_ptr<Server>(new Server(std::move(*inside)));
}

std::expected<void, std::string> Server::load() { return inside_->load(); }

std::expected<void, std::string> Server::begin() {
  Inside& of = *inside_;
  if (of.part.ownership) {
    const auto end = of.postgres->begin();
    if (!end) return unexpected(end.error().message);
    if (*end != of.recovered.last_position) return unexpected("Somebody else has committed meanwhile.");
  }
  if (const auto loaded = of.load_outbox(); !loaded) return loaded;
  of.begun = true;
  of.start_threads();
  if (auto listening = of.listen(); !listening) {
    of.stop();
    return listening;
  }
  of.readiness = http::Readiness::kReady;
  log::info("started")
      .add("recovered_sessions", static_cast<std::int64_t>(of.recovered.sessions))
      .add("recovered_records", static_cast<std::int64_t>(of.recovered.records))
      .add("damaged", static_cast<std::int64_t>(of.recovered.damaged))
      .add("recovery_ms", of.recovery_time.count());
  return {};
}

std::expected<std::unique_ptr<Server>, std::string> Server::start(const Settings& settings,
                                                                  std::function<void()> broken) {
  auto made = make(settings, std::move(broken), Part{});
  if (!made) return made;
  if (const auto loaded = (*made)->load(); !loaded) return unexpected(loaded.error());
  if (const auto begun = (*made)->begin(); !begun) return unexpected(begun.error());
  return made;
}

}  // namespace beckon::app
