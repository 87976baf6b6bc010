#include "hindsight/playback.h"

#include <algorithm>

#include "base/check.h"

namespace beckon::hindsight {

using ledger::SessionDigest;
using ledger::SessionPtr;

void Playback::take(const SessionDigest& digest, const ledger::AppendRecord& record) {
  Slot& slot = sessions_[digest];
  put(slot, ledger::applied(std::move(slot.session), record));
}

void Playback::take(const SessionDigest& digest, const ledger::Record& record) {
  if (std::holds_alternative<ledger::ForgetRecord>(record)) return forget(digest);
  const auto* visit = std::get_if<ledger::VisitorRecord>(&record);
  Slot& slot = sessions_[visit ? visit->own : digest];
  SessionPtr before = std::move(slot.session), after;
  std::visit(
      [&](const auto& one) {
        if constexpr (requires { ledger::applied(before, one); }) after = ledger::applied(std::move(before), one);
      },
      record);
  put(slot, std::move(after));
  if (!slot.session) forget(visit ? visit->own : digest);
}

void Playback::put(Slot& slot, SessionPtr session) {
  bytes_ -= slot.bytes;
  slot.bytes = session ? session->bytes() : 0;
  bytes_ += slot.bytes;
  slot.session = std::move(session);
}

SessionPtr Playback::find(const SessionDigest& digest) const {
  const auto found = sessions_.find(digest);
  return found == sessions_.end() ? nullptr : found->second.session;
}

void Playback::forget(const SessionDigest& digest) {
  const auto found = sessions_.find(digest);
  if (found == sessions_.end()) return;
  bytes_ -= found->second.bytes;
  sessions_.erase(found);
}

void Playback::give(const SessionDigest& digest, Playback& to) {
  auto slot = sessions_.extract(digest);
  if (!slot) return;
  bytes_ -= slot.mapped().bytes;
  to.bytes_ += slot.mapped().bytes;
  to.sessions_.insert(std::move(slot));
}

void Playback::forget_expired(Instant now) {
  std::erase_if(sessions_, [&](const auto& one) {
    const bool expired = one.second.session->expires_at <= now;
    if (expired) bytes_ -= one.second.bytes;
    return expired;
  });
}

decision::FindSession finder(const Playback& then) {
  return [&then](const Handle&, const SessionId&, const SessionDigest& digest) -> Result<SessionPtr> {
    return then.find(digest);
  };
}

void gather(const Playback& then, const Handle& handle, const SessionDigest& digest, decision::Wanted wanted,
            Instant now, decision::Known& known) {
  CHECK(gather(finder(then), then.digests(), handle, digest, wanted, now, known).has_value());
}

void name(const Playback& then, const Handle& handle, const commit::HandleSettings& settings, const VisitorId& visitor,
          std::string_view anonymous, Instant at, decision::Known& known) {
  known.anonymous = anonymous;
  if (visitor.empty()) return;
  static const VisitorId kNobody;
  const VisitorId& current = known.session ? known.session->visitor : kNobody;
  const auto is_said = [](const VisitorId& id) { return !id.empty() && !ledger::is_browser(id.view()); };
  const VisitorId& said = is_said(visitor) ? visitor : kNobody;
  const commit::VisitorReader reader(finder(then), then.digests(), handle, at);
  auto naming = commit::naming_of(reader, settings, known.session, ledger::Consent::kFull, {said, anonymous}, at);
  if (ledger::takes(current.view(), visitor.view())) known.said = visitor;
  if (naming && naming->says_something()) known.naming = std::make_shared<const commit::Naming>(std::move(*naming));
}

Result<void> read_rows(ledger::Ledger& ledger, ledger::Position after,
                       const std::function<bool(const JournalRow&, std::string_view bytes)>& row) {
  auto erasures = ledger.erasures();
  if (!erasures) return unexpected(erasures.error());
  std::ranges::sort(*erasures, {}, &ledger::Ledger::Erasure::digest);
  return ledger.read_journal(after, [&](ledger::Position position, Instant at, std::string_view bytes) {
    const auto left = erasures->empty() ? std::nullopt : ledger::without(bytes, position, *erasures);
    return row({position, at}, left ? std::string_view(*left) : bytes);
  });
}

std::string_view handle_of(const ledger::Record& record) {
  return std::visit(
      [](const auto& one) -> std::string_view {
        if constexpr (requires { one.handle; })
          return one.handle;
        else
          return {};
      },
      record);
}

Result<void> walk(ledger::Ledger& ledger, ledger::Position after, const Handle& handle, const WantsRecord& wants,
                  const SeesRecord& sees) {
  return read_rows(ledger, after, [&](const JournalRow& row, std::string_view bytes) {
    ledger::JournalReader reader(bytes);
    while (const auto item = reader.next()) {
      if (!wants(*item)) continue;
      const auto record = ledger::decode_record(item->bytes);
      if (!record) continue;  // damage is logged when recovery reads the journal
      const std::string_view whose = handle_of(*record);
      if (!whose.empty() && whose != handle.view()) continue;
      if (!sees(row, item->digest, *record)) return false;
    }
    return true;
  });
}

}  // namespace beckon::hindsight
