#include "net/socket_address.h"

#include <gtest/gtest.h>

namespace beckon::net {
namespace {

TEST(Endpoint, IsReadAndWrittenWithAnAddressOfEitherFamily) {
  for (const auto& [given, address, port, text] :
       {std::tuple{"192.0.2.1:80", "192.0.2.1", 80, "192.0.2.1:80"},
        {"[2001:db8::1]:65535", "2001:db8::1", 65'535, "[2001:db8::1]:65535"},
        {"[0:0::1]:7946", "::1", 7'946, "[::1]:7946"},
        {"::1:7946", "::1", 7'946, "[::1]:7946"},
        {"127.0.0.1:0", "127.0.0.1", 0, "127.0.0.1:0"}}) {
    const auto at = Endpoint::parse(given);
    ASSERT_TRUE(at) << given;
    EXPECT_EQ(at->address.text(), address);
    EXPECT_EQ(at->port, port);
    EXPECT_EQ(at->text(), text);
    EXPECT_EQ(Endpoint::parse(text)->text(), text);
  }
}

TEST(Endpoint, IsNoOtherText) {
  for (const char* given : {"", ":80", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:8a",
                            "localhost:80", "[192.0.2.1:80", "[]:80", "2001:db8::1]:80"})
    EXPECT_FALSE(Endpoint::parse(given)) << given;
}

}  // namespace
}  // namespace beckon::net
