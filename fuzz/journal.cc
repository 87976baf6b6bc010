// Journal records and session snapshots: what is written reads back equal; arbitrary bytes are refused, or read as what
// they are.
#include <string>
#include <vector>

#include "base/check.h"
#include "input.h"
#include "ledger/codec.h"

namespace beckon::ledger {
namespace {

std::string written(const SessionDigest& digest, const Record& record) {
  std::string bytes;
  if (const auto* append = std::get_if<AppendRecord>(&record)) append_record(bytes, digest, *append);
  if (const auto* decision = std::get_if<DecisionRecord>(&record)) append_record(bytes, digest, *decision);
  if (const auto* visitor = std::get_if<VisitorRecord>(&record)) append_record(bytes, *visitor);
  if (const auto* identity = std::get_if<IdentityRecord>(&record)) append_record(bytes, *identity);
  if (const auto* traits = std::get_if<TraitsRecord>(&record)) append_record(bytes, *traits);
  if (const auto* done = std::get_if<DoneRecord>(&record)) append_record(bytes, digest, *done);
  if (const auto* mark = std::get_if<MarkRecord>(&record)) append_record(bytes, digest, *mark);
  if (const auto* filled = std::get_if<FilledRecord>(&record)) append_record(bytes, digest, *filled);
  if (const auto* forget = std::get_if<ForgetRecord>(&record)) append_record(bytes, *forget);
  return bytes;
}

bool same(const Signal& one, const Signal& other) {
  return one.key == other.key && one.value == other.value && one.has_value == other.has_value &&
         one.source == other.source && one.metadata == other.metadata && one.id == other.id &&
         one.confidence == other.confidence && one.at == other.at && one.received == other.received &&
         one.version == other.version && one.place == other.place;
}

bool same(const Record& one, const Record& other) {
  if (one.index() != other.index()) return false;
  if (const auto* a = std::get_if<AppendRecord>(&one)) {
    const auto& b = std::get<AppendRecord>(other);
    return a->handle == b.handle && a->session == b.session && a->fresh == b.fresh && a->received == b.received &&
           a->expires_at == b.expires_at && a->consent == b.consent && a->visitor == b.visitor &&
           a->proven == b.proven && a->context == b.context && a->ids == b.ids && a->counted == b.counted &&
           a->anonymous == b.anonymous && a->waiting == b.waiting &&
           std::ranges::equal(a->signals, b.signals, [](const Signal& x, const Signal& y) { return same(x, y); });
  }
  if (const auto* a = std::get_if<DecisionRecord>(&one)) {
    const auto& b = std::get<DecisionRecord>(other);
    return a->handle == b.handle && a->session == b.session && a->seen == b.seen && a->shown == b.shown &&
           a->basic == b.basic && a->proven == b.proven && a->expires_at == b.expires_at && a->visitor == b.visitor &&
           a->context == b.context && a->at == b.at && a->past == b.past && a->spends == b.spends &&
           a->anonymous == b.anonymous;
  }
  if (const auto* a = std::get_if<VisitorRecord>(&one)) {
    const auto& b = std::get<VisitorRecord>(other);
    return a->handle == b.handle && a->visitor == b.visitor && a->own == b.own && a->session == b.session &&
           a->of == b.of && a->fresh == b.fresh && a->joined == b.joined && a->moved == b.moved && a->at == b.at &&
           a->expires_at == b.expires_at && a->spends == b.spends && a->folds == b.folds && a->counted == b.counted;
  }
  if (const auto* a = std::get_if<IdentityRecord>(&one)) {
    const auto& b = std::get<IdentityRecord>(other);
    return a->handle == b.handle && a->visitor == b.visitor && a->own == b.own && a->fresh == b.fresh &&
           a->at == b.at && a->expires_at == b.expires_at && a->identity == b.identity;
  }
  if (const auto* a = std::get_if<TraitsRecord>(&one)) {
    const auto& b = std::get<TraitsRecord>(other);
    return a->handle == b.handle && a->visitor == b.visitor && a->own == b.own && a->fresh == b.fresh &&
           a->at == b.at && a->expires_at == b.expires_at && a->id == b.id && a->changes == b.changes;
  }
  if (const auto* a = std::get_if<DoneRecord>(&one)) {
    const auto& b = std::get<DoneRecord>(other);
    return a->handle == b.handle && a->session == b.session && a->done == b.done;
  }
  if (const auto* a = std::get_if<MarkRecord>(&one)) {
    const auto& b = std::get<MarkRecord>(other);
    return a->handle == b.handle && a->session == b.session && a->mark == b.mark;
  }
  if (const auto* a = std::get_if<FilledRecord>(&one)) {
    const auto& b = std::get<FilledRecord>(other);
    return a->handle == b.handle && a->session == b.session && a->keys == b.keys && a->waiting == b.waiting &&
           std::ranges::equal(a->signals, b.signals, [](const Signal& x, const Signal& y) { return same(x, y); });
  }
  return std::get<ForgetRecord>(one).digest == std::get<ForgetRecord>(other).digest;
}

// Writes and reads the record again; its bytes must then be the same again.
void check_again(const SessionDigest& digest, const Record& record) {
  const std::string bytes = written(digest, record);
  JournalReader reader(bytes);
  const auto item = reader.next();
  CHECK(item && item->bytes == bytes && !reader.next() && !reader.damaged());
  const bool names_itself = std::holds_alternative<VisitorRecord>(record);
  CHECK(names_itself || item->digest == digest);
  const auto again = decode_record(bytes);
  CHECK(again && same(record, *again) && written(digest, *again) == bytes);
}

void check_snapshot(const Session& session) {
  CHECK(past_decisions(session.decisions).size() <= DecisionLog::kKept);
  if (session.decisions.count > session.decisions.bytes.size()) return;  // damage, and refused as such
  const std::string bytes = encode_snapshot(session);
  const auto again = decode_snapshot({.bytes = bytes, .as_of = 7});
  CHECK(again && again->as_of == 7 && encode_snapshot(*again->session) == bytes);
  CHECK(again->session->window.size() == session.window.size() &&
        again->session->decisions.count == session.decisions.count);
}

SessionPtr after(SessionPtr session, const Record& record) {
  if (const auto* append = std::get_if<AppendRecord>(&record)) return applied(std::move(session), *append);
  if (const auto* decision = std::get_if<DecisionRecord>(&record)) return applied(std::move(session), *decision);
  if (const auto* visitor = std::get_if<VisitorRecord>(&record)) return applied(std::move(session), *visitor);
  if (const auto* identity = std::get_if<IdentityRecord>(&record)) return applied(std::move(session), *identity);
  if (const auto* traits = std::get_if<TraitsRecord>(&record)) return applied(std::move(session), *traits);
  if (const auto* done = std::get_if<DoneRecord>(&record)) return applied(std::move(session), *done);
  if (const auto* mark = std::get_if<MarkRecord>(&record)) return applied(std::move(session), *mark);
  if (const auto* filled = std::get_if<FilledRecord>(&record)) return applied(std::move(session), *filled);
  return nullptr;
}

// The part of a row to be removed is gone, and the rest is unchanged.
void check_erasure(std::string_view row, const SessionDigest& digest) {
  for (const bool reduce : {false, true}) {
    const Ledger::Erasure erasure{.digest = digest, .up_to = 2, .reduce = reduce};
    const auto kept = without(row, 1, std::span(&erasure, 1));
    if (!kept) continue;
    JournalReader reader(*kept);
    while (const auto item = reader.next()) {
      if (item->digest != digest) continue;
      const auto record = decode_record(item->bytes);
      if (!reduce) CHECK(item->bytes.front() == 3);  // forget
      if (!reduce || !record) continue;
      if (const auto* append = std::get_if<AppendRecord>(&*record)) {
        CHECK(append->visitor.empty() && !append->proven);
        for (const Signal& signal : append->signals) CHECK(signal.metadata.empty());
      }
      if (const auto* filled = std::get_if<FilledRecord>(&*record))
        for (const Signal& signal : filled->signals) CHECK(signal.metadata.empty());
      if (const auto* decision = std::get_if<DecisionRecord>(&*record))
        CHECK(decision->visitor.empty() && !decision->proven);
    }
    CHECK(!reader.damaged());
    CHECK(!without(*kept, 1, std::span(&erasure, 1)));
  }
}

// Arbitrary bytes as a row: read, written again, erased, and applied to one session, as in recovery.
void check_row(std::string_view row) {
  JournalReader reader(row);
  std::optional<SessionDigest> first;
  SessionPtr session;
  std::size_t size = 0;
  while (const auto item = reader.next()) {
    size += item->bytes.size();
    (void)item->is_of_visitor();
    if (!first) first = item->digest;
    const auto record = decode_record(item->bytes);
    if (!record) continue;
    check_again(item->digest, *record);
    if (const auto* decision = std::get_if<DecisionRecord>(&*record)) {
      (void)past_id(decision->past);
      if (const auto past = past_decision(decision->past)) CHECK(past_decision(encode_past(*past))->id == past->id);
    }
    session = after(std::move(session), *record);
    if (session) check_snapshot(*session);
  }
  CHECK(reader.damaged() || size == row.size());
  if (first) check_erasure(row, *first);
}

// A row of records of all kinds, with values from the input.
void check_made(fuzz::Input input) {
  const auto text = [&] { return input.take(input.below(40)); };
  const auto word = [&] {
    std::uint64_t value = 0;
    for (const char c : input.take(8)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  };
  // Within the range of zigzag, like every instant of the years 1 to 9999.
  const auto instant = [&] { return instant_ms(static_cast<std::int64_t>(word()) >> 8); };
  const auto context = [&] {
    Context made;
    for (auto n = input.below(4); n > 0; --n) {
      const std::string key(text());
      made.emplace_back(key, text());
    }
    return made;
  };
  const auto spends = [&] {
    std::vector<Spend> made(input.below(4));
    for (Spend& spend : made) spend = {.key = word(), .at = instant(), .session = word()};
    return made;
  };
  const auto counted = [&] {
    std::vector<Subtotal> made(input.below(4));
    for (Subtotal& one : made) {
      one = {.counter = word(), .count = input.below(3)};
      if (one.count == 0) continue;
      one.amounts = input.below(3);
      if (one.amounts != 0) {
        one.units = static_cast<std::int64_t>(word());
        one.rest = static_cast<std::int64_t>(word());
      }
      one.first = instant();
      one.last = instant();
      one.days = {static_cast<std::int32_t>(word()), word()};
    }
    return made;
  };
  const auto digest = [&] { return SessionDigest{word(), word()}; };
  const auto signals = [&] {
    std::vector<Signal> made;
    std::uint64_t place = word() >> 8;
    for (auto n = input.below(5); n > 0; --n) {
      Signal signal{.key = text(),
                    .value = text(),
                    .has_value = (input.byte() & 1) != 0,
                    .source = text(),
                    .metadata = text(),
                    .id = text()};
      signal.confidence = static_cast<std::int32_t>(word() & 0x7fffffff);
      signal.at = instant();
      signal.received = instant();
      signal.version = word() & 0xffffffff;
      signal.place = place == 0 ? 0 : place++;
      made.push_back(signal);
    }
    return made;
  };
  const auto versions = [&] {
    std::vector<std::uint64_t> made(input.below(4));
    for (std::uint64_t& version : made) version = word();
    return made;
  };
  SessionPtr session;
  std::string row;
  for (int records = 0; records < 150 && !input.empty(); ++records) {
    const auto own = digest();
    Record record;
    switch (input.below(11)) {
      case 0: record = ForgetRecord{own}; break;
      case 1:
        record = DoneRecord{.handle = text(), .session = text(), .done = {.rule = word(), .version = word()}};
        break;
      case 9: record = MarkRecord{.handle = text(), .session = text(), .mark = {word(), instant(), word()}}; break;
      case 10: {
        FilledRecord made{.handle = text(), .session = text()};
        for (auto n = input.below(3); n > 0; --n) made.keys.push_back(text());
        made.signals = signals();
        made.waiting = versions();
        record = std::move(made);
        break;
      }
      case 2: {
        VisitorRecord made{.handle = text(), .visitor = text(), .own = own, .session = text(), .of = digest()};
        made.fresh = input.byte() & 1;
        made.joined = input.byte() & 1;
        made.moved = input.byte() & 1;
        made.at = instant();
        made.expires_at = instant();
        made.spends = spends();
        made.folds = input.byte() & 1;
        made.counted = counted();
        record = std::move(made);
        break;
      }
      case 3:
      case 4: {
        PastDecision past{.id = std::string(text()),
                          .trigger = std::string(text()),
                          .outcome = std::string(text()),
                          .rule = std::string(text()),
                          .variant = std::string(text()),
                          .hold = static_cast<Hold>(input.below(4)),
                          .session_version = word(),
                          .rules_version = word(),
                          .at = instant(),
                          .shown = (input.byte() & 1) != 0,
                          .reading = word()};
        for (auto n = input.below(3); n > 0; --n)
          past.beside.push_back({.rule = std::string(text()),
                                 .variant = std::string(text()),
                                 .outcome = std::string(text()),
                                 .shadow = (input.byte() & 1) != 0,
                                 .hold = static_cast<Hold>(input.below(4))});
        past.anchor = word();
        static std::string bytes;
        bytes = encode_past(past);
        const auto again = past_decision(bytes);
        CHECK(again && again->id == past.id && again->rule == past.rule && again->at == past.at &&
              again->reading == past.reading && again->hold == past.hold && again->beside == past.beside &&
              again->anchor == past.anchor && past_id(bytes) == past.id && past_size(bytes) == bytes.size());
        DecisionRecord made{.handle = text(), .session = text()};
        const auto flags = input.byte();
        made.seen = flags & 1;
        made.shown = flags & 2;
        made.basic = flags & 4;
        made.proven = flags & 8;
        made.expires_at = instant();
        made.visitor = text();
        made.context = context();
        made.at = instant();
        made.past = bytes;
        made.spends = spends();
        made.anonymous = text();
        record = std::move(made);
        break;
      }
      case 5: {
        IdentityRecord made{.handle = text(), .visitor = text(), .own = own};
        made.fresh = input.byte() & 1;
        made.at = instant();
        made.expires_at = instant();
        made.identity.owner = VisitorId{text()};
        for (auto n = input.below(4); n > 0; --n) {
          const VisitorId id{text()};
          made.identity.members.push_back({id, instant()});
        }
        made.identity.share = static_cast<std::uint32_t>(word());
        made.identity.said = VisitorId{text()};
        made.identity.said_at = instant();
        record = std::move(made);
        break;
      }
      default: {
        AppendRecord made{.handle = text(), .session = text()};
        const auto flags = input.byte();
        made.fresh = flags & 1;
        made.proven = flags & 2;
        made.received = instant();
        made.expires_at = instant();
        made.consent = static_cast<Consent>(input.below(3));
        made.visitor = text();
        made.anonymous = text();
        made.context = context();
        made.ids.resize(input.below(4));
        for (auto& id : made.ids) id = word();
        made.signals = signals();
        made.counted = counted();
        made.waiting = versions();
        record = std::move(made);
      }
    }
    check_again(own, record);
    row += written(own, record);
    session = after(std::move(session), record);
    if (session && records % 16 == 0) check_snapshot(*session);
  }
  if (session) check_snapshot(*session);
  check_row(row);
}

}  // namespace
}  // namespace beckon::ledger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beckon::ledger;
  beckon::fuzz::Input input(data, size);
  switch (input.below(3)) {
    case 0: check_row(input.rest()); break;
    case 1:
      if (const auto snapshot = decode_snapshot({.bytes = std::string(input.rest()), .as_of = 1})) {
        check_snapshot(*snapshot->session);
        const auto past = encode_past({.id = "dec_1"});
        check_snapshot(*after(snapshot->session, DecisionRecord{.handle = "h", .session = "s", .past = past}));
      }
      break;
    default: check_made(input);
  }
  return 0;
}
