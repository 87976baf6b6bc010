// Speed of replaying recorded traffic: sessions of 50 signals each, with a decision request after every tenth, against
// 100 rules of three conditions and none. From memory; recovery.sh shows the cost of the disk. The argument: threads
// that play, 1 unless given; taskset says on which cores.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "commit/session_hasher.h"
#include "hindsight/what_if.h"
#include "ledger/codec.h"
#include "rules/language/check_rule.h"
#include "store/memory/memory_store.h"
#include "system/zones.h"

using namespace beckon;
using namespace std::chrono_literals;

namespace {

constexpr int kSessions = 4'000, kSignals = 50, kPerCommit = 64;
const Instant kStart = *parse_rfc3339("2026-11-02T12:00:00Z");

// Sessions are interleaved, as in real traffic.
void record(store::MemoryStore& store, const commit::SessionHasher& hasher) {
  commit::Batch batch;
  int in_batch = 0;
  for (int n = 1; n <= kSignals; ++n)
    for (int s = 0; s < kSessions; ++s) {
      const std::string session = "s" + std::to_string(s), key = "k" + std::to_string((n + s) % 40);
      const Instant at = kStart + n * 20s + Duration{s};
      ledger::AppendRecord append{
          .handle = "demo", .session = session, .fresh = n == 1, .received = at, .expires_at = at + 720h};
      append.signals = {{.key = key,
                         .value = "v",
                         .has_value = true,
                         .at = at,
                         .received = at,
                         .version = static_cast<std::uint64_t>(n)}};
      ledger::append_record(batch.journal, hasher("demo", session), append);
      if (n % 10 == 0) {
        const std::string past = ledger::encode_past({.id = "dec_x",
                                                      .trigger = "checkout",
                                                      .outcome = "none",
                                                      .session_version = static_cast<std::uint64_t>(n),
                                                      .at = at});
        ledger::append_record(
            batch.journal, hasher("demo", session),
            ledger::DecisionRecord{.handle = "demo", .session = session, .seen = true, .at = at, .past = past});
      }
      batch.at = at;
      if (++in_batch < kPerCommit) continue;
      if (!store.commit().write(std::exchange(batch, {}))) std::abort();
      in_batch = 0;
    }
  if (!store.commit().write(batch)) std::abort();
}

rules::StoredRules rules_of(int count) {
  rules::StoredRules stored{.version = 1, .rules = {}};
  for (int i = 0; i < count; ++i) {
    const auto key = [&](int n) { return "{\"key\":\"k" + std::to_string((i * 3 + n) % 40) + "\"}"; };
    const std::string text = R"({"triggers":["checkout"],"when":{"all":[{"count":)" + key(0) +
                             R"(,"within":"1h","atLeast":)" + std::to_string(2 + i % 3) + R"(},{"seen":)" + key(1) +
                             R"(,"within":"30m"},{"count":)" + key(2) +
                             R"(,"within":"2h","atLeast":3}]},"action":{"type":"x"}})";
    const RuleId id{"r" + std::to_string(i)};
    stored.rules.push_back({id, *rules::check_rule(id, json::parse(text)->root(), system_zones()), 1, kStart});
  }
  return stored;
}

}  // namespace

int main(int argc, char** argv) {
  const hindsight::WhatIfLimits limits{.memory = std::size_t{4} << 30,
                                       .threads = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1};
  store::MemoryStore store;
  const commit::SessionHasher hasher("0123456789abcdef");
  record(store, hasher);
  const commit::Sessions digests(store.ledger(), hasher, 1 << 20);
  const auto tenant = std::make_shared<const commit::Tenant>(commit::Tenant{.handle = Handle{"demo"}});
  for (const int count : {0, 100}) {
    const hindsight::WhatIfRequest request{
        .tenant = tenant, .tried = rules_of(count), .live = {}, .since = kStart, .until = kStart + 24h, .asks = {}};
    hindsight::WhatIfProgress progress;
    const auto begin = std::chrono::steady_clock::now();
    const auto found = hindsight::what_if(store.ledger(), digests, request, limits, progress);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (!found) return std::fprintf(stderr, "%s\n", found.error().message.c_str()), 1;
    std::printf("%3d rules: %lld signals, %lld moments of asking, %.2f s: %.0f thousand signals/s\n", count,
                static_cast<long long>(found->signals), static_cast<long long>(found->asked), seconds,
                static_cast<double>(found->signals) / seconds / 1e3);
  }
}
