#include "ledger/codec.h"

#include <algorithm>

#include "ledger/coding.h"
#include "ledger/handle_of.h"

namespace beckon::ledger {
namespace {

enum Kind : std::uint8_t {
  kAppend = 1,
  kDecision = 2,
  kForget = 3,
  kVisitor = 4,
  kDone = 5,
  kIdentity = 6,
  kTraits = 7,
  kMark = 8,
  kFilled = 9
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
  const std::uint8_t flags = in.byte();
  record.fresh = flags & 1;
  record.proven = flags & 2;
  record.received = in.instant();
  record.expires_at = in.instant();
  record.consent = static_cast<Consent>(in.byte());
  record.visitor = in.text();
  record.context = in.context();
  record.ids = in.ids();
  record.signals = in.signals();
  if (in.rest().empty()) return record;
  if (std::uint64_t place = in.number(); place != 0)
    for (Signal& signal : record.signals) signal.place = place++;
  if (!in.rest().empty()) record.counted = in.subtotals();
  if (!in.rest().empty()) record.anonymous = in.text();
  if (!in.rest().empty()) record.waiting = in.versions();
  return record;
}

FilledRecord decode_filled(Decoder& in) {
  FilledRecord record;
  record.handle = in.text();
  record.session = in.text();
  record.keys.resize(in.count(1));
  for (std::string_view& key : record.keys) key = in.text();
  record.signals = in.signals();
  for (Signal& signal : record.signals) signal.place = in.number();
  record.waiting = in.versions();
  return record;
}

DecisionRecord decode_decision(Decoder& in) {
  DecisionRecord record;
  record.handle = in.text();
  record.session = in.text();
  const std::uint8_t flags = in.byte();
  record.seen = flags & 1;
  record.shown = flags & 2;
  record.basic = flags & 4;
  record.proven = flags & 8;
  record.expires_at = in.instant();
  record.visitor = in.text();
  record.context = in.context();
  record.at = in.instant();
  record.past = in.sized();
  if (!in.rest().empty()) record.spends = in.spends();
  if (!in.rest().empty()) record.anonymous = in.text();
  return record;
}

VisitorRecord decode_visitor(Decoder& in) {
  VisitorRecord record;
  record.handle = in.text();
  record.visitor = in.text();
  record.own = in.digest();
  record.session = in.text();
  record.of = in.digest();
  const std::uint8_t flags = in.byte();
  record.fresh = flags & 1;
  record.joined = flags & 2;
  record.moved = flags & 4;
  record.folds = flags & 8;
  record.at = in.instant();
  record.expires_at = in.instant();
  record.spends = in.spends();
  if (!in.rest().empty()) record.counted = in.subtotals();
  return record;
}

DoneRecord decode_done(Decoder& in) {
  DoneRecord record;
  record.handle = in.text();
  record.session = in.text();
  record.done.rule = in.word();
  record.done.version = in.number();
  return record;
}

MarkRecord decode_mark(Decoder& in) {
  MarkRecord record;
  record.handle = in.text();
  record.session = in.text();
  record.mark = {.key = in.word(), .at = in.instant(), .session = in.word()};
  return record;
}

IdentityRecord decode_identity(Decoder& in, const SessionDigest& own) {
  IdentityRecord record{.own = own};
  record.handle = in.text();
  record.visitor = in.text();
  record.fresh = in.byte() != 0;
  record.at = in.instant();
  record.expires_at = in.instant();
  record.identity = in.identity();
  return record;
}

TraitsRecord decode_traits(Decoder& in, const SessionDigest& own) {
  TraitsRecord record{.own = own};
  record.handle = in.text();
  record.visitor = in.text();
  record.fresh = in.byte() != 0;
  record.at = in.instant();
  record.expires_at = in.instant();
  record.id = in.word();
  for (std::size_t n = in.count(7); n > 0 && in.ok(); --n) record.changes.push_back(in.change());
  return record;
}

// The record as stored for a session with reduced consent, empty if nothing stays; std::nullopt if it does not change.
std::optional<std::string> reduced_record(std::string_view bytes, const SessionDigest& digest) {
  auto record = decode_record(bytes);
  if (!record) return std::nullopt;
  std::string out;
  if (auto* append = std::get_if<AppendRecord>(&*record)) {
    append->visitor = append->anonymous = {};
    append->proven = false;
    append->counted.clear();
    for (Signal& signal : append->signals) signal.metadata = {};
    append_record(out, digest, *append);
  } else if (auto* decision = std::get_if<DecisionRecord>(&*record)) {
    decision->visitor = decision->anonymous = {};
    decision->proven = false;
    append_record(out, digest, *decision);
  } else if (auto* filled = std::get_if<FilledRecord>(&*record)) {
    for (Signal& signal : filled->signals) signal.metadata = {};
    append_record(out, digest, *filled);
  } else if (!std::holds_alternative<VisitorRecord>(*record)) {
    return std::nullopt;
  }
  if (out == bytes) return std::nullopt;
  return out;
}

}  // namespace

void append_record(std::string& journal, const SessionDigest& digest, const AppendRecord& record) {
  put_record(journal, kAppend, [&](Encoder& out) {
    out.digest(digest);
    out.text(record.handle);
    out.text(record.session);
    out.byte(static_cast<std::uint8_t>((record.fresh ? 1 : 0) | (record.proven ? 2 : 0)));
    out.instant(record.received);
    out.instant(record.expires_at);
    out.byte(static_cast<std::uint8_t>(record.consent));
    out.text(record.visitor);
    out.context(record.context);
    out.ids(record.ids);
    out.number(record.signals.size());
    for (const Signal& signal : record.signals) out.signal(signal);
    const std::uint64_t place = record.signals.empty() ? 0 : record.signals.front().place;
    const bool has_waiting = !record.waiting.empty(), has_browser = !record.anonymous.empty() || has_waiting;
    const bool has_counts = !record.counted.empty() || has_browser;
    if (place != 0 || has_counts) out.number(place);
    if (has_counts) out.subtotals(record.counted);
    if (has_browser) out.text(record.anonymous);
    if (has_waiting) out.versions(record.waiting);
  });
}

void append_record(std::string& journal, const SessionDigest& digest, const DecisionRecord& record) {
  put_record(journal, kDecision, [&](Encoder& out) {
    out.digest(digest);
    out.text(record.handle);
    out.text(record.session);
    out.byte(static_cast<std::uint8_t>((record.seen ? 1 : 0) | (record.shown ? 2 : 0) | (record.basic ? 4 : 0) |
                                       (record.proven ? 8 : 0)));
    out.instant(record.expires_at);
    out.text(record.visitor);
    out.context(record.context);
    out.instant(record.at);
    out.raw(record.past);
    out.spends(record.spends);
    if (!record.anonymous.empty()) out.text(record.anonymous);
  });
}

void append_record(std::string& journal, const VisitorRecord& record) {
  put_record(journal, kVisitor, [&](Encoder& out) {
    out.digest(record.session.empty() ? record.own : record.of);
    out.text(record.handle);
    out.text(record.visitor);
    out.digest(record.own);
    out.text(record.session);
    out.digest(record.of);
    out.byte(static_cast<std::uint8_t>((record.fresh ? 1 : 0) | (record.joined ? 2 : 0) | (record.moved ? 4 : 0) |
                                       (record.folds ? 8 : 0)));
    out.instant(record.at);
    out.instant(record.expires_at);
    out.spends(record.spends);
    if (!record.counted.empty()) out.subtotals(record.counted);
  });
}

void append_record(std::string& journal, const SessionDigest& digest, const DoneRecord& record) {
  put_record(journal, kDone, [&](Encoder& out) {
    out.digest(digest);
    out.text(record.handle);
    out.text(record.session);
    out.word(record.done.rule);
    out.number(record.done.version);
  });
}

void append_record(std::string& journal, const SessionDigest& digest, const MarkRecord& record) {
  put_record(journal, kMark, [&](Encoder& out) {
    out.digest(digest);
    out.text(record.handle);
    out.text(record.session);
    out.word(record.mark.key);
    out.instant(record.mark.at);
    out.word(record.mark.session);
  });
}

void append_record(std::string& journal, const SessionDigest& digest, const FilledRecord& record) {
  put_record(journal, kFilled, [&](Encoder& out) {
    out.digest(digest);
    out.text(record.handle);
    out.text(record.session);
    out.number(record.keys.size());
    for (const std::string_view key : record.keys) out.text(key);
    out.number(record.signals.size());
    for (const Signal& signal : record.signals) out.signal(signal);
    for (const Signal& signal : record.signals) out.number(signal.place);
    out.versions(record.waiting);
  });
}

void append_record(std::string& journal, const IdentityRecord& record) {
  put_record(journal, kIdentity, [&](Encoder& out) {
    out.digest(record.own);
    out.text(record.handle);
    out.text(record.visitor);
    out.byte(record.fresh ? 1 : 0);
    out.instant(record.at);
    out.instant(record.expires_at);
    out.identity(record.identity);
  });
}

void append_record(std::string& journal, const TraitsRecord& record) {
  put_record(journal, kTraits, [&](Encoder& out) {
    out.digest(record.own);
    out.text(record.handle);
    out.text(record.visitor);
    out.byte(record.fresh ? 1 : 0);
    out.instant(record.at);
    out.instant(record.expires_at);
    out.word(record.id);
    out.number(record.changes.size());
    for (const TraitChange& change : record.changes) out.change(change);
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
                      .hold = decision.hold,
                      .session_version = decision.session_version,
                      .rules_version = decision.rules_version,
                      .at = decision.at,
                      .shown = decision.shown,
                      .public_only = decision.public_only,
                      .reading = decision.reading,
                      .beside = decision.beside,
                      .anchor = decision.anchor});
  return bytes;
}

std::string_view past_id(std::string_view past) {
  Decoder in(past);
  return Decoder(in.text()).text();
}

std::size_t past_size(std::string_view bytes) {
  Decoder in(bytes);
  return in.sized().size();
}

std::optional<PastDecision> past_decision(std::string_view past) {
  Decoder in(past);
  Decoder one(in.text());
  PastDecision decision = one.past();
  if (!in.ok() || !one.ok()) return std::nullopt;
  return decision;
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

namespace {

// What follows the kind of a record; empty if it is damaged.
Decoder body_of(std::string_view record) {
  Decoder in(record);
  in.byte();
  return Decoder(in.text());
}

}  // namespace

bool JournalReader::Item::is_of_visitor() const {
  const auto kind = static_cast<Kind>(bytes.front());
  return kind == kVisitor || kind == kIdentity || kind == kTraits;
}

bool JournalReader::Item::is_append() const { return static_cast<Kind>(bytes.front()) == kAppend; }
bool JournalReader::Item::is_forget() const { return static_cast<Kind>(bytes.front()) == kForget; }

SessionDigest JournalReader::Item::changed() const {
  if (static_cast<Kind>(bytes.front()) != kVisitor) return digest;
  Decoder in = body_of(bytes);
  in.digest(), in.text(), in.text();
  return in.digest();
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
  if (kind == kVisitor) record = decode_visitor(in);
  if (kind == kDone) record = decode_done(in);
  if (kind == kMark) record = decode_mark(in);
  if (kind == kFilled) record = decode_filled(in);
  if (kind == kIdentity) record = decode_identity(in, digest);
  if (kind == kTraits) record = decode_traits(in, digest);
  if (kind == kForget) record = ForgetRecord{digest};
  if (!in.ok()) return std::nullopt;
  return record;
}

std::string_view handle_of(std::string_view record) {
  if (record.empty() || static_cast<Kind>(record[0]) == kForget) return {};
  Decoder in = body_of(record);
  in.digest();
  const std::string_view handle = in.text();
  return in.ok() ? handle : std::string_view{};
}

std::optional<AppendHead> decode_append_head(std::string_view bytes) {
  Decoder in = body_of(bytes);
  in.digest();
  AppendHead head{.handle = in.text(), .visitor = {}};
  in.text();  // session
  in.byte();
  head.received = in.instant();
  in.instant();
  in.byte();
  head.visitor = in.text();
  for (std::size_t n = in.count(2); n > 0 && in.ok(); --n) in.text(), in.text();  // context
  for (std::size_t n = in.count(8); n > 0; --n) in.word();                        // ids
  head.has_signals = in.number() != 0;
  if (!in.ok()) return std::nullopt;
  return head;
}

namespace {

bool asks_for(const JournalReader::Item& item, const Ledger::Erasure& erasure) {
  if (item.digest != erasure.digest) return false;
  if (!erasure.reduce) return static_cast<Kind>(item.bytes[0]) == kForget;
  const auto record = decode_record(item.bytes);
  const auto* append = record ? std::get_if<AppendRecord>(&*record) : nullptr;
  return append && append->consent == Consent::kBasic;
}

// Where an erasure ends in the row: in the row that requested it, later records are of a new session.
const char* reach(std::string_view row, Position position, const Ledger::Erasure& erasure) {
  if (position > erasure.up_to) return row.data();
  const char* end = row.data() + row.size();
  if (position < erasure.up_to) return end;
  JournalReader reader(row);
  while (const auto item = reader.next())
    if (asks_for(*item, erasure)) end = item->bytes.data() + item->bytes.size();
  return end;
}

}  // namespace

std::optional<std::string> without(std::string_view row, Position position, std::span<const Ledger::Erasure> erasures) {
  std::string kept;
  bool changed = false;
  JournalReader reader(row);
  while (const auto item = reader.next()) {
    bool erase = false, reduce = false;
    for (auto it = std::ranges::lower_bound(erasures, item->digest, {}, &Ledger::Erasure::digest);
         it != erasures.end() && it->digest == item->digest; ++it)
      if (item->bytes.data() < reach(row, position, *it)) (it->reduce ? reduce : erase) = true;
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
