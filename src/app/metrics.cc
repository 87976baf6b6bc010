// The content of /metrics. docs/operations.md has a row for each metric, and tests/metrics.test.mjs compares them.
#include <filesystem>

#include "app/exposition.h"
#include "app/inside.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/sqlite_store.h"
#include "system/log.h"
#include "system/process.h"
#include "system/zones.h"

namespace beckon::app {
namespace {

constexpr int kBehind = 6;  // times `backup-every`: then the folder counts as behind

double value_of(std::uint64_t value) { return static_cast<double>(value); }
double value_of(const std::atomic<std::uint64_t>& value) { return value_of(value.load(std::memory_order_relaxed)); }
double seconds_of(Duration time) { return static_cast<double>(time.count()) / 1e3; }
double unix_time(Instant at) { return seconds_of(at.time_since_epoch()); }

// A value that cannot be read is omitted: an alert on its absence is better than a false zero.
void of_disk(Exposition& out, const std::string& folder) {
  std::error_code error;
  if (const auto space = std::filesystem::space(folder, error); !error) {
    out.gauge("beckon_data_free_bytes", "Space left on the file system of the data folder.", value_of(space.available));
    out.gauge("beckon_data_capacity_bytes", "Size of the file system of the data folder.", value_of(space.capacity));
  }
  const std::string file = store::SqliteStore::data_file(folder);
  if (const auto size = std::filesystem::file_size(file, error); !error)
    out.gauge("beckon_data_file_bytes", "Size of the data file, beckon.db.", value_of(size));
  if (const auto size = std::filesystem::file_size(file + "-wal", error); !error)
    out.gauge("beckon_wal_bytes", "Size of the write-ahead log, beckon.db-wal.", value_of(size));
}

void of_commits(Exposition& out, const commit::Committer& committer) {
  const auto& counts = committer.counts();
  out.gauge("beckon_commit_waiting", "Changes waiting for a commit.", value_of(committer.waiting()));
  out.histogram("beckon_commit_seconds", "Duration of a commit: the write and its sync.", counts.written_in);
  out.counter("beckon_commit_works_total", "Changes committed.", value_of(counts.works));
  out.counter("beckon_commit_failures_total", "Commits that failed.", value_of(counts.failures));
  out.gauge("beckon_disk_full", "1 while the disk is full and what adds data is refused.", committer.full() ? 1 : 0);
}

}  // namespace

void add_certificates(Exposition& out, const http::TlsCertificates& certificates) {
  int place = 0;
  for (const Instant end : certificates.not_after())
    out.gauge("beckon_tls_certificate_not_after_seconds",
              "When each certificate of --tls-certificate expires, by its place there: a Unix time.",
              unix_time(std::chrono::floor<std::chrono::seconds>(end)), {{"certificate", std::to_string(++place)}});
}

namespace {

void of_delayed_rules(Exposition& out, const delayed::DueCounts& due) {
  out.counter("beckon_due_fired_total", "Timers of delayed rules that fired.", value_of(due.fired));
  out.counter("beckon_due_owed_total", "Fired timers that produced a message.", value_of(due.owed));
  out.counter("beckon_due_expired_total",
              "Timers overdue by more than their rule's ttl, for which no message was sent.", value_of(due.expired));
}

void of_deliveries(Exposition& out, outbox::Outbox& outbox, Instant now) {
  const auto backlog = outbox.backlog();
  if (!backlog) return;
  out.gauge("beckon_deliveries_queued", "Deliveries queued.", value_of(backlog->queued));
  out.gauge("beckon_deliveries_retrying", "Deliveries waiting for their next attempt.", value_of(backlog->retrying));
  out.gauge("beckon_deliveries_held", "Deliveries held.", value_of(backlog->held));
  out.gauge("beckon_oldest_due_seconds", "Age of the oldest delivery that is due.",
            seconds_of(backlog->oldest_due ? std::max(Duration{0}, now - *backlog->oldest_due) : Duration{0}));
}

// A rewriting pass covers everything pending when it begins, so nothing has waited longer than since then.
void of_erasures(Exposition& out, ledger::Ledger& ledger, Instant rewritten_by, Instant now) {
  const auto waiting = ledger.erasures_waiting();
  if (!waiting) return;
  out.gauge("beckon_erasures_waiting", "Sessions erased or expired whose journal rows are not yet rewritten.",
            value_of(*waiting));
  out.gauge("beckon_oldest_erasure_seconds",
            "The longest that any of them may have waited, of the time since the server started.",
            *waiting == 0 ? 0 : seconds_of(std::max(Duration{0}, now - rewritten_by)));
}

void of_sign_ins(Exposition& out, const http::SignInFailures& failures) {
  for (std::size_t i = 0; i < http::kSignInFailures; ++i) {
    const auto reason = static_cast<http::SignInFailure>(i);
    out.counter("beckon_sign_in_failures_total", "Sign-ins that failed, by reason.", value_of(failures.count(reason)),
                {{"reason", std::string(http::to_text(reason))}});
  }
}

void of_libraries(Exposition& out, const neighbours::Counts& counts) {
  const auto count = [&](const char* result, std::uint64_t value) {
    out.counter("beckon_library_messages_total", "Messages of other systems' libraries, by what became of them.",
                value_of(value), {{"result", result}});
  };
  count("accepted", counts.accepted);
  count("duplicate", counts.duplicates);
  count("denied", counts.denied);
  count("rejected", counts.rejected);
}

// docs/scale.md lists these, and those of a node.
void of_database(Exposition& out, const store::postgres::PostgresCommit::Counts& counts) {
  const auto count = [&](const char* outcome, std::uint64_t value) {
    out.counter("beckon_commit_outcomes_settled_total",
                "Commits whose answer from the database was lost, by what was found out about them.", value_of(value),
                {{"outcome", outcome}});
  };
  count("stored", counts.found);
  count("not_stored", counts.not_found);
}

class Refusals {
 public:
  explicit Refusals(Exposition& out) : out_(out) {}
  void count(const char* resource, const char* share, const std::atomic<std::uint64_t>& value) {
    out_.counter("beckon_refused_total",
                 "Refused because a handle (or client address) had its share of a resource, or because all of it was "
                 "in use.",
                 value_of(value), {{"resource", resource}, {"share", share}});
  }
  void count_both(const char* resource, const Refused& of) {
    count(resource, "handle", of.of_handle);
    count(resource, "all", of.in_all);
  }

 private:
  Exposition& out_;
};

}  // namespace

void add_losses(Exposition& out, const store::Acknowledged& acknowledged) {
  out.counter("beckon_lost_positions_total",
              "Commits that were acknowledged and that the database does not have anymore.",
              value_of(acknowledged.lost()));
}

void add_process(Exposition& out) {
  out.gauge("beckon_build_info", "Always 1; the version is the label.", 1, {{"version", BECKON_VERSION}});
  out.gauge("beckon_tzdata_info", "Always 1; the release of the time zone database is the label.", 1,
            {{"version", std::string(system_zones().version())}});
  out.counter("beckon_log_lines_dropped_total", "Log lines dropped while nobody read them.", value_of(log::dropped()));
  const auto use = process_use();
  if (!use) return;
  out.counter("process_cpu_seconds_total", "Processor time in user and system mode, in seconds.",
              seconds_of(use->processor_time));
  out.gauge("process_resident_memory_bytes", "Resident memory.", value_of(use->resident_bytes));
  out.gauge("process_virtual_memory_bytes", "Virtual memory.", value_of(use->virtual_bytes));
  out.gauge("process_threads", "Threads.", value_of(use->threads));
  out.gauge("process_open_fds", "Open file descriptors.", value_of(use->open_files));
  out.gauge("process_max_fds", "File descriptors that may be open.", value_of(use->most_files));
  out.gauge("process_start_time_seconds", "When the process started: a Unix time.", unix_time(use->started_at));
}

std::string Server::Inside::metrics() const {
  Exposition out;
  add_process(out);
  out.merge(collect().families());
  return http::to_text(out.families());
}

Exposition Server::Inside::collect() const {
  Exposition out(registry);
  if (store->can().data_folder) of_disk(out, settings.data);
  out.gauge("beckon_sessions", "Sessions in memory.", value_of(sessions.count()));
  out.gauge("beckon_sessions_bytes", "Memory used by sessions.", value_of(sessions.bytes()));
  of_commits(out, *committer);
  out.counter("beckon_handles_read_total", "Handles read from the store, with their settings and rules.",
              value_of(control.handles_read()));
  metrics_of_shares(out);
  if (listener && readiness != http::Readiness::kStarting) {
    Exposition of_listener;
    add_listener(of_listener, *listener, http_metrics->refusals());
    out.merge(of_listener.families());
  }
  if (shipper) metrics_of_backup(out);
  if (certificates) add_certificates(out, *certificates);
  of_delayed_rules(out, alarm->counts());
  const Instant now = clock.now();
  of_deliveries(out, store->outbox(), now);
  of_erasures(out, store->ledger(), std::max(upkeep->rewritten_by(), started_at), now);
  of_sign_ins(out, sign_in_failures);
  of_libraries(out, sources.counts());
  if (postgres) of_database(out, postgres->postgres_commit().counts());
  if (postgres && !part.ownership) add_losses(out, postgres->acknowledged());
  return out;
}

void add_listener(Exposition& out, const http::Listener& listener, const http::HttpRefusals& http) {
  out.gauge("beckon_http_body_bytes", "Bytes of request bodies of more than 4 KiB.", value_of(listener.body_bytes()));
  Refusals refused(out);
  refused.count("requests", "all", http.in_flight);
  refused.count("bodies", "all", http.bodies);
  refused.count("bodies", "handle", http.bodies_of_client);
  refused.count("connections", "address", http.connections_of_address);
  refused.count("connections", "all", http.connections);
}

std::optional<http::BackupFolder> Server::Inside::backup_folder() const {
  if (!shipper) return std::nullopt;
  const store::ShippingCounts& counts = shipper->counts();
  const auto at = [](std::int64_t ms) { return ms > 0 ? std::optional{instant_ms(ms)} : std::nullopt; };
  http::BackupFolder found{.folder = settings.backup.folder,
                           .complete_at = at(counts.complete_ms),
                           .last_commit_at = at(counts.last_at_ms),
                           .base_at = at(counts.base_at_ms),
                           .failures = counts.failures};
  // Read after its time: for a commit shipped meanwhile, the time is that of an earlier one.
  found.last_commit = counts.last_commit;
  found.behind = std::max(Duration{0}, clock.now() - std::max(found.complete_at.value_or(started_at), started_at));
  if (counts.failing)
    found.status = http::BackupStatus::kFailing;
  else if (!found.complete_at)
    found.status = http::BackupStatus::kStarting;
  else
    found.status =
        found.behind > kBehind * settings.backup.every ? http::BackupStatus::kBehind : http::BackupStatus::kComplete;
  return found;
}

void Server::Inside::metrics_of_backup(Exposition& out) const {
  const store::ShippingCounts& counts = shipper->counts();
  const auto at = [](std::int64_t ms) { return static_cast<double>(ms) / 1e3; };
  const std::int64_t complete = counts.complete_ms;
  // In this order: a commit shipped meanwhile may appear without its time, but never a time without its commit.
  out.gauge("beckon_backup_last_commit_seconds",
            "When the newest commit in the backup folder was made: a Unix time; 0: none.", at(counts.last_at_ms));
  out.gauge("beckon_backup_last_commit", "Its number there.", static_cast<double>(counts.last_commit.load()));
  out.gauge("beckon_backup_complete_seconds",
            "All commits made by then can be restored from the backup folder: a Unix time; 0: none can yet.",
            at(complete));
  out.gauge("beckon_backup_behind_seconds", "How long ago that is; since the server started, if that is later.",
            seconds_of(backup_folder()->behind));
  out.gauge("beckon_backup_base_seconds", "When the newest base was made: a Unix time; 0: there is none yet.",
            at(counts.base_at_ms));
  out.gauge("beckon_backup_failing", "1 while the backup folder fails or does not answer.", counts.failing ? 1 : 0);
  out.counter("beckon_backup_bytes_total", "Bytes written to the backup folder.", value_of(counts.bytes));
  out.counter("beckon_backup_segments_total", "Segments of commits among them.", value_of(counts.segments));
  out.counter("beckon_backup_bases_total", "Bases among them.", value_of(counts.bases));
  out.counter("beckon_backup_series_total", "Series begun; each but the first one of a folder after a gap.",
              value_of(counts.series));
  out.counter("beckon_backup_failures_total", "Attempts to write to the backup folder that failed.",
              value_of(counts.failures));
}

// Resources shared by handles: how much is in use, and refusals because a handle had its share, or all of it was in
// use. The table in docs/limits.md has a row for each.
void Server::Inside::metrics_of_shares(Exposition& out) const {
  out.gauge("beckon_endpoint_checks", "Name lookups under way for subscriptions that are created or changed.",
            value_of(endpoint_checks->places().in_use()));
  out.gauge("beckon_provider_calls", "Requests to identity providers under way.", value_of(calls->places().in_use()));
  out.gauge("beckon_live_watchers", "Live-feed connections.", value_of(live->places().in_use()));
  out.gauge("beckon_event_streams", "Event streams of OpenFeature's web providers.",
            value_of(event_streams->places().in_use()));
  out.gauge("beckon_simulations", "Simulations that run or wait.", value_of(simulations->under_way()));
  if (readiness != http::Readiness::kStarting)
    out.gauge("beckon_http_control_waiting", "Requests that wait for a control thread.",
              value_of(listener ? listener->control_waiting() : inlet->control_waiting()));
  Refusals refused(out);
  const http::HttpRefusals& http = http_metrics->refusals();
  refused.count("commit_queue", "handle", committer->counts().refused_of_line);
  refused.count("commit_queue", "all", committer->counts().refused);
  refused.count("control_threads", "handle", http.control_of_handle);
  if (inlet) refused.count("requests", "all", http.in_flight);
  refused.count_both("endpoint_checks", endpoint_checks->places().refused());
  refused.count_both("provider_calls", calls->places().refused());
  refused.count_both("live_feed", live->places().refused());
  refused.count_both("event_streams", event_streams->places().refused());
  refused.count("event_streams", "address", event_streams->refused_of_addresses().of_handle);
  refused.count_both("simulations", simulations->refused());
}

}  // namespace beckon::app
