#include "access/provider_user.h"

#include <gtest/gtest.h>

namespace beckon::access {
namespace {

const Handle kShop("acme"), kBlog("other");

std::string changed(std::vector<HeldRole> held, std::vector<Grant> given) {
  const ProviderUser user{.provider = "corp", .email = "ada@example.com", .roles = std::move(given)};
  std::string out;
  for (const RoleChange& change : role_changes(user, held))
    out.append(change.handle.text)
        .append(":")
        .append(change.before ? to_text(*change.before) : "-")
        .append(">")
        .append(change.after ? to_text(*change.after) : "-")
        .append(" ");
  return out;
}

TEST(RoleChanges, GiveWhatTheGroupsGiveToWhoHasNothing) {
  EXPECT_EQ(changed({}, {{kShop, "", Role::kCreator}, {kBlog, "", Role::kOperator}}),
            "acme:->CREATOR other:->OPERATOR ");
  EXPECT_EQ(changed({}, {}), "");
}

TEST(RoleChanges, FollowTheGroupsOfTheProviderThatGaveTheRole) {
  EXPECT_EQ(changed({{kShop, Role::kOperator, "corp"}}, {{kShop, "", Role::kOperator}}), "");
  EXPECT_EQ(changed({{kShop, Role::kOperator, "corp"}}, {{kShop, "", Role::kCreator}}), "acme:OPERATOR>CREATOR ");
  EXPECT_EQ(changed({{kShop, Role::kOperator, "corp"}}, {}), "acme:OPERATOR>- ");
}

TEST(RoleChanges, LeaveWhatWasGivenByHandOrByAnotherProviderOrIsTheOwners) {
  EXPECT_EQ(changed({{kShop, Role::kCreator, ""}}, {{kShop, "", Role::kOperator}}), "");
  EXPECT_EQ(changed({{kShop, Role::kOperator, ""}}, {}), "");
  EXPECT_EQ(changed({{kShop, Role::kOperator, "other"}}, {{kShop, "", Role::kCreator}}), "");
  EXPECT_EQ(changed({{kShop, Role::kOperator, "other"}}, {}), "");
  EXPECT_EQ(changed({{kShop, Role::kOwner, ""}}, {{kShop, "", Role::kCreator}}), "");
  EXPECT_EQ(changed({{kShop, Role::kOwner, "corp"}}, {}), "");
}

}  // namespace
}  // namespace beckon::access
