#include "ledger/rested.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "ledger/coding.h"

namespace beckon::ledger {
namespace {

// Many share a few rules and sessions, and they are in time order.
void write_spends(Encoder& out, const std::vector<Spend>& spends) {
  std::vector<std::uint64_t> words;
  words.reserve(2 * spends.size());
  for (const Spend& spend : spends) words.push_back(spend.key), words.push_back(spend.session);
  std::ranges::sort(words);
  words.erase(std::ranges::unique(words).begin(), words.end());
  const auto number_of = [&](std::uint64_t word) {
    return static_cast<std::uint64_t>(std::ranges::lower_bound(words, word) - words.begin());
  };
  out.ids(words);
  out.number(spends.size());
  Instant before{};
  for (const Spend& spend : spends) {
    out.number(number_of(spend.key));
    out.instant(Instant{spend.at - std::exchange(before, spend.at)});
    out.number(number_of(spend.session));
  }
}

std::vector<Spend> read_spends(Decoder& in) {
  const std::vector<std::uint64_t> words = in.ids();
  std::vector<Spend> spends(in.count(3));
  Instant before{};
  for (Spend& spend : spends) {
    spend.key = words[in.number()];
    before = spend.at = before + in.instant().time_since_epoch();
    spend.session = words[in.number()];
  }
  return spends;
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
  write_spends(out, own.spends);
  write_sessions(out, own.sessions);
  out.byte(static_cast<std::uint8_t>((own.identity ? 1 : 0) | (own.traits ? 2 : 0) | (own.counted ? 4 : 0)));
  if (own.identity) out.identity(*own.identity);
  if (own.traits) out.text(own.traits->packed());
  if (own.counted) out.counted(*own.counted);
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
  own->spends = read_spends(in);
  own->sessions = read_sessions(in);
  const std::uint8_t has = in.byte();
  if (has & 1) own->identity = std::make_shared<const Identity>(in.identity());
  if (has & 2) own->traits = std::make_shared<const PackedTraits>(PackedTraits::of_packed(in.text()));
  if (has & 4) own->counted = std::make_shared<const Counted>(in.counted());
  CHECK(in.ok() && in.rest().empty());
  return own;
}

std::size_t RestedRecord::bytes() const { return block_ ? sizeof(std::uint32_t) + body().size() : 0; }

}  // namespace beckon::ledger
