#include "app/provider_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace beckon::app {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class ProviderFile : public ::testing::Test {
 protected:
  ProviderFile() { std::filesystem::create_directory(folder_); }
  ~ProviderFile() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  auto read(const std::string& text) {
    Settings settings;
    settings.public_url = "https://beckon.example.com";
    settings.oidc_providers = write("providers.toml", text);
    return read_providers(settings);
  }
  std::vector<std::string> faults_of(const std::string& text) {
    const auto found = read(text);
    return found ? std::vector<std::string>{} : found.error();
  }

  const std::string folder_ = ::testing::TempDir() + "beckon-provider-file-" + std::to_string(::getpid());
};

constexpr const char* kLeast = R"([[provider]]
name = "corp"
title = "Acme SSO"
issuer = "https://login.example.com/realms/acme"
client-id = "beckon"
)";

TEST_F(ProviderFile, ASettingThatIsNotThereMeansNoProviders) { EXPECT_THAT(*read_providers(Settings{}), SizeIs(0)); }

TEST_F(ProviderFile, AProviderNeedsFourMembersAndTheOthersHaveDefaults) {
  const auto found = read(kLeast);
  ASSERT_TRUE(found) << found.error()[0];
  ASSERT_THAT(*found, SizeIs(1));
  const oidc::Provider& corp = found->front();
  EXPECT_EQ(corp.issuer, "https://login.example.com/realms/acme");
  EXPECT_EQ(corp.scope, "openid email");
  EXPECT_EQ(corp.groups_claim, "groups");
  EXPECT_EQ(corp.client_secret, "");
  EXPECT_EQ(corp.audience, "");
  EXPECT_EQ(corp.new_users, oidc::NewUsers::kWithRole);
  EXPECT_FALSE(corp.policy->admit_http);
}

TEST_F(ProviderFile, EveryMemberIsRead) {
  write("secret", "s3cret\n");
  const auto found = read(std::string(kLeast) + R"(client-secret-file = "secret"
audience = "https://beckon.example.com"
scope = "openid email profile"
groups-claim = "https://example.com/groups"
create-users = "everybody"
email-domains = ["Example.com"]
allow = ["login.example.com", "10.0.0.0/8"]
[[provider.role]]
group = "messaging"
handle = "acme"
role = "OPERATOR"
[[provider.link]]
sub = "u-1"
email = "Ada@example.com"
)");
  ASSERT_TRUE(found) << found.error()[0];
  const oidc::Provider& corp = found->front();
  EXPECT_EQ(corp.client_secret, "s3cret");
  EXPECT_EQ(corp.audience, "https://beckon.example.com");
  EXPECT_EQ(corp.scope, "openid email profile");
  EXPECT_EQ(corp.groups_claim, "https://example.com/groups");
  EXPECT_EQ(corp.new_users, oidc::NewUsers::kEverybody);
  EXPECT_THAT(corp.email_domains, ElementsAre("example.com"));
  EXPECT_THAT(corp.policy->hosts, SizeIs(1));
  EXPECT_THAT(corp.policy->ranges, SizeIs(1));
  ASSERT_THAT(corp.roles, SizeIs(1));
  EXPECT_EQ(corp.roles[0].role, access::Role::kOperator);
  EXPECT_EQ(corp.links.at("u-1"), "ada@example.com");
}

TEST_F(ProviderFile, EveryFaultIsReportedAtOnceWithItsLine) {
  const auto faults = faults_of(R"([[provider]]
name = "Corp"
title = ""
issuer = "http://login.example.com"
audiense = "x"
scope = "email"
create-users = "some"
email-domains = ["-"]
allow = ["169.254.169.254"]
[[provider.role]]
group = "g"
handle = "A"
role = "OWNER"
[[provider.link]]
sub = "u"
email = "nobody"
)");
  EXPECT_THAT(faults, ::testing::UnorderedElementsAre(
                          AllOf(HasSubstr(":5: provider[0].audiense "), EndsWith("did you mean audience?")),
                          HasSubstr(":3: provider[0].title must be a text of 1 to 64 bytes."),
                          HasSubstr(":1: provider[0].client-id is required."),
                          HasSubstr(":2: provider[0].name must consist of"),
                          HasSubstr(":6: provider[0].scope must contain openid"),
                          HasSubstr(":9: provider[0].allow [0] must not be a link-local"),
                          HasSubstr(":4: provider[0].issuer must use https"),
                          HasSubstr(":12: provider[0].role[0].handle must be the name"),
                          HasSubstr(":13: provider[0].role[0].role must be CREATOR or OPERATOR"),
                          HasSubstr(":16: provider[0].link[0].email must be an e-mail address"),
                          HasSubstr(":8: provider[0].email-domains must be domains"),
                          HasSubstr(":7: provider[0].create-users must be nobody")));
}

TEST_F(ProviderFile, NamesAndIssuersAreThoseOfOneProviderEach) {
  EXPECT_THAT(faults_of(std::string(kLeast) + kLeast),
              ElementsAre(HasSubstr(":7: provider[1].name is that of another provider."),
                          HasSubstr(":9: provider[1].issuer is that of another provider.")));
}

TEST_F(ProviderFile, PlainHttpIsForLoopbackAddressesThatAreAdmitted) {
  const auto with = [&](const std::string& issuer, const std::string& allow) {
    return faults_of("[[provider]]\nname = \"dev\"\ntitle = \"Dev\"\nissuer = \"" + issuer +
                     "\"\nclient-id = \"beckon\"\nallow = [" + allow + "]\n");
  };
  EXPECT_THAT(with("http://127.0.0.1:9000", R"("127.0.0.1:9000")"), SizeIs(0));
  EXPECT_THAT(with("http://[::1]:9000", R"("::1")"), SizeIs(0));
  EXPECT_THAT(with("http://127.0.0.1:9000", ""), ElementsAre(HasSubstr("must be in `allow`")));
  EXPECT_THAT(with("http://10.0.0.1:9000", R"("10.0.0.1")"), ElementsAre(HasSubstr("must use https")));
  EXPECT_THAT(with("http://login.example.com", R"("login.example.com")"), ElementsAre(HasSubstr("must use https")));
}

TEST_F(ProviderFile, ASecretThatOthersCanReadIsRefused) {
  write("secret", "s3cret\n", 0644);
  EXPECT_THAT(faults_of(std::string(kLeast) + "client-secret-file = \"secret\"\n"),
              ElementsAre(HasSubstr("chmod 600")));
  EXPECT_THAT(faults_of(std::string(kLeast) + "client-secret-file = \"nowhere\"\n"),
              ElementsAre(HasSubstr("cannot be read")));
}

TEST_F(ProviderFile, AFileWithoutProvidersOrWithoutAPublicUrlIsRefused) {
  EXPECT_THAT(faults_of(""), ElementsAre(HasSubstr("has no [[provider]]")));
  EXPECT_THAT(faults_of("[[provider"), SizeIs(1));
  Settings settings;
  settings.oidc_providers = write("providers.toml", kLeast);
  EXPECT_THAT(read_providers(settings).error(), ElementsAre(HasSubstr("needs --public-url")));
}

TEST(PublicUrl, IsAnOriginOverHttpsOrOfThisMachine) {
  const Setting* setting = find_setting("public-url");
  Settings settings;
  for (const auto& [given, kept] : {std::pair{"https://Beckon.example.com/", "https://beckon.example.com"},
                                    {"https://beckon.example.com:8443", "https://beckon.example.com:8443"},
                                    {"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
                                    {"http://localhost:8080", "http://localhost:8080"}}) {
    EXPECT_EQ(setting->set(settings, given), std::nullopt);
    EXPECT_EQ(settings.public_url, kept);
  }
  for (const char* given : {"beckon.example.com", "http://beckon.example.com", "https://beckon.example.com/app", ""})
    EXPECT_NE(setting->set(settings, given), std::nullopt) << given;
}

}  // namespace
}  // namespace beckon::app
