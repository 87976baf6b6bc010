// Which units a split assigns to which arm: the hash against its published vectors, shares, and what changes when.
#include "rules/language/bucket.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "rules/reference/testing.h"

namespace beckon::rules {
namespace {

using namespace std::string_literals;

// From the hash's public documentation and its test suites.
TEST(Murmur3, GivesThePublishedVectors) {
  EXPECT_EQ(murmur3_x86_32("", 0), 0U);
  EXPECT_EQ(murmur3_x86_32("", 1), 0x514E28B7U);
  EXPECT_EQ(murmur3_x86_32("", 0xffffffff), 0x81F16F39U);
  EXPECT_EQ(murmur3_x86_32("\xff\xff\xff\xff", 0), 0x76293B50U);
  EXPECT_EQ(murmur3_x86_32("\x21\x43\x65\x87", 0), 0xF55B516BU);
  EXPECT_EQ(murmur3_x86_32("\x21\x43\x65\x87", 0x5082EDEE), 0x2362F9DEU);
  EXPECT_EQ(murmur3_x86_32("\x21\x43\x65", 0), 0x7E4A8634U);
  EXPECT_EQ(murmur3_x86_32("\x21\x43", 0), 0xA0F7B07AU);
  EXPECT_EQ(murmur3_x86_32("\x21", 0), 0x72661CF4U);
  EXPECT_EQ(murmur3_x86_32("\0\0\0\0"s, 0), 0x2362F9DEU);
  EXPECT_EQ(murmur3_x86_32("\0\0\0"s, 0), 0x85F0B427U);
  EXPECT_EQ(murmur3_x86_32("\0\0"s, 0), 0x30F4C306U);
  EXPECT_EQ(murmur3_x86_32("\0"s, 0), 0x514E28B7U);
  EXPECT_EQ(murmur3_x86_32("aaaa", 0x9747b28c), 0x5A97808AU);
  EXPECT_EQ(murmur3_x86_32("abc", 0x9747b28c), 0xC84A62DDU);
  EXPECT_EQ(murmur3_x86_32("Hello, world!", 0x9747b28c), 0x24884CBAU);
  EXPECT_EQ(murmur3_x86_32("ππππππππ", 0x9747b28c), 0xD58063C1U);
  EXPECT_EQ(murmur3_x86_32(std::string(256, 'a'), 0x9747b28c), 0x37405BDCU);
  EXPECT_EQ(murmur3_x86_32("The quick brown fox jumps over the lazy dog", 0), 0x2E4FF723U);
}

// SMHasher's check of a 32-bit hash: keys {}, {0}, {0, 1}, … with the seeds 256, 255, …, and the hash of all hashes.
TEST(Murmur3, GivesTheVerificationValueOfItsAuthorsSuite) {
  std::string key, hashes;
  for (std::uint32_t i = 0; i < 256; ++i) {
    const std::uint32_t hash = murmur3_x86_32(key, 256 - i);
    for (int byte = 0; byte < 4; ++byte) hashes += static_cast<char>(hash >> (8 * byte));
    key += static_cast<char>(i);
  }
  EXPECT_EQ(murmur3_x86_32(hashes, 0), 0xB0F57EE3U);
}

TEST(Bucket, IsTheShareOfTheHashInTenThousand) {
  EXPECT_EQ(bucket_of("", ""), 0U);
  EXPECT_EQ(bucket_of("te", "st"), 0xba6bd213ULL * 10'000 >> 32);
  EXPECT_EQ(bucket_of("Hello, ", "world!"), 0xc0363e43ULL * 10'000 >> 32);
}

// What a unit is assigned: an arm's name, or "holdout".
class Split {
 public:
  explicit Split(const std::string& split) {
    std::string actions;
    for (const char* arm : {"a", "b", "c"}) {
      if (split.find('"' + std::string(arm) + "\":") != std::string::npos)
        actions += std::string(actions.empty() ? "" : ",") + '"' + arm + R"(":{"type":"x"})";
    }
    set_ = testing::rule_set(
        {R"({"ruleId":"r","triggers":["t"],"when":{},"split":{)" + split + R"(},"actions":{)" + actions + "}}"});
  }
  std::string operator()(const std::string& unit) const {
    const Verdict verdict = set_.judge(
        "t",
        {.window = window_, .context = context_, .now = testing::kNoon, .retention = testing::kMonth, .unit = unit});
    return verdict.outcome == Outcome::kHoldout ? "holdout" : std::string(verdict.variant);
  }

 private:
  RuleSet set_;
  ledger::Window window_;
  ledger::Context context_;
};

constexpr int kUnits = 1'000'000;

// 4.9 standard deviations of a binomial count: one fair split in a million fails.
void expect_share(long count, double share, double of = kUnits) {
  EXPECT_LE(std::abs(static_cast<double>(count) - of * share), 4.9 * std::sqrt(of * share * (1 - share)))
      << count << " of " << of;
}

TEST(Split, GivesEachArmItsShareOfAMillionUnits) {
  const Split split(R"("salt":"exit-q4","holdout":5,"arms":{"a":50,"b":30,"c":20})");
  const Split arms(R"("salt":"exit-q4","arms":{"a":50,"b":30,"c":20})");
  std::map<std::string, long> count, held_out;
  for (int i = 0; i < kUnits; ++i) {
    const std::string unit = "v-" + std::to_string(i), got = split(unit);
    ++count[got];
    if (got == "holdout") ++held_out[arms(unit)];
  }
  expect_share(count["holdout"], 0.05);
  const double treated = kUnits - static_cast<double>(count["holdout"]), held = static_cast<double>(count["holdout"]);
  const std::map<std::string, double> shares{{"a", 0.5}, {"b", 0.3}, {"c", 0.2}};
  for (const auto& [arm, share] : shares) {
    expect_share(count[arm], share, treated);
    expect_share(held_out[arm], share, held);  // separate hash: the control group is as mixed as the rest
  }
}

// From → to, counts of ten thousand units.
std::map<std::string, int> moves(const char* before, const char* after) {
  const Split one(before), other(after);
  std::map<std::string, int> out;
  for (int i = 0; i < 10'000; ++i) {
    const std::string unit = "v-" + std::to_string(i), from = one(unit), to = other(unit);
    if (from != to) ++out[from + " → " + to];
  }
  return out;
}

std::vector<std::string> names(const std::map<std::string, int>& moved) {
  std::vector<std::string> out;
  for (const auto& [name, count] : moved) out.push_back(name);
  return out;
}

using Names = std::vector<std::string>;

TEST(Split, MovesOnlyTheBucketsBetweenTheOldAndTheNewBorderWhenAWeightChanges) {
  const auto moved = moves(R"("salt":"s","arms":{"a":50,"b":50})", R"("salt":"s","arms":{"a":60,"b":40})");
  EXPECT_EQ(names(moved), Names{"b → a"});
  expect_share(moved.at("b → a"), 0.1, 10'000);
  EXPECT_EQ(names(moves(R"("salt":"s","arms":{"a":50,"b":50})", R"("salt":"s","arms":{"a":45,"b":45,"c":10})")),
            (Names{"a → b", "b → c"}));
}

TEST(Split, MovesNobodyWhenAllWeightsAreMultipliedOrArmsAreWrittenInAnotherOrder) {
  EXPECT_EQ(names(moves(R"("salt":"s","arms":{"a":50,"b":50})", R"("salt":"s","arms":{"b":1,"a":1})")), Names{});
}

TEST(Split, MovesNobodyInOrOutOfTheHoldoutWhenArmsChange) {
  EXPECT_EQ(names(moves(R"("salt":"s","holdout":20,"arms":{"a":50,"b":50})",
                        R"("salt":"s","holdout":20,"arms":{"a":90,"b":10})")),
            Names{"b → a"});
}

TEST(Split, GrowsTheHoldoutByNewUnitsAndKeepsTheOldOnes) {
  const auto moved =
      moves(R"("salt":"s","holdout":5,"arms":{"a":50,"b":50})", R"("salt":"s","holdout":12.5,"arms":{"a":50,"b":50})");
  EXPECT_EQ(names(moved), (Names{"a → holdout", "b → holdout"}));
  expect_share(moved.at("a → holdout") + moved.at("b → holdout"), 0.075, 10'000);
}

TEST(Split, DealsEverybodyAnewUnderAnotherSalt) {
  const auto moved = moves(R"("salt":"s","arms":{"a":50,"b":50})", R"("salt":"other","arms":{"a":50,"b":50})");
  expect_share(moved.at("a → b") + moved.at("b → a"), 0.5, 10'000);
}

TEST(Split, TakesTheRuleIdAsItsSaltWhereNoneIsGiven) {
  EXPECT_EQ(names(moves(R"("arms":{"a":50,"b":50})", R"("salt":"r","arms":{"a":50,"b":50})")), Names{});
}

// The units for which the rule acts.
std::vector<std::string> rolled_out_to(const std::string& more, const std::string& id = "r") {
  const RuleSet set = testing::rule_set({testing::rule("{}", more, id)});
  const ledger::Window window;
  const ledger::Context context;
  std::vector<std::string> out;
  for (int i = 0; i < 2'000; ++i) {
    const std::string unit = "u" + std::to_string(i);
    const Facts facts{
        .window = window, .context = context, .now = testing::kNoon, .retention = testing::kMonth, .unit = unit};
    if (set.judge("t", facts).outcome == Outcome::kAct) out.push_back(unit);
  }
  return out;
}

TEST(Rollout, IsTheShareThatItSaysAndKeepsItsUnitsWhenItGrows) {
  const auto some = rolled_out_to(R"("rollout":12.5)"), more = rolled_out_to(R"("rollout":60)");
  EXPECT_NEAR(static_cast<double>(some.size()), 250, 60);
  EXPECT_NEAR(static_cast<double>(more.size()), 1'200, 90);
  EXPECT_TRUE(
      std::ranges::all_of(some, [&](const std::string& unit) { return std::ranges::find(more, unit) != more.end(); }));
  EXPECT_EQ(rolled_out_to(R"("rollout":0)").size(), 0);
  EXPECT_EQ(rolled_out_to(R"("rollout":100)").size(), 2'000);
}

TEST(Rollout, IsDealtByItsSaltAlone) {
  const auto own = rolled_out_to(R"("rollout":50)");
  EXPECT_EQ(rolled_out_to(R"("rollout":50,"rolloutSalt":"r")", "other"), own);
  EXPECT_NE(rolled_out_to(R"("rollout":50)", "other"), own);
  EXPECT_EQ(rolled_out_to(R"("rollout":50,"split":{"salt":"x","holdout":0})"), own) << "a split is dealt apart";
}

}  // namespace
}  // namespace beckon::rules
