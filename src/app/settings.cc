#include "app/settings.h"

#include <algorithm>
#include <charconv>
#include <deque>

#include "app/nearest.h"
#include "http/text.h"
#include "oidc/provider.h"

namespace beckon::app {
namespace {

// A setting that is a member of Settings, accessed by `at`.
template <class At, class Read, class Show>
Setting make(std::string_view name, std::string_view group, std::string_view form, std::string_view help, At at,
             const Read& read, const Show& show) {
  return {name,
          group,
          form,
          help,
          [at, read, form](Settings& settings, std::string_view text) -> std::optional<std::string> {
            auto value = read(text);
            if (!value) return "must be " + std::string(form) + ", not \"" + std::string(text) + "\"";
            at(settings) = std::move(*value);
            return std::nullopt;
          },
          [at, show](const Settings& settings) { return show(at(const_cast<Settings&>(settings))); }};
}

template <class At>
Setting text(std::string_view name, std::string_view group, std::string_view form, std::string_view help, At at) {
  return make(
      name, group, form, help, at, [](std::string_view t) { return std::optional{std::string(t)}; },
      [](const std::string& value) { return value; });
}

template <class At>
Setting flag(std::string_view name, std::string_view group, std::string_view help, At at) {
  return make(
      name, group, kYesOrNo, help, at,
      [](std::string_view t) -> std::optional<bool> {
        if (t == "true" || t == "1" || t.empty()) return true;
        if (t == "false" || t == "0") return false;
        return std::nullopt;
      },
      [](bool value) { return std::string(value ? "true" : "false"); });
}

std::optional<Duration> read_duration(std::string_view text) {
  if (text.ends_with("ms")) {
    std::int64_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size() - 2, value);
    if (fault != std::errc{} || end != text.data() + text.size() - 2 || value <= 0 || value > 86'400'000)
      return std::nullopt;
    return Duration{value};
  }
  return parse_duration(text);
}

template <class At>
Setting duration(std::string_view name, std::string_view group, std::string_view help, At at) {
  return make(name, group, "a duration such as 500ms, 30s, 10m, 24h or 7d", help, at, read_duration,
              [](Duration value) { return to_text(value); });
}

template <class At>
Setting number(std::string_view name, std::string_view group, std::string_view help, std::int64_t least,
               std::int64_t most, At at) {
  // Lives as long as the process, like the table.
  static std::deque<std::string> forms;
  const std::string& form =
      forms.emplace_back("a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return make(
      name, group, form, help, at,
      [least, most](std::string_view t) {
        using Value = std::remove_reference_t<decltype(at(std::declval<Settings&>()))>;
        std::int64_t value = 0;
        const auto [end, fault] = std::from_chars(t.data(), t.data() + t.size(), value);
        if (fault != std::errc{} || end != t.data() + t.size() || value < least || value > most)
          return std::optional<Value>{};
        return std::optional{static_cast<Value>(value)};
      },
      [](auto value) { return std::to_string(value); });
}

std::optional<std::size_t> read_size(std::string_view text) {
  std::size_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{}) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  int shift = 0;
  if (unit == "KiB")
    shift = 10;
  else if (unit == "MiB")
    shift = 20;
  else if (unit == "GiB")
    shift = 30;
  else if (!unit.empty())
    return std::nullopt;
  if (value == 0 || value > (std::size_t{1} << 40) >> shift) return std::nullopt;
  return value << shift;
}

template <class At>
Setting size(std::string_view name, std::string_view group, std::string_view help, At at) {
  return make(name, group, "a size such as 64KiB, 512MiB or 2GiB", help, at, read_size, [](std::size_t value) {
    for (const auto& [unit, shift] : {std::pair{"GiB", 30}, std::pair{"MiB", 20}, std::pair{"KiB", 10}})
      if (value >> shift << shift == value && value >> shift > 0) return std::to_string(value >> shift) + unit;
    return std::to_string(value);
  });
}

template <class At, class Value, std::size_t n>
Setting choice(std::string_view name, std::string_view group, std::string_view form, std::string_view help,
               const std::pair<std::string_view, Value> (&values)[n], At at) {
  std::vector<std::pair<std::string_view, Value>> list(values, values + n);
  return make(
      name, group, form, help, at,
      [list](std::string_view t) -> std::optional<Value> {
        for (const auto& [word, value] : list)
          if (word == t) return value;
        return std::nullopt;
      },
      [list](Value value) {
        for (const auto& [word, v] : list)
          if (v == value) return std::string(word);
        return std::string{};
      });
}

std::optional<std::string> read_header_name(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), http::is_token_char)) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> read_node_name(std::string_view text) {
  const auto is_allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view(".:_[]-").find(c) != std::string_view::npos;
  };
  if (text.empty() || text.size() > 64 || !std::all_of(text.begin(), text.end(), is_allowed)) return std::nullopt;
  return std::string(text);
}

// An origin in its canonical form.
std::optional<std::string> read_public_url(std::string_view text) {
  const auto url = egress::parse_url(text);
  const bool is_safe = url && (oidc::is_private(*url) || url->host == "localhost");
  if (!is_safe || url->target != "/") return std::nullopt;
  std::string origin = url->text();
  origin.pop_back();
  return origin;
}

std::optional<std::vector<IpRange>> read_ranges(std::string_view text) {
  std::vector<IpRange> ranges;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto range = IpRange::parse(text.substr(0, comma));
    if (!range) return std::nullopt;
    ranges.push_back(*range);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return ranges;
}

#define AT(member) ([](Settings & s) -> auto& { return s.member; })

std::vector<Setting> make_settings() {
  using http::RequestLog;
  using ledger::Consent;
  std::vector<Setting> all;
  const std::string_view server = "Server", sign_in = "Signing in", chain = "Chain", hooks = "Webhooks", front = "HTTP",
                         tls = "TLS", store = "Store", backup = "Backups";
  all.push_back(text("data", server, "a folder", "the data folder", AT(data)));
  all.push_back(text("listen", server, "HOST:PORT", "the address to listen on", AT(listen)));
  all.push_back(text("database", server, "sqlite, or a connection string of PostgreSQL",
                     "the store: sqlite is in the data folder", AT(database)));
  all.push_back(make("node", server, "1 to 64 characters from A-Z, a-z, 0-9, ., :, _, [, ] and -",
                     "with PostgreSQL: this node's name, another for each (host and port of --listen)", AT(node),
                     read_node_name, [](const std::string& value) { return value; }));
  all.push_back(text("node-listen", server, "HOST:PORT",
                     "with PostgreSQL: the address for the other nodes (a free port on the host of --listen)",
                     AT(node_listen)));
  all.push_back(size("node-window", server,
                     "with PostgreSQL: bytes of requests that wait for the node that owns the data; beyond: 503",
                     AT(node_window)));
  all.push_back(text("metrics-listen", server, "HOST:PORT", "a separate address for /metrics", AT(metrics_listen)));
  all.push_back(text("master-key-file", server, "a file",
                     "the key that encrypts stored secrets: 32 bytes in base64 (DIR/master.key)", AT(master_key_file)));
  all.push_back(flag("dev", server, "development mode: loopback only, handle demo, loopback and http receivers allowed",
                     AT(dev)));
  all.push_back(choice("log-level", server, "debug, info, warn, error or off", "the lowest level that is logged",
                       {std::pair{std::string_view{"debug"}, log::Level::kDebug},
                        {"info", log::Level::kInfo},
                        {"warn", log::Level::kWarn},
                        {"error", log::Level::kError},
                        {"off", log::Level::kOff}},
                       AT(log_level)));
  all.push_back(choice("log-requests", server, "all, errors or off", "which requests are logged",
                       {std::pair{std::string_view{"all"}, RequestLog::kAll},
                        {"errors", RequestLog::kErrors},
                        {"off", RequestLog::kOff}},
                       AT(http.request_log)));
  all.push_back(flag("log-attempts", server, "log each webhook attempt", AT(dispatch.log_attempts)));
  all.push_back(duration("drain", server, "how long to finish requests and attempts after SIGTERM", AT(drain)));
  all.push_back(number("io-threads", server, "threads that serve requests", 1, 64, AT(http.io_threads)));
  all.push_back(number("control-threads", server, "threads for the control plane", 1, 64, AT(http.control_threads)));
  all.push_back(number("control-threads-per-handle", server, "of these, for one handle at once; 0: half", 0, 64,
                       AT(http.control_threads_per_handle)));

  all.push_back(make(
      "signing-key-life", sign_in, "a duration such as 90d, at least 1h",
      "how long a key signs the server's tokens before a new one does", AT(signing_key_life),
      [](std::string_view t) {
        const auto life = read_duration(t);
        return life && *life >= std::chrono::hours{1} ? life : std::nullopt;
      },
      [](Duration value) { return to_text(value); }));
  all.push_back(make(
      "login-life", sign_in, "a duration such as 8h, at most 24h", "how long a sign-in is valid", AT(sign_in.life),
      [](std::string_view t) {
        const auto life = read_duration(t);
        return life && *life >= std::chrono::seconds{1} && *life <= access::kLongestLife ? life : std::nullopt;
      },
      [](Duration value) { return to_text(value); }));
  all.push_back(number("address-logins-per-minute", sign_in, "sign-in attempts per client address", 1, 1'000'000,
                       AT(sign_in.per_address)));
  all.push_back(number("login-failures", sign_in,
                       "failed attempts in a row from one address before it is blocked for that account", 1, 1'000,
                       AT(sign_in.account.failures)));
  all.push_back(number("login-failures-anywhere", sign_in,
                       "failed attempts in a row from any addresses before an account is blocked for all", 1, 100'000,
                       AT(sign_in.failures_anywhere)));
  all.push_back(
      duration("login-wait", sign_in, "the longest block; it starts at 1s and doubles", AT(sign_in.account.longest)));
  all.push_back(number("logins-at-once", sign_in,
                       "passwords checked at once, 64 MiB each; others wait, at most 16 of them", 1, 64,
                       AT(sign_in.at_once)));
  all.push_back(text("oidc-providers", sign_in, "a TOML file",
                     "the OpenID Connect providers through which users sign in; needs public-url", AT(oidc_providers)));
  all.push_back(make("public-url", sign_in, "https://HOST or https://HOST:PORT, or http:// to this machine",
                     "where browsers reach this server, and providers send users back to", AT(public_url),
                     read_public_url, [](const std::string& url) { return url; }));
  all.push_back(duration("oidc-keys-every", sign_in,
                         "how often the keys of a provider are read again at most, when a token names an unknown one",
                         AT(oidc.keys_every)));
  all.push_back(duration("oidc-deadline", sign_in, "how long a sign-in, or a reading of the keys, waits for a provider",
                         AT(oidc.deadline)));

  all.push_back(number("session-signals-per-minute", chain, "new signals per session in a rolling minute", 1,
                       100'000'000, AT(handle.session_signals_per_minute)));
  all.push_back(number("address-signals-per-minute", chain, "signals per client address on the public route", 1,
                       100'000'000, AT(handle.address_signals_per_minute)));
  all.push_back(number("address-decisions-per-minute", chain, "resolves and prefetches per client address", 1,
                       100'000'000, AT(handle.address_decisions_per_minute)));
  all.push_back(number("token-signals-per-minute", chain, "signals per access token", 1, 100'000'000,
                       AT(handle.token_signals_per_minute)));
  all.push_back(number("token-decisions-per-minute", chain, "resolves and prefetches per access token", 1, 100'000'000,
                       AT(handle.token_decisions_per_minute)));
  all.push_back(number("max-session-signals-per-minute", chain,
                       "what the owner of a handle may set session-signals-per-minute to at most", 1, 100'000'000,
                       AT(most.session_signals_per_minute)));
  all.push_back(number("max-address-signals-per-minute", chain, "the same of address-signals-per-minute", 1,
                       100'000'000, AT(most.address_signals_per_minute)));
  all.push_back(number("max-address-decisions-per-minute", chain, "the same of address-decisions-per-minute", 1,
                       100'000'000, AT(most.address_decisions_per_minute)));
  all.push_back(number("max-token-signals-per-minute", chain, "the same of token-signals-per-minute", 1, 100'000'000,
                       AT(most.token_signals_per_minute)));
  all.push_back(number("max-token-decisions-per-minute", chain, "the same of token-decisions-per-minute", 1,
                       100'000'000, AT(most.token_decisions_per_minute)));
  all.push_back(duration("retention", chain, "how long a session is kept after its last signal", AT(handle.retention)));
  all.push_back(duration("max-retention", chain, "the longest retention and basic-retention that a handle may set",
                         AT(most.retention)));
  all.push_back(
      duration("basic-retention", chain, "the same for sessions with consent basic", AT(handle.basic_retention)));
  all.push_back(make("due-grace", chain, "a duration from 0s to 10m",
                     "how long a delayed rule waits if the signal that starts its wait arrives when it is already due",
                     AT(handle.due_grace), commit::parse_due_grace,
                     [](Duration value) { return value == Duration{} ? "0s" : to_text(value); }));
  all.push_back(choice(
      "default-consent", chain, "full, basic or denied", "the consent of a session that has not stated any",
      {std::pair{std::string_view{"full"}, Consent::kFull}, {"basic", Consent::kBasic}, {"denied", Consent::kDenied}},
      AT(handle.default_consent)));
  all.push_back(size("simulation-memory", chain, "memory for the sessions of one simulation", AT(simulations.memory)));
  all.push_back(number("simulation-threads", chain, "threads of one simulation; at most one for each processor", 1, 64,
                       AT(simulations.threads)));
  all.push_back(
      number("simulations-waiting", chain, "simulations waiting to start", 1, 1'000, AT(simulations.waiting)));
  all.push_back(number("simulations-per-handle", chain, "simulations of one handle, running and waiting", 1, 1'000,
                       AT(simulations.per_handle)));
  all.push_back(
      duration("record-within", chain, "how soon an asynchronously recorded decision is on disk", AT(commit.late)));

  all.push_back(make(
      "retry-schedule", hooks, "durations such as 5s,10s,5m", "the waits after failed attempts", AT(dispatch.schedule),
      [](std::string_view t) { return outbox::RetrySchedule::parse(t); },
      [](const outbox::RetrySchedule& schedule) { return schedule.to_text(); }));
  all.push_back(duration("attempt-connect", hooks, "connect timeout of an attempt", AT(dispatch.limits.connect)));
  all.push_back(duration("attempt-whole", hooks, "total timeout of an attempt", AT(dispatch.limits.whole)));
  all.push_back(
      number("attempts-in-flight", hooks, "concurrent attempts in total", 1, 10'000, AT(dispatch.limits.in_flight)));
  all.push_back(number("attempts-per-subscription", hooks, "concurrent attempts per subscription", 1, 1'000,
                       AT(dispatch.limits.in_flight_per_subscription)));
  all.push_back(number("circuit-failures", hooks, "failures in a row that open an endpoint's circuit", 1, 1'000'000,
                       AT(dispatch.limits.circuit.failures)));
  all.push_back(duration("circuit-open", hooks,
                         "how long a circuit stays open at first; doubles after each failed probe",
                         AT(dispatch.limits.circuit.open)));
  all.push_back(
      duration("circuit-longest", hooks, "the longest time a circuit stays open", AT(dispatch.limits.circuit.longest)));
  all.push_back(duration("disable-after", hooks, "disable a subscription after failing for this long without a success",
                         AT(dispatch.disable_after)));
  all.push_back(duration("held-for", hooks, "how long a delivery is held before it fails", AT(outbox.held_for)));
  all.push_back(duration("log-retention", hooks, "how long a delivery stays in the log after it was created",
                         AT(outbox.log_for)));
  all.push_back(number("replay-per-second", hooks, "deliveries that a resend job queues per second", 1, 100'000,
                       AT(replays.per_second)));
  all.push_back(
      duration("secret-overlap", hooks, "how long the old secret also signs after a rotation", AT(secret_overlap)));
  all.push_back(flag("admit-http", hooks, "allow receivers over plain http, including port 80", AT(admit_http)));
  all.push_back(text("dns-servers", hooks, "ADDRESS[:PORT],…", "DNS servers to use instead of the system's",
                     AT(network.resolver.servers)));
  all.push_back(number("endpoint-checks", hooks,
                       "name lookups under way at once for subscriptions that are created or changed", 1, 10'000,
                       AT(endpoint_checks.at_once)));
  all.push_back(number("endpoint-checks-per-handle", hooks, "of these, those of one handle", 1, 10'000,
                       AT(endpoint_checks.per_handle)));
  all.push_back(text("extra-ca-file", hooks, "a PEM file", "CA certificates to trust in addition to the system's",
                     AT(network.client.extra_ca_file)));

  all.push_back(make("trusted-proxies", front, "ranges such as 10.0.0.0/8,::1",
                     "proxies that are trusted to name the client in client-header", AT(http.trusted_proxies),
                     read_ranges, [](const std::vector<IpRange>& ranges) {
                       std::string out;
                       for (const auto& range : ranges) out += (out.empty() ? "" : ",") + range.text();
                       return out;
                     }));
  all.push_back(make(
      "client-header", front, "the name of a header",
      "the one header in which trusted proxies name the client: x-forwarded-for, forwarded (RFC 7239), or one with a "
      "single address such as x-real-ip",
      AT(http.client_header), read_header_name, [](const std::string& name) { return name; }));
  all.push_back(size("http-body", front, "maximum request body", AT(http.limits.body)));
  all.push_back(
      size("http-bodies", front, "maximum of all request bodies of more than 4 KiB together", AT(http.limits.bodies)));
  all.push_back(size("http-bodies-per-client", front,
                     "of these, those of one handle, or of one client address on public routes",
                     AT(http.limits.bodies_per_client)));
  all.push_back(size("http-target", front, "maximum request target", AT(http.limits.target)));
  all.push_back(size("http-fields-bytes", front, "maximum total size of header fields", AT(http.limits.fields_bytes)));
  all.push_back(number("http-fields", front, "maximum number of header fields", 1, 10'000, AT(http.limits.fields)));
  all.push_back(duration("http-head", front, "time to receive a request's header", AT(http.limits.head)));
  all.push_back(duration("http-body-grace", front, "the span over which http-body-rate is averaged, again and again",
                         AT(http.limits.body_grace)));
  all.push_back(number("http-body-rate", front, "minimum bytes per second of a body", 1, 1'000'000'000,
                       AT(http.limits.body_rate)));
  all.push_back(duration("http-write-stall", front, "time without progress before a write is given up",
                         AT(http.limits.write_stall)));
  all.push_back(duration("http-idle", front, "idle time between requests on a connection", AT(http.limits.idle)));
  all.push_back(
      number("http-connections", front, "maximum connections in total", 1, 1'000'000, AT(http.limits.connections)));
  all.push_back(number("http-connections-per-address", front, "maximum connections per client address", 1, 1'000'000,
                       AT(http.limits.connections_per_address)));
  all.push_back(number("http-waiting-per-handle", front, "maximum requests that wait for a control thread, per handle",
                       1, 1'000'000, AT(http.limits.waiting_per_handle)));
  all.push_back(
      number("http-in-flight", front, "maximum requests handled at once", 1, 1'000'000, AT(http.limits.in_flight)));

  all.push_back(text("tls-certificate", tls, "FILE[,FILE…]",
                     "speak https alone, with the certificate in this PEM file, the server's own first; of several, a "
                     "client gets the one for the name it asks for, or the first",
                     AT(tls_certificate)));
  all.push_back(text("tls-key", tls, "FILE[,FILE…]", "the private key of each, in the same order", AT(tls_key)));
  all.push_back(duration("tls-handshake", tls, "time to complete a handshake", AT(http.limits.handshake)));
  all.push_back(make(
      "tls-hsts", tls, "a duration such as 365d, or 0s for none",
      "how long browsers remember that the name of this server is for https alone", AT(http.hsts),
      [](std::string_view t) { return t == "0s" ? std::optional{Duration{}} : read_duration(t); },
      [](Duration value) { return value == Duration{} ? "0s" : to_text(value); }));

  all.push_back(number("live-watchers", front, "maximum live-feed connections", 1, 100'000, AT(live.watchers)));
  all.push_back(number("live-watchers-per-handle", front, "maximum live-feed connections of one handle", 1, 100'000,
                       AT(live.per_handle)));
  all.push_back(number("event-streams", front, "maximum event streams of OpenFeature's web providers", 1, 100'000,
                       AT(event_streams.streams)));
  all.push_back(number("event-streams-per-handle", front, "maximum event streams of one handle", 1, 100'000,
                       AT(event_streams.per_handle)));
  all.push_back(number("event-streams-per-address", front, "maximum event streams of one client address and handle", 1,
                       100'000, AT(event_streams.per_address)));
  all.push_back(duration("event-stream-token", front,
                         "how long the token of an event stream is valid at least; at most twice as long",
                         AT(event_streams.era)));

  all.push_back(text("backup-folder", backup, "a folder",
                     "ship all commits to this folder, from which beckon restore makes the data as of any of them "
                     "(docs/operations.md); each server has its own",
                     AT(backup.folder)));
  all.push_back(duration("backup-every", backup, "how soon a commit is in the folder", AT(backup.every)));
  all.push_back(duration("backup-base-every", backup, "how often a base of all data is added", AT(backup.base_every)));
  all.push_back(
      duration("backup-keep", backup, "how far back the folder restores; older files are removed", AT(backup.keep)));
  all.push_back(
      size("backup-longest-log", backup,
           "how long the store's log may become while the folder takes too little; beyond that, a new base is "
           "needed",
           AT(backup.longest_wal)));

  all.push_back(flag("upgrade-copy", backup,
                     "keep a copy of the data in the data folder when an upgrade changes its schema",
                     AT(upgrade_copy)));

  all.push_back(size("memory", store, "memory for sessions", AT(memory)));
  all.push_back(size("journal-tail", store, "journal size after the last checkpoint; bounds recovery time",
                     AT(upkeep.tail_bytes)));
  all.push_back(duration("erase-every", store, "how often erased data is physically deleted", AT(upkeep.erase_every)));
  all.push_back(duration("rest-every", store,
                         "sessions and visitors that nobody has read for so long are packed in memory",
                         AT(upkeep.rest_every)));
  all.push_back(duration("sweep-every", store, "how often expired data is removed", AT(upkeep.sweep_every)));
  all.push_back(duration("analytics-retention", store, "how long analytics counts are kept", AT(upkeep.tallies)));
  all.push_back(duration("audit-retention", store, "how long audit events are kept", AT(history.audit)));
  all.push_back(
      number("rule-versions-kept", store,
             "versions of a handle's rules that are kept; older ones are kept while stored decisions may need "
             "them",
             1, 1'000'000, AT(history.rule_versions)));
  all.push_back(
      number("commit-queue", store, "changes waiting for a commit; beyond that 503", 1, 10'000'000, AT(commit.queue)));
  all.push_back(number("commit-queue-per-handle", store, "of these, those of one handle; beyond that 503", 1,
                       10'000'000, AT(commit.queue_per_line)));
  all.push_back(size("commit-queue-bytes-per-handle", store, "about what these bring in; beyond that 503",
                     AT(commit.line_bytes)));
  all.push_back(
      number("commit-batch", store, "maximum changes in one commit; handles share it", 1, 1'000'000, AT(commit.batch)));
  all.push_back(size("commit-batch-bytes", store, "about what these bring in at most, unless it is a single change",
                     AT(commit.batch_bytes)));
  return all;
}

#undef AT

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    items.emplace_back(http::trim(http::take_until(text, ',')));
  }
  return items;
}

}  // namespace

std::expected<std::vector<http::TlsFiles>, std::string> tls_files(const Settings& settings) {
  const auto certificates = list_of(settings.tls_certificate), keys = list_of(settings.tls_key);
  if (certificates.size() != keys.size())
    return std::unexpected("--tls-certificate names " + std::to_string(certificates.size()) + " files, and --tls-key " +
                           std::to_string(keys.size()) + "; each certificate has one key, in the same order.");
  std::vector<http::TlsFiles> pairs;
  for (std::size_t i = 0; i < keys.size(); ++i) pairs.push_back({certificates[i], keys[i]});
  return pairs;
}

std::span<const Setting> all_settings() {
  static const std::vector<Setting> all = make_settings();
  return all;
}

const Setting* find_setting(std::string_view name) {
  const auto found = std::ranges::find(all_settings(), name, &Setting::name);
  return found == all_settings().end() ? nullptr : &*found;
}

std::string_view nearest_setting(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Setting& setting : all_settings()) names.push_back(setting.name);
  return nearest(name, names);
}

}  // namespace beckon::app
