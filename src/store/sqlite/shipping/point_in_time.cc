#include "store/sqlite/shipping/point_in_time.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <ranges>

#include "base/operator_fault.h"

namespace beckon::store {
namespace {

std::string range_of(const Restorable& one) {
  return "commit " + std::to_string(one.base.end.from) + " of " + to_rfc3339(one.base.end.from_at) + " to commit " +
         std::to_string(one.last) + " of " + to_rfc3339(one.last_at);
}

// Calls `body` with each entry's commit, head and page, until it returns false.
template <class Body>
Result<void> each_entry(const Series& series, const SegmentHeader& header, const Body& body) {
  auto reader = SegmentReader::open(series.file_of(header.number));
  if (!reader) return unexpected(reader.error());
  std::uint64_t commit = header.first;
  while (true) {
    const auto piece = reader->next();
    if (!piece) return unexpected(piece.error());
    if (piece->empty()) break;
    const std::size_t size = PageEntry::kHead + header.page_size;
    for (std::size_t at = 0; at + size <= piece->size(); at += size) {
      const PageEntry head = entry_head_at(*piece, at);
      if (!body(commit, head, piece->substr(at + PageEntry::kHead, header.page_size))) return {};
      if (head.size != 0) ++commit;
    }
  }
  if (commit != header.last + 1)
    return unexpected(operator_fault("The backup " + series.file_of(header.number) +
                                     " is damaged: it has other commits than its header says. Use another backup."));
  return {};
}

// Adds to the fault what can be restored if a segment of the point is damaged.
Fault before(const PointInTime& point, const SegmentHeader& damaged, Fault fault) {
  if (damaged.first > point.from.base.end.from)
    fault.message +=
        " What is before it can be restored: --commit " + std::to_string(damaged.first - 1) + " is the newest.";
  return fault;
}

// The newest commit up to `at`, which is not before the base's.
Result<void> find_commit(PointInTime& point, Instant at) {
  point.commit = point.from.base.end.from;
  point.at = point.from.base.end.from_at;
  for (const SegmentHeader& segment : point.from.segments) {
    if (segment.first_at > at) break;
    if (segment.last < point.commit) continue;
    const auto read = each_entry(point.series, segment, [&](std::uint64_t commit, const PageEntry& head, auto) {
      if (head.size == 0 || commit < point.commit) return true;
      if (instant_ms(head.at) > at) return false;
      point.commit = commit;
      point.at = instant_ms(head.at);
      return true;
    });
    if (!read) return unexpected(before(point, segment, read.error()));
  }
  return {};
}

// The time at which the commit was read, from its segment.
Result<void> find_time(PointInTime& point) {
  point.at = point.from.base.end.from_at;
  for (const SegmentHeader& segment : point.from.segments) {
    if (point.commit < segment.first || point.commit > segment.last) continue;
    return each_entry(point.series, segment, [&](std::uint64_t commit, const PageEntry& head, auto) {
      if (commit == point.commit && head.size != 0) point.at = instant_ms(head.at);
      return commit <= point.commit;
    });
  }
  return {};
}

template <class Body>
Result<void> each_piece(const Series& series, const BaseName& name, const Body& body) {
  auto base = BaseReader::open(series.file_of(name));
  if (!base) return unexpected(base.error());
  while (true) {
    const auto piece = base->next();
    if (!piece) return unexpected(piece.error());
    if (piece->empty()) break;
    if (!body(*piece)) return unexpected(operator_fault("The data cannot be written: " + system_message(errno) + "."));
  }
  if (base->header().segment != name.segment || base->end().from != name.end.from)
    return unexpected(operator_fault("The backup " + series.file_of(name) + " is not the one that its name says."));
  return {};
}

// Writes the pages of the commits over the base, in order.
Result<void> write_point(const PointInTime& point, int out) {
  const auto base =
      each_piece(point.series, point.from.base, [&](std::string_view piece) { return write_all(out, piece); });
  if (!base) return base;
  std::uint64_t size = point.from.header.bytes;
  int error = 0;
  for (const SegmentHeader& segment : point.from.segments) {
    if (segment.first > point.commit) break;
    const auto put = each_entry(point.series, segment, [&](std::uint64_t commit, const PageEntry& head, auto page) {
      if (commit > point.commit) return false;
      const auto at = static_cast<off_t>((std::uint64_t{head.page} - 1) * page.size());
      if (::pwrite(out, page.data(), page.size(), at) != static_cast<ssize_t>(page.size())) {
        error = errno != 0 ? errno : EIO;
        return false;
      }
      if (head.size != 0) size = std::uint64_t{head.size} * page.size();
      return true;
    });
    if (!put) return put;
    if (error != 0) break;
  }
  if (error == 0 && ::ftruncate(out, static_cast<off_t>(size)) != 0) error = errno;
  if (error != 0) return unexpected(operator_fault("The data cannot be written: " + system_message(error) + "."));
  return {};
}

Fault nothing_there(const std::string& folder, const WantedPoint& wanted, const std::vector<std::string>& there) {
  const std::string asked = wanted.commit ? "commit " + std::to_string(*wanted.commit)
                            : wanted.at   ? "commit of " + to_rfc3339(*wanted.at) + " or before"
                                          : "base";
  std::string text = "There is no " + asked + " in " + folder + ".";
  if (there.empty()) text += " No base in it is complete yet, so that nothing can be restored.";
  for (const std::string& range : there) text += (&range == there.data() ? " There is " : "; ") + range;
  return operator_fault(there.empty() ? text : text + ".", FaultCode::kNotFound);
}

}  // namespace

Result<std::vector<std::pair<Series, Result<Restorable>>>> list_restorable(const std::string& folder) {
  const auto all = list_series(folder);
  if (!all) return unexpected(all.error());
  std::vector<std::pair<Series, Result<Restorable>>> found;
  for (const Series& series : *all)
    for (const BaseName& base : series.bases) found.emplace_back(series, restorable_from(series, base));
  return found;
}

Result<PointInTime> find_point(const std::string& folder, const WantedPoint& wanted) {
  const auto all = list_series(folder);
  if (!all) return unexpected(all.error());
  std::vector<std::string> there;
  std::optional<Fault> damage;  // of the first choice
  for (const Series& series : std::views::reverse(*all)) {
    for (const BaseName& base : std::views::reverse(series.bases)) {
      const bool behind =
          (wanted.commit && *wanted.commit < base.end.from) || (wanted.at && *wanted.at < base.end.from_at);
      auto from = restorable_from(series, base);
      if (from) there.insert(there.begin(), range_of(*from));
      if (behind) continue;
      if (!from) {  // an older base may restore it too
        if (!damage) damage = from.error();
        continue;
      }
      if (wanted.commit && *wanted.commit > from->last) {
        if (!damage) damage = from->broken;
        continue;
      }
      if (!wanted.commit && from->broken && (!wanted.at || *wanted.at > from->last_at))
        return unexpected(operator_fault(from->broken->message + " What is before it can be restored: --commit " +
                                         std::to_string(from->last) + " is the newest."));
      PointInTime point{.series = series, .from = std::move(*from)};
      point.commit = wanted.commit.value_or(point.from.last);
      point.at = point.from.last_at;
      const auto found = wanted.commit ? find_time(point) : wanted.at ? find_commit(point, *wanted.at) : Result<void>{};
      if (!found) return unexpected(found.error());
      return point;
    }
  }
  return unexpected(damage.value_or(nothing_there(folder, wanted, there)));
}

Result<void> read_through(const PointInTime& point) {
  if (auto base = each_piece(point.series, point.from.base, [](auto) { return true; }); !base) return base;
  for (const SegmentHeader& segment : point.from.segments) {
    if (segment.first > point.commit) break;
    if (auto read = each_entry(point.series, segment, [](std::uint64_t, const PageEntry&, auto) { return true; });
        !read)
      return unexpected(before(point, segment, read.error()));
  }
  return {};
}

Result<std::vector<std::string>> damage_in_backups(const std::string& folder) {
  const auto all = list_series(folder);
  if (!all) return unexpected(all.error());
  std::vector<std::string> damage;
  const auto note = [&](const Fault& fault) {
    if (std::ranges::find(damage, fault.message) == damage.end()) damage.push_back(fault.message);
  };
  for (const Series& series : *all) {
    for (const std::uint64_t number : series.segments) {
      const auto opened = SegmentReader::open(series.file_of(number));
      const auto read = opened ? each_entry(series, opened->header(), [](auto, auto, auto) { return true; })
                               : unexpected(opened.error());
      if (!read) note(read.error());
    }
    for (const BaseName& base : series.bases) {
      const auto restorable = restorable_from(series, base);
      if (!restorable || restorable->broken) note(restorable ? *restorable->broken : restorable.error());
      if (const auto read = each_piece(series, base, [](auto) { return true; }); !read) note(read.error());
    }
  }
  return damage;
}

Result<DataCheck> restore_point(const PointInTime& point, const std::string& folder, const SecretBox* secrets) {
  return restore_data(
      {.check = [&] { return read_through(point); }, .write = [&](int out) { return write_point(point, out); }}, folder,
      secrets);
}

}  // namespace beckon::store
