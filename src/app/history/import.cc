#include "app/history/import.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>

#include "app/history/destination.h"
#include "app/history/history_file.h"
#include "app/history/import_archive.h"
#include "app/history/sending.h"
#include "system/clock.h"

namespace beckon::app {
namespace {

constexpr std::size_t kSignalsPerRequest = 250;

Result<intake::Imported, std::string> send_all(const HistoryFile& history, Duration shift, Destination& to) {
  intake::Imported total;
  Progress progress;
  const auto& seen = history.observations;
  for (std::size_t from = 0; from < seen.size(); from += kSignalsPerRequest) {
    const std::size_t end = std::min(seen.size(), from + kSignalsPerRequest);
    std::string body = "{\"signals\":[";
    for (std::size_t i = from; i < end; ++i)
      body += (i > from ? "," : "") + seen[i].json + ",\"at\":" + std::to_string(to_ms(seen[i].at + shift)) + "}";
    const auto sent = to.send(body + "]}");
    if (!sent) return unexpected(sent.error().message);
    add(total, *sent);
    progress.show(std::to_string(end) + " of " + std::to_string(seen.size()) + " signals");
  }
  return total;
}

int report(const HistoryFile& history, const intake::Imported& total, const ImportOptions& options,
           std::chrono::duration<double> took) {
  std::printf("events read       %zu\n", history.read);
  std::printf("sessions          %zu\n", history.sessions);
  print(total);
  for (const auto& [reason, count] : history.unread) std::printf("not read          %zu: %s\n", count, reason.c_str());
  std::printf("took              %.1f s\n", took.count());
  tell_of_retention(total, options);
  return !history.observations.empty() && total.accepted + total.duplicates == 0 ? 1 : 0;
}

}  // namespace

int import_history(const Settings& settings, const ImportOptions& options) {
  if (const auto fault = fault_of(options)) return complain(*fault);
  if (options.format != "snowplow") {
    const auto format = neighbours::archive_format(options.format);
    if (!format)
      return complain("--format must be one of segment, rudderstack, snowplow and snowplow-enriched, not \"" +
                      options.format + "\"");
    return import_archive(settings, options, *format);
  }
  const auto began = std::chrono::steady_clock::now();
  std::ifstream in(options.file, std::ios::binary);
  if (!in) return complain(options.file + " cannot be read");
  const auto history = read_snowplow(in);
  if (!history) return complain(options.file + ": " + history.error());
  const auto now = std::chrono::time_point_cast<Duration>(SystemClock().now());
  const Duration shift =
      options.shift_to_now && !history->observations.empty() ? now - history->observations.back().at : Duration{0};

  auto to = Destination::open(settings, options);
  if (!to) return complain(to.error());
  const auto total = send_all(*history, shift, *to);
  if (!total) return complain(total.error());
  return report(*history, *total, options, std::chrono::steady_clock::now() - began);
}

}  // namespace beckon::app
