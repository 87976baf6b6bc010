#include "system/secret_box.h"

#include <gtest/gtest.h>

namespace beckon {
namespace {

const std::string kOld(SecretBox::kKeySize, 'o'), kNew(SecretBox::kKeySize, 'n');

TEST(SecretBox, OpensWhatItSealedForThatPlaceAlone) {
  SeededRandom random(1);
  const SecretBox box(kOld);
  const std::string sealed = box.seal("secret", "here", random);
  EXPECT_EQ(sealed.find("secret"), std::string::npos);
  EXPECT_EQ(box.open(sealed, "here"), "secret");
  EXPECT_FALSE(box.open(sealed, "there"));
  EXPECT_FALSE(SecretBox(kNew).open(sealed, "here"));
  EXPECT_FALSE(box.open(sealed.substr(0, 30), "here"));
}

TEST(SecretBox, SealsWithTheFirstKeyAndOpensWithEach) {
  SeededRandom random(1);
  SecretBox box(kOld);
  const std::string before = box.seal("secret", "here", random);
  box.use({kNew, kOld});
  EXPECT_EQ(box.open(before, "here"), "secret");
  const std::string after = box.seal("secret", "here", random);
  EXPECT_EQ(SecretBox(kNew).open(after, "here"), "secret");
  EXPECT_FALSE(SecretBox(kOld).open(after, "here"));
}

TEST(SecretBox, SealsAgainWhatAnotherOfItsKeysHasSealed) {
  SeededRandom random(1);
  const std::string before = SecretBox(kOld).seal("secret", "here", random);
  const SecretBox box({kNew, kOld});
  const auto fresh = box.resealed(before, "here", random);
  ASSERT_TRUE(fresh);
  EXPECT_EQ(SecretBox(kNew).open(*fresh, "here"), "secret");
  EXPECT_FALSE(box.resealed(*fresh, "here", random)) << "once";
  EXPECT_FALSE(box.resealed(before, "there", random));
  EXPECT_FALSE(box.resealed("", "here", random));
}

}  // namespace
}  // namespace beckon
