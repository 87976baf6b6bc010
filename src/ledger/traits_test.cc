#include "ledger/traits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "ledger/codec.h"

namespace beckon::ledger {
namespace {

constexpr Instant kT0 = instant_ms(1'800'000'000'000);
Instant second(int n) { return kT0 + std::chrono::seconds{n}; }

TraitChange set(std::string value, int at, std::uint8_t rank = 2) {
  return {.name = "plan",
          .op = TraitOp::kSet,
          .value = std::move(value),
          .rank = rank,
          .source = "server",
          .stamp = {second(at), static_cast<std::uint64_t>(at)}};
}
TraitChange of(TraitOp op, std::string value, int at, std::uint8_t rank = 2) {
  TraitChange change = set(std::move(value), at, rank);
  change.op = op;
  return change;
}
std::string now(const Traits& traits) {
  const auto values = values_of(traits);
  return values.empty() ? "" : values.front().json;
}
std::string after_all(std::initializer_list<TraitChange> changes) {
  Traits traits;
  for (const TraitChange& change : changes) take(traits, change);
  return now(traits);
}

TEST(Traits, TheNewestSetHoldsWheneverItArrives) {
  EXPECT_EQ(after_all({set("1", 5), set("2", 7)}), "2");
  EXPECT_EQ(after_all({set("2", 7), set("1", 5)}), "2");
}

TEST(Traits, AGreaterRankOutweighsANewerInstant) {
  EXPECT_EQ(after_all({set("1", 5, 2), set("2", 9, 1)}), "1");
  EXPECT_EQ(after_all({set("2", 9, 1), set("1", 5, 2)}), "1");
}

TEST(Traits, AnUnsetFreesTheTraitForLowerRanksButNotForWhatTheySaidBefore) {
  const TraitChange low = set("\"low\"", 3, 1), unset = of(TraitOp::kUnset, "", 5, 2), late = set("\"late\"", 8, 1);
  EXPECT_EQ(after_all({set("\"high\"", 4, 2), low, unset}), "");
  EXPECT_EQ(after_all({unset, low}), "") << "an old set does not bring it back";
  EXPECT_EQ(after_all({unset, low, late}), "\"late\"");
  EXPECT_EQ(after_all({late, low, unset}), "\"late\"");
}

TEST(Traits, TheOldestSetOnceHoldsWhereNothingIsSet) {
  EXPECT_EQ(after_all({of(TraitOp::kSetOnce, "1", 7), of(TraitOp::kSetOnce, "2", 5)}), "2");
  EXPECT_EQ(after_all({of(TraitOp::kSetOnce, "2", 5), of(TraitOp::kSetOnce, "1", 7)}), "2");
  EXPECT_EQ(after_all({of(TraitOp::kSetOnce, "1", 1), set("3", 0)}), "3");
}

TEST(Traits, CountersAddUpWithSixPlaces) {
  EXPECT_EQ(after_all({of(TraitOp::kAdd, "5000000", 1), of(TraitOp::kAdd, "-500001", 2)}), "4.499999");
  EXPECT_EQ(after_all({of(TraitOp::kAdd, "-250000", 1)}), "-0.25");
}

TEST(Traits, AListIsWhatWasSetWithTheNewerWordsOnItsTexts) {
  const TraitChange list = set(R"(["a","b"])", 5);
  EXPECT_EQ(after_all({list, of(TraitOp::kInclude, "c", 6), of(TraitOp::kExclude, "a", 7)}), R"(["b","c"])");
  EXPECT_EQ(after_all({of(TraitOp::kInclude, "c", 4), list}), R"(["a","b"])");
  EXPECT_EQ(after_all({of(TraitOp::kExclude, "c", 7), of(TraitOp::kInclude, "c", 6)}), "") << "nothing was ever in it";
  EXPECT_EQ(after_all({of(TraitOp::kInclude, "c", 6), of(TraitOp::kUnset, "", 8)}), "");
}

TEST(Traits, WhatCountsIsToldFromWhatIsStale) {
  Traits traits;
  const TraitChange high = set("1", 5, 2), low = set("2", 9, 1);
  EXPECT_TRUE(take(traits, high));
  EXPECT_TRUE(counts(traits.all.front(), high));
  EXPECT_TRUE(take(traits, low)) << "kept, for when the other is unset";
  EXPECT_FALSE(counts(traits.all.front(), low));
}

TraitChange random_change(std::mt19937& dice, int n) {
  const auto roll = [&](int most) { return static_cast<int>(dice() % static_cast<unsigned>(most)); };
  const auto rank = static_cast<std::uint8_t>(roll(3));
  TraitChange change = set("", roll(8), rank);
  change.stamp.place = static_cast<std::uint64_t>(n);
  switch (roll(6)) {
    case 0: change.value = R"(["x","y"])"; break;
    case 1: change.op = TraitOp::kUnset; break;
    case 2: change.op = TraitOp::kSetOnce, change.value = R"(["o"])"; break;
    case 3: change.op = TraitOp::kExclude, change.value = "x"; break;
    default: change.op = TraitOp::kInclude, change.value = std::string(1, static_cast<char>('x' + roll(3))); break;
  }
  change.value = change.op == TraitOp::kSet && roll(2) ? R"(["z"])" : change.value;
  if (roll(9) == 0) change.name = "points", change.op = TraitOp::kAdd, change.value = std::to_string(roll(100));
  return change;
}

// Any order, and any number of ids, give the same result.
TEST(Traits, DoNotDependOnTheOrderNorOnTheIdsUnderWhichTheyWereSaid) {
  for (unsigned seed = 0; seed < 3'000; ++seed) {
    std::mt19937 dice(seed);
    std::vector<TraitChange> changes;
    for (int n = 1; n <= 12; ++n) changes.push_back(random_change(dice, n));
    Traits whole;
    for (const TraitChange& change : changes) take(whole, change);
    std::ranges::shuffle(changes, dice);
    Traits shuffled;
    std::vector<Traits> parts(3);
    for (const TraitChange& change : changes) {
      take(shuffled, change);
      take(parts[dice() % 3], change);
    }
    const std::vector<const Traits*> all{&parts[0], &parts[1], &parts[2]};
    ASSERT_EQ(shuffled, whole) << "seed " << seed;
    ASSERT_EQ(united(all), whole) << "seed " << seed;
    const std::vector<PackedTraits> packed(parts.begin(), parts.end());
    const std::vector<const PackedTraits*> several{&packed[0], &packed[1], &packed[2]};
    ASSERT_EQ(united(several), whole) << "seed " << seed;
    for (const char* name : {"plan", "points", "other"}) {
      const auto found = std::ranges::find(whole.all, name, &Trait::name);
      const auto now = trait_in(several, name), wanted = found == whole.all.end() ? std::nullopt : value_of(*found);
      ASSERT_EQ(now.has_value(), wanted.has_value()) << "seed " << seed;
      if (!now) continue;
      ASSERT_EQ(std::tie(now->name, now->json, now->source, now->at),
                std::tie(wanted->name, wanted->json, wanted->source, wanted->at));
    }
  }
}

TEST(Traits, HaveAValueExactlyWhereOneIsShown) {
  std::size_t with = 0, without = 0;
  for (unsigned seed = 0; seed < 3'000; ++seed) {
    std::mt19937 dice(seed);
    Traits traits;
    for (int n = 1; n <= 6; ++n) take(traits, random_change(dice, n));
    for (const Trait& trait : traits.all) {
      ASSERT_EQ(has_value(trait), value_of(trait).has_value()) << "seed " << seed;
      ++(has_value(trait) ? with : without);
    }
    EXPECT_EQ(held(traits).count, values_of(traits).size());
  }
  EXPECT_TRUE(with > 500 && without > 500) << with << " " << without;
}

TraitChange of_name(TraitChange change, const std::string& name) {
  change.name = name;
  return change;
}

TEST(Traits, OfThoseThatWereUnsetTheNewestAreRememberedInWhateverOrderTheyArrive) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::vector<int> order(250);
    std::iota(order.begin(), order.end(), 1);
    std::mt19937 dice(seed);
    std::ranges::shuffle(order, dice);
    SessionPtr own;
    std::uint64_t place = 0;
    for (const int n : order) {
      TraitChange change = of_name(of(TraitOp::kUnset, "", n), "gone" + std::to_string(n));
      change.stamp.place = ++place;
      own = applied(own, TraitsRecord{.handle = "acme", .visitor = "jon", .at = kT0, .id = 0, .changes = {change}});
    }
    ASSERT_EQ(own->traits->unpacked().all.size(), Traits::kMarks);
    Trait room;
    for (int n = 1; n <= 250; ++n) EXPECT_EQ(own->traits->read("gone" + std::to_string(n), room), n > 150) << n;
  }
}

TEST(Traits, WhatHasAValueIsNeverDropped) {
  TraitsRecord record{.handle = "acme", .visitor = "jon", .at = kT0, .id = 0, .changes = {}};
  for (int n = 1; n <= 100; ++n) record.changes.push_back(of_name(set("1", 0), "kept" + std::to_string(n)));
  for (int n = 1; n <= 200; ++n)
    record.changes.push_back(of_name(of(TraitOp::kUnset, "", n), "gone" + std::to_string(n)));
  const SessionPtr own = applied(nullptr, record);
  const Traits traits = own->traits->unpacked();
  EXPECT_EQ(traits.all.size(), 200u);
  EXPECT_EQ(values_of(traits).size(), 100u);
}

TEST(Traits, WhatIsRememberedOfThoseWithoutAValueIsBoundedInBytes) {
  TraitsRecord record{.handle = "acme", .visitor = "jon", .at = kT0, .id = 0, .changes = {}};
  for (int n = 1; n <= 50; ++n) {
    const std::string name = "gone" + std::to_string(n);
    record.changes.push_back(of_name(of(TraitOp::kUnset, "", n + 10, 2), name));
    record.changes.push_back(of_name(set("\"" + std::string(500, 'x') + "\"", 1, 1), name));
  }
  const SessionPtr own = applied(nullptr, record);
  const Traits traits = own->traits->unpacked();
  EXPECT_LE(traits.bytes(), Traits::kBytesOfMarks);
  EXPECT_GT(traits.all.size(), 10u);
  EXPECT_EQ(std::ranges::count(traits.all, "gone50", &Trait::name), 1) << "the newest stays";
}

TEST(Traits, SnapshotsAndRecordsGiveThemBack) {
  std::mt19937 dice(1);
  TraitsRecord record{.handle = "acme",
                      .visitor = "jon",
                      .own = {.high = 1, .low = 2},
                      .fresh = true,
                      .at = kT0,
                      .expires_at = second(9),
                      .id = 77,
                      .changes = {}};
  for (int n = 1; n <= 40; ++n) record.changes.push_back(random_change(dice, n));
  std::string journal;
  append_record(journal, record);
  JournalReader reader(journal);
  const auto item = reader.next();
  ASSERT_TRUE(item);
  EXPECT_TRUE(item->is_of_visitor());
  EXPECT_EQ(item->digest, record.own);
  const auto read = decode_record(item->bytes);
  ASSERT_TRUE(read && std::holds_alternative<TraitsRecord>(*read));
  EXPECT_EQ(std::get<TraitsRecord>(*read).changes, record.changes);
  const SessionPtr own = applied(nullptr, std::get<TraitsRecord>(*read));
  ASSERT_TRUE(own->traits);
  EXPECT_EQ(own->traits->unpacked().ids.size(), 1u);
  EXPECT_EQ(own->expires_at, second(9));
  const auto stored = encode_snapshot(*own);
  const auto back = decode_snapshot({.bytes = stored});
  ASSERT_TRUE(back);
  ASSERT_TRUE(back->session->traits);
  EXPECT_EQ(*back->session->traits, *own->traits);
}

TEST(Traits, ArePackedAndUnpackedAsTheyAre) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 dice(seed);
    Traits traits;
    const unsigned sources = seed % 2 == 0 ? 3 : 400;
    for (int n = 1; n <= (seed % 2 == 0 ? 20 : 500); ++n) {
      TraitChange change = of_name(random_change(dice, n), "name" + std::to_string(dice() % (seed % 2 == 0 ? 9 : 300)));
      change.source = seed % 3 == 0 ? "s" : "source-" + std::to_string(dice() % sources);
      change.stamp.at -= std::chrono::hours{dice() % 20'000'000};  // also of before 1970
      take(traits, change);
    }
    if (seed % 3 == 0) traits.ids = {{7, kT0}, {8, second(1)}};
    const PackedTraits packed(traits);
    ASSERT_EQ(packed.unpacked(), traits) << "seed " << seed;
    ASSERT_EQ(PackedTraits::of_packed(packed.packed()), packed);
    Trait room;
    for (const Trait& trait : traits.all) {
      ASSERT_TRUE(packed.read(trait.name, room));
      ASSERT_EQ(room, trait) << "seed " << seed;
    }
    ASSERT_FALSE(packed.read("name", room));
    const PackedTraits odd = packed.only([](std::string_view name) { return name.back() % 2 == 1; });
    traits.ids.clear();
    std::erase_if(traits.all, [](const Trait& trait) { return trait.name.back() % 2 == 0; });
    ASSERT_EQ(odd.unpacked(), traits) << "seed " << seed;
  }
  EXPECT_TRUE(PackedTraits(Traits{}).empty());
  EXPECT_TRUE(PackedTraits().unpacked().empty());
}

TEST(Traits, OfMoreNamesThanHaveANumberArePackedToo) {
  std::vector<PackedTraits> packed;
  for (int n = 0; n < 6'000; ++n) {
    Traits traits;
    for (const std::string& name : {std::string("plan"), "of-" + std::to_string(n)})
      take(traits, of_name(set("1", 0), name));
    packed.emplace_back(traits);
    ASSERT_EQ(packed.back().unpacked(), traits) << n;
  }
  EXPECT_LT(packed.front().bytes(), packed.back().bytes() - 4) << "the last name is written out";
  Trait room;
  for (int n = 0; n < 6'000; ++n)
    ASSERT_TRUE(packed[static_cast<std::size_t>(n)].read("of-" + std::to_string(n), room));
  EXPECT_EQ(room.name, "of-5999");
}

}  // namespace
}  // namespace beckon::ledger
