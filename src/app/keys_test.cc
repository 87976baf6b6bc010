#include "app/keys.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "system/random.h"

namespace beckon::app {
namespace {

class MasterKey : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  const std::string folder_ = testing::TempDir() + "beckon-keys-" + std::to_string(::getpid());
  SystemRandom random_;
};

TEST_F(MasterKey, IsMadeOnceAndFoundAgain) {
  const auto made = master_key(folder_, "", random_);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->size(), SecretBox::kKeySize);
  const auto found = master_key(folder_, "", random_);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, *made);
}

TEST_F(MasterKey, IsMadeThoughAProcessOfTheSameNumberDiedMakingIt) {
  std::ofstream(folder_ + "/master.key." + std::to_string(::getpid())) << "hal";
  const auto made = master_key(folder_, "", random_);
  ASSERT_TRUE(made) << made.error().message;
  const auto names = std::distance(std::filesystem::directory_iterator(folder_), {});
  EXPECT_EQ(names, 1) << "nothing is left beside it";
}

TEST_F(MasterKey, ThatIsNoKeyIsRefusedWithWhatToDo) {
  std::ofstream(folder_ + "/master.key") << "short";
  const auto read = master_key(folder_, "", random_);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("must be 32 bytes"), std::string::npos);
}

}  // namespace
}  // namespace beckon::app
