#include "ledger/codec.h"

#include <algorithm>
#include <cstring>

namespace beckon::ledger {
namespace {

enum Kind : std::uint8_t { kAppend = 1, kDecision = 2, kForget = 3 };
constexpr std::uint8_t kSnapshotFormat = 1;

class Encoder {
 public:
  explicit Encoder(std::string& out) : out_(out) {}
  void byte(std::uint8_t value) { out_ += static_cast<char>(value); }
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  void instant(Instant at) {
    const std::int64_t ms = to_ms(at);
    number(static_cast<std::uint64_t>(ms) << 1 ^ static_cast<std::uint64_t>(ms >> 63));
  }
  void text(std::string_view text) {
    number(text.size());
    out_ += text;
  }
  void raw(std::string_view bytes) { out_ += bytes; }
  void digest(const SessionDigest& digest) {
    for (const std::uint64_t half : {digest.high, digest.low})
      for (int shift = 56; shift >= 0; shift -= 8) byte(static_cast<std::uint8_t>(half >> shift));
  }
  void context(const Context& context) {
    number(context.size());
    for (const auto& [key, value] : context) text(key), text(value);
  }
  void ids(const std::vector<std::uint64_t>& ids) {
    number(ids.size());
    for (const std::uint64_t id : ids) out_.append(reinterpret_cast<const char*>(&id), sizeof id);
  }
  void signal(const Signal& signal) {
    number(signal.version);
    instant(signal.at);
    instant(signal.received);
    number(static_cast<std::uint64_t>(signal.confidence));
    byte(signal.has_value ? 1 : 0);
    for (const std::string_view part : {signal.key, signal.value, signal.source, signal.metadata, signal.id}) text(part);
  }
  void past(const PastView& past) {
    for (const std::string_view part : {past.id, past.trigger, past.outcome, past.rule, past.variant}) text(part);
    number(past.session_version);
    number(past.rules_version);
    instant(past.at);
    byte(past.shown ? 1 : 0);
  }

 private:
  std::string& out_;
};

// Reads what Encoder wrote; after the first fault all further reads give zeros and `ok` is false.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}
  bool ok() const { return ok_; }
  std::string_view rest() const { return rest_; }

  std::uint8_t byte() { return static_cast<std::uint8_t>(bytes(1).empty() ? 0 : last_[0]); }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t part = byte();
      value |= std::uint64_t{part & 0x7fu} << shift;
      if ((part & 0x80) == 0) return value;
    }
    ok_ = false;
    return 0;
  }
  Instant instant() {
    const std::uint64_t bits = number();
    return instant_ms(static_cast<std::int64_t>(bits >> 1) ^ -static_cast<std::int64_t>(bits & 1));
  }
  std::string_view text() { return bytes(number()); }
  std::string_view sized() {  // a string with its size before it
    const std::string_view all = rest_;
    text();
    return all.substr(0, all.size() - rest_.size());
  }
  std::size_t count(std::size_t least_size) {  // a count of things that take at least so many bytes each
    const std::uint64_t n = number();
    if (n > rest_.size() / least_size) ok_ = false;
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
  std::vector<std::uint64_t> ids() {
    std::vector<std::uint64_t> ids(count(8));
    for (std::uint64_t& id : ids)
      if (const std::string_view raw = bytes(8); raw.size() == 8) std::memcpy(&id, raw.data(), 8);
    return ids;
  }
  Signal signal() {
    Signal signal;
    signal.version = number();
    signal.at = instant();
    signal.received = instant();
    signal.confidence = static_cast<std::int32_t>(number());
    signal.has_value = byte() != 0;
    signal.key = text();
    signal.value = text();
    signal.source = text();
    signal.metadata = text();
    signal.id = text();
    return signal;
  }
  std::vector<Signal> signals() {
    std::vector<Signal> signals;
    for (std::size_t n = count(10); n > 0 && ok_; --n) signals.push_back(signal());
    return signals;
  }
  PastDecision past() {
    PastDecision past;
    for (std::string* part : {&past.id, &past.trigger, &past.outcome, &past.rule, &past.variant}) *part = text();
    past.session_version = number();
    past.rules_version = number();
    past.at = instant();
    past.shown = byte() != 0;
    return past;
  }

 private:
  std::string_view bytes(std::uint64_t size) {
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      return last_ = {};
    }
    last_ = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return last_;
  }

  std::string_view rest_, last_;
  bool ok_ = true;
};

template <class Body>
void put_record(std::string& journal, Kind kind, Body body) {
  thread_local std::string scratch;
  scratch.clear();
  Encoder inner(scratch);
  body(inner);
  Encoder outer(journal);
  outer.byte(kind);
  outer.text(scratch);
}

AppendRecord decode_append(Decoder& in) {
  AppendRecord record;
  record.handle = in.text();
  record.session = in.text();
  record.fresh = in.byte() != 0;
  record.received = in.instant();
  record.expires_at = in.instant();
  record.consent = static_cast<Consent>(in.byte());
  record.visitor = in.text();
  record.context = in.context();
  record.ids = in.ids();
  record.signals = in.signals();
  return record;
}

DecisionRecord decode_decision(Decoder& in) {
  DecisionRecord record;
  record.handle = in.text();
  record.session = in.text();
  record.seen = in.byte() != 0;
  record.expires_at = in.instant();
  record.visitor = in.text();
  record.context = in.context();
  record.at = in.instant();
  record.past = in.sized();
  return record;
}

// The record as it is kept of a session that reduced its consent; nothing where it stays as it is.
std::optional<std::string> reduced_record(std::string_view bytes, const SessionDigest& digest) {
  auto record = decode_record(bytes);
  if (!record) return std::nullopt;
  std::string out;
  if (auto* append = std::get_if<AppendRecord>(&*record)) {
    append->visitor = {};
    for (Signal& signal : append->signals) signal.metadata = {};
    append_record(out, digest, *append);
  } else if (auto* decision = std::get_if<DecisionRecord>(&*record)) {
    decision->visitor = {};
    append_record(out, digest, *decision);
  }
  if (out.empty() || out == bytes) return std::nullopt;
  return out;
}

}  // namespace

void append_record(std::string& journal, const SessionDigest& digest, const AppendRecord& record) {
  put_record(journal, kAppend, [&](Encoder& out) {
    out.digest(digest);
    out.text(record.handle);
    out.text(record.session);
    out.byte(record.fresh ? 1 : 0);
    out.instant(record.received);
    out.instant(record.expires_at);
    out.byte(static_cast<std::uint8_t>(record.consent));
    out.text(record.visitor);
    out.context(record.context);
    out.ids(record.ids);
    out.number(record.signals.size());
    for (const Signal& signal : record.signals) out.signal(signal);
  });
}

void append_record(std::string& journal, const SessionDigest& digest, const DecisionRecord& record) {
  put_record(journal, kDecision, [&](Encoder& out) {
    out.digest(digest);
    out.text(record.handle);
    out.text(record.session);
    out.byte(record.seen ? 1 : 0);
    out.instant(record.expires_at);
    out.text(record.visitor);
    out.context(record.context);
    out.instant(record.at);
    out.raw(record.past);
  });
}

void append_record(std::string& journal, const ForgetRecord& record) {
  put_record(journal, kForget, [&](Encoder& out) { out.digest(record.digest); });
}

void encode_past(std::string& out, const PastView& decision) {
  thread_local std::string inner;
  inner.clear();
  Encoder(inner).past(decision);
  Encoder(out).text(inner);
}

std::string encode_past(const PastDecision& decision) {
  std::string bytes;
  encode_past(bytes, {.id = decision.id,
                      .trigger = decision.trigger,
                      .outcome = decision.outcome,
                      .rule = decision.rule,
                      .variant = decision.variant,
                      .session_version = decision.session_version,
                      .rules_version = decision.rules_version,
                      .at = decision.at,
                      .shown = decision.shown});
  return bytes;
}

std::size_t past_size(std::string_view bytes) {
  Decoder in(bytes);
  return in.sized().size();
}

std::vector<PastDecision> past_decisions(const DecisionLog& log) {
  std::vector<PastDecision> decisions;
  Decoder in(log.bytes);
  for (std::uint32_t left = log.count; left > 0 && in.ok(); --left) {
    Decoder one(in.text());
    if (left > DecisionLog::kKept) continue;
    PastDecision decision = one.past();
    if (one.ok()) decisions.push_back(std::move(decision));
  }
  return decisions;
}

std::optional<JournalReader::Item> JournalReader::next() {
  if (rest_.empty()) return std::nullopt;
  Decoder in(rest_);
  in.byte();
  const std::string_view body = in.text();
  if (!in.ok() || body.size() < 16) {
    damaged_ = true;
    rest_ = {};
    return std::nullopt;
  }
  Item item{.digest = SessionDigest::from_bytes(body.substr(0, 16)),
            .bytes = rest_.substr(0, rest_.size() - in.rest().size())};
  rest_ = in.rest();
  return item;
}

std::optional<Record> decode_record(std::string_view bytes) {
  Decoder outer(bytes);
  const std::uint8_t kind = outer.byte();
  Decoder in(outer.text());
  if (!outer.ok()) return std::nullopt;
  const SessionDigest digest = in.digest();
  std::optional<Record> record;
  if (kind == kAppend) record = decode_append(in);
  if (kind == kDecision) record = decode_decision(in);
  if (kind == kForget) record = ForgetRecord{digest};
  if (!in.ok()) return std::nullopt;
  return record;
}

std::string encode_snapshot(const Session& session, Position as_of) {
  std::string bytes;
  bytes.reserve(session.window.bytes() + 256);
  Encoder out(bytes);
  out.byte(kSnapshotFormat);
  out.number(as_of);
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
  return bytes;
}

std::optional<Snapshot> decode_snapshot(std::string_view bytes) {
  Decoder in(bytes);
  if (in.byte() != kSnapshotFormat) return std::nullopt;
  Snapshot snapshot{.as_of = in.number()};
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
  session->ids = in.ids();
  for (std::size_t n = in.count(2); n > 0 && in.ok(); --n) {
    const Instant at = in.instant();
    session->arrivals.emplace_back(at, static_cast<std::uint32_t>(in.number()));
  }
  std::size_t evicted = 0;
  session->window = Window{}.with(in.signals(), evicted);
  session->decisions.count = static_cast<std::uint32_t>(in.number());
  session->decisions.bytes = in.text();
  if (!in.ok()) return std::nullopt;
  snapshot.session = std::move(session);
  return snapshot;
}

std::optional<std::string> without(std::string_view row, Position position, std::span<const Ledger::Erasure> erasures) {
  std::string kept;
  bool changed = false;
  JournalReader reader(row);
  while (const auto item = reader.next()) {
    bool erase = false, reduce = false;
    for (auto it = std::ranges::lower_bound(erasures, item->digest, {}, &Ledger::Erasure::digest);
         it != erasures.end() && it->digest == item->digest; ++it)
      if (position <= it->up_to) (it->reduce ? reduce : erase) = true;
    if (erase && static_cast<Kind>(item->bytes[0]) != kForget) {
      changed = true;
      continue;
    }
    const auto record = reduce ? reduced_record(item->bytes, item->digest) : std::nullopt;
    kept += record ? std::string_view(*record) : item->bytes;
    changed = changed || record.has_value();
  }
  if (!changed || reader.damaged()) return std::nullopt;
  return kept;
}

}  // namespace beckon::ledger
