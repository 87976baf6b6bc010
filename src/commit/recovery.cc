#include "commit/recovery.h"

#include <algorithm>
#include <unordered_map>

#include "ledger/codec.h"
#include "system/log.h"

namespace beckon::commit {
namespace {

using ledger::Position;
using ledger::SessionDigest;
using ledger::SessionPtr;

class Replay {
 public:
  Replay(ledger::Ledger& ledger, Recovered& found, bool snapshots)
      : ledger_(ledger), found_(found), snapshots_(snapshots) {}

  void row(Position position, std::string_view bytes) {
    ++found_.rows;
    found_.bytes += bytes.size();
    ledger::JournalReader reader(bytes);
    while (const auto item = reader.next()) {
      const auto record = ledger::decode_record(item->bytes);
      if (!record) {
        damaged(position);
        continue;
      }
      ++found_.records;
      std::visit([&](const auto& r) { take(position, item->digest, r); }, *record);
    }
    if (reader.damaged()) damaged(position);
  }

  // Including expired ones: maintenance removes their journal rows.
  void publish(Sessions& sessions) {
    std::vector<std::pair<Position, SessionDigest>> order;
    for (const auto& [digest, slot] : slots_)
      if (slot.session && slot.dirty_since != 0) order.emplace_back(slot.dirty_since, digest);
    std::ranges::sort(order);
    for (const auto& [position, digest] : order) {
      Slot& slot = slots_[digest];
      sessions.recover(digest, std::move(slot.session), slot.dirty_since, slot.as_of);
    }
    found_.sessions = order.size();
  }

 private:
  struct Slot {
    SessionPtr session;
    Position as_of = 0;
    Position dirty_since = 0;
  };

  Slot& slot_of(const SessionDigest& digest, std::string_view handle, std::string_view session) {
    const auto [place, added] = slots_.try_emplace(digest);
    if (!added || !snapshots_) return place->second;
    const auto stored = ledger_.snapshot(Handle{handle}, SessionId{session});
    if (!stored || !*stored) return place->second;
    if (auto read = ledger::decode_snapshot(**stored))
      place->second = {std::move(read->session), read->as_of, 0};
    else
      log::error("snapshot_damaged").add("handle", handle);
    return place->second;
  }

  template <class Record>
  void take(Position position, const SessionDigest& digest, const Record& record) {
    Slot& slot = slot_of(digest, record.handle, record.session);
    if (position <= slot.as_of) return;  // included in the snapshot
    if constexpr (std::is_same_v<Record, ledger::DoneRecord> || std::is_same_v<Record, ledger::MarkRecord>)
      slot.session = ledger::applied(std::move(slot.session), record);
    else
      slot.session = ledger::applied(std::move(slot.session), record, position);
    settle(slot, position);
  }
  template <class OfVisitor>
  requires requires(const OfVisitor& record) { record.own; }
  void take(Position position, const SessionDigest&, const OfVisitor& record) {
    Slot& slot = slot_of(record.own, record.handle, ledger::own_record(record.visitor).view());
    if (position <= slot.as_of) return;
    slot.session = ledger::applied(std::move(slot.session), record, position);
    settle(slot, position);
  }
  void take(Position position, const SessionDigest& digest, const ledger::ForgetRecord&) {
    Slot& slot = slots_[digest];
    if (position <= slot.as_of) return;
    slot = {};
  }

  // A row has many records, maybe several of one session: the row counts as included once it is complete.
  void settle(Slot& slot, Position position) {
    if (slot.dirty_since == 0) slot.dirty_since = position;
    slot.as_of = position - 1;
    last_ = position;
  }

  void damaged(Position position) {
    ++found_.damaged;
    log::error("journal_damaged").add("position", static_cast<std::int64_t>(position));
  }

  ledger::Ledger& ledger_;
  Recovered& found_;
  const bool snapshots_;
  Position last_ = 0;
  std::unordered_map<SessionDigest, Slot> slots_;
};

}  // namespace

Result<Recovered> recover(ledger::Ledger& ledger, Sessions& sessions) {
  Recovered found;
  const auto checkpoint = ledger.checkpoint();
  if (!checkpoint) return unexpected(checkpoint.error());
  const auto last = ledger.last_position();
  if (!last) return unexpected(last.error());
  found.last_position = *last;
  Replay replay(ledger, found, true);
  const auto read = ledger.read_journal(*checkpoint, [&](Position position, Instant, std::string_view bytes) {
    replay.row(position, bytes);
    return true;
  });
  if (!read) return unexpected(read.error());
  replay.publish(sessions);
  return found;
}

}  // namespace beckon::commit
