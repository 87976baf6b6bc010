// Encodes and decodes the parts of journal rows and snapshots; the grammar is in codec.h.
#pragma once
#include <bit>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/packing.h"
#include "ledger/session.h"

namespace beckon::ledger {

class Encoder : public Packer {
 public:
  using Packer::Packer;
  void instant(Instant at) { zigzag(to_ms(at)); }
  void digest(const SessionDigest& digest) {
    static_assert(std::endian::native == std::endian::little);
    word(std::byteswap(digest.high));
    word(std::byteswap(digest.low));
  }
  void word(std::uint64_t value) { out_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void context(const Context& context) {
    number(context.size());
    for (const auto& [key, value] : context) text(key), text(value);
  }
  void ids(const std::vector<std::uint64_t>& ids) {
    number(ids.size());
    for (const std::uint64_t id : ids) word(id);
  }
  void versions(const std::vector<std::uint64_t>& versions) {
    number(versions.size());
    for (const std::uint64_t version : versions) number(version);
  }
  void spends(const std::vector<Spend>& spends) {
    number(spends.size());
    for (const Spend& spend : spends) word(spend.key), instant(spend.at), word(spend.session);
  }
  void signal(const Signal& signal) {
    number(signal.version);
    instant(signal.at);
    instant(signal.received);
    number(static_cast<std::uint64_t>(signal.confidence));
    byte(static_cast<std::uint8_t>((signal.has_value ? 1 : 0) | (signal.is_said_otherwise() ? 2 : 0) |
                                   (signal.is_read ? 0 : 4)));
    for (const std::string_view part : {signal.key, signal.value, signal.source, signal.metadata, signal.id})
      text(part);
    if (signal.is_said_otherwise()) instant(signal.said);
  }
  void identity(const Identity& who) {
    text(who.owner.view());
    number(who.members.size());
    for (const Member& member : who.members) text(member.id.view()), instant(member.since);
    number(who.share);
    text(who.said.view());
    instant(who.said_at);
  }
  void stamp(const Stamp& stamp) { instant(stamp.at), number(stamp.place); }
  void change(const TraitChange& change) {
    text(change.name);
    byte(static_cast<std::uint8_t>(change.op));
    text(change.value);
    byte(change.rank);
    text(change.source);
    stamp(change.stamp);
  }
  void said(const Trait::Said& said) {
    text(said.json);
    byte(said.rank);
    text(said.source);
    stamp(said.stamp);
  }
  void trait(const Trait& trait) {
    text(trait.name);
    number(trait.said.size());
    for (const Trait::Said& one : trait.said) said(one);
    byte(static_cast<std::uint8_t>((trait.once ? 1 : 0) | (trait.added ? 2 : 0)));
    if (trait.once) said(*trait.once);
    if (trait.added) said(*trait.added), word(static_cast<std::uint64_t>(trait.sum));
    number(trait.elements.size());
    for (const Trait::Element& one : trait.elements) {
      text(one.text);
      byte(one.in ? 1 : 0);
      byte(one.rank);
      stamp(one.stamp);
    }
  }
  void trait_ids(const std::vector<std::pair<std::uint64_t, Instant>>& ids) {
    number(ids.size());
    for (const auto& [id, at] : ids) word(id), instant(at);
  }
  void traits(const Traits& traits) {
    number(traits.all.size());
    for (const Trait& one : traits.all) trait(one);
    trait_ids(traits.ids);
  }
  void subtotal(const Subtotal& one) {
    word(one.counter);
    number(one.count);
    if (one.count == 0) return;
    number(one.amounts);
    if (one.amounts != 0) word(static_cast<std::uint64_t>(one.units)), word(static_cast<std::uint64_t>(one.rest));
    instant(one.first);
    instant(one.last);
    word(static_cast<std::uint64_t>(one.days.newest));
    word(one.days.bits);
  }
  void subtotals(const std::vector<Subtotal>& all) {  // with their count, as in a record
    number(all.size());
    for (const Subtotal& one : all) subtotal(one);
  }
  void counted(const Counted& counted) {
    number(counted.all.size());
    for (const Subtotal& one : counted.all) word(one.session), subtotal(one);
  }
  void past(const PastView& past) {
    for (const std::string_view part : {past.id, past.trigger, past.outcome, past.rule, past.variant}) text(part);
    number(past.session_version);
    number(past.rules_version);
    instant(past.at);
    byte(static_cast<std::uint8_t>((past.shown ? 1 : 0) | (past.public_only ? 2 : 0) | bits(past.hold) << 2));
    word(past.reading);
    number(past.beside.size());
    for (const PastBeside& beside : past.beside) {
      for (const std::string* part : {&beside.rule, &beside.variant, &beside.outcome}) text(*part);
      byte(static_cast<std::uint8_t>((beside.shadow ? 1 : 0) | bits(beside.hold) << 1));
    }
    if (past.anchor != 0) number(past.anchor);
  }

 private:
  static unsigned bits(Hold hold) { return static_cast<unsigned>(hold); }
};

// Decodes what Encoder wrote.
class Decoder : public Unpacker {
 public:
  using Unpacker::Unpacker;
  Instant instant() {
    constexpr std::int64_t kFarthest = std::int64_t{1} << 62;  // either direction; arithmetic beyond it could overflow
    const std::int64_t ms = zigzag();
    if (ms > kFarthest || ms < -kFarthest) fail();
    return ok_ ? instant_ms(ms) : Instant{};
  }
  std::string_view sized() {  // a string including its size prefix
    const char* const begin = at_;
    text();
    return ok_ ? std::string_view{begin, static_cast<std::size_t>(at_ - begin)} : std::string_view{};
  }
  std::size_t count(std::size_t least_size) {  // a count of items of at least this many bytes each
    const std::uint64_t n = number();
    if (n > rest().size() / least_size) fail();
    return ok_ ? n : 0;
  }
  SessionDigest digest() {
    const std::string_view raw = bytes(16);
    return raw.size() == 16 ? SessionDigest::from_bytes(raw) : SessionDigest{};
  }
  Context context() {
    Context context;
    for (std::size_t n = count(2); n > 0 && ok_; --n) {
      const std::string_view key = text();
      context.emplace_back(key, text());
    }
    return context;
  }
  std::uint64_t word() {
    std::uint64_t value = 0;
    if (const std::string_view raw = bytes(8); raw.size() == 8) std::memcpy(&value, raw.data(), 8);
    return value;
  }
  std::vector<std::uint64_t> ids() {
    std::vector<std::uint64_t> ids(count(8));
    for (std::uint64_t& id : ids) id = word();
    return ids;
  }
  Identity identity() {
    Identity who{.owner = VisitorId{text()}};
    std::size_t n = count(2);
    for (who.members.reserve(n); n > 0 && ok(); --n) {
      const std::string_view id = text();
      who.members.push_back({VisitorId{id}, instant()});
    }
    who.share = static_cast<std::uint32_t>(number());
    who.said = VisitorId{text()};
    who.said_at = instant();
    return who;
  }
  Stamp stamp() {
    const Instant at = instant();
    return {at, number()};
  }
  TraitChange change() {
    TraitChange change;
    change.name = text();
    const std::uint8_t op = byte();
    if (op > static_cast<std::uint8_t>(TraitOp::kExclude)) fail();
    change.op = static_cast<TraitOp>(op);
    change.value = text();
    change.rank = byte();
    change.source = text();
    change.stamp = stamp();
    return change;
  }
  void said(Trait::Said& said) {
    said.json = text();
    said.rank = byte();
    said.source = text();
    said.stamp = stamp();
  }
  // Into `trait`, reusing its memory; all its former content is replaced.
  void trait(Trait& trait) {
    trait.name = text();
    trait.said.resize(count(5));
    for (Trait::Said& one : trait.said) said(one);
    const std::uint8_t flags = byte();
    trait.once.reset();
    trait.added.reset();
    trait.sum = 0;
    if (flags & 1) said(trait.once.emplace(Trait::Said{}));
    if (flags & 2) said(trait.added.emplace(Trait::Said{})), trait.sum = static_cast<std::int64_t>(word());
    trait.elements.resize(count(5));
    for (Trait::Element& one : trait.elements) {
      one.text = text();
      one.in = byte() != 0;
      one.rank = byte();
      one.stamp = stamp();
    }
  }
  std::vector<std::pair<std::uint64_t, Instant>> trait_ids() {
    std::vector<std::pair<std::uint64_t, Instant>> ids(count(9));
    for (auto& [id, at] : ids) id = word(), at = instant();
    return ids;
  }
  Traits traits() {
    Traits traits;
    for (std::size_t n = count(4); n > 0 && ok_; --n) trait(traits.all.emplace_back());
    traits.ids = trait_ids();
    return traits;
  }
  Subtotal subtotal() {
    Subtotal one{.counter = word(), .count = number()};
    if (one.count == 0) return one;
    one.amounts = number();
    if (one.amounts != 0) {
      one.units = static_cast<std::int64_t>(word());
      one.rest = static_cast<std::int64_t>(word());
    }
    one.first = instant();
    one.last = instant();
    one.days.newest = static_cast<std::int32_t>(word());
    one.days.bits = word();
    return one;
  }
  std::vector<Subtotal> subtotals() {
    std::vector<Subtotal> all;
    for (std::size_t n = count(9); n > 0 && ok_; --n) all.push_back(subtotal());
    return all;
  }
  Counted counted() {
    Counted counted;
    std::size_t n = count(17);
    for (counted.all.reserve(n); n > 0 && ok_; --n) {
      const std::uint64_t session = word();
      Subtotal one = subtotal();
      if (one.count == 0) fail();
      one.session = session;
      if (!counted.all.empty() &&
          std::pair{counted.all.back().counter, counted.all.back().session} >= std::pair{one.counter, one.session})
        fail();  // they must be sorted
      counted.all.push_back(one);
    }
    return counted;
  }
  std::vector<std::uint64_t> versions() {
    std::vector<std::uint64_t> versions(count(1));
    for (std::uint64_t& version : versions) version = number();
    return versions;
  }
  std::vector<Spend> spends() {
    std::vector<Spend> spends(count(17));
    for (Spend& spend : spends) spend = {.key = word(), .at = instant(), .session = word()};
    return spends;
  }
  Signal signal() {
    Signal signal;
    signal.version = number();
    signal.at = instant();
    signal.received = instant();
    signal.confidence = static_cast<std::int32_t>(number());
    const std::uint8_t flags = byte();
    signal.has_value = flags & 1;
    signal.is_read = !(flags & 4);
    signal.key = text();
    signal.value = text();
    signal.source = text();
    signal.metadata = text();
    signal.id = text();
    if (flags & 2) {
      signal.said = instant();
      if (!signal.is_said_otherwise()) fail();
    }
    if (!Window::can_hold(signal)) fail();
    return signal;
  }
  std::vector<Signal> signals() {
    std::vector<Signal> signals;
    std::size_t n = count(10);
    for (signals.reserve(n); n > 0 && ok_; --n) signals.push_back(signal());
    return signals;
  }
  PastDecision past() {
    PastDecision past;
    for (std::string* part : {&past.id, &past.trigger, &past.outcome, &past.rule, &past.variant}) *part = text();
    past.session_version = number();
    past.rules_version = number();
    past.at = instant();
    const std::uint8_t flags = byte();
    past.shown = flags & 1;
    past.public_only = flags & 2;
    past.hold = hold(flags >> 2);
    if (rest().empty()) return past;
    past.reading = word();
    for (std::size_t n = count(4); n > 0 && ok_; --n) {
      PastBeside& beside = past.beside.emplace_back();
      for (std::string* part : {&beside.rule, &beside.variant, &beside.outcome}) *part = text();
      const std::uint8_t which = byte();
      beside.shadow = which & 1;
      beside.hold = hold(which >> 1);
    }
    if (!rest().empty()) past.anchor = number();
    return past;
  }

 private:
  static Hold hold(int bits) { return static_cast<Hold>(bits & 3); }
};

}  // namespace beckon::ledger
