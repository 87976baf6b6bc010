// The window: up to 200 signals of a session, ordered by (at, version): what decisions see.
//
// When it is full, the oldest leaves whose key no rule reads, so that scrolls do not push out a purchase; the newest of
// all stays, since a message may show it. If there is no such signal, the oldest leaves from which no condition waits.
// What stays does not depend on the order of arrival, so signals that are read from now on can be put back (`filled`).
//
// Immutable while it is shared: a change creates a new Window, so that readers keep a consistent version without a
// lock, but one whose data nobody else holds is changed in place. Copies share their data, so that other changes of a
// session do not copy its signals. Layout: one array of fixed-size entries in order, one string with all texts, and the
// entries' indexes grouped by key, so that reading a key touches only its own signals. 50 plain signals take about
// 3 KiB.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/signal.h"

namespace beckon::ledger {

class Encoder;
class Decoder;

class Window {
 public:
  static constexpr std::size_t kCapacity = 200;
  static constexpr std::size_t kOfVisitor = 500;
  static constexpr Duration kSameId = std::chrono::days{7};
  static constexpr std::size_t kWaiting = 100;  // signals that stay because a condition waits from them, at most

  Window() = default;
  std::size_t size() const { return held_ ? held_->entries.size() : 0; }
  bool empty() const { return size() == 0; }
  Signal operator[](std::size_t i) const;  // 0 is the oldest
  Instant at(std::size_t i) const { return instant_ms(held_->entries[i].at); }
  std::string_view key(std::size_t i) const { return held_->key(i); }

  // Signals by key: the keys are numbered from 0; for each, the indexes of its signals in the window, oldest first.
  std::size_t key_count() const { return held_ ? held_->key_ends.size() : 0; }
  std::span<const std::uint16_t> of_key(std::size_t number) const {
    const std::size_t begin = held_->begin_of(number);
    return {held_->places.data() + begin, held_->key_ends[number] - begin};
  }

  // Whether its strings fit a window's size limits, as those of every stored signal do. `with` aborts if they do
  // not.
  static bool can_hold(const Signal& signal) {
    return signal.key.size() <= 0xff && signal.value.size() <= 0xffff && signal.source.size() <= 0xffff &&
           signal.metadata.size() <= 0xffff && signal.id.size() <= 0xffff;
  }

  // With the signals inserted in order; `evicted` is increased by the number that left it (possibly some of these).
  // `waiting`: versions of signals that stay because a condition waits from them, at most kWaiting, sorted. A window
  // that is given up changes in place if it shares its data with no other.
  Window with(std::span<const Signal> added, std::size_t& evicted, std::span<const std::uint64_t> waiting = {}) const& {
    return Window(*this).with(added, evicted, waiting);
  }
  Window with(std::span<const Signal> added, std::size_t& evicted, std::span<const std::uint64_t> waiting = {}) &&;

  // All signals with these keys are read from now on: those in the window, and `found`, which had left it or may still
  // be in it. The others leave as in `with`.
  Window filled(std::span<const std::string_view> keys, std::span<const Signal> found,
                std::span<const std::uint64_t> waiting) const {
    return filled(keys, found, waiting, kCapacity);
  }
  // Likewise, but nothing leaves. At most 50,000 signals in all.
  Window overfilled(std::span<const std::string_view> keys, std::span<const Signal> found) const {
    return filled(keys, found, {}, kOverfilled);
  }
  static constexpr std::size_t kOverfilled = 50'000;
  // Whether adding so many signals may make one leave that is read.
  bool loses_read(std::size_t added) const;

  // The signals of several windows (the oldest session's first), merged in the order of (at, place): what scope visitor
  // sees. The kOfVisitor newest, and of older ones those that stay. A signal with the id of an earlier one counts once,
  // unless the two arrived kSameId or more apart: a page that resends its queue may do so in another session. `wants`:
  // the keys to include; null for all.
  struct Older {
    std::function<bool(std::string_view key)> may_stay;
    // The indexes of those that stay, of a window of older ones that may stay and all newer ones; sorted.
    std::function<std::vector<std::size_t>(const Window&)> stay;
  };
  static Window merged(std::span<const Window* const> windows,
                       const std::function<bool(std::string_view key)>& wants = nullptr, const Older* older = nullptr);

  // A copy without metadata: for when consent becomes basic.
  Window without_metadata() const;

  // Packed into about a fifth of the memory (rested.h):
  // n:varint key:string* n:varint (since_the_last:zigzag arrived_after:zigzag place:zigzag version:zigzag flags:u8
  // (1 value, 2 said, 4 read, 8 confidence, 16 source, 32 metadata, 64 id) key_number:varint
  // confidence:varint? value:string? source:string? metadata:string? id:string? said_after:zigzag?)*
  // Place and version are differences to those of the signal before.
  void pack(Encoder& out) const;
  static Window unpack(Decoder& in);

  std::size_t bytes() const;  // heap memory used

 private:
  struct Entry {
    std::int64_t at;
    std::int64_t received;
    std::uint64_t place;
    std::uint32_t version;
    std::uint32_t text;  // offset of key, value, source, metadata, id and said, consecutively
    std::int32_t confidence;
    std::uint16_t value_size;
    std::uint16_t source_size;
    std::uint16_t metadata_size;
    std::uint16_t id_size;
    std::uint8_t key_size;
    bool has_value : 1;
    bool has_said : 1;  // Signal::said follows the texts, in eight bytes
    bool is_read : 1;   // Signal::is_read
    std::uint16_t key_number;
  };
  struct Held {
    std::vector<Entry> entries;
    std::string text;
    std::vector<std::uint16_t> places;    // indexes of entries, grouped by key, in order within each
    std::vector<std::uint16_t> key_ends;  // for key k: the end of its group in `places`
    std::size_t dead = 0;                 // bytes of `text` that no entry refers to

    std::string_view key(std::size_t i) const { return {text.data() + entries[i].text, entries[i].key_size}; }
    void insert(const Signal& signal);
    // The one that leaves next; `waiting` as in `with`.
    std::size_t first_to_leave(std::span<const std::uint64_t> waiting) const;
    void drop(std::size_t i);
    void compact();
    std::uint16_t number_of(std::string_view key);  // a new key gets the next number
    std::size_t begin_of(std::size_t number) const { return number == 0 ? 0 : key_ends[number - 1]; }
    void place(std::size_t keys);
  };
  struct Place {  // of a signal in one of several windows
    std::int64_t at;
    std::uint64_t place;
    std::size_t window, entry;
  };
  static Window of_places(std::span<const Window* const> windows, std::span<const Place> places);
  Window filled(std::span<const std::string_view> keys, std::span<const Signal> found,
                std::span<const std::uint64_t> waiting, std::size_t most) const;
  static std::size_t text_size(const Entry& entry);
  std::string_view id(std::size_t i) const;
  explicit Window(std::shared_ptr<const Held> held) : held_(std::move(held)) {}
  // Its data, with room for more entries and bytes of text: itself if nobody else holds it, otherwise a copy.
  std::shared_ptr<Held> changeable(std::size_t entries, std::size_t text) &&;

  std::shared_ptr<const Held> held_;  // null if empty
};

}  // namespace beckon::ledger
