#include "store/sqlite/shipping/backup_folder.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <ranges>

#include "base/operator_fault.h"

namespace beckon::store {
namespace {

constexpr std::string_view kSeries = "series-", kSegment = "segment-", kBase = "base-";

std::string padded(std::uint64_t number, std::size_t digits) {
  const std::string text = std::to_string(number);
  return std::string(text.size() < digits ? digits - text.size() : 0, '0') + text;
}

// The numbers after the prefix of a name; std::nullopt for any other name.
std::optional<std::vector<std::uint64_t>> numbers_of(std::string_view name, std::string_view prefix,
                                                     std::size_t count) {
  if (!name.starts_with(prefix)) return std::nullopt;
  std::vector<std::uint64_t> numbers;
  const char *at = name.data() + prefix.size(), *end = name.data() + name.size();
  while (true) {
    std::uint64_t number = 0;
    const auto [behind, fault] = std::from_chars(at, end, number);
    if (fault != std::errc{}) return std::nullopt;
    numbers.push_back(number);
    if (behind == end) break;
    if (*behind != '-') return std::nullopt;
    at = behind + 1;
  }
  return numbers.size() == count ? std::optional{numbers} : std::nullopt;
}

std::vector<std::string> names_in(const std::string& folder, std::error_code& error) {
  std::vector<std::string> names;
  for (auto at = std::filesystem::directory_iterator(folder, error);
       !error && at != std::filesystem::directory_iterator(); at.increment(error))
    names.push_back(at->path().filename());
  return names;
}

std::uint64_t size_of(const std::string& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

std::uint64_t remove(const std::string& file) {
  const std::uint64_t size = size_of(file);
  std::error_code error;
  return std::filesystem::remove(file, error) ? size : 0;
}

Result<Series> series_at(const std::string& path, std::uint64_t number) {
  Series found{.number = number, .path = path, .segments = {}, .bases = {}};
  std::error_code error;
  for (const std::string& name : names_in(path, error)) {
    if (const auto segment = numbers_of(name, kSegment, 1)) found.segments.push_back(segment->front());
    if (const auto base = numbers_of(name, kBase, 3))
      found.bases.push_back(
          {.segment = (*base)[0],
           .end = {.from = (*base)[1], .from_at = instant_ms(static_cast<std::int64_t>((*base)[2]))}});
  }
  if (error) return unexpected(operator_fault("The folder " + path + " cannot be read: " + error.message() + "."));
  std::ranges::sort(found.segments);
  std::ranges::sort(found.bases, {}, [](const BaseName& base) { return base.end.from; });
  return found;
}

}  // namespace

std::string Series::file_of(std::uint64_t segment) const {
  return path + "/" + std::string(kSegment) + padded(segment, 10);
}

std::string Series::file_of(const BaseName& base) const {
  return path + "/" + std::string(kBase) + padded(base.segment, 10) + "-" + padded(base.end.from, 12) + "-" +
         std::to_string(to_ms(base.end.from_at));
}

std::string series_path(const std::string& folder, std::uint64_t number) {
  return folder + "/" + std::string(kSeries) + padded(number, 6);
}

Result<std::vector<Series>> list_series(const std::string& folder) {
  std::vector<Series> all;
  std::error_code error;
  for (const std::string& name : names_in(folder, error)) {
    const auto number = numbers_of(name, kSeries, 1);
    if (!number) continue;
    auto series = series_at(folder + "/" + name, number->front());
    if (!series) return unexpected(series.error());
    all.push_back(std::move(*series));
  }
  if (error) return unexpected(operator_fault("The folder " + folder + " cannot be read: " + error.message() + "."));
  std::ranges::sort(all, {}, &Series::number);
  return all;
}

bool is_backup_folder(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) return false;
  const auto series = list_series(folder);
  return series && !series->empty();
}

std::uint64_t prune(const std::string& folder, Instant oldest) {
  const auto all = list_series(folder);
  if (!all) return 0;
  std::uint64_t removed = 0;
  bool later = false;  // whether a later series can be restored
  for (const Series& series : std::views::reverse(*all)) {
    const auto last =
        series.segments.empty() ? unexpected(Fault{}) : SegmentReader::open(series.file_of(series.segments.back()));
    const bool ended = !series.segments.empty() && last && last->header().last_at < oldest;
    if (later && (ended || series.bases.empty())) {
      for (const std::uint64_t segment : series.segments) removed += remove(series.file_of(segment));
      for (const BaseName& base : series.bases) removed += remove(series.file_of(base));
      std::error_code error;
      std::filesystem::remove_all(series.path, error);
      continue;
    }
    later = later || !series.bases.empty();
    const auto kept = std::ranges::find_if(std::views::reverse(series.bases),
                                           [&](const BaseName& base) { return base.end.from_at <= oldest; });
    if (kept == std::views::reverse(series.bases).end()) continue;
    for (const BaseName& base : series.bases)
      if (base.end.from < kept->end.from) removed += remove(series.file_of(base));
    for (const std::uint64_t segment : series.segments)
      if (segment < kept->segment) removed += remove(series.file_of(segment));
  }
  return removed;
}

namespace {

// The segments from the base's own on, as far as they are consecutive.
void follow(const Series& series, Restorable& found) {
  std::uint64_t next = found.base.segment;
  for (auto at = std::ranges::lower_bound(series.segments, next); at != series.segments.end(); ++at, ++next) {
    if (*at != next) {
      found.broken = operator_fault("The backup " + series.file_of(next) + " is missing.");
      return;
    }
    const auto segment = SegmentReader::open(series.file_of(next));
    if (!segment) {
      found.broken = segment.error();
      return;
    }
    const SegmentHeader& header = segment->header();
    if (header.number != next || header.series != found.header.series || header.page_size != found.header.page_size ||
        (!found.segments.empty() && header.first != found.segments.back().last + 1)) {
      found.broken = operator_fault("The backup " + series.file_of(next) + " is not the one that belongs there.");
      return;
    }
    found.bytes += size_of(series.file_of(next));
    found.segments.push_back(header);
  }
}

}  // namespace

Result<Restorable> restorable_from(const Series& series, const BaseName& base) {
  const auto opened = BaseReader::open(series.file_of(base));
  if (!opened) return unexpected(opened.error());
  Restorable found{.header = opened->header(),
                   .base = base,
                   .last = base.end.from,
                   .last_at = base.end.from_at,
                   .segments = {},
                   .broken = std::nullopt,
                   .bytes = size_of(series.file_of(base))};
  follow(series, found);
  if (!found.segments.empty() && found.segments.back().last >= found.last) {
    found.last = found.segments.back().last;
    found.last_at = found.segments.back().last_at;
  } else if (found.broken || !found.segments.empty()) {
    return unexpected(found.broken.value_or(
        operator_fault("Segments behind the base " + series.file_of(base) + " that it needs are missing.")));
  }
  return found;
}

}  // namespace beckon::store
