#include "ledger/window.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "ledger/coding.h"

namespace beckon::ledger {

namespace {
constexpr std::uint16_t kNoKey = 0xffff;  // of a window, before it has a number in the merged one
constexpr std::size_t kSaidSize = sizeof(std::int64_t);
}  // namespace

std::string_view to_text(Consent consent) {
  switch (consent) {
    case Consent::kFull: return "full";
    case Consent::kBasic: return "basic";
    case Consent::kDenied: return "denied";
  }
  return "";
}

std::size_t Window::text_size(const Entry& entry) {
  return std::size_t{entry.key_size} + entry.value_size + entry.source_size + entry.metadata_size + entry.id_size +
         (entry.has_said ? kSaidSize : 0);
}

std::string_view Window::id(std::size_t i) const {
  const Entry& entry = held_->entries[i];
  const std::size_t before = std::size_t{entry.key_size} + entry.value_size + entry.source_size + entry.metadata_size;
  return {held_->text.data() + entry.text + before, entry.id_size};
}

Signal Window::operator[](std::size_t i) const {
  const Entry& entry = held_->entries[i];
  std::string_view rest = std::string_view(held_->text).substr(entry.text, text_size(entry));
  const auto take = [&rest](std::size_t size) {
    const std::string_view part = rest.substr(0, size);
    rest.remove_prefix(size);
    return part;
  };
  Signal signal;
  signal.key = take(entry.key_size);
  signal.value = take(entry.value_size);
  signal.has_value = entry.has_value;
  signal.source = take(entry.source_size);
  signal.metadata = take(entry.metadata_size);
  signal.id = take(entry.id_size);
  if (entry.has_said) {
    std::int64_t said = 0;
    std::memcpy(&said, rest.data(), kSaidSize);
    signal.said = instant_ms(said);
  }
  signal.confidence = entry.confidence;
  signal.is_read = entry.is_read;
  signal.at = instant_ms(entry.at);
  signal.received = instant_ms(entry.received);
  signal.version = entry.version;
  signal.place = entry.place;
  return signal;
}

namespace {

template <class Values>
Values copied(const Values& values, std::size_t more) {
  Values copy;
  copy.reserve(values.size() + more);
  copy.insert(copy.end(), values.begin(), values.end());
  return copy;
}

// Windows are many and live long, so they do not double their memory when they grow.
template <class Values>
void make_room(Values& values, std::size_t more) {
  if (values.capacity() - values.size() < more) values = copied(values, std::max(more, values.size() / 8 + 2));
}

}  // namespace

std::shared_ptr<Window::Held> Window::changeable(std::size_t entries, std::size_t text) && {
  entries = std::min(entries, kCapacity + 1 - std::min(size(), kCapacity));
  if (held_ && held_.use_count() == 1) {
    std::atomic_thread_fence(std::memory_order_acquire);  // another thread may have been the last to read it
    auto held = std::const_pointer_cast<Held>(std::exchange(held_, nullptr));
    make_room(held->entries, entries);
    make_room(held->places, entries);
    make_room(held->text, text);
    return held;
  }
  static const Held kNothing;
  const Held& from = held_ ? *held_ : kNothing;
  return std::make_shared<Held>(Held{.entries = copied(from.entries, entries),
                                     .text = copied(from.text, text),
                                     .places = copied(from.places, entries),
                                     .key_ends = from.key_ends,
                                     .dead = from.dead});
}

Window Window::with(std::span<const Signal> added, std::size_t& evicted, std::span<const std::uint64_t> waiting) && {
  std::size_t text = 0;
  for (const Signal& s : added)
    text += s.key.size() + s.value.size() + s.source.size() + s.metadata.size() + s.id.size() +
            (s.is_said_otherwise() ? kSaidSize : 0);
  auto next = std::move(*this).changeable(added.size(), text);
  for (const Signal& signal : added) {
    next->insert(signal);
    if (next->entries.size() <= kCapacity) continue;
    next->drop(next->first_to_leave(waiting));
    ++evicted;
  }
  if (next->dead > next->text.size() / 2) next->compact();
  return Window(std::move(next));
}

Window Window::filled(std::span<const std::string_view> keys, std::span<const Signal> found,
                      std::span<const std::uint64_t> waiting, std::size_t most) const {
  auto next = held_ ? std::make_shared<Held>(*held_) : std::make_shared<Held>();
  for (std::size_t number = 0; number < next->key_ends.size(); ++number) {
    const std::size_t begin = next->begin_of(number);
    if (std::ranges::find(keys, next->key(next->places[begin])) == keys.end()) continue;
    for (std::size_t i = begin; i < next->key_ends[number]; ++i) next->entries[next->places[i]].is_read = true;
  }
  std::vector<std::uint64_t> there(next->entries.size());
  std::ranges::transform(next->entries, there.begin(), &Entry::version);
  std::ranges::sort(there);
  for (Signal signal : found) {
    if (std::ranges::binary_search(there, signal.version)) continue;
    signal.is_read = true;
    next->insert(signal);
    if (next->entries.size() > most) next->drop(next->first_to_leave(waiting));
  }
  if (next->entries.empty()) return {};
  next->compact();
  return Window(std::move(next));
}

bool Window::loses_read(std::size_t added) const {
  if (size() + added <= kCapacity) return false;
  const auto unread = static_cast<std::size_t>(
      std::ranges::count_if(held_->entries, [](const Entry& entry) { return !entry.is_read; }));
  return unread <= size() + added - kCapacity;  // the newest stays, even if it is one of them
}

std::uint16_t Window::Held::number_of(std::string_view key) {
  std::uint16_t number = 0;
  for (; number < key_ends.size(); ++number)
    if (this->key(places[begin_of(number)]) == key) return number;
  if (key_ends.size() == key_ends.capacity()) key_ends.reserve(key_ends.size() + 4);
  key_ends.push_back(static_cast<std::uint16_t>(places.size()));
  return number;
}

void Window::Held::place(std::size_t keys) {
  key_ends.assign(keys, 0);
  for (const Entry& entry : entries) ++key_ends[entry.key_number];
  std::uint16_t begin = 0;
  for (std::uint16_t& end : key_ends) begin = static_cast<std::uint16_t>(begin + std::exchange(end, begin));
  places.resize(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i)
    places[key_ends[entries[i].key_number]++] = static_cast<std::uint16_t>(i);
}

void Window::Held::insert(const Signal& signal) {
  CHECK(can_hold(signal));
  const Entry entry{.at = to_ms(signal.at),
                    .received = to_ms(signal.received),
                    .place = signal.place,
                    .version = static_cast<std::uint32_t>(signal.version),
                    .text = static_cast<std::uint32_t>(text.size()),
                    .confidence = signal.confidence,
                    .value_size = static_cast<std::uint16_t>(signal.value.size()),
                    .source_size = static_cast<std::uint16_t>(signal.source.size()),
                    .metadata_size = static_cast<std::uint16_t>(signal.metadata.size()),
                    .id_size = static_cast<std::uint16_t>(signal.id.size()),
                    .key_size = static_cast<std::uint8_t>(signal.key.size()),
                    .has_value = signal.has_value,
                    .has_said = signal.is_said_otherwise(),
                    .is_read = signal.is_read,
                    .key_number = number_of(signal.key)};
  for (const std::string_view part : {signal.key, signal.value, signal.source, signal.metadata, signal.id})
    if (!part.empty()) text += part;  // most have two of them
  if (entry.has_said) {
    const std::int64_t said = to_ms(signal.said);
    text.append(reinterpret_cast<const char*>(&said), kSaidSize);
  }
  const auto before = std::upper_bound(entries.begin(), entries.end(), entry, [](const Entry& a, const Entry& b) {
    return a.at != b.at ? a.at < b.at : a.version < b.version;
  });
  const auto place = static_cast<std::uint16_t>(before - entries.begin());
  if (before != entries.end())
    for (std::uint16_t& other : places) other = static_cast<std::uint16_t>(other + (other >= place));
  entries.insert(before, entry);
  const auto begin = places.begin();
  places.insert(std::upper_bound(begin + static_cast<std::ptrdiff_t>(begin_of(entry.key_number)),
                                 begin + key_ends[entry.key_number], place),
                place);
  for (std::size_t key = entry.key_number; key < key_ends.size(); ++key) ++key_ends[key];
}

std::size_t Window::Held::first_to_leave(std::span<const std::uint64_t> waiting) const {
  const auto waits = [&](const Entry& entry) { return std::ranges::binary_search(waiting, entry.version); };
  for (std::size_t i = 0; i + 1 < entries.size(); ++i)
    if (!entries[i].is_read && !waits(entries[i])) return i;
  std::size_t first = 0;
  while (first + 1 < entries.size() && waits(entries[first])) ++first;
  return first;
}

void Window::Held::drop(std::size_t i) {
  const std::size_t number = entries[i].key_number;
  dead += text_size(entries[i]);
  entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(i));
  const auto of_key = places.begin() + static_cast<std::ptrdiff_t>(begin_of(number));
  places.erase(std::lower_bound(of_key, places.begin() + key_ends[number], i));
  for (std::uint16_t& place : places) place = static_cast<std::uint16_t>(place - (place > i));
  for (std::size_t key = number; key < key_ends.size(); ++key) --key_ends[key];
  if (key_ends[number] != begin_of(number)) return;
  key_ends.erase(key_ends.begin() + static_cast<std::ptrdiff_t>(number));
  for (Entry& entry : entries)
    entry.key_number = static_cast<std::uint16_t>(entry.key_number - (entry.key_number > number));
}

void Window::Held::compact() {
  std::string alive;
  alive.reserve(text.size() - dead);
  for (Entry& entry : entries) {
    const auto offset = static_cast<std::uint32_t>(alive.size());
    alive.append(text, entry.text, text_size(entry));
    entry.text = offset;
  }
  text = std::move(alive);
  dead = 0;
}

Window Window::merged(std::span<const Window* const> windows, const std::function<bool(std::string_view key)>& wants,
                      const Older* older) {
  std::vector<Place> places;
  std::size_t size = 0;
  for (const Window* window : windows) size += window->size();
  places.reserve(size);
  bool has_ids = false;
  std::vector<char> wanted;  // by the numbers of a window's keys
  for (std::size_t w = 0; w < windows.size(); ++w) {
    wanted.assign(windows[w]->key_count(), 1);
    for (std::size_t k = 0; wants && k < wanted.size(); ++k)
      wanted[k] = wants(windows[w]->key(windows[w]->of_key(k).front()));
    for (std::size_t i = 0; i < windows[w]->size(); ++i) {
      const Entry& entry = windows[w]->held_->entries[i];
      if (!wanted[entry.key_number]) continue;
      places.push_back({entry.at, entry.place, w, i});
      has_ids = has_ids || entry.id_size > 0;
    }
  }
  // Without stored places, each window is in order, and windows are in the given order.
  const auto order = [](const Place& one) { return std::tuple(one.at, one.place, one.window, one.entry); };
  if (!std::ranges::is_sorted(places, {}, order)) std::ranges::sort(places, {}, order);
  if (windows.size() > 1 && has_ids) {
    std::unordered_map<std::string_view, std::int64_t> counted;  // when the signal with this id arrived
    counted.reserve(places.size());
    std::erase_if(places, [&](const Place& one) {
      const std::string_view id = windows[one.window]->id(one.entry);
      if (id.empty()) return false;
      const std::int64_t received = windows[one.window]->held_->entries[one.entry].received;
      const auto [known, is_new] = counted.try_emplace(id, received);
      if (is_new || std::abs(received - known->second) < kSameId / Duration{1}) return !is_new;
      known->second = received;
      return false;
    });
  }
  if (places.size() <= kOfVisitor) return of_places(windows, places);
  const auto newest = places.end() - kOfVisitor;
  std::vector<Place> stays;
  if (older)
    std::copy_if(places.begin(), newest, std::back_inserter(stays),
                 [&](const Place& one) { return older->may_stay(windows[one.window]->key(one.entry)); });
  const std::size_t oldest = stays.size();
  stays.insert(stays.end(), newest, places.end());
  if (oldest == 0) return of_places(windows, stays);
  const std::vector<std::size_t> which = older->stay(of_places(windows, stays));
  std::size_t i = 0;
  std::erase_if(stays, [&](const Place&) {
    const std::size_t index = i++;
    return index < oldest && !std::ranges::binary_search(which, index);
  });
  return of_places(windows, stays);
}

Window Window::of_places(std::span<const Window* const> windows, std::span<const Place> places) {
  auto merged = std::make_shared<Held>();
  merged->entries.reserve(places.size());
  // A key without entries has no number.
  std::unordered_map<std::string_view, std::uint16_t> keys;
  std::vector<std::size_t> begins;  // of each window's keys, all one after the other
  std::size_t all_keys = 0;
  for (const Window* window : windows) begins.push_back(std::exchange(all_keys, all_keys + window->key_count()));
  std::vector<std::uint16_t> numbers(all_keys, kNoKey);  // in the merged one
  std::size_t text = 0;
  for (const Place& place : places) text += text_size(windows[place.window]->held_->entries[place.entry]);
  merged->text.resize(text);
  std::size_t offset = 0;
  for (const Place& place : places) {
    const Held& from = *windows[place.window]->held_;
    Entry& entry = merged->entries.emplace_back(from.entries[place.entry]);
    offset += from.text.copy(merged->text.data() + offset, text_size(entry),
                             std::exchange(entry.text, static_cast<std::uint32_t>(offset)));
    std::uint16_t& number = numbers[begins[place.window] + entry.key_number];
    if (number == kNoKey)
      number = keys.try_emplace(from.key(place.entry), static_cast<std::uint16_t>(keys.size())).first->second;
    entry.key_number = number;
  }
  merged->place(keys.size());
  return Window(std::move(merged));
}

Window Window::without_metadata() const {
  auto next = std::make_shared<Held>();
  next->entries.reserve(size());
  next->places.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) {
    Signal signal = (*this)[i];
    signal.metadata = {};
    next->insert(signal);
  }
  return Window(std::move(next));
}

namespace {
enum Packed : std::uint8_t {
  kPackedValue = 1,
  kPackedSaid = 2,
  kPackedRead = 4,
  kPackedConfidence = 8,
  kPackedSource = 16,
  kPackedMetadata = 32,
  kPackedId = 64
};

std::int64_t difference(std::uint64_t to, std::uint64_t from) { return static_cast<std::int64_t>(to - from); }
}  // namespace

void Window::pack(Encoder& out) const {
  out.number(key_count());
  for (std::size_t number = 0; number < key_count(); ++number) out.text(key(of_key(number).front()));
  out.number(size());
  Entry before{};
  for (std::size_t i = 0; i < size(); ++i) {
    const Entry& entry = held_->entries[i];
    const Signal signal = (*this)[i];
    out.zigzag(entry.at - before.at);
    out.zigzag(entry.received - entry.at);
    out.zigzag(difference(entry.place, before.place));
    out.zigzag(difference(entry.version, before.version));
    out.byte(static_cast<std::uint8_t>(
        (entry.has_value ? kPackedValue : 0) | (entry.has_said ? kPackedSaid : 0) | (entry.is_read ? kPackedRead : 0) |
        (entry.confidence != kFullConfidence ? kPackedConfidence : 0) | (signal.source.empty() ? 0 : kPackedSource) |
        (signal.metadata.empty() ? 0 : kPackedMetadata) | (signal.id.empty() ? 0 : kPackedId)));
    out.number(entry.key_number);
    if (entry.confidence != kFullConfidence) out.number(static_cast<std::uint64_t>(entry.confidence));
    if (entry.has_value) out.text(signal.value);
    for (const std::string_view part : {signal.source, signal.metadata, signal.id})
      if (!part.empty()) out.text(part);
    if (entry.has_said) out.zigzag((signal.said - signal.at).count());
    before = entry;
  }
}

Window Window::unpack(Decoder& in) {
  std::vector<std::string_view> keys(in.count(1));
  for (std::string_view& key : keys) key = in.text();
  const std::size_t size = in.count(6);
  if (size == 0) return {};
  auto held = std::make_shared<Held>();
  held->entries.reserve(size);
  std::string text;
  text.reserve(in.rest().size());
  Entry entry{};
  for (std::size_t i = 0; i < size; ++i) {
    entry.at += in.zigzag();
    entry.received = entry.at + in.zigzag();
    entry.place += static_cast<std::uint64_t>(in.zigzag());
    entry.version += static_cast<std::uint32_t>(in.zigzag());
    entry.text = static_cast<std::uint32_t>(text.size());
    const std::uint8_t has = in.byte();
    entry.key_number = static_cast<std::uint16_t>(in.number());
    CHECK(entry.key_number < keys.size());
    entry.confidence = has & kPackedConfidence ? static_cast<std::int32_t>(in.number()) : kFullConfidence;
    entry.has_value = has & kPackedValue;
    entry.has_said = has & kPackedSaid;
    entry.is_read = has & kPackedRead;
    const auto take = [&](std::uint8_t part) {
      const std::string_view taken = has & part ? in.text() : std::string_view{};
      text += taken;
      return static_cast<std::uint16_t>(taken.size());
    };
    text += keys[entry.key_number];
    entry.key_size = static_cast<std::uint8_t>(keys[entry.key_number].size());
    entry.value_size = take(kPackedValue);
    entry.source_size = take(kPackedSource);
    entry.metadata_size = take(kPackedMetadata);
    entry.id_size = take(kPackedId);
    if (entry.has_said) {
      const std::int64_t said = entry.at + in.zigzag();
      text.append(reinterpret_cast<const char*>(&said), kSaidSize);
    }
    held->entries.push_back(entry);
  }
  held->text = text;
  held->place(keys.size());
  return Window(std::move(held));
}

std::size_t Window::bytes() const {
  if (!held_) return 0;
  return sizeof(Held) + held_->entries.capacity() * sizeof(Entry) + held_->text.capacity() +
         (held_->places.capacity() + held_->key_ends.capacity()) * sizeof(std::uint16_t);
}

}  // namespace beckon::ledger
