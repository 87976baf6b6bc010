// The object graph of a running server, and its threads.
#pragma once
#include <prometheus/registry.h>

#include <atomic>
#include <thread>

#include "app/control.h"
#include "app/server.h"
#include "app/settling.h"
#include "decision/alarm.h"
#include "decision/due.h"
#include "decision/housekeeping.h"
#include "decision/outbox_upkeep.h"
#include "decision/recovery.h"
#include "decision/simulations.h"
#include "dispatch/egress_sender.h"
#include "http/routes/live_feed.h"
#include "store/sqlite/sqlite_store.h"

namespace beckon::app {

// In the order of making; what is below uses what is above, and ends first.
struct Server::Inside {
  Inside(const Settings& from, std::unique_ptr<store::SqliteStore> opened, std::string master, std::string hash_key,
         std::string decision_key)
      : settings(from),
        store(std::move(opened)),
        secrets(master),
        hasher(hash_key),
        tokens(decision_key),
        sessions(store->ledger(), hasher, settings.memory),
        control(*store, tenants, subscriptions,
                {.admit_http = settings.admit_http || settings.dev,
                 .admit_loopback = settings.dev,
                 .defaults = settings.handle}) {}

  const Settings settings;
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<store::SqliteStore> store;
  SecretBox secrets;
  ledger::SessionHasher hasher;
  decision::DecisionTokens tokens;

  decision::Sessions sessions;
  decision::Tenants tenants;
  outbox::SubscriptionIndex subscriptions;
  Control control;
  decision::RecentChanges changes;
  decision::Draft::Places places{sessions, tenants, subscriptions, random, &changes};
  decision::Recovered recovered;
  std::chrono::milliseconds recovery_time{};

  decision::VisitorTimers visitor_timers;
  std::unique_ptr<decision::Housekeeping> upkeep;
  std::unique_ptr<decision::OutboxUpkeep> outbox_upkeep;
  std::unique_ptr<decision::Replays> replays;
  std::unique_ptr<decision::Simulations> simulations;
  std::unique_ptr<decision::Committer> committer;
  std::unique_ptr<decision::Alarm> alarm;
  std::unique_ptr<decision::Resolver> resolver;

  std::unique_ptr<access::Issuer> issuer;
  std::unique_ptr<access::Gate> gate;
  std::unique_ptr<access::SignIn> sign_in;
  access::RateLimiter signals_by_address{random};
  access::RateLimiter decisions_by_address{random};

  prometheus::Registry registry;
  std::unique_ptr<dispatch::DispatchMetrics> dispatch_metrics;
  std::unique_ptr<Settling> settling;
  std::unique_ptr<egress::Network> network;
  std::unique_ptr<dispatch::EgressSender> sender;
  std::unique_ptr<dispatch::Dispatcher> dispatcher;

  std::atomic<bool> serving{false};
  bool stopped = false;
  std::function<void()> on_broken;
  http::Sending sending;
  std::unique_ptr<http::LiveFeed> live;
  std::unique_ptr<http::Api> api;
  std::unique_ptr<http::Router> router, metrics_router;
  std::unique_ptr<http::HttpMetrics> http_metrics, metrics_metrics;
  prometheus::Registry metrics_registry;  // of the metrics' own listener

  std::jthread commit_thread, alarm_thread, dispatch_thread, upkeep_thread, live_thread, simulate_thread;
  std::unique_ptr<http::Listener> metrics_listener;
  std::unique_ptr<http::Listener> listener;

  std::expected<void, std::string> build(std::function<void()> broken);
  std::expected<void, std::string> listen();
  void watch_batch(const decision::Batch& batch);
  void start_threads();
  void keep_up(std::stop_token stop);
  void reload(const Handle& handle);
  void reload_allowlist();
  std::string metrics();
  void stop();
};

}  // namespace beckon::app
