#include "hindsight/what_if.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "hindsight/lane.h"

namespace beckon::hindsight {
namespace {

using ledger::SessionDigest;

Fault too_large() {
  return {.code = FaultCode::kConflict,
          .message =
              "The sessions of that time range do not fit into the memory for a simulation; choose a shorter range."};
}

Fault cancelled() { return {.code = FaultCode::kUnavailable, .message = "The simulation was canceled."}; }

// As if all rules had gone live at the beginning of the span.
Result<commit::TenantPtr> live_since(const commit::Tenant& tenant, rules::StoredRules stored, Instant since) {
  for (rules::StoredRule& rule : stored.rules) rule.live_since = since;
  return commit::with_rules(tenant, stored);
}

Instant at_of(const ledger::Record& record) {
  return std::visit(
      [](const auto& one) {
        if constexpr (requires { one.at; })
          return one.at;
        else
          return Instant{};
      },
      record);
}

// Reads the journal in stretches, and has them played.
class Simulation {
 public:
  Simulation(const commit::Sessions& digests, const WhatIfRequest& request, const commit::TenantPtr& tried,
             const commit::TenantPtr& live, const WhatIfLimits& limits, WhatIfProgress& progress);

  Result<WhatIf> run(ledger::Ledger& ledger);

 private:
  std::optional<Fault> read(const JournalRow& row, const ledger::JournalReader::Item& item);
  std::size_t stretch_bytes() const { return std::min(limits_.stretch, limits_.memory / 64); }
  bool is_ours(std::string_view handle) const { return handle == request_.tenant->handle.view(); }
  void add(const ledger::JournalReader::Item& item, Instant now);
  void connect(const SessionDigest& digest, const ledger::Record& record);
  SessionDigest connect(const VisitorId& id);
  std::optional<Fault> hand_over();
  std::optional<Fault> finish_playing();
  void play();

  const commit::Sessions& digests_;
  const WhatIfRequest& request_;
  const WhatIfLimits limits_;
  WhatIfProgress& progress_;
  Groups groups_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  Stretch next_, playing_;  // the first is being read while the other is played
  std::uint64_t step_ = 0;
  Instant time_ = Instant::min();
  std::optional<Instant> pending_;  // arrival of the signals of the last step
  bool passed_over_ = false;        // the last record was after the span
  std::atomic<std::size_t> next_lane_{0};
  std::vector<std::jthread> others_;  // play beside this thread
};

Simulation::Simulation(const commit::Sessions& digests, const WhatIfRequest& request, const commit::TenantPtr& tried,
                       const commit::TenantPtr& live, const WhatIfLimits& limits, WhatIfProgress& progress)
    : digests_(digests), request_(request), limits_(limits), progress_(progress), groups_(limits.lanes) {
  for (Stretch* stretch : {&next_, &playing_}) stretch->text.reserve(stretch_bytes());
  for (std::size_t i = 0; i < limits.lanes; ++i)
    lanes_.push_back(std::make_unique<Lane>(digests, request, tried, live));
}

Result<WhatIf> Simulation::run(ledger::Ledger& ledger) {
  const auto from = ledger.position_before(request_.since - request_.tenant->settings.retention - kClockSlack);
  const auto last = ledger.last_position();
  if (!from || !last) return unexpected(from ? last.error() : from.error());
  progress_.total = *last > *from ? *last - *from : 0;
  std::optional<Fault> fault;
  const auto read = read_rows(ledger, *from, [&](const JournalRow& row, std::string_view bytes) {
    if (row.position > *last) return false;
    ledger::JournalReader reader(bytes);
    while (const auto item = reader.next())
      if (!fault) fault = this->read(row, *item);
    progress_.done = row.position - *from;
    if (!fault && progress_.cancelled) fault = cancelled();
    return !fault;
  });
  if (!fault && read) fault = hand_over();
  if (const auto late = finish_playing(); !fault) fault = late;
  if (fault) return unexpected(*fault);
  if (!read) return unexpected(read.error());
  Lane& all = *lanes_.front();
  for (const auto& lane : lanes_) {
    lane->finish(groups_, step_);
    if (lane.get() != &all) all.add(*lane);
  }
  return all.result();
}

std::optional<Fault> Simulation::read(const JournalRow& row, const ledger::JournalReader::Item& item) {
  Instant at = row.at;
  std::optional<Instant> signals;
  if (item.is_append()) {
    const auto head = ledger::decode_append_head(item.bytes);
    if (!head || !is_ours(head->handle)) return std::nullopt;
    at = head->received;
    if (head->has_signals && at >= request_.since) signals = at;
    if (!head->visitor.empty() && at < request_.until)
      next_.connected.emplace_back(item.digest, connect(VisitorId{head->visitor}));
  } else {
    const auto record = ledger::decode_record(item.bytes);
    if (!record) return std::nullopt;  // damage is logged when recovery reads the journal
    const std::string_view whose = handle_of(*record);
    if (!whose.empty() && !is_ours(whose)) return std::nullopt;
    connect(item.digest, *record);
    if (item.is_of_visitor() || std::holds_alternative<ledger::MarkRecord>(*record)) {
      if (!passed_over_) add(item, pending_.value_or(at_of(*record)));
      return std::nullopt;
    }
    if (const auto* decision = std::get_if<ledger::DecisionRecord>(&*record)) at = decision->at;
  }
  pending_.reset();
  passed_over_ = at >= request_.until;
  if (passed_over_) return std::nullopt;
  if (next_.text.size() >= stretch_bytes())
    if (auto fault = hand_over()) return fault;
  ++step_;
  time_ = std::max(time_, at);
  pending_ = signals;
  add(item, at);
  return std::nullopt;
}

void Simulation::add(const ledger::JournalReader::Item& item, Instant now) {
  next_.entries.push_back({.digest = item.digest,
                           .begin = static_cast<std::uint32_t>(next_.text.size()),
                           .size = static_cast<std::uint32_t>(item.bytes.size()),
                           .step = step_,
                           .time = time_,
                           .now = now});
  next_.text += item.bytes;
}

// A visitor's ids are in one group as soon as an own record connects them; a browser's shares always are.
SessionDigest Simulation::connect(const VisitorId& id) {
  const auto own = [&](const VisitorId& one) {
    return digests_.digest(request_.tenant->handle.view(), ledger::own_record(one.view()).view());
  };
  if (!ledger::is_browser(id.view())) return own(id);
  const VisitorId browser = ledger::browser_id(ledger::anonymous_of(id.view()));
  const SessionDigest of_browser = own(browser);
  if (browser == id) return of_browser;
  next_.connected.emplace_back(own(id), of_browser);
  return of_browser;
}

void Simulation::connect(const SessionDigest& digest, const ledger::Record& record) {
  const auto to = [&](const SessionDigest& one, const VisitorId& id) {
    if (!id.empty()) next_.connected.emplace_back(one, connect(id));
  };
  if (const auto* decision = std::get_if<ledger::DecisionRecord>(&record)) {
    to(digest, VisitorId{decision->visitor});
    if (!decision->anonymous.empty()) to(digest, ledger::browser_id(decision->anonymous));
  } else if (const auto* visit = std::get_if<ledger::VisitorRecord>(&record)) {
    to(visit->of, VisitorId{visit->visitor});
  } else if (const auto* identity = std::get_if<ledger::IdentityRecord>(&record)) {
    for (const VisitorId& id : {VisitorId{identity->visitor}, identity->identity.owner, identity->identity.said})
      to(digest, id);
    for (const ledger::Member& member : identity->identity.members) to(digest, member.id);
  }
}

// Plays what is left of one stretch, and has the next one played while reading goes on.
std::optional<Fault> Simulation::hand_over() {
  if (auto fault = finish_playing()) return fault;
  std::swap(playing_, next_);
  next_.clear();
  if (playing_.entries.empty()) return std::nullopt;
  for (const auto& [one, other] : playing_.connected)
    groups_.connect(one, other, [&](const SessionDigest& member, std::size_t from, std::size_t to) {
      lanes_[from]->give(member, *lanes_[to]);
    });
  playing_.order(groups_);
  next_lane_ = 0;
  for (std::size_t i = 1; i < limits_.threads; ++i) others_.emplace_back([this] { play(); });
  return std::nullopt;
}

std::optional<Fault> Simulation::finish_playing() {
  play();
  others_.clear();
  if (progress_.cancelled) return cancelled();
  if (playing_.entries.empty()) return std::nullopt;
  const auto bytes = [&] {
    std::size_t sum = groups_.bytes();
    for (const auto& lane : lanes_) sum += lane->bytes();
    return sum;
  };
  if (bytes() <= limits_.memory) return std::nullopt;
  for (const auto& lane : lanes_) lane->forget_expired(playing_.entries.back().time);
  if (bytes() > limits_.memory - limits_.memory / 4) return too_large();
  return std::nullopt;
}

void Simulation::play() {
  if (playing_.entries.empty()) return;
  for (std::size_t lane = 0; (lane = next_lane_++) < lanes_.size();)
    lanes_[lane]->play(playing_, groups_, lane, progress_.cancelled);
}

}  // namespace

Result<WhatIf> what_if(ledger::Ledger& ledger, const commit::Sessions& digests, const WhatIfRequest& request,
                       const WhatIfLimits& limits, WhatIfProgress& progress) {
  auto tried = live_since(*request.tenant, request.tried, request.since);
  if (!tried) return unexpected(tried.error());
  auto live = live_since(*request.tenant, request.live, request.since);
  if (!live) return unexpected(live.error());
  return Simulation(digests, request, *tried, *live, limits, progress).run(ledger);
}

}  // namespace beckon::hindsight
