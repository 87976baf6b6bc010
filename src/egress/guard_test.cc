#include "egress/guard.h"

#include <gtest/gtest.h>

#include "egress/address_table.h"

namespace beckon::egress {
namespace {

using enum Refusal;

Policy with(std::vector<std::string> entries, Policy policy = {}) {
  Issues issues;
  read_allowlist(entries, policy, issues);
  EXPECT_TRUE(issues.empty()) << (issues.empty() ? "" : issues.fault().message);
  return policy;
}

std::optional<Refusal> refusal_of(std::string_view url, const Policy& policy = {}) {
  const auto target = check_url(url, policy);
  return target ? std::nullopt : std::optional{target.error()};
}

std::optional<Refusal> refusal_after_dns(std::string_view url, std::vector<const char*> answers,
                                         const Policy& policy = {}) {
  const auto target = check_url(url, policy);
  if (!target) return target.error();
  std::vector<IpAddress> addresses;
  for (const char* text : answers) addresses.push_back(*IpAddress::parse(text));
  const auto order = classify(addresses, *target, policy);
  return order ? std::nullopt : std::optional{order.error()};
}

TEST(Guard, OpensTheRightPorts) {
  for (int port : {443, 1024, 1025, 3000, 8080, 8443, 9999, 65535, 2374, 2381, 27016, 27020})
    EXPECT_EQ(refusal_of("https://a.example:" + std::to_string(port) + "/"), std::nullopt) << port;
  for (int port : {1,    21,   22,   25,   53,    80,    442,   444,   1023,  1433,  1521, 2049, 2375,
                   2376, 2377, 2378, 2379, 2380,  3306,  3389,  5432,  5672,  5984,  6379, 6443, 8500,
                   9042, 9092, 9200, 9300, 10250, 10255, 11211, 15672, 27017, 27018, 27019})
    EXPECT_EQ(refusal_of("https://a.example:" + std::to_string(port) + "/"), kClosedPort) << port;
  const Policy http{.admit_http = true};
  EXPECT_EQ(refusal_of("http://a.example/", http), std::nullopt);
  EXPECT_EQ(refusal_of("http://a.example:443/", http), std::nullopt);
  EXPECT_EQ(refusal_of("https://a.example:80/", http), kClosedPort);
  EXPECT_EQ(refusal_of("http://a.example/"), kPlainHttp);
}

TEST(Guard, RefusesNamesThatLeadInside) {
  for (const char* host : {"receiver", "intranet", "com"})
    EXPECT_EQ(refusal_of(std::string("https://") + host + "/"), kSingleLabel) << host;
  for (const char* host : {"localhost", "LOCALHOST", "a.localhost", "printer.local", "local", "x.internal", "internal",
                           "a.b.internal", "nas.home.arpa", "home.arpa", "abc.onion"})
    EXPECT_EQ(refusal_of(std::string("https://") + host + "/"), kReservedName) << host;
  for (const char* host :
       {"metadata", "metadata.google.internal", "Metadata.Google.Internal", "metadata.goog", "instance-data",
        "metadata.azure.com", "metadata.tencentyun.com", "instance-data.ec2.internal", "x.metadata.google.internal"})
    EXPECT_EQ(refusal_of(std::string("https://") + host + "/"), kMetadataName) << host;
  for (const char* host : {"a.example", "notlocalhost.com", "mylocal.example", "internal.example", "xlocal.com",
                           "onion.example", "metadata.example"})
    EXPECT_EQ(refusal_of(std::string("https://") + host + "/"), std::nullopt) << host;
}

TEST(Guard, JudgesANameTheSameWithTheDotOfTheRoot) {
  EXPECT_EQ(refusal_of("https://shop.example./"), std::nullopt);
  EXPECT_EQ(refusal_of("https://localhost./"), kReservedName);
  EXPECT_EQ(refusal_of("https://printer.local./"), kReservedName);
  EXPECT_EQ(refusal_of("https://metadata.google.internal.:8443/"), kMetadataName);
  EXPECT_EQ(refusal_of("https://receiver./"), kSingleLabel);
  EXPECT_EQ(refusal_of("https://box.internal./", with({"box.internal"})), std::nullopt);
  EXPECT_EQ(refusal_of("https://box.internal/", with({"box.internal."})), std::nullopt);
}

TEST(Guard, JudgesNumericHosts) {
  for (const char* host : {"8.8.8.8", "1.1.1.1", "[2600::1]", "[2a00:1450:4001::1]"})
    EXPECT_EQ(refusal_of(std::string("https://") + host + "/"), std::nullopt) << host;
  for (const char* host :
       {"10.0.0.1", "192.168.0.1", "172.16.0.1", "100.64.0.1", "[fd12::1]", "[2001:db8::1]", "198.18.0.1"})
    EXPECT_EQ(refusal_of(std::string("https://") + host + "/"), kSpecialAddress) << host;
  for (const char* host : {"127.0.0.1", "127.9.9.9", "[::1]", "[0:0::1]"})
    EXPECT_EQ(refusal_of(std::string("https://") + host + "/"), kLoopbackAddress) << host;
  for (const char* host :
       {"169.254.169.254", "0.0.0.0", "[::]", "[::ffff:10.0.0.1]", "[::ffff:a00:1]", "[::10.0.0.1]", "[2002:a00:1::]",
        "[2001:0:1::]", "[fe80::1]", "[fd00:ec2::254]", "224.0.0.1", "255.255.255.255", "168.63.129.16"})
    EXPECT_EQ(refusal_of(std::string("https://") + host + "/"), kNeverAddress) << host;
}

TEST(Guard, RefusesAllAnswersForOneThatIsDenied) {
  EXPECT_EQ(refusal_after_dns("https://a.example/", {"8.8.8.8", "2600::1"}), std::nullopt);
  EXPECT_EQ(refusal_after_dns("https://a.example/", {"8.8.8.8", "10.0.0.1"}), kSpecialAddress);
  EXPECT_EQ(refusal_after_dns("https://a.example/", {"10.0.0.1", "8.8.8.8"}), kSpecialAddress);
  EXPECT_EQ(refusal_after_dns("https://a.example/", {"8.8.8.8", "::1"}), kLoopbackAddress);
  EXPECT_EQ(refusal_after_dns("https://a.example/", {"8.8.8.8", "8.8.4.4", "::ffff:8.8.8.8"}), kNeverAddress);
  EXPECT_EQ(refusal_after_dns("https://a.example/", {"169.254.169.254"}), kNeverAddress);
}

TEST(Guard, JudgesWhatDns64MadeByTheAddressInside) {
  // What DNS64 returns for a receiver that only has IPv4.
  EXPECT_EQ(refusal_after_dns("https://a.example/", {"151.101.3.52", "64:ff9b::9765:334"}), std::nullopt);
  EXPECT_EQ(refusal_of("https://[64:ff9b::9765:334]/"), std::nullopt);
  EXPECT_EQ(refusal_after_dns("https://a.example/", {"151.101.3.52", "64:ff9b::10.3.3.3"}), kSpecialAddress);
  EXPECT_EQ(refusal_of("https://[64:ff9b::172.20.1.1]/"), kSpecialAddress);
  EXPECT_EQ(refusal_of("https://[64:ff9b::168.63.129.16]/"), kNeverAddress);
  EXPECT_EQ(refusal_of("https://[64:ff9b::a9fe:aa02]/"), kNeverAddress);
  EXPECT_EQ(refusal_of("https://[64:ff9b::127.0.0.1]/"), kLoopbackAddress);
  EXPECT_EQ(refusal_of("https://[64:ff9b:1::9765:334]/"), kNeverAddress);
  const Policy own{.own = {*IpAddress::parse("151.101.3.52")}};
  EXPECT_EQ(refusal_after_dns("https://a.example/", {"64:ff9b::9765:334"}, own), kOwnAddress);
  EXPECT_EQ(refusal_after_dns("https://a.example/", {"10.20.9.9", "64:ff9b::10.20.9.9"}, with({"10.20.0.0/16"})),
            std::nullopt);
  const auto all = with({"0.0.0.0/0", "::/0"}, {.admit_loopback = true});
  EXPECT_EQ(refusal_after_dns("https://a.example/", {"64:ff9b::127.0.0.1"}, all), kLoopbackAddress);
  Policy policy;
  Issues issues;
  read_allowlist(std::vector<std::string>{"64:ff9b::/96", "64:ff9b::8.8.4.4"}, policy, issues);
  EXPECT_TRUE(policy.ranges.empty());
}

TEST(Guard, OrdersWhatItAdmits) {
  const auto target = *check_url("https://a.example/", {});
  const auto first = *IpAddress::parse("2600::1"), second = *IpAddress::parse("8.8.8.8"),
             third = *IpAddress::parse("8.8.4.4");
  const std::vector answers{first, second, second, third};
  EXPECT_EQ(*classify(answers, target, {}), (std::vector{second, third, first}));
}

TEST(Guard, AdmitsWhatTheAllowlistNames) {
  const auto policy = with({"hooks.internal.example", "receiver", "box.internal:6379", "10.20.0.0/16",
                            "192.168.7.7:5432", "fd12::/48", "[fd13::1]:9200"});
  EXPECT_EQ(refusal_after_dns("https://hooks.internal.example/", {"10.99.0.1"}, policy), std::nullopt);
  EXPECT_EQ(refusal_after_dns("https://HOOKS.internal.example:8443/", {"192.168.0.1", "fd99::1"}, policy),
            std::nullopt);
  EXPECT_EQ(refusal_after_dns("https://hooks.internal.example:6379/", {"10.99.0.1"}, policy), kClosedPort);
  EXPECT_EQ(refusal_after_dns("https://hooks.internal.example/", {"127.0.0.1"}, policy), kLoopbackAddress);
  EXPECT_EQ(refusal_after_dns("https://receiver/", {"10.1.1.1"}, policy), std::nullopt);
  EXPECT_EQ(refusal_after_dns("https://box.internal:6379/", {"10.1.1.1"}, policy), std::nullopt);
  EXPECT_EQ(refusal_after_dns("https://box.internal/", {"10.1.1.1"}, policy), kReservedName);
  EXPECT_EQ(refusal_after_dns("https://a.example/", {"10.20.3.4"}, policy), std::nullopt);
  EXPECT_EQ(refusal_after_dns("https://a.example/", {"10.21.0.0"}, policy), kSpecialAddress);
  EXPECT_EQ(refusal_of("https://10.20.255.255/", policy), std::nullopt);
  EXPECT_EQ(refusal_of("https://10.20.0.1:5432/", policy), kClosedPort);
  EXPECT_EQ(refusal_of("https://192.168.7.7:5432/", policy), std::nullopt);
  EXPECT_EQ(refusal_of("https://192.168.7.7/", policy), kSpecialAddress);
  EXPECT_EQ(refusal_of("https://[fd12::9]/", policy), std::nullopt);
  EXPECT_EQ(refusal_of("https://[fd13::1]:9200/", policy), std::nullopt);
  EXPECT_EQ(refusal_of("https://[::ffff:10.20.0.1]/", policy), kNeverAddress);
}

TEST(Guard, NeverAdmitsLinkLocalOrMetadata) {
  const auto policy = with({"hooks.example", "0.0.0.0/0", "::/0", "fd00::/8"});
  for (const char* address : {"169.254.169.254", "168.63.129.16", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254",
                              "64:ff9b::a9fe:a9fe", "0.0.0.0", "2002:a9fe:a9fe::", "2600::5efe:a9fe:a9fe"})
    EXPECT_EQ(refusal_after_dns("https://hooks.example/", {address}, policy), kNeverAddress) << address;
  EXPECT_EQ(refusal_of("https://127.0.0.1/", policy), std::nullopt);
}

TEST(Guard, RefusesToCallItself) {
  const Policy own{.own = {*IpAddress::parse("8.8.8.8"), *IpAddress::parse("10.20.0.5")}};
  EXPECT_EQ(refusal_of("https://8.8.8.8/", own), kOwnAddress);
  EXPECT_EQ(refusal_after_dns("https://a.example/", {"8.8.4.4", "8.8.8.8"}, own), kOwnAddress);
  EXPECT_EQ(refusal_of("https://10.20.0.5/", with({"10.20.0.0/16"}, own)), kOwnAddress);
  EXPECT_EQ(refusal_of("https://10.20.0.5/", with({"10.20.0.5"}, own)), std::nullopt);
  for (const auto& address : own_addresses()) {
    EXPECT_NE(standing_of(address), Standing::kLoopback);
    EXPECT_NE(refusal_of("https://" + address.host_text() + "/", Policy{.own = own_addresses()}), std::nullopt);
  }
}

TEST(Guard, InDevelopmentAdmitsThisMachine) {
  const Policy dev{.admit_http = true, .admit_loopback = true};
  for (const char* url : {"http://127.0.0.1:9999/", "http://localhost:3000/x", "http://a.localhost:8080/",
                          "http://[::1]:6379/", "https://127.0.0.1:5432/", "http://127.0.0.1/"})
    EXPECT_EQ(refusal_of(url, dev), std::nullopt) << url;
  EXPECT_EQ(refusal_of("http://127.0.0.1:22/", dev), kClosedPort);
  EXPECT_EQ(refusal_of("http://10.0.0.1:8080/", dev), kSpecialAddress);
  EXPECT_EQ(refusal_of("http://169.254.169.254/", dev), kNeverAddress);
  EXPECT_EQ(refusal_of("http://metadata.google.internal/", dev), kMetadataName);
}

TEST(Allowlist, NamesEachFaultAtItsPlace) {
  const std::vector<std::string> entries{"",
                                         "ok.example",
                                         "10.20.0.1/16",
                                         "169.254.0.0/16",
                                         "169.254.169.254",
                                         "fe80::/64",
                                         "*.example.com",
                                         "a.example:0",
                                         "http://a.example",
                                         "a b",
                                         "127.1",
                                         "10.0.0.0/8:80",
                                         "fd00:ec2::254",
                                         "metadata.google.internal",
                                         "a.example..",
                                         "::ffff:10.0.0.1",
                                         "user@a.example",
                                         "a.example/x"};
  Policy policy;
  Issues issues;
  read_allowlist(entries, policy, issues);
  EXPECT_EQ(policy.hosts, (std::vector<HostEntry>{{"ok.example", {}}}));
  EXPECT_TRUE(policy.ranges.empty());
  ASSERT_EQ(issues.items().size(), entries.size() - 1);
  EXPECT_EQ(issues.items()[0].field, "egress[0]");
  EXPECT_EQ(issues.items()[1].field, "egress[2]");
}

TEST(Headers, TakesOnlyWhatASubscriptionMaySet) {
  EXPECT_TRUE(is_sendable_header("X-Api-Key", "abc def\tghi"));
  EXPECT_TRUE(is_sendable_header("authorization", "Bearer x"));
  for (const char* name : {"Host", "content-LENGTH", "Transfer-Encoding", "Connection", "Expect", "Upgrade", "TE",
                           "Proxy-Authorization", "", "a b", "a:b", "a\r\nb", "é"})
    EXPECT_FALSE(is_sendable_header(name, "x")) << name;
  EXPECT_FALSE(is_sendable_header("x", "a\r\nb: c"));
  EXPECT_FALSE(is_sendable_header("x", std::string("a\0b", 3)));
}

}  // namespace
}  // namespace beckon::egress
