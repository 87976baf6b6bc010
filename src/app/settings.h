// Every limit, timeout, schedule and retention of the server as a named setting: a flag, an environment variable and a
// key of the configuration file with the same name. Flags override BECKON_* variables, which override the file, which
// overrides these defaults.
#pragma once
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/sign_in.h"
#include "commit/committer.h"
#include "commit/history_maintenance.h"
#include "commit/housekeeping.h"
#include "commit/outbox_maintenance.h"
#include "commit/tenant.h"
#include "dispatch/dispatcher.h"
#include "egress/endpoint_checks.h"
#include "egress/network.h"
#include "hindsight/what_if_jobs.h"
#include "http/listener.h"
#include "http/routes/event_streams.h"
#include "http/routes/live_feed.h"
#include "intake/redelivery.h"
#include "oidc/limits.h"
#include "store/sqlite/shipping/shipping_options.h"
#include "system/log.h"

namespace beckon::app {

struct Settings {
  std::string data = "beckon-data";
  std::string listen = "127.0.0.1:8080";
  std::string database = "sqlite";
  std::string node;         // its name among several over one database; empty: host and port of `listen`
  std::string node_listen;  // HOST:PORT for other nodes; empty: a free port on the host of `listen`
  std::size_t node_window = std::size_t{16} << 20;  // bytes of requests that wait for another node
  std::string metrics_listen;                       // HOST:PORT; empty for none (with --dev, on the main address)
  std::string master_key_file;                      // empty: DIR/master.key
  std::string tls_certificate;                      // files, separated by commas; empty for plain http
  std::string tls_key;                              // the same number of files
  std::string public_url;      // where browsers reach the server, without a trailing slash; empty if unknown
  std::string oidc_providers;  // a file; empty: no sign-in through providers
  bool dev = false;
  log::Level log_level = log::Level::kInfo;
  Duration drain = std::chrono::seconds{15};
  std::size_t memory = std::size_t{1} << 30;  // bytes of sessions kept in memory

  store::ShippingOptions backup;  // an empty folder disables it
  bool upgrade_copy = true;       // whether data is copied before a schema upgrade

  commit::HandleSettings handle;
  commit::HandleMaxima most;
  commit::Committer::Options commit;
  commit::Housekeeping::Options upkeep;  // sweep_every is that of the outbox and of the history, too
  commit::OutboxMaintenance::Options outbox;
  commit::HistoryMaintenance::Options history;
  intake::Redeliveries::Options replays;
  access::SignInSettings sign_in;
  Duration signing_key_life = std::chrono::hours{24} * 90;  // then a new one signs
  oidc::Limits oidc;
  hindsight::WhatIfJobs::Options simulations;
  http::ListenerOptions http;
  http::LiveFeed::Limits live;
  http::EventStreams::Limits event_streams;
  dispatch::Settings dispatch;
  egress::NetworkSettings network;
  egress::EndpointChecks::Options endpoint_checks;
  Duration secret_overlap = std::chrono::hours{24};  // contract section 6
  bool admit_http = false;                           // whether receivers over plain http are allowed
  std::string only_receiver;  // of beckon drill: the only URL sent to, on loopback; empty: all the policy admits
};

inline constexpr std::string_view kYesOrNo = "true or false";  // the form of a boolean setting

// One setting; the name is used as flag (--name), variable (BECKON_NAME) and key of the file.
struct Setting {
  std::string_view name;
  std::string_view group;
  std::string_view form;  // the format of a value
  std::string_view help;
  // std::nullopt if the text is valid, otherwise the error.
  std::function<std::optional<std::string>(Settings&, std::string_view)> set;
  std::function<std::string(const Settings&)> show;
};

// The certificates of --tls-certificate with their keys of --tls-key; empty for plain http. The error says what is
// missing.
std::expected<std::vector<http::TlsFiles>, std::string> tls_files(const Settings& settings);

std::span<const Setting> all_settings();
const Setting* find_setting(std::string_view name);
std::string_view nearest_setting(std::string_view name);

// Reads a TOML file: `name = value`; tables join by a dash ([http] idle = "30s" is http-idle). Returns all errors.
std::vector<std::string> read_file(const std::string& path, Settings& settings);
// Reads the BECKON_* environment variables. Returns all errors; an unknown variable is one.
std::vector<std::string> read_environment(Settings& settings);

}  // namespace beckon::app
