#include "rules/language/key_table.h"

#include <gtest/gtest.h>

#include <set>

namespace beckon::rules {
namespace {

TEST(KeyTable, KeysThatDifferInOneByteOrInTheirSizeHaveNumbersOfTheirOwn) {
  std::set<std::string> keys;
  for (std::size_t size = 0; size <= 24; ++size) {
    keys.emplace(size, 'k');
    for (std::size_t at = 0; at < size; ++at) {
      keys.insert(std::string(size, 'k').replace(at, 1, "q"));
      keys.insert(std::string(size, 'k').replace(at, 1, 1, '\0'));
    }
  }
  KeyTable table;
  std::set<std::int32_t> numbers;
  for (const std::string& key : keys) {
    EXPECT_EQ(table.find(key), KeyTable::kUnknown);
    numbers.insert(table.add(key));
  }
  EXPECT_EQ(numbers.size(), keys.size());
  for (const std::string& key : keys) EXPECT_EQ(table.find(key), table.add(key));
  EXPECT_EQ(table.size(), keys.size());
}

}  // namespace
}  // namespace beckon::rules
