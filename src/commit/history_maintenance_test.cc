// Audit events and rule versions: old ones are deleted, and those that may still be requested stay.
#include "commit/history_maintenance.h"

#include <gtest/gtest.h>

#include "intake/testing/world.h"

namespace beckon::commit {
namespace {

using namespace std::chrono_literals;
const Instant kToday = *parse_rfc3339("2026-11-01T12:00:00Z");
const Handle kOfRules{"demo"};
constexpr std::uint64_t kVersions = 40;

class History : public testing::Test {
 protected:
  // Rule "daily" was saved once a day, last today; "brief" was saved and deleted on the first two days.
  History() {
    for (std::uint64_t version = 1; version <= kVersions; ++version) put("daily", version, "{}");
    put("brief", 1, "{}");
    put("brief", 2, "");
  }
  static Instant day(std::uint64_t version) { return kToday - 24h * static_cast<int>(kVersions - version); }
  void put(const char* rule, std::uint64_t version, std::string json) {
    ASSERT_TRUE(store.commit().write(
        {.at = day(version), .changes = {RulePut{kOfRules, RuleId{rule}, version, std::move(json), day(version)}}}));
  }
  void run(HistoryMaintenance::Options options, Duration retention) {
    HandleSettings settings;
    settings.retention = retention;
    world.tenants.put(
        std::make_shared<const Tenant>(Tenant{.handle = kOfRules,
                                              .settings = settings,
                                              .rules = std::make_shared<rules::RuleSet>(*rules::RuleSet::compile(
                                                  {.version = kVersions, .rules = {}}, system_zones(), {}))}));
    HistoryMaintenance upkeep(store.rules(), world.tenants, options);
    world.committer.add_maintenance(upkeep);
    for (int i = 0; i < 3; ++i) world.committer.turn(true);
  }
  void expect_kept_from(std::uint64_t first) {
    for (std::uint64_t version = 1; version < first; ++version)
      EXPECT_FALSE(store.rules().rules_at(kOfRules, version)) << version;
    for (std::uint64_t version = std::max<std::uint64_t>(first, 2); version <= kVersions; ++version) {
      const auto then = store.rules().rules_at(kOfRules, version);
      ASSERT_TRUE(then) << version;
      ASSERT_EQ(then->rules.size(), 1u) << version;
      EXPECT_EQ(then->rules[0].id.text, "daily");
      EXPECT_EQ(then->rules[0].rules_version, version);
    }
    EXPECT_EQ(store.rules().versions(kOfRules, 1000, 1000)->back().version, first);
  }

  store::MemoryStore store;
  intake::World world{store, kToday};
};

TEST_F(History, KeepsTheNewestVersions) {
  run({.rule_versions = 7}, 24h);
  expect_kept_from(34);
}

TEST_F(History, KeepsVersionsThatDecisionsOfTheRetentionWereMadeBy) {
  run({.rule_versions = 7}, 24h * 15);
  expect_kept_from(25);
}

TEST_F(History, KeepsAllWhereThereAreFew) {
  run({.rule_versions = kVersions}, 24h);
  expect_kept_from(1);
}

TEST_F(History, KeepsAuditEventsForTheirTimeAndWhatSaysWhichSettingsAndCountersHold) {
  const auto entry = [&](const char* id, int days, const char* action) {
    ASSERT_TRUE(store.commit().write({.at = kToday,
                                      .changes = {AuditEntry{.id = AuditId{id},
                                                             .handle = kOfRules,
                                                             .at = kToday - 24h * days,
                                                             .by = {"o@a"},
                                                             .action = action,
                                                             .target = "t",
                                                             .detail = "{}"}}}));
  };
  entry("old", 90, "rule.put");
  entry("replaced", 95, "settings.put");
  entry("holds", 80, "settings.put");
  entry("holds-now", 20, "settings.put");
  entry("young", 59, "rule.put");
  entry("counter-replaced", 99, "counter.put");
  entry("counter-holds", 98, "counter.filled");
  run({.audit = 24h * 60}, 24h);
  std::string left;
  const auto kept = *store.directory().audit({kOfRules}, std::nullopt, 100);
  for (const AuditEntry& one : kept.entries) left += one.id.text + " ";
  EXPECT_EQ(left, "holds-now young holds counter-holds ");
}

}  // namespace
}  // namespace beckon::commit
