#include "app/history/import.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <vector>

#include "app/history/csv.h"
#include "app/history/history_file.h"
#include "app/history/sending.h"
#include "app/inside.h"
#include "intake/import.h"
#include "system/clock.h"

namespace beckon::app {
namespace {

using Sent = Result<intake::Imported, std::string>;
using Send = std::function<Sent(std::string body)>;

constexpr std::size_t kSignalsPerRequest = 250;

// The server's own parts, without its threads: this one commits.
Sent commit_here(Server::Inside& server, const std::string& handle, std::string body) {
  auto document = json::parse(std::move(body));
  if (!document) return unexpected(words_of(document.error()));
  auto request = intake::parse_import(std::move(*document), server.tenants, handle, server.clock.now());
  if (!request) return unexpected(words_of(request.error()));
  Sent sent;
  std::unique_ptr<commit::Work> work =
      std::make_unique<intake::Import>(std::move(*request), [&](const Result<intake::Imported>& imported) {
        if (imported)
          sent = *imported;
        else
          sent = unexpected(words_of(imported.error()));
      });
  server.committer->submit(work);
  server.committer->turn(true);
  return sent;
}

std::size_t member(const json::Value& answer, std::string_view name) {
  const json::Value* value = answer.find(name);
  return value ? static_cast<std::size_t>(value->integer().value_or(0)) : 0;
}

Sent post(const ImportOptions& options, const std::string& url, const std::string& body) {
  const auto answer = call_in_turn(egress::Method::kPost, url, options.base, options.token, body);
  if (!answer) return unexpected(answer.error());
  const auto document = json::parse(answer->body);
  if (answer->status != 202 || !document)
    return unexpected("the server responded " + std::to_string(answer->status) + ": " + answer->body.substr(0, 2000));
  const json::Value& said = document->root();
  return intake::Imported{member(said, "accepted"), member(said, "duplicates"), member(said, "evicted"),
                          member(said, "beyondRetention"), member(said, "denied")};
}

Result<intake::Imported, std::string> send_all(const HistoryFile& history, Duration shift, const Send& send) {
  intake::Imported total;
  Progress progress;
  const auto& seen = history.observations;
  for (std::size_t from = 0; from < seen.size(); from += kSignalsPerRequest) {
    const std::size_t end = std::min(seen.size(), from + kSignalsPerRequest);
    std::string body = "{\"signals\":[";
    for (std::size_t i = from; i < end; ++i)
      body += (i > from ? "," : "") + seen[i].json + ",\"at\":" + std::to_string(to_ms(seen[i].at + shift)) + "}";
    const Sent sent = send(body + "]}");
    if (!sent) return sent;
    total.accepted += sent->accepted;
    total.duplicates += sent->duplicates;
    total.evicted += sent->evicted;
    total.beyond_retention += sent->beyond_retention;
    total.denied += sent->denied;
    progress.show(std::to_string(end) + " of " + std::to_string(seen.size()) + " signals");
  }
  return total;
}

int report(const HistoryFile& history, const intake::Imported& total, const ImportOptions& options,
           std::chrono::duration<double> took) {
  std::printf("events read       %zu\n", history.read);
  std::printf("sessions          %zu\n", history.sessions);
  std::printf("accepted          %zu\n", total.accepted);
  std::printf("duplicates        %zu\n", total.duplicates);
  std::printf("evicted           %zu\n", total.evicted);
  std::printf("beyond retention  %zu\n", total.beyond_retention);
  std::printf("consent denied    %zu\n", total.denied);
  for (const auto& [reason, count] : history.unread) std::printf("not read          %zu: %s\n", count, reason.c_str());
  std::printf("took              %.1f s\n", took.count());
  if (total.beyond_retention > 0 && !options.shift_to_now)
    std::fprintf(stderr,
                 "beckon: %zu events are older than the handle's retention; use --shift-to-now to move the newest "
                 "event to now\n",
                 total.beyond_retention);
  return !history.observations.empty() && total.accepted + total.duplicates == 0 ? 1 : 0;
}

}  // namespace

int import_history(const Settings& settings, const ImportOptions& options) {
  if (options.format != "snowplow") return complain("--format must be snowplow, not \"" + options.format + "\"");
  if (options.base.empty() != options.token.empty())
    return complain("--base and --token must be given together; without them the import runs offline");
  if (!is_handle(options.handle))
    return complain("--handle must be 2 to 63 characters from a-z, 0-9, _ and -, starting with a letter or digit");
  const auto began = std::chrono::steady_clock::now();
  std::ifstream in(options.file, std::ios::binary);
  if (!in) return complain(options.file + " cannot be read");
  const auto history = read_snowplow(in);
  if (!history) return complain(options.file + ": " + history.error());
  const auto now = std::chrono::time_point_cast<Duration>(SystemClock().now());
  const Duration shift =
      options.shift_to_now && !history->observations.empty() ? now - history->observations.back().at : Duration{0};

  std::unique_ptr<Server::Inside> server;
  Send send;
  if (options.base.empty()) {
    log::set_level(log::Level::kError);
    auto opened = Server::open(
        settings, [] {}, false);
    if (!opened) return complain(opened.error());
    server = std::move(*opened);
    send = [&](std::string body) { return commit_here(*server, options.handle, std::move(body)); };
  } else {
    std::string url = options.base;
    while (url.ends_with('/')) url.pop_back();
    url += "/v2/handles/" + options.handle + "/chain/import";
    send = [&options, url](const std::string& body) { return post(options, url, body); };
  }
  const auto total = send_all(*history, shift, send);
  if (!total) return complain(total.error());
  return report(*history, *total, options, std::chrono::steady_clock::now() - began);
}

}  // namespace beckon::app
