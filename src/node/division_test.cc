#include "node/division.h"

#include <gtest/gtest.h>

#include <map>

namespace beckon::node {
namespace {

// "a a b . c": the owners of lanes, "." is free; "a>b": owned by a, wanted at b; "a!": fresh.
std::vector<Standing> lanes(std::string_view text) {
  std::vector<Standing> made;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    std::string_view one = text.substr(at, end - at);
    Standing lane;
    lane.is_fresh = one.ends_with('!');
    if (lane.is_fresh) one.remove_suffix(1);
    if (const auto arrow = one.find('>'); arrow != std::string_view::npos) {
      lane.wanted = one.substr(arrow + 1);
      one = one.substr(0, arrow);
    }
    if (one != ".") lane.owner = one;
    made.push_back(lane);
    at = end + 1;
  }
  return made;
}

std::vector<Member> members(std::string_view names) {
  std::vector<Member> made;
  for (const char name : names)
    if (name == '-')
      made.back().is_drained = true;
    else
      made.push_back({std::string(1, name)});
  return made;
}

struct Case {
  const char* why;
  const char* members;  // "ab-c": b is drained
  const char* lanes;
  std::map<std::string, Moves> expected;  // by node; nothing for those that are left out
};

const Case kCases[] = {
    {"the first node takes everything", "a", ". . . .", {{"a", {{0, 1, 2, 3}, {}}}}},
    {"nodes that come together divide what is free",
     "abc",
     ". . . . . . . .",
     {{"a", {{0, 3, 6}, {}}}, {"b", {{1, 4, 7}, {}}}, {"c", {{2, 5}, {}}}}},
    {"what is free goes to those that have the fewest", "abc", "a a b . . c", {{"b", {{3}, {}}}, {"c", {{4}, {}}}}},
    {"a node that has two more than another gives one away", "ab", "a a a a b", {{"a", {{}, {{3, "b"}}}}}},
    {"a difference of one is left", "ab", "a a a b b", {}},
    {"nothing is moved while something is free", "abc", "a a a a . b", {{"c", {{4}, {}}}}},
    {"what has just come is not moved on", "ab", "a a a! a!", {{"a", {{}, {{1, "b"}}}}}},
    {"nor anything if all has", "ab", "a! a! a! a!", {}},
    {"of two that have the most, one gives", "abc", "a a b b", {{"b", {{}, {{3, "c"}}}}}},
    {"both give if there is room for both", "abc", "a a a b b b", {{"a", {{}, {{2, "c"}}}}, {"b", {{}, {{5, "c"}}}}}},
    {"who has not the most keeps", "abc", "a a a b b", {{"a", {{}, {{2, "c"}}}}}},
    {"a drained node gives everything away", "a-b", "a a b", {{"a", {{}, {{0, "b"}, {1, "b"}}}}}},
    {"to those that have the fewest", "a-bc", "a a a b", {{"a", {{}, {{0, "c"}, {1, "b"}, {2, "c"}}}}}},
    {"and takes nothing", "a-b", ". . b", {{"b", {{0, 1}, {}}}}},
    {"unless there is no other", "a-", "a .", {{"a", {{1}, {}}}}},
    {"a lane that is wanted elsewhere is given away", "ab", "a>b a b", {{"a", {{}, {{0, "b"}}}}}},
    {"and taken there, whoever has the fewest", "ab", ".>b a b b", {{"b", {{0}, {}}}}},
    {"and stays there", "ab", "b>b b>b b>b b a", {{"b", {{}, {{3, "a"}}}}}},
    {"a node that is wanted but not there is not waited for", "ab", "a>x .>x b", {{"a", {{1}, {}}}}},
    {"nor one that is drained", "ab-", "a>b a", {}},
};

TEST(Division, EachNodeTakesAndGivesWhatItsTurnIs) {
  for (const Case& one : kCases) {
    const auto all = members(one.members);
    for (const Member& self : all) {
      const auto expected = one.expected.find(self.name);
      EXPECT_EQ(moves(self.name, all, lanes(one.lanes), true),
                expected == one.expected.end() ? Moves{} : expected->second)
          << one.why << ": " << self.name;
    }
  }
}

TEST(Division, WhatIsLeftByTheNodeWhoseTurnItIsAnotherTakes) {
  const auto all = members("abc");
  auto state = lanes("a a b .");
  std::string takers;
  for (int turn = 0; turn < 4; ++turn) {
    state[3].free_for = turn * kTurn;
    for (const Member& self : all)
      if (!moves(self.name, all, state, true).take.empty()) takers += self.name;
  }
  EXPECT_EQ(takers, "cbac");
}

// From any beginning, nodes that all see the same come to rest, and differ by one lane at most.
TEST(Division, ComesToRestEvenly) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    std::uint64_t left = seed * 0x9e37'79b9'7f4a'7c15 + 1;
    const auto draw = [&](std::uint64_t below) {
      left = left * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
      return (left >> 33) % below;
    };
    const auto all = members(std::string_view("abcde").substr(0, 1 + draw(5)));
    std::vector<Standing> state(8);
    for (Standing& lane : state)
      if (const auto owner = draw(all.size() + 1); owner < all.size()) lane.owner = all[owner].name;
    int turns = 0;
    for (bool moved = true; moved; ++turns) {
      ASSERT_LT(turns, 30) << seed;
      moved = false;
      const auto before = state;
      for (const Member& self : all) {
        const Moves now = moves(self.name, all, before, true);
        for (const int lane : now.take) state[static_cast<std::size_t>(lane)].owner = self.name, moved = true;
        for (const auto& [lane, to] : now.give) state[static_cast<std::size_t>(lane)].owner = to, moved = true;
      }
    }
    std::map<std::string, int> counts;
    for (const Member& one : all) counts[one.name] = 0;
    for (const Standing& lane : state) ++counts.at(lane.owner);
    int least = 8, most = 0;
    for (const auto& [name, count] : counts) least = std::min(least, count), most = std::max(most, count);
    EXPECT_LE(most - least, 1) << seed;
  }
}

}  // namespace
}  // namespace beckon::node
