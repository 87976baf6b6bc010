// The object graph of a running server, and its threads.
#pragma once
#include <prometheus/registry.h>

#include <atomic>
#include <semaphore>
#include <thread>

#include "app/control.h"
#include "app/exposition.h"
#include "app/keys.h"
#include "app/metrics_listener.h"
#include "app/server.h"
#include "commit/counter_filling.h"
#include "commit/housekeeping.h"
#include "commit/outbox_maintenance.h"
#include "commit/recovery.h"
#include "commit/session_hasher.h"
#include "delayed/alarm.h"
#include "delayed/timer_changes.h"
#include "dispatch/egress_sender.h"
#include "egress/endpoint_checks.h"
#include "hindsight/what_if_jobs.h"
#include "http/inlet.h"
#include "http/routes/event_streams.h"
#include "http/routes/live_feed.h"
#include "http/routes/sign_in_failures.h"
#include "intake/goals.h"
#include "intake/rule_filling.h"
#include "intake/settling.h"
#include "oidc/bearers.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/shipping/shipper.h"
#include "store/store.h"
#include "system/clock.h"
#include "system/random.h"

namespace beckon::app {

// In construction order: later members use earlier ones, and are destroyed first.
struct Server::Inside {
  Inside(const Settings& from, std::unique_ptr<store::Store> opened, const MasterKeys& master,
         const std::string& hash_key, const std::string& decision_key, Part of_node)
      : settings(from),
        part(std::move(of_node)),
        store(std::move(opened)),
        secrets(master),
        hasher(hash_key),
        tokens(decision_key),
        sessions(store->ledger(), hasher, settings.memory),
        control(*store, secrets, tenants, subscriptions,
                {.admit_http = settings.admit_http || settings.dev || !settings.only_receiver.empty(),
                 .admit_loopback = settings.dev || !settings.only_receiver.empty(),
                 .defaults = settings.handle,
                 .most = settings.most}) {}

  const Settings settings;
  const Part part;
  SystemClock clock;
  const Instant started_at = clock.now();
  SystemRandom random;
  std::unique_ptr<store::Store> store;
  store::PostgresStore* postgres = nullptr;  // the same, if it is one
  std::unique_ptr<store::Shipper> shipper;   // null without a backup folder
  SecretBox secrets;
  commit::SessionHasher hasher;
  decision::DecisionTokens tokens;

  commit::Sessions sessions;
  commit::Tenants tenants;
  outbox::SubscriptionIndex subscriptions;
  Control control;
  commit::RecentChanges changes;
  commit::Draft::Places places{sessions, tenants, subscriptions, random, &changes};
  commit::Recovery recovery{store->ledger()};
  commit::Recovered recovered;
  std::chrono::milliseconds recovery_time{};

  delayed::VisitorTimers visitor_timers;
  intake::GoalCounting goal_counting;
  std::unique_ptr<commit::Housekeeping> upkeep;
  std::unique_ptr<commit::CounterFilling> counter_filling;
  std::unique_ptr<commit::OutboxMaintenance> outbox_upkeep;
  std::unique_ptr<commit::HistoryMaintenance> history_upkeep;
  std::unique_ptr<intake::Redeliveries> replays;
  std::unique_ptr<intake::RuleBook> rule_book;
  std::unique_ptr<intake::RuleFilling> rule_filling;
  std::unique_ptr<hindsight::WhatIfJobs> simulations;
  std::unique_ptr<commit::Committer> committer;
  std::unique_ptr<delayed::Alarm> alarm;
  std::unique_ptr<decision::Resolver> resolver;

  std::unique_ptr<egress::Calls> calls;  // to the providers
  std::unique_ptr<oidc::Providers> providers;
  std::unique_ptr<oidc::Bearers> bearers;
  std::unique_ptr<access::Issuer> issuer;
  std::unique_ptr<access::Gate> gate;
  std::unique_ptr<access::SignIn> sign_in;
  std::unique_ptr<access::Invitations> invitations;
  http::SignInFailures sign_in_failures;
  neighbours::SourceLog sources{started_at};
  access::RateLimiter signals_by_address{random};
  access::RateLimiter decisions_by_address{random};
  access::RateLimiter signals_by_token{random};
  access::RateLimiter decisions_by_token{random};

  prometheus::Registry registry;
  std::unique_ptr<dispatch::DispatchMetrics> dispatch_metrics;
  std::unique_ptr<intake::Settling> settling;
  std::unique_ptr<egress::Network> network;
  std::unique_ptr<egress::EndpointChecks> endpoint_checks;
  std::unique_ptr<dispatch::Sender> sender;
  std::unique_ptr<dispatch::Dispatcher> dispatcher;

  std::shared_ptr<http::TlsCertificates> certificates;  // null for plain http
  std::atomic<bool> certificates_asked{false};          // to be checked at once
  std::atomic<http::Readiness> readiness{http::Readiness::kStarting};
  std::atomic<bool> lost{false};  // the shards are another node's
  std::mutex catching_up;
  bool begun = false, stopped = false;
  std::function<void()> on_broken;
  http::Sending sending;
  std::unique_ptr<http::LiveFeed> live;
  std::unique_ptr<http::EventStreams> event_streams;
  std::unique_ptr<http::Api> api;
  std::unique_ptr<http::Router> router;
  std::unique_ptr<http::HttpMetrics> http_metrics;

  std::jthread commit_thread, alarm_thread, dispatch_thread, upkeep_thread, live_thread, simulate_thread, names_thread,
      ship_thread, providers_thread, recovery_thread;
  std::binary_semaphore shipped{0};  // the ship thread has finished
  std::unique_ptr<MetricsListener> metrics_listener;
  std::unique_ptr<http::Listener> listener;
  std::shared_ptr<http::Inlet> inlet;  // in its place, for a lane of a node

  template <typename Options>
  Options sweeping(Options options) const;  // of maintenance, which sweeps
  std::expected<void, std::string> build(std::function<void()> broken, std::vector<oidc::Provider> known);
  void build_access(std::vector<oidc::Provider> known);
  void warm_up();
  std::expected<void, std::string> load();
  std::expected<void, std::string> load_outbox();
  std::expected<void, std::string> make_routes();
  std::expected<void, std::string> listen();
  void add_routes_of_nodes(std::vector<http::Route>& routes);
  bool is_elsewhere(const std::string& key) const;
  Result<void> catch_up();
  void watch_batch(const commit::Batch& batch);
  void start_threads();
  void keep_up(std::stop_token stop);
  void reload(const Handle& handle);
  void reload_allowlist();
  void noted(const Result<void>& done, std::string_view event);  // logs a failure as `event`
  std::string metrics() const;                                   // metrics.cc, as those below
  Exposition collect() const;                                    // without what is the process's own
  void metrics_of_shares(Exposition& out) const;
  void metrics_of_backup(Exposition& out) const;
  std::optional<http::BackupFolder> backup_folder() const;  // also in metrics.cc
  Result<std::optional<http::NodeList>> nodes() const;
  bool may_answer() const;  // of a node of several: from memory. Any thread
  std::optional<Fault> fault_of_lease(const http::Route& route) const;
  void stop();
  void finish_attempts();
  void stop_dispatch();
  void stop_committer();
  void stop_shipping();
};

}  // namespace beckon::app
