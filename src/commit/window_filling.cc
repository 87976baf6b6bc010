#include "commit/window_filling.h"

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "base/planted.h"
#include "commit/appends.h"

namespace beckon::commit {
namespace {

constexpr std::size_t kFewestSessions = 16, kBytesOfASession = 2'048;

using ledger::Position;
using ledger::SessionDigest;
using ledger::SessionPtr;
using ledger::Signal;
using ledger::Window;

// What a step found of one session.
struct Found {
  SessionPtr session;           // null if there is none now
  std::vector<Signal> signals;  // that come to be read
};

// What changes its window; std::nullopt if nothing does.
std::optional<ledger::FilledRecord> record_of(const Found& found, const WindowFilling& filling) {
  const ledger::Session& session = *found.session;
  const Window& window = session.window;
  ledger::FilledRecord record{.handle = session.handle.view(), .session = session.id.view()};
  for (std::size_t number = 0; number < window.key_count(); ++number) {
    const auto of_key = window.of_key(number);
    const std::string_view key = window.key(of_key.front());
    if (filling.wants(key) && !std::ranges::all_of(of_key, [&](std::uint16_t i) { return window[i].is_read; }))
      record.keys.push_back(key);
  }
  if (window.size() + found.signals.size() > Window::kCapacity && filling.rules->has_waits()) {
    const Window all = window.overfilled(record.keys, found.signals);
    for (const std::size_t i : filling.rules->waiting(all)) record.waiting.push_back(all[i].version);
    std::ranges::sort(record.waiting);
  }
  const Window after = window.filled(record.keys, found.signals, record.waiting);
  const auto versions = [](const Window& of) {
    std::vector<std::uint64_t> all(of.size());
    for (std::size_t i = 0; i < of.size(); ++i) all[i] = of[i].version;
    std::ranges::sort(all);
    return all;
  };
  const auto there = versions(window), stay = versions(after);
  for (const Signal& signal : found.signals)
    if (std::ranges::binary_search(stay, signal.version) && !std::ranges::binary_search(there, signal.version))
      record.signals.push_back(signal);
  if (record.keys.empty() && record.signals.empty()) return std::nullopt;
  return record;
}

}  // namespace

Result<Position> fill_windows(Draft& draft, ledger::Ledger& ledger, const Handle& handle,
                              const WindowFilling& filling) {
  std::unordered_map<SessionDigest, Found> found;
  std::deque<std::string> bytes;  // of the records that `found` has signals of
  std::optional<Fault> fault;
  const auto take = [&](const ledger::JournalReader::Item& item, const ledger::AppendRecord& append, Position row) {
    const auto is_wanted = [&](const Signal& signal) { return filling.wants(signal.key); };
    if (fault || std::ranges::none_of(append.signals, is_wanted)) return;
    const auto [place, added] = found.try_emplace(item.digest);
    Found& of = place->second;
    if (added) {
      auto session = draft.glance(handle, SessionId{append.session}, item.digest);
      if (!session) return void(fault = session.error());
      of.session = std::move(*session);
    }
    if (!of.session || of.session->began > row) return;
    if (append.fresh) of.signals.clear();  // the row also has an earlier session of this id
    const auto copy = ledger::decode_record(bytes.emplace_back(item.bytes));
    for (Signal signal : std::get<ledger::AppendRecord>(*copy).signals) {
      if (!is_wanted(signal) || planted(Planted::kFillWithoutFormer)) continue;
      if (of.session->consent != ledger::Consent::kFull) signal.metadata = {};
      of.signals.push_back(signal);
    }
  };
  const Position last = draft.after();
  const std::size_t most = std::max(kFewestSessions, filling.bytes / kBytesOfASession);
  auto at =
      read_appends(ledger, handle, {.from = filling.from, .to = std::min(filling.to, last), .bytes = filling.bytes},
                   take, [&] { return found.size() >= most; });
  if (!at) return unexpected(at.error());
  if (*at == last && filling.to > last) {
    const std::string own = draft.batch().journal;
    read_appends(handle, last + 1, own, take);
    *at = filling.to;
  }
  if (fault) return unexpected(*fault);
  for (auto& [digest, of] : found) {
    if (!of.session) continue;
    if (const auto record = record_of(of, filling)) draft.fill(digest, std::move(of.session), *record);
  }
  return at;
}

}  // namespace beckon::commit
