#include "ledger/packed_traits.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "ledger/coding.h"

namespace beckon::ledger {
namespace {

// Most traits were set once and by nothing else: their origin is a number from 1 on in a list, and the rest is their
// JSON. Of others the origin is 0, and the rest is the trait as in codec.h, but without its name. Stamps are relative
// to the base, and a source in the list of sources is one byte.
//
// Names are numbers (Names), 0 before one that is written out.
//
// Source names use no bytes from this one on, so these bytes are indexes of sources.
constexpr unsigned char kFirstSource = 0x80;
constexpr std::size_t kSources = 0x100 - kFirstSource;

// Names of traits, each kept once: few names, in the packed traits of many visitors. Those that come once half of the
// table is taken, or that collide with many, have no number. Lock-free; names are never removed.
class Names {
 public:
  // From 1; 0 if it has none.
  std::uint64_t number_of(std::string_view name) {
    std::size_t i = std::hash<std::string_view>{}(name) % kSlots;
    for (std::size_t tried = 0; tried < kTried; ++tried, i = (i + 1) % kSlots) {
      const std::string* known = slots_[i].load(std::memory_order_acquire);
      if (known == nullptr) {
        if (taken_.load(std::memory_order_relaxed) >= kSlots / 2) return 0;
        auto mine = std::make_unique<const std::string>(name);
        if (slots_[i].compare_exchange_strong(known, mine.get(), std::memory_order_acq_rel)) {
          taken_.fetch_add(1, std::memory_order_relaxed);
          known = mine.release();
        }
      }
      if (*known == name) return i + 1;
    }
    return 0;
  }
  std::string_view name(std::uint64_t number) const { return *slots_[number - 1].load(std::memory_order_acquire); }

 private:
  static constexpr std::size_t kTried = 16;
  static constexpr std::size_t kSlots = 8'192;  // so that a number takes two bytes; 0.6 MiB if all names are long
  std::array<std::atomic<const std::string*>, kSlots> slots_{};
  std::atomic<std::size_t> taken_{0};
};

constinit Names names;

struct Parts {
  std::string_view head;     // all of it up to the traits
  std::string_view sources;  // string*
  Stamp base;                // the earliest instant, from 1970 on, and the lowest place
  std::string_view origins;  // (rank:u8 source:string stamp)*
  std::string_view traits;   // (size:varint trait)*
  std::string_view ids;
};

Parts parts_of(std::string_view packed) {
  if (packed.empty()) return {};
  Parts parts;
  Decoder in(packed);
  std::uint64_t sources = in.number();
  parts.sources = in.rest();
  for (; sources > 0; --sources) in.text();
  parts.base = in.stamp();
  parts.origins = in.text();
  parts.head = packed.substr(0, packed.size() - in.rest().size());
  parts.traits = in.text();
  parts.ids = in.rest();
  return parts;
}

template <class Visit>
void visit_stamps(auto& trait, Visit visit) {
  for (auto& said : trait.said) visit(said.stamp);
  if (trait.once) visit(trait.once->stamp);
  if (trait.added) visit(trait.added->stamp);
  for (auto& element : trait.elements) visit(element.stamp);
}

template <class Visit>
void visit_sources(auto& trait, Visit visit) {
  for (auto& said : trait.said) visit(said.source);
  if (trait.once) visit(trait.once->source);
  if (trait.added) visit(trait.added->source);
}

bool is_plain(const Trait& trait) {
  return trait.said.size() == 1 && !trait.once && !trait.added && trait.elements.empty();
}

void write_origin(Encoder& out, const Trait::Said& said) {
  out.byte(said.rank);
  out.text(said.source);
  out.stamp(said.stamp);
}

void read_origin(Decoder& in, Trait::Said& said) {
  said.rank = in.byte();
  said.source = in.text();
  said.stamp = in.stamp();
}

std::string_view take_name(Decoder& trait) {
  const std::uint64_t number = trait.number();
  return number == 0 ? trait.text() : names.name(number);
}

void read_trait(const Parts& parts, std::string_view bytes, Trait& into) {
  Decoder body(bytes);
  const std::string_view name = take_name(body);
  if (std::uint64_t origin = body.number(); origin == 0) {
    body.trait(into);
  } else {
    into.said.resize(1);
    into.said[0].json = body.rest();
    for (Decoder origins(parts.origins); origin > 0; --origin) read_origin(origins, into.said[0]);
    into.once.reset();
    into.added.reset();
    into.sum = 0;
    into.elements.clear();
  }
  into.name = name;
  visit_stamps(into, [&](Stamp& stamp) {
    stamp.at += parts.base.at.time_since_epoch();
    stamp.place += parts.base.place;
  });
  visit_sources(into, [&](std::string& source) {
    if (source.size() != 1 || static_cast<unsigned char>(source[0]) < kFirstSource) return;
    Decoder in(parts.sources);
    for (int before = static_cast<unsigned char>(source[0]) - kFirstSource; before > 0; --before) in.text();
    source = in.text();
  });
}

// Takes a string off the front.
inline std::string_view take_text(std::string_view& rest) {
  const char* const begin = rest.data();
  std::size_t size = static_cast<unsigned char>(*begin), bytes = 1;  // most have less than 128 bytes
  if (size >= 0x80) {
    Decoder in(rest);
    size = in.number();
    bytes = rest.size() - in.rest().size();
  }
  rest = {begin + bytes + size, rest.size() - bytes - size};
  return {begin + bytes, size};
}

std::string_view name_of(std::string_view trait) {
  Decoder in(trait);
  return take_name(in);
}

}  // namespace

PackedTraits::PackedTraits(const Traits& traits) {
  if (traits.empty()) return;
  std::vector<std::string_view> sources;
  Stamp base{Instant::max(), UINT64_MAX};
  for (const Trait& trait : traits.all) {
    visit_sources(trait, [&](const std::string& source) {
      const bool is_new = std::ranges::find(sources, source) == sources.end();
      if (is_new && source.size() > 1 && sources.size() < kSources) sources.push_back(source);
    });
    visit_stamps(trait, [&](const Stamp& stamp) {
      base.at = std::min(base.at, stamp.at);
      base.place = std::min(base.place, stamp.place);
    });
  }
  if (base.at == Instant::max()) base = {};          // there are none
  base.at = std::max(base.at, Instant{});            // so that no difference overflows
  thread_local std::string all, one, bytes, origin;  // like the others: reused, to avoid allocations
  thread_local std::vector<std::string> origins;
  thread_local Trait packed;
  all.clear(), bytes.clear(), origins.clear();
  for (const Trait& trait : traits.all) {
    packed = trait;
    visit_stamps(packed, [&](Stamp& stamp) {
      stamp.at -= base.at.time_since_epoch();
      stamp.place -= base.place;
    });
    visit_sources(packed, [&](std::string& source) {
      const auto found = std::ranges::find(sources, source);
      if (found != sources.end()) source.assign(1, static_cast<char>(kFirstSource + (found - sources.begin())));
    });
    one.clear();
    Encoder out(one);
    const std::uint64_t number = names.number_of(trait.name);
    out.number(number);
    if (number == 0) out.text(trait.name);
    if (is_plain(packed)) {
      origin.clear();
      Encoder named(origin);
      write_origin(named, packed.said[0]);
      const auto known = std::ranges::find(origins, origin) - origins.begin();
      if (known == std::ssize(origins)) origins.push_back(origin);
      out.number(static_cast<std::uint64_t>(known) + 1);
      out.raw(packed.said[0].json);
    } else {
      packed.name.clear();
      out.number(0);
      out.trait(packed);
    }
    Encoder(all).text(one);
  }
  origin.clear();
  for (const std::string& each : origins) origin += each;
  Encoder out(bytes);
  out.number(sources.size());
  for (const std::string_view source : sources) out.text(source);
  out.stamp(base);
  out.text(origin);
  out.text(all);
  out.trait_ids(traits.ids);
  *this = of_packed(bytes);
}

PackedTraits PackedTraits::of_packed(std::string_view packed) {
  PackedTraits traits;
  traits.bytes_ = packed;  // of exactly its size, since it is long-lived
  return traits;
}

Traits PackedTraits::unpacked() const {
  Traits traits;
  const Parts parts = parts_of(bytes_);
  std::size_t count = 0;
  for (std::string_view rest = parts.traits; !rest.empty(); ++count) take_text(rest);
  traits.all.reserve(count);
  for (std::string_view rest = parts.traits; !rest.empty();)
    read_trait(parts, take_text(rest), traits.all.emplace_back());
  if (!parts.ids.empty()) traits.ids = Decoder(parts.ids).trait_ids();
  return traits;
}

bool PackedTraits::read(std::string_view name, Trait& into) const {
  const Parts parts = parts_of(bytes_);
  for (std::string_view rest = parts.traits; !rest.empty();) {
    const std::string_view trait = take_text(rest);
    if (name_of(trait) != name) continue;
    read_trait(parts, trait, into);
    return true;
  }
  return false;
}

PackedTraits PackedTraits::only(const std::function<bool(std::string_view name)>& keeps) const {
  if (empty()) return {};
  const Parts parts = parts_of(bytes_);
  std::string kept;
  for (std::string_view rest = parts.traits; !rest.empty();)
    if (const std::string_view trait = take_text(rest); keeps(name_of(trait))) Encoder(kept).text(trait);
  std::string bytes(parts.head);
  Encoder out(bytes);
  out.text(kept);
  out.number(0);
  return of_packed(bytes);
}

Traits united(std::span<const PackedTraits* const> parts) {
  std::vector<Traits> unpacked;
  std::vector<const Traits*> pointers;
  unpacked.reserve(parts.size());
  for (const PackedTraits* part : parts) pointers.push_back(&unpacked.emplace_back(part->unpacked()));
  return united(pointers);
}

std::optional<TraitNow> trait_in(std::span<const PackedTraits* const> parts, std::string_view name) {
  thread_local Trait whole, part_of_it;  // reused, to avoid allocations
  bool found = false;
  for (const PackedTraits* part : parts) {
    if (!part->read(name, found ? part_of_it : whole)) continue;
    if (std::exchange(found, true)) unite(whole, part_of_it);
  }
  if (!found) return std::nullopt;
  auto now = value_of(whole);
  if (now) now->name = name;
  return now;
}

}  // namespace beckon::ledger
