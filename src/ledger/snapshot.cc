// Snapshots of sessions: codec.h.
#include "ledger/codec.h"
#include "ledger/coding.h"

namespace beckon::ledger {
namespace {

constexpr std::uint8_t kFormat = 7;

// The part of a snapshot about caps, visitors and delayed rules, from format 2 on.
void read_second(Decoder& in, std::uint8_t format, Session& session) {
  session.spends = in.spends();
  session.shown = in.ids();
  std::size_t sessions = in.count(17);
  for (session.sessions.reserve(sessions); sessions > 0 && in.ok(); --sessions) {
    const std::string_view id = in.text();
    const SessionDigest digest = in.digest();
    session.sessions.push_back({SessionId{id}, digest, format < 4 ? Instant{} : in.instant()});
  }
  for (std::size_t n = in.count(9); n > 0 && in.ok(); --n)
    session.done.push_back({.rule = in.word(), .version = in.number()});
}

void read_of_visitor(Decoder& in, std::uint8_t format, Session& session) {
  Identity who = in.identity();
  if (!who.empty()) session.identity = std::make_shared<const Identity>(std::move(who));
  if (format < 5) return;
  const Traits traits = in.traits();
  if (!traits.empty()) session.traits = std::make_shared<const PackedTraits>(traits);
}

bool has_places(const Window& window) {
  for (std::size_t i = 0; i < window.size(); ++i)
    if (window[i].place != 0) return true;
  return false;
}

}  // namespace

std::string encode_snapshot(const Session& session) {
  std::string bytes;
  bytes.reserve(session.window.bytes() + 256);
  Encoder out(bytes);
  out.byte(kFormat);
  out.text(session.handle.view());
  out.text(session.id.view());
  out.text(session.visitor.view());
  out.byte(static_cast<std::uint8_t>(session.consent));
  out.context(session.context);
  out.number(session.version);
  out.instant(session.created);
  out.instant(session.last_received);
  out.instant(session.expires_at);
  out.ids(session.ids);
  out.number(session.arrivals.size());
  for (const auto& [at, count] : session.arrivals) out.instant(at), out.number(count);
  out.number(session.window.size());
  for (std::size_t i = 0; i < session.window.size(); ++i) out.signal(session.window[i]);
  out.number(session.decisions.count);
  out.text(session.decisions.bytes);
  out.byte(static_cast<std::uint8_t>((session.begun_by_visitor ? 1 : 0) | (session.proven ? 2 : 0)));
  out.text(session.anonymous);
  out.spends(session.spends);
  out.ids(session.shown);
  out.number(session.sessions.size());
  for (const Joined& joined : session.sessions) {
    out.text(joined.id.view());
    out.digest(joined.digest);
    out.instant(joined.at);
  }
  out.number(session.done.size());
  for (const DoneAnchor& done : session.done) out.word(done.rule), out.number(done.version);
  if (is_own_record(session.id.view())) {
    out.identity(session.identity ? *session.identity : Identity{});
    out.traits(session.traits ? session.traits->unpacked() : Traits{});
  }
  out.counted(session.counted ? *session.counted : Counted{});
  if (has_places(session.window))
    for (std::size_t i = 0; i < session.window.size(); ++i) out.number(session.window[i].place);
  return bytes;
}

std::optional<Snapshot> decode_snapshot(const StoredSnapshot& stored) {
  Decoder in(stored.bytes);
  const std::uint8_t format = in.byte();
  if (format < 1 || format > kFormat) return std::nullopt;
  Snapshot snapshot{.as_of = format < 3 ? in.number() : stored.as_of};
  auto session = std::make_shared<Session>();
  session->handle = Handle{in.text()};
  session->id = SessionId{in.text()};
  session->visitor = VisitorId{in.text()};
  session->consent = static_cast<Consent>(in.byte());
  session->context = in.context();
  session->version = in.number();
  session->created = in.instant();
  session->last_received = in.instant();
  session->expires_at = in.instant();
  session->began = stored.began;
  session->ids = in.ids();
  for (std::size_t n = in.count(2); n > 0 && in.ok(); --n) {
    const Instant at = in.instant();
    session->arrivals.emplace_back(at, static_cast<std::uint32_t>(in.number()));
  }
  std::vector<Signal> signals = in.signals();
  session->decisions.count = static_cast<std::uint32_t>(in.number());
  session->decisions.bytes = in.text();
  const std::uint8_t flags = format == 1 ? (session->visitor.empty() ? 0 : 1) : in.byte();
  session->begun_by_visitor = flags & 1;
  session->proven = flags & 2;
  if (format > 6) session->anonymous = in.text();
  if (format > 1) read_second(in, format, *session);
  if (format > 3 && is_own_record(session->id.view())) read_of_visitor(in, format, *session);
  if (Counted counted = format > 5 ? in.counted() : Counted{}; !counted.all.empty())
    session->counted = std::make_shared<const Counted>(std::move(counted));
  if (!in.rest().empty())
    for (Signal& signal : signals) signal.place = in.number();
  if (!in.ok() || session->decisions.count > session->decisions.bytes.size()) return std::nullopt;
  std::size_t evicted = 0;
  session->window = Window{}.with(signals, evicted);
  snapshot.session = std::move(session);
  return snapshot;
}

}  // namespace beckon::ledger
