// What is owed and was never attempted: deliveries that a driver keeps in memory instead of in rows of their own. A
// commit writes all of its own into one record, and a delivery gets a row when it has ended, or when anything else than
// its first attempt happens to it. Most deliveries succeed at once, so that one row each is all they cost.
//
// The driver writes records and rows in its transaction, and publishes the changes here once that is on disk. After a
// restart it reads the records again: what has no row is owed (OwedTable::restore).
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/trace.h"
#include "outbox/delivery.h"
#include "outbox/outbox.h"
#include "outbox/transitions.h"

namespace beckon::outbox {

// Immutable.
struct Owed {
  Delivery delivery;  // queued, due since it was created
  Instant occurred_at{};
  Trace trace;
  std::shared_ptr<const std::string> body;  // null if bodies take too much memory: the event has it
  std::uint64_t record = 0;                 // the number of its record
};
using OwedPtr = std::shared_ptr<const Owed>;

// Whether a new delivery of an event needs no row: there is nothing to know about it except that it is due. Those of an
// ordered subscription and messages of delayed rules have rows, since others are found by them.
bool is_plain(const Delivery& delivery, const Event& event);
// The delivery for which that holds.
Delivery plain_delivery(DeliveryId id, const Event& event, SubscriptionId subscription, Instant created_at);

// A record: the deliveries that one commit owes.
//   record = 0x01 *( handle event delivery subscription created )
//   created = number of milliseconds since the epoch; the others are texts (base/packing.h)
struct OwedEntry {
  Handle handle;
  EventId event;
  DeliveryId delivery;
  SubscriptionId subscription;
  Instant created_at{};
};
std::string owed_record(std::span<const OwedPtr> owed);
std::optional<std::vector<OwedEntry>> read_owed_record(std::string_view bytes);  // std::nullopt: damaged
Owed owed_from(const OwedEntry& entry, Event event);                             // that has no row; `event`: its own

// What its first attempt makes of it.
Delivery settled(const Owed& one, Standing standing, const Settlement& settlement, Instant at);

struct OwedLimits {
  std::size_t most = 64'000;            // deliveries, about 900 bytes each without their bodies
  std::size_t most_recorded = 128'000;  // deliveries in records, also ended ones: what a restart reads
  std::size_t body_bytes = 64u << 20;   // of the bodies that are kept
};

// Thread-safe, except that only one thread may change it, by OwedChanges.
class OwedTable {
 public:
  explicit OwedTable(const OwedLimits& limits);

  // As in Outbox, DeliveryLog and EndpointLog.
  std::vector<OwedPtr> due(const SubscriptionId& subscription, Instant now, std::size_t limit,
                           const Outbox::InHand& in_hand = nullptr) const;
  std::optional<Instant> next_due(const SubscriptionId& subscription) const;
  OwedPtr find(const DeliveryId& id) const;  // null if it is not here
  std::vector<OwedPtr> of_event(const Handle& handle, const EventId& id) const;
  std::vector<OwedPtr> of_session(const Handle& handle, const SessionId& id) const;
  std::vector<OwedPtr> of_subscription(const SubscriptionId& id, std::size_t limit) const;  // oldest first
  // Newest first, created since an instant and strictly before a place, at most `limit`.
  std::vector<OwedPtr> newest(const Handle& handle, const std::optional<SubscriptionId>& subscription, Instant since,
                              const DeliveryPlace& before, std::size_t limit) const;
  std::vector<OwedPtr> newest_of(const SubscriptionId& subscription, Instant since, std::size_t limit) const;
  struct Waiting {
    std::size_t count = 0;
    std::optional<Instant> oldest;
  };
  Waiting waiting() const;
  Waiting waiting(const SubscriptionId& subscription) const;
  std::vector<SubscriptionId> subscriptions() const;  // which have any

  // At start, in the order of the records: the deliveries of one that have no row, and the number of all in it.
  void restore(std::uint64_t record, std::size_t recorded, std::vector<Owed> owed);
  void pass_over(std::uint64_t record) { last_record_ = record; }  // it is damaged: it stays as it is

 private:
  friend class OwedChanges;

  // With its places in the lists that find it. Those of a line are in the order of DeliveryPlace.
  struct Line;
  struct Kept;
  struct Link {
    Kept *before = nullptr, *behind = nullptr;
  };
  struct Kept : Owed, std::enable_shared_from_this<Kept> {
    explicit Kept(Owed owed) : Owed(std::move(owed)) {}
    std::size_t id_hash = 0, event_hash = 0, session_hash = 0;
    std::shared_ptr<Kept> next_by_id;
    Link by_event, by_session, in_line, in_record;
    Line* line = nullptr;
    // Of the changing thread alone.
    Kept* next_joined = nullptr;
    bool leaves = false;  // with the commit being planned
  };
  struct Line {
    Kept *first = nullptr, *last = nullptr;
    Kept* newest = nullptr;  // the last that was put here, unless it is gone
    std::size_t count = 0;
    std::size_t* of_handle = nullptr;
  };
  struct Record {
    Kept* first = nullptr;     // of those still here
    std::size_t recorded = 0;  // deliveries in it
    std::size_t left = 0;      // those still here
    std::size_t leaving = 0;   // of these, with the commit being planned
  };

  static std::size_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }
  std::size_t bucket(std::size_t hash) const { return hash & (by_id_.size() - 1); }
  Kept* kept(std::string_view id, std::size_t hash) const;
  static OwedPtr shared(const Kept& one);
  static void add_newest(std::vector<OwedPtr>& found, const Line& line, Instant since, const DeliveryPlace* before,
                         std::size_t limit);
  static void put_first(Kept*& list, Kept& one, Link Kept::*link);
  static void take_out(Kept*& list, Kept& one, Link Kept::*link);
  static void put_in_line(Line& line, Kept& one);
  void put(std::shared_ptr<Kept> one, Record& record);
  void remove(Kept& gone);

  const OwedLimits limits_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Kept>> by_id_;  // chains, by the hash of the id; as many as deliveries fit
  std::vector<Kept*> by_event_, by_session_;
  std::unordered_map<SubscriptionId, Line> lines_;  // none is empty
  std::unordered_map<Handle, std::size_t> of_handle_;
  std::size_t count_ = 0, body_bytes_ = 0;

  // Of the changing thread alone.
  std::map<std::uint64_t, Record> records_;  // those with deliveries still here
  std::vector<std::uint64_t> over_;          // those without, since the restart
  std::size_t recorded_ = 0;
  std::uint64_t last_record_ = 0;
};

// What one commit changes in the table. Confined to the thread that changes it. Queries see the table with the changes
// made so far.
class OwedChanges {
 public:
  explicit OwedChanges(OwedTable& table) : table_(table) {}
  ~OwedChanges();  // without publish(): nothing has changed
  OwedChanges(const OwedChanges&) = delete;
  OwedChanges& operator=(const OwedChanges&) = delete;

  // A handle may have up to kShare times as many as there is room for more: four fifths of all if it is alone.
  bool has_room(const Handle& handle) const;
  void join(Delivery delivery, const Event& event);  // precondition: is_plain
  void leave(const OwedPtr& one);                    // it has a row now. Precondition: it is found by a query
  // Whether a delivery is here, or joins: it has no row then. `event`: its own, if that is new with this commit;
  // otherwise null, since the delivery may have a row.
  bool keep(const Delivery& delivery, const Event* event);

  OwedPtr find(const DeliveryId& id) const;
  std::vector<OwedPtr> of_event(const Handle& handle, const EventId& id) const;
  std::vector<OwedPtr> of_session(const Handle& handle, const SessionId& id) const;
  std::vector<OwedPtr> of_subscription(const SubscriptionId& id, std::size_t limit) const;  // those here first
  // `write` has each leave: at least so many of a subscription, if it has as many. Tests do not count if they are not
  // `to_hold`, as where rows are held.
  using Write = std::function<void(const OwedPtr&)>;
  void end_some(const SubscriptionId& id, std::size_t least, bool to_hold, const Write& write);
  std::vector<OwedPtr> created_after(Instant at) const;
  std::vector<OwedPtr> of_record(std::uint64_t record) const;

  // While records hold more than OwedLimits::most_recorded, `write` has the deliveries of the oldest leave.
  void end_oldest_records(const Write& write);
  std::vector<std::uint64_t> ended_records() const;  // to be deleted: the last delivery leaves with this commit
  // What joined and has not left: the commit's own record. The number is above all those before.
  std::vector<OwedPtr> joined() const;
  std::uint64_t record() const { return table_.last_record_ + 1; }

  void publish();  // the commit is on disk

 private:
  static constexpr std::size_t kShare = 4;
  using Kept = OwedTable::Kept;

  // Those found in the table that stay, and those joined that fit.
  template <class Fits>
  std::vector<OwedPtr> with_joined(std::vector<OwedPtr> found, const Fits& fits) const;
  void forget_left();
  std::optional<std::uint64_t> record_to_end() const;
  Kept*& joined_bucket(std::size_t hash) { return joined_by_id_[hash % joined_by_id_.size()]; }

  OwedTable& table_;
  std::vector<std::shared_ptr<Kept>> joined_;
  std::array<Kept*, 256> joined_by_id_{};  // chains
  std::vector<Kept*> left_;                // of the table
  std::vector<std::uint64_t> touched_;     // records of which some leave
  std::unordered_map<Handle, std::size_t> joined_of_handle_;
  std::size_t body_bytes_ = 0;
};

}  // namespace beckon::outbox
