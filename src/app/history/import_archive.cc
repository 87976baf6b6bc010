#include "app/history/import_archive.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>

#include "app/history/destination.h"
#include "app/history/sending.h"
#include "neighbours/archive_lines.h"
#include "system/clock.h"

namespace beckon::app {
namespace {

using neighbours::Archive;
using neighbours::ArchiveFormat;
using neighbours::ArchiveLines;

constexpr std::size_t kEntriesPerRequest = 250;
constexpr std::size_t kRequestBytes = 256 * 1024;  // of a request, below what the server takes
constexpr std::size_t kReasons = 100;              // printed; further ones are summed up

// Lines that could not become signals, by reason, each with the first such line.
class LeftOut {
 public:
  void add(std::string reason, std::size_t line) {
    ++total_;
    if (reasons_.size() >= kReasons && !reasons_.contains(reason)) reason = "other reasons";
    auto [place, is_new] = reasons_.try_emplace(std::move(reason), Reason{0, line});
    ++place->second.count;
  }
  std::size_t total() const { return total_; }
  void print() const {
    for (const auto& [reason, seen] : reasons_)
      std::printf("not read          %zu: %s (line %zu)\n", seen.count, reason.c_str(), seen.line);
  }

 private:
  struct Reason {
    std::size_t count = 0, line = 0;
  };
  std::map<std::string, Reason> reasons_;
  std::size_t total_ = 0;
};

struct Pending {
  Archive::Entry seen;
  std::size_t line;
};

// Sends signals in requests, in order, and leaves out those that are refused.
class ArchiveImport {
 public:
  ArchiveImport(Destination& to, LeftOut& left_out, Duration shift) : to_(to), left_out_(left_out), shift_(shift) {}

  Result<void, std::string> take(Archive::Entry seen, std::size_t line) {
    if (batch_.size() == kEntriesPerRequest || bytes_ + seen.json.size() > kRequestBytes)
      if (auto flushed = flush(); !flushed) return flushed;
    bytes_ += seen.json.size() + 32;
    batch_.push_back({std::move(seen), line});
    return {};
  }

  Result<void, std::string> flush() {
    if (batch_.empty()) return {};
    unsent_ = std::ranges::min_element(batch_, {}, &Pending::line)->line;
    std::ranges::stable_sort(batch_, {}, [](const Pending& one) { return one.seen.at; });
    auto sent = to_.send(body());
    if (!sent && !sent.error().issues.empty() && drop(sent.error().issues)) {
      sent = batch_.empty() ? Destination::Sent{} : to_.send(body());
    }
    if (!sent) return unexpected(sent.error().message);
    add(total_, *sent);
    batch_.clear();
    bytes_ = 0;
    unsent_ = 0;
    return {};
  }

  Duration shift() const { return shift_; }
  const intake::Imported& total() const { return total_; }
  // The first line whose signal may not be stored; 0 if all are.
  std::size_t unsent() const { return unsent_; }

 private:
  std::string body() const {
    std::string text = "{\"signals\":[";
    for (std::size_t i = 0; i < batch_.size(); ++i)
      text.append(i > 0 ? "," : "").append(batch_[i].seen.json).append(",\"at\":").append(at(batch_[i])).append("}");
    return text + "]}";
  }
  std::string at(const Pending& one) const { return std::to_string(to_ms(one.seen.at + shift_)); }

  bool drop(const std::vector<FieldIssue>& issues) {
    return leave_out(batch_, issues, "signals",
                     [&](const Pending& one, const std::string& field, const std::string& what, bool is_first) {
                       if (is_first) left_out_.add(field + " " + what, one.line);
                     });
  }

  Destination& to_;
  LeftOut& left_out_;
  const Duration shift_;
  std::vector<Pending> batch_;
  std::size_t bytes_ = 0, unsent_ = 0;
  intake::Imported total_;
};

// Calls back with each line of the file.
template <class Each>
Result<void, std::string> for_each_line(const std::string& file, Each each) {
  auto lines = ArchiveLines::open(file);
  if (!lines) return unexpected(lines.error());
  std::string line;
  for (;;) {
    const auto more = lines->next(line);
    if (!more) return unexpected(more.error());
    if (!*more) return {};
    if (auto done = each(line, *lines); !done) return done;
  }
}

// The time from the newest event to now.
Result<Duration, std::string> shift_of(const ImportOptions& options, ArchiveFormat format) {
  Archive archive(format);
  std::optional<Instant> newest;
  const auto read = for_each_line(options.file, [&](const std::string& line, const ArchiveLines&) {
    if (const auto entry = archive.read(line)) newest = std::max(newest.value_or(entry->at), entry->at);
    return Result<void, std::string>{};
  });
  if (!read) return unexpected(read.error());
  return newest ? SystemClock().now() - *newest : Duration{0};
}

struct Read {
  std::size_t lines = 0, people = 0;
  std::size_t last = 0;  // the last line read completely
};

Result<void, std::string> import_lines(const ImportOptions& options, ArchiveFormat format, ArchiveImport& importing,
                                       LeftOut& left_out, std::ostream& traits, Read& read) {
  Archive archive(format);
  Progress progress;
  const auto done = for_each_line(options.file, [&](const std::string& line, const ArchiveLines& lines) {
    if (lines.line() < options.from_line) return Result<void, std::string>{};
    auto entry = archive.read(line);
    read.last = lines.line();
    ++read.lines;
    if (!entry) {
      left_out.add(entry.error(), lines.line());
      return Result<void, std::string>{};
    }
    if (!entry->person.empty()) {
      ++read.people;
      traits << entry->person << R"(,"at":")" << to_rfc3339(entry->at + importing.shift()) << "\"}\n";
    }
    progress.show("line " + std::to_string(lines.line()) + ", " + std::to_string(lines.percent()) + " %");
    return importing.take(std::move(*entry), lines.line());
  });
  if (!done && importing.unsent() > 0) return done;  // the failure was in sending
  auto flushed = importing.flush();
  return flushed ? done : flushed;
}

int report(const ImportOptions& options, const Read& read, const LeftOut& left_out, const intake::Imported& total,
           std::chrono::duration<double> took) {
  std::printf("events read       %zu\n", read.lines);
  print(total);
  std::printf("with traits       %zu\n", read.people);
  left_out.print();
  std::printf("took              %.1f s\n", took.count());
  if (read.people > 0 && options.traits_to.empty())
    std::fprintf(
        stderr, "beckon: traits were not imported; use --traits-to FILE to write them to a file for import --people\n");
  tell_of_retention(total, options);
  return read.lines > left_out.total() && total.accepted + total.duplicates == 0 ? 1 : 0;
}

}  // namespace

int import_archive(const Settings& settings, const ImportOptions& options, ArchiveFormat format) {
  const auto began = std::chrono::steady_clock::now();
  Result<Duration, std::string> shift = Duration{0};
  if (options.shift_to_now) shift = shift_of(options, format);
  if (!shift) return complain(options.file + ": " + shift.error());
  std::ofstream traits;
  if (!options.traits_to.empty()) {
    traits.open(options.traits_to, std::ios::binary | (options.from_line > 1 ? std::ios::app : std::ios::trunc));
    if (!traits) return complain(options.traits_to + " cannot be written");
  }
  auto to = Destination::open(settings, options);
  if (!to) return complain(to.error());
  LeftOut left_out;
  ArchiveImport importing(*to, left_out, *shift);
  Read read;
  auto done = import_lines(options, format, importing, left_out, traits, read);
  // Where to continue: at what may not be stored, or after what was read.
  const std::size_t next = importing.unsent() > 0 ? importing.unsent() : read.last + 1;
  const bool was_cut_off = !done && read.last > 0;
  traits.flush();
  if (done && !options.traits_to.empty() && !traits) done = unexpected("the traits cannot be written");
  const int status = report(options, read, left_out, importing.total(), std::chrono::steady_clock::now() - began);
  if (done) return status;
  complain(options.file + ": " + done.error());
  if (was_cut_off)
    complain("all lines before " + std::to_string(next) + " were imported; to go on, add --from-line " +
             std::to_string(next));
  return 1;
}

}  // namespace beckon::app
