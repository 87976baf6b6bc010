#include "app/keys.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "store/memory/memory_store.h"
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
  const auto made = master_keys(folder_, "", MissingKey::kCreate, random_);
  ASSERT_TRUE(made);
  ASSERT_EQ(made->size(), 1u);
  EXPECT_EQ(made->front().size(), SecretBox::kKeySize);
  const auto found = master_keys(folder_, "", MissingKey::kCreate, random_);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, *made);
}

TEST_F(MasterKey, IsMadeThoughAProcessOfTheSameNumberDiedMakingIt) {
  std::ofstream(folder_ + "/master.key." + std::to_string(::getpid())) << "hal";
  const auto made = master_keys(folder_, "", MissingKey::kCreate, random_);
  ASSERT_TRUE(made) << made.error().message;
  const auto names = std::distance(std::filesystem::directory_iterator(folder_), {});
  EXPECT_EQ(names, 1) << "nothing is left beside it";
}

TEST_F(MasterKey, ThatIsNoKeyIsRefusedWithWhatToDo) {
  std::ofstream(folder_ + "/master.key") << "short";
  std::filesystem::permissions(folder_ + "/master.key", std::filesystem::perms::owner_read);
  const auto read = master_keys(folder_, "", MissingKey::kCreate, random_);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("is not 32 bytes"), std::string::npos);
  EXPECT_NE(read.error().message.find("from your copy"), std::string::npos);
  EXPECT_EQ(read.error().message.find("> " + folder_), std::string::npos) << "advice never overwrites a key";
}

TEST_F(MasterKey, HasALineForEachWhileItIsReplacedAndKeepsTheModeOfItsFile) {
  const std::string path = folder_ + "/master.key";
  const auto old = master_keys(folder_, "", MissingKey::kCreate, random_).value();
  std::filesystem::permissions(path, std::filesystem::perms(0640));
  const std::string fresh(SecretBox::kKeySize, 'n');
  ASSERT_TRUE(write_master_keys(path, {fresh, old.front()}));
  EXPECT_EQ(master_keys(folder_, "", MissingKey::kRefuse, random_).value(), (MasterKeys{fresh, old.front()}));
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0640));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1) << "nothing is left beside it";
  std::ofstream(path, std::ios::app) << "no key\n";
  EXPECT_FALSE(master_keys(folder_, "", MissingKey::kRefuse, random_)) << "one bad line spoils the file";
  EXPECT_FALSE(write_master_keys(folder_ + "/other/key", {fresh})) << "nothing is made where nothing was";
}

TEST_F(MasterKey, IsNeverReplacedWhereThereIsData) {
  const auto key = master_keys(folder_, "", MissingKey::kRefuse, random_);
  ASSERT_FALSE(key);
  EXPECT_NE(key.error().message.find("is missing"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(MasterKey, ThatOthersMayReadOrChangeIsRefused) {
  ASSERT_TRUE(master_keys(folder_, "", MissingKey::kCreate, random_));
  const std::string path = folder_ + "/master.key";
  for (const auto& [mode, taken] : {std::pair{0600, true}, std::pair{0400, true}, std::pair{0440, true},
                                    std::pair{0620, false}, std::pair{0604, false}, std::pair{0602, false}}) {
    std::filesystem::permissions(path, static_cast<std::filesystem::perms>(mode));
    for (const std::string& file : {std::string(), path}) {
      const auto key = master_keys(folder_, file, MissingKey::kRefuse, random_);
      EXPECT_EQ(key.has_value(), taken) << std::oct << mode;
      if (key) continue;
      EXPECT_NE(key.error().message.find("chmod 600"), std::string::npos) << key.error().message;
    }
  }
}

TEST(KeyFingerprint, IsTheSameForTheSameKeyAndGivesNothingOfItAway) {
  const std::string key(SecretBox::kKeySize, 'k');
  EXPECT_EQ(key_fingerprint(key), key_fingerprint(key));
  EXPECT_NE(key_fingerprint(key), key_fingerprint(std::string(SecretBox::kKeySize, 'l')));
  EXPECT_EQ(key_fingerprint(key).size(), 16u);
}

TEST(KeyFingerprint, OfAnotherKeyIsRefusedByName) {
  store::MemoryStore store;
  const std::string key(SecretBox::kKeySize, 'k'), other(SecretBox::kKeySize, 'l');
  ASSERT_TRUE(keep_fingerprint(store.directory(), {key}));
  EXPECT_EQ(keep_fingerprint(store.directory(), {key}).value(), key_fingerprint(key));
  EXPECT_EQ(keep_fingerprint(store.directory(), {other, key}).value(), key_fingerprint(key)) << "still";
  const auto refused = keep_fingerprint(store.directory(), {other});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find(key_fingerprint(key)), std::string::npos);
  EXPECT_NE(refused.error().message.find(key_fingerprint(other)), std::string::npos);
}

}  // namespace
}  // namespace beckon::app
