#include "commit/id_list.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <set>

namespace beckon::commit {
namespace {

std::vector<std::string> texts(const std::vector<SessionId>& ids) {
  std::vector<std::string> all;
  for (const SessionId& id : ids) all.push_back(id.text);
  return all;
}

// The expected list, from a std::set.
std::vector<std::string> wanted(const std::set<std::string>& ids, const std::string& prefix, const std::string& behind,
                                std::size_t limit) {
  std::vector<std::string> all;
  for (auto id = behind < prefix ? ids.lower_bound(prefix) : ids.upper_bound(behind);
       id != ids.end() && id->starts_with(prefix) && all.size() < limit; ++id)
    all.push_back(*id);
  return all;
}

TEST(IdList, ListsTheSameAsASetWhateverComesAndGoes) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 dice(seed);
    const auto random_id = [&] {
      std::string id = "@" + std::to_string(dice() % 3'000);
      if (dice() % 50 == 0) id += std::string(dice() % 2'000, 'x');
      return id;
    };
    IdList list;
    std::set<std::string> ids;
    for (int step = 0; step < 4'000; ++step) {
      const std::string id = random_id();
      const bool grows = dice() % 5 < (step < 2'000 ? 4u : 1u);
      grows ? void(ids.insert(id)) : void(ids.erase(id));
      grows ? list.insert(id) : list.erase(id);
      if (step % 20 != 0) continue;
      const std::string prefix = dice() % 2 == 0 ? "@" : random_id().substr(0, 2),
                        behind = dice() % 2 == 0 ? "" : random_id();
      const std::size_t limit = dice() % 100;
      ASSERT_EQ(texts(list.list(prefix, behind, limit)), wanted(ids, prefix, behind, limit)) << "seed " << seed;
    }
    ASSERT_EQ(texts(list.list("", "", 10'000)), wanted(ids, "", "", 10'000));
    for (const std::string& id : ids) list.erase(id);
    EXPECT_TRUE(list.empty());
    EXPECT_LT(list.bytes(), 10'000u);
  }
}

// A visitorId, a browser and its first stretch for each visitor, as own records name them.
TEST(IdList, TakesLessThanTheIds) {
  IdList list;
  std::mt19937_64 dice(1);
  std::size_t bytes = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string browser = "@~" + std::to_string(dice());
    for (const std::string& id : {"@" + std::to_string(dice() % 1'000'000'000) + "@shop.example", browser,
                                  browser + "\x1f"
                                            "1"}) {
      list.insert(id);
      bytes += id.size();
    }
  }
  EXPECT_LT(list.bytes(), bytes);
}

}  // namespace
}  // namespace beckon::commit
