#include "ledger/rested.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "ledger/coding.h"

namespace beckon::ledger {
namespace {

// The rules, sessions and counters that exposures and subtotals name, each once: many share a few. Sorted.
class Words {
 public:
  explicit Words(const Session& own) {
    for (const Spend& spend : own.spends) all_.push_back(spend.key), all_.push_back(spend.session);
    if (own.counted)
      for (const Subtotal& one : own.counted->all) all_.push_back(one.counter), all_.push_back(one.session);
    std::ranges::sort(all_);
    all_.erase(std::ranges::unique(all_).begin(), all_.end());
  }
  const std::vector<std::uint64_t>& all() const { return all_; }
  std::uint64_t number_of(std::uint64_t word) const {
    return static_cast<std::uint64_t>(std::ranges::lower_bound(all_, word) - all_.begin());
  }

 private:
  std::vector<std::uint64_t> all_;
};

std::uint64_t zigzag(std::int64_t n) {
  return static_cast<std::uint64_t>(n) << 1 ^ static_cast<std::uint64_t>(n >> 63);
}
std::int64_t from_zigzag(std::uint64_t n) {
  return static_cast<std::int64_t>(n >> 1) ^ -static_cast<std::int64_t>(n & 1);
}

// In time order.
void write_spends(Encoder& out, const std::vector<Spend>& spends, const Words& words) {
  out.number(spends.size());
  Instant before{};
  for (const Spend& spend : spends) {
    out.number(words.number_of(spend.key));
    out.instant(Instant{spend.at - std::exchange(before, spend.at)});
    out.number(words.number_of(spend.session));
  }
}

std::vector<Spend> read_spends(Decoder& in, const std::vector<std::uint64_t>& words) {
  std::vector<Spend> spends(in.count(3));
  Instant before{};
  for (Spend& spend : spends) {
    spend.key = words[in.number()];
    before = spend.at = before + in.instant().time_since_epoch();
    spend.session = words[in.number()];
  }
  return spends;
}

void write_counted(Encoder& out, const Counted& counted, const Words& words) {
  out.number(counted.all.size());
  for (const Subtotal& one : counted.all) {
    out.number(words.number_of(one.counter));
    out.number(words.number_of(one.session));
    out.number(one.count);
    out.number(one.amounts);
    out.number(zigzag(one.units));
    out.number(zigzag(one.rest));
    out.instant(one.first);
    out.instant(Instant{one.last - one.first});
    out.number(zigzag(one.days.newest));
    out.number(one.days.bits);
  }
}

Counted read_counted(Decoder& in, const std::vector<std::uint64_t>& words) {
  Counted counted;
  counted.all.resize(in.count(10));
  for (Subtotal& one : counted.all) {
    one.counter = words[in.number()];
    one.session = words[in.number()];
    one.count = in.number();
    one.amounts = in.number();
    one.units = from_zigzag(in.number());
    one.rest = from_zigzag(in.number());
    one.first = in.instant();
    one.last = one.first + in.instant().time_since_epoch();
    one.days.newest = static_cast<std::int32_t>(from_zigzag(in.number()));
    one.days.bits = in.number();
  }
  return counted;
}

void write_sessions(Encoder& out, const std::vector<Joined>& sessions) {
  out.number(sessions.size());
  for (const Joined& joined : sessions) out.text(joined.id.view()), out.digest(joined.digest), out.instant(joined.at);
}

std::vector<Joined> read_sessions(Decoder& in) {
  std::vector<Joined> sessions(in.count(18));
  for (Joined& joined : sessions) {
    joined.id = SessionId{in.text()};
    joined.digest = in.digest();
    joined.at = in.instant();
  }
  return sessions;
}

}  // namespace

RestedRecord::RestedRecord(const Session& own) {
  CHECK(is_own_record(own.id.view()) && own.window.empty() && own.decisions.count == 0);
  thread_local std::string bytes;
  bytes.clear();
  Encoder out(bytes);
  out.text(own.handle.view());
  out.text(own.id.view());
  out.instant(own.expires_at);
  out.instant(own.created);
  out.instant(own.last_received);
  out.number(own.began);
  const Words words(own);
  out.ids(words.all());
  write_spends(out, own.spends, words);
  write_sessions(out, own.sessions);
  out.byte(static_cast<std::uint8_t>((own.identity ? 1 : 0) | (own.traits ? 2 : 0) | (own.counted ? 4 : 0)));
  if (own.identity) out.identity(*own.identity);
  if (own.traits) out.text(own.traits->packed());
  if (own.counted) write_counted(out, *own.counted, words);
  const auto size = static_cast<std::uint32_t>(bytes.size());
  block_ = std::make_unique_for_overwrite<char[]>(sizeof size + size);
  std::memcpy(block_.get(), &size, sizeof size);
  std::memcpy(block_.get() + sizeof size, bytes.data(), size);
}

std::string_view RestedRecord::body() const {
  std::uint32_t size = 0;
  std::memcpy(&size, block_.get(), sizeof size);
  return {block_.get() + sizeof size, size};
}

RestedRecord::Head RestedRecord::head() const {
  Decoder in(body());
  return {.handle = in.text(), .id = in.text(), .expires_at = in.instant()};
}

SessionPtr RestedRecord::session() const {
  Decoder in(body());
  auto own = std::make_shared<Session>();
  own->handle = Handle{in.text()};
  own->id = SessionId{in.text()};
  own->expires_at = in.instant();
  own->created = in.instant();
  own->last_received = in.instant();
  own->began = in.number();
  const std::vector<std::uint64_t> words = in.ids();
  own->spends = read_spends(in, words);
  own->sessions = read_sessions(in);
  const std::uint8_t has = in.byte();
  if (has & 1) own->identity = std::make_shared<const Identity>(in.identity());
  if (has & 2) own->traits = std::make_shared<const PackedTraits>(PackedTraits::of_packed(in.text()));
  if (has & 4) own->counted = std::make_shared<const Counted>(read_counted(in, words));
  CHECK(in.ok() && in.rest().empty());
  return own;
}

std::size_t RestedRecord::bytes() const { return block_ ? sizeof(std::uint32_t) + body().size() : 0; }

}  // namespace beckon::ledger
