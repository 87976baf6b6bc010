#include "store/sqlite/shipping/shipper.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/operator_fault.h"
#include "store/sqlite/faults.h"
#include "store/sqlite/schema.h"
#include "system/log.h"

namespace beckon::store {
namespace {

std::size_t page_size_of(Connection& connection) {
  auto row = connection.query("PRAGMA page_size");
  row.next();
  return static_cast<std::size_t>(row.integer(0));
}

// The highest commit number in these.
Result<std::uint64_t> newest_commit(const std::vector<Series>& all) {
  std::uint64_t newest = 0;
  for (const Series& series : all) {
    if (!series.bases.empty()) newest = std::max(newest, series.bases.back().end.from);
    if (series.segments.empty()) continue;
    const auto last = SegmentReader::open(series.file_of(series.segments.back()));
    if (!last) return unexpected(last.error());
    newest = std::max(newest, last->header().last);
  }
  return newest;
}

void remove_unfinished(const Series& series) {
  for (const char* name : {"/base.new", "/segment.new"}) ::unlink((series.path + name).c_str());
}

}  // namespace

Result<std::unique_ptr<Shipper>> Shipper::make(SqliteStore& store, const Clock& clock, Random& random,
                                               ShippingOptions options) {
  return guarded([&]() -> Result<std::unique_ptr<Shipper>> {
    return std::unique_ptr<Shipper>(new Shipper(store, clock, random, std::move(options)));
  });
}

Shipper::Shipper(SqliteStore& store, const Clock& clock, Random& random, ShippingOptions options)
    : store_(store),
      clock_(clock),
      random_(random),
      options_(std::move(options)),
      connection_(store.data_file(), Connection::Mode::kReadOnly, kPatience),
      page_size_(page_size_of(connection_)),
      tail_(store.data_file() + "-wal", connection_, page_size_),
      wal_limit_(store.wal_bound()) {}

Result<void> Shipper::open() {
  const auto refused = [&](const std::string& what) {
    return unexpected(operator_fault("The backup folder " + options_.folder + " " + what));
  };
  // If the mount is missing, no folder may be created in its place on the data's disk.
  const auto above = (std::filesystem::path(options_.folder) / "").parent_path().parent_path();
  std::error_code error;
  if (!above.empty() && !std::filesystem::is_directory(above, error))
    return refused("cannot be created, since " + above.string() + " does not exist; is it mounted?");
  if (!SqliteStore::make_folder(options_.folder)) return refused("cannot be created.");
  if (!lock_) lock_ = ServerLock::take(options_.folder + "/beckon.lock");
  if (!lock_) return refused("is in use by another server, or cannot be written; each server has a folder of its own.");
  const auto all = list_series(options_.folder);
  if (!all) return unexpected(all.error());
  if (!std::exchange(tried_to_resume_, true) && !all->empty() && store_.wal_hold().held())
    if (resume(all->back()).value_or(false)) return {};
  const auto newest = newest_commit(*all);
  if (!newest) return unexpected(newest.error());
  return begin_series(all->empty() ? 1 : all->back().number + 1, *newest + 1);
}

Result<bool> Shipper::resume(const Series& newest) {
  if (newest.segments.empty() || newest.bases.empty()) return false;
  const auto from = restorable_from(newest, newest.bases.back());
  if (!from || from->broken || from->segments.empty()) return false;
  const SegmentHeader& last = from->segments.back();
  if (last.schema != newest_schema() || last.page_size != page_size_ || !tail_.resume(last.place)) return false;
  remove_unfinished(newest);
  series_ = newest;
  series_id_ = last.series;
  segment_ = last.number + 1;
  commit_ = last.last + 1;
  wal_began_ = last.wal_began;
  last_at_ = last.last_at;
  place_ = last.place;
  shipped_bytes_ = std::uint64_t{place_.frames} * page_size_;
  has_base_ = true;
  base_at_ = from->base.end.from_at;
  base_from_ = from->base.end.from;
  counts_.base_at_ms = to_ms(base_at_);
  counts_.last_commit = last.last;
  counts_.last_at_ms = to_ms(last.last_at);
  log::info("backup_series_goes_on").add("series", static_cast<std::int64_t>(newest.number));
  return true;
}

// The series starts with the first commit in the WAL; earlier commits are in the data file.
Result<void> Shipper::begin_series(std::uint64_t number, std::uint64_t commit) {
  Series series{.number = number, .path = series_path(options_.folder, number), .segments = {}, .bases = {}};
  if (::mkdir(series.path.c_str(), 0700) != 0 || !sync_folder_of(series.path))
    return unexpected(operator_fault(series.path + " cannot be created: " + system_message(errno) + "."));
  if (!store_.wal_hold().take()) return unexpected(operator_fault("The data file cannot be read."));
  tail_.begin();
  series_ = std::move(series);
  series_id_ = random_.next();
  segment_ = wal_began_ = 1;
  commit_ = commit;
  has_base_ = more_ = reached_ = false;
  place_ = {};
  shipped_bytes_ = 0;
  wal_limit_ = store_.wal_bound();
  last_at_ = std::max(last_at_, clock_.now());
  ++counts_.series;
  log::info("backup_series_began").add("series", static_cast<std::int64_t>(number));
  return {};
}

// A series without a base is useless.
void Shipper::end_series() {
  base_.reset();
  std::error_code error;
  if (!has_base_) std::filesystem::remove_all(series_->path, error);
  series_.reset();
  pending_.clear();
  pending_commits_ = 0;
  has_base_ = more_ = false;
}

void Shipper::note_complete() {
  if (has_base_ && pending_commits_ == 0) counts_.complete_ms = to_ms(complete_at_);
}

void Shipper::collect() {
  if (pending_.size() >= kSegment) {
    more_ = true;
    return;
  }
  const Instant now = std::max(clock_.now(), last_at_);
  const std::size_t before = pending_.size();
  const WalTail::Found found = tail_.read(pending_, now, kSegment);
  if (!store_.wal_hold().held()) {  // the WAL may have restarted with commits that were not read
    pending_.resize(before);
    return;
  }
  place_ = tail_.place();
  if (found.began) {
    shipped_bytes_ = 0;
    wal_began_ = segment_;
    wal_limit_ = store_.wal_bound();
  }
  if (found.commits > 0) {
    if (pending_commits_ == 0) {
      first_at_ = now;
      due_ = Steady::now() + std::max(options_.every - kTick, Duration{0});
    }
    last_at_ = now;
    pending_commits_ += found.commits;
  }
  more_ = found.more;
  reached_ = reached_ || !more_;
  if (!more_) complete_at_ = now;
  note_complete();
  if (found.lost != nullptr) store_.wal_hold().let_go(found.lost);
}

Result<void> Shipper::ship() {
  if (pending_commits_ == 0) return {};
  auto header = this->header<SegmentHeader>();
  header.bytes = pending_.size();
  header.number = segment_;
  header.first = commit_;
  header.last = commit_ + pending_commits_ - 1;
  header.first_at = first_at_;
  header.last_at = last_at_;
  header.wal_began = wal_began_;
  header.place = place_;
  const std::string unnamed = series_->path + "/segment.new", file = series_->file_of(segment_);
  std::uint64_t written = 0;
  {
    const FileDescriptor out(::open(unnamed.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    const auto put = [&](std::string_view bytes) {
      written += bytes.size();
      return write_all(out.number(), bytes);
    };
    if (!out || !write_segment(header, pending_, put) || ::fsync(out.number()) != 0 ||
        ::rename(unnamed.c_str(), file.c_str()) != 0 || !sync_folder_of(file)) {
      const auto fault = operator_fault("The backup " + file + " cannot be written: " + system_message(errno) + ".");
      ::unlink(unnamed.c_str());
      return unexpected(fault);
    }
  }
  shipped_bytes_ = std::uint64_t{place_.frames} * page_size_;
  ++segment_;
  commit_ = header.last + 1;
  pending_.clear();
  pending_commits_ = 0;
  counts_.last_commit = header.last;
  counts_.last_at_ms = to_ms(header.last_at);
  counts_.bytes += written;
  ++counts_.segments;
  note_complete();
  // What may now be copied into the data file has been shipped, or will still be read (WalHold).
  if (reached_ && store_.wal_hold().move()) reached_ = false;
  return {};
}

Result<void> Shipper::begin_wal_again() {
  if (auto shipped = ship(); !shipped) return shipped;
  const bool cut = store_.cut_is_asked();
  const bool begun = store_.begin_wal_again(
      [&] {
        collect();
        return !more_ && store_.wal_hold().held();
      },
      cut);
  reached_ = false;
  wal_limit_ =
      static_cast<int>(tail_.place().frames) + store_.wal_bound() / 2;  // others may be reading it: not at once
  if (!begun || !cut) return {};
  tail_.was_cut();
  wal_limit_ = store_.wal_bound();
  store_.cut_is_done();
  return {};
}

Result<void> Shipper::ship_all() {
  do {
    collect();
    if (auto shipped = ship(); !shipped) return shipped;
  } while (more_ && store_.wal_hold().held());
  return {};
}

Result<bool> Shipper::round() {
  if (series_ && !store_.wal_hold().held()) end_series();
  if (!series_)
    if (auto opened = open(); !opened) return unexpected(opened.error());
  collect();
  if (!store_.wal_hold().held()) return true;
  if (more_ || (pending_commits_ > 0 && Steady::now() >= due_))
    if (auto shipped = ship(); !shipped) return unexpected(shipped.error());
  if (!more_ && (store_.cut_is_asked() || static_cast<int>(tail_.place().frames) >= wal_limit_))
    if (auto begun = begin_wal_again(); !begun) return unexpected(begun.error());
  const auto copying = copy_base();
  if (!copying) {
    base_.reset();
    if (!has_base_) store_.wal_hold().let_go("the first base of the backup folder could not be written");
    return copying;
  }
  return more_ || *copying;
}

}  // namespace beckon::store
