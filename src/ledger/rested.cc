#include "ledger/rested.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "ledger/coding.h"

namespace beckon::ledger {
namespace {

// The rules, sessions and counters that exposures, subtotals and lists of sessions name, each once: many share a few.
// Sorted.
class Words {
 public:
  explicit Words(const Session& session) {
    for (const Spend& spend : session.spends) all_.push_back(spend.key), all_.push_back(spend.session);
    if (session.counted)
      for (const Subtotal& one : session.counted->all) all_.push_back(one.counter), all_.push_back(one.session);
    for (const Joined& joined : session.sessions) all_.push_back(joined.digest.low);
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
    out.zigzag(one.units);
    out.zigzag(one.rest);
    out.instant(one.first);
    out.instant(Instant{one.last - one.first});
    out.zigzag(one.days.newest);
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
    one.units = in.zigzag();
    one.rest = in.zigzag();
    one.first = in.instant();
    one.last = one.first + in.instant().time_since_epoch();
    one.days.newest = static_cast<std::int32_t>(in.zigzag());
    one.days.bits = in.number();
  }
  return counted;
}

// Instants close to one another, as differences.
class InstantPacker {
 public:
  InstantPacker(Encoder& out, Instant from) : out_(out), before_(to_ms(from)) {}
  void put(Instant at) {  // modulo 2^64, so that no difference overflows
    const auto ms = static_cast<std::uint64_t>(to_ms(at));
    out_.zigzag(static_cast<std::int64_t>(ms - std::exchange(before_, ms)));
  }

 private:
  Encoder& out_;
  std::uint64_t before_;
};

class InstantUnpacker {
 public:
  InstantUnpacker(Decoder& in, Instant from) : in_(in), before_(to_ms(from)) {}
  Instant take() {
    before_ += static_cast<std::uint64_t>(in_.zigzag());
    return instant_ms(static_cast<std::int64_t>(before_));
  }

 private:
  Decoder& in_;
  std::uint64_t before_;
};

void write_sessions(Encoder& out, const Session& session, const Words& words) {
  out.number(session.sessions.size());
  InstantPacker instants(out, session.created);
  for (const Joined& joined : session.sessions) {
    out.text(joined.id.view());
    out.word(joined.digest.high);
    out.number(words.number_of(joined.digest.low));
    instants.put(joined.at);
  }
}

std::vector<Joined> read_sessions(Decoder& in, Instant created, const std::vector<std::uint64_t>& words) {
  std::vector<Joined> sessions(in.count(11));
  InstantUnpacker instants(in, created);
  for (Joined& joined : sessions) {
    joined.id = SessionId{in.text()};
    joined.digest.high = in.word();
    joined.digest.low = words[in.number()];
    joined.at = instants.take();
  }
  return sessions;
}

// Whether a share was claimed by its visitor's name, so that the id is written once.
bool is_said_by_owner(const Identity& who) { return !who.owner.empty() && who.said == who.owner; }

void write_identity(Encoder& out, const Session& session) {
  const Identity& who = *session.identity;
  out.text(who.owner.view());
  out.number(who.members.size());
  InstantPacker instants(out, session.created);
  for (const Member& member : who.members) out.text(member.id.view()), instants.put(member.since);
  out.number(who.share);
  if (!is_said_by_owner(who)) out.text(who.said.view());
  instants.put(who.said_at);
}

Identity read_identity(Decoder& in, Instant created, bool said_by_owner) {
  Identity who{.owner = VisitorId{in.text()}};
  who.members.resize(in.count(2));
  InstantUnpacker instants(in, created);
  for (Member& member : who.members) {
    member.id = VisitorId{in.text()};
    member.since = instants.take();
  }
  who.share = static_cast<std::uint32_t>(in.number());
  who.said = said_by_owner ? who.owner : VisitorId{in.text()};
  who.said_at = instants.take();
  return who;
}

// What visitors' own records do not have.
void write_own_part(Encoder& out, const Session& session) {
  out.byte(static_cast<std::uint8_t>(session.consent));
  out.text(session.anonymous);
  out.context(session.context);
  out.ids(session.ids);
  out.number(session.arrivals.size());
  for (const auto& [at, count] : session.arrivals) out.instant(at), out.number(count);
  session.window.pack(out);
  out.number(session.decisions.count);
  out.text(session.decisions.bytes);
  out.ids(session.shown);
  out.number(session.done.size());
  for (const DoneAnchor& done : session.done) out.word(done.rule), out.number(done.version);
}

void read_own_part(Decoder& in, Session& session) {
  session.consent = static_cast<Consent>(in.byte());
  session.anonymous = in.text();
  session.context = in.context();
  session.ids = in.ids();
  session.arrivals.resize(in.count(2));
  for (auto& [at, count] : session.arrivals) at = in.instant(), count = static_cast<std::uint32_t>(in.number());
  session.window = Window::unpack(in);
  session.decisions.count = static_cast<std::uint32_t>(in.number());
  session.decisions.bytes = in.text();
  session.shown = in.ids();
  session.done.resize(in.count(9));
  for (DoneAnchor& done : session.done) done = {.rule = in.word(), .version = in.number()};
}

HeldSession::Head read_head(Decoder& in) {
  HeldSession::Head head{.handle = in.text(), .id = in.text(), .visitor = in.text()};
  InstantUnpacker instants(in, Instant{});
  head.created = instants.take();
  head.last_received = instants.take();
  head.expires_at = instants.take();
  head.version = in.number();
  return head;
}

enum Rested : std::uint8_t {
  kRestedWho = 1,
  kRestedTraits = 2,
  kRestedCounted = 4,
  kRestedBegun = 8,
  kRestedProven = 16,
  kRestedSession = 32,
  kRestedSaidByOwner = 64
};

// The block of a packed session: HeldSession.
std::unique_ptr<char[]> packed(const Session& session) {
  std::string bytes;
  bytes.reserve(512 + session.window.bytes() / 4);
  Encoder out(bytes);
  for (const std::string* text : {&session.handle.text, &session.id.text, &session.visitor.text}) out.text(*text);
  InstantPacker instants(out, Instant{});
  for (const Instant at : {session.created, session.last_received, session.expires_at}) instants.put(at);
  out.number(session.version);
  out.number(session.began);
  const Words words(session);
  out.ids(words.all());
  write_spends(out, session.spends, words);
  write_sessions(out, session, words);
  const bool of_session = !is_own_record(session.id.view());
  out.byte(
      static_cast<std::uint8_t>((session.identity ? kRestedWho : 0) | (session.traits ? kRestedTraits : 0) |
                                (session.counted ? kRestedCounted : 0) | (session.begun_by_visitor ? kRestedBegun : 0) |
                                (session.proven ? kRestedProven : 0) | (of_session ? kRestedSession : 0) |
                                (session.identity && is_said_by_owner(*session.identity) ? kRestedSaidByOwner : 0)));
  if (session.identity) write_identity(out, session);
  if (session.traits) out.text(session.traits->packed());
  if (session.counted) write_counted(out, *session.counted, words);
  if (of_session) write_own_part(out, session);
  const auto size = static_cast<std::uint32_t>(bytes.size());
  auto block = std::make_unique_for_overwrite<char[]>(sizeof size + size);
  std::memcpy(block.get(), &size, sizeof size);
  std::memcpy(block.get() + sizeof size, bytes.data(), size);
  return block;
}

std::string_view body_of(const char* block) {
  std::uint32_t size = 0;
  std::memcpy(&size, block, sizeof size);
  return {block + sizeof size, size};
}

SessionPtr unpacked(const char* block) {
  Decoder in(body_of(block));
  auto session = std::make_shared<Session>();
  const HeldSession::Head head = read_head(in);
  session->handle = Handle{head.handle};
  session->id = SessionId{head.id};
  session->visitor = VisitorId{head.visitor};
  session->expires_at = head.expires_at;
  session->created = head.created;
  session->last_received = head.last_received;
  session->version = head.version;
  session->began = in.number();
  const std::vector<std::uint64_t> words = in.ids();
  session->spends = read_spends(in, words);
  session->sessions = read_sessions(in, head.created, words);
  const std::uint8_t has = in.byte();
  if (has & kRestedWho)
    session->identity = std::make_shared<const Identity>(read_identity(in, head.created, has & kRestedSaidByOwner));
  if (has & kRestedTraits) session->traits = std::make_shared<const PackedTraits>(PackedTraits::of_packed(in.text()));
  if (has & kRestedCounted) session->counted = std::make_shared<const Counted>(read_counted(in, words));
  session->begun_by_visitor = has & kRestedBegun;
  session->proven = has & kRestedProven;
  if (has & kRestedSession) read_own_part(in, *session);
  CHECK(in.ok() && in.rest().empty());
  return session;
}

}  // namespace

HeldSession::~HeldSession() {
  if (is_rested())
    delete[] block();
  else
    delete whole();
}

void HeldSession::hold(SessionPtr session) {
  if (at_ != 0 && !is_rested()) {
    *whole() = std::move(session);
    return;
  }
  HeldSession held;
  held.at_ = reinterpret_cast<std::uintptr_t>(new SessionPtr(std::move(session)));
  *this = std::move(held);
}

void HeldSession::rest() {
  HeldSession rested;
  rested.at_ = reinterpret_cast<std::uintptr_t>(packed(*awake()).release()) | kPacked;
  *this = std::move(rested);
}

void HeldSession::wake() { hold(session()); }

SessionPtr HeldSession::session() const { return is_rested() ? unpacked(block()) : awake(); }

HeldSession::Head HeldSession::head() const {
  if (is_rested()) {
    Decoder in(body_of(block()));
    return read_head(in);
  }
  const Session& session = *awake();
  return {.handle = session.handle.view(),
          .id = session.id.view(),
          .visitor = session.visitor.view(),
          .expires_at = session.expires_at,
          .created = session.created,
          .last_received = session.last_received,
          .version = session.version};
}

std::size_t HeldSession::bytes() const {
  if (at_ == 0) return 0;
  return is_rested() ? sizeof(std::uint32_t) + body_of(block()).size() : sizeof(SessionPtr) + awake()->bytes();
}

}  // namespace beckon::ledger
