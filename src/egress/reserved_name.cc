#include "egress/reserved_name.h"

#include <algorithm>
#include <array>

namespace beckon::egress {
namespace {

constexpr std::array<std::string_view, 4> kReserved{"local", "internal", "home.arpa", "onion"};

constexpr std::array<std::string_view, 16> kMetadata{
    "metadata",                        // Google, inside the search domain
    "metadata.google.internal",        //
    "metadata.goog",                   //
    "instance-data",                   // AWS
    "instance-data.ec2.internal",      //
    "metadata.ec2.internal",           //
    "metadata.azure.com",              // Azure
    "metadata.azure.internal",         //
    "metadata.platformequinix.com",    // Equinix
    "metadata.packet.net",             //
    "metadata.tencentyun.com",         // Tencent
    "metadata.cloud.tencent.com",      //
    "metadata.oraclecloud.com",        // Oracle
    "metadata.service.softlayer.com",  // IBM
    "api.metadata.cloud.ibm.com",      //
    "metadata.vultr.com",              // Vultr
};

bool is_or_under(std::string_view name, std::string_view domain) {
  return name == domain ||
         (name.size() > domain.size() && name.ends_with(domain) && name[name.size() - domain.size() - 1] == '.');
}

}  // namespace

bool is_localhost(std::string_view name) { return is_or_under(name, "localhost"); }

bool is_reserved_name(std::string_view name) {
  return is_localhost(name) || std::ranges::any_of(kReserved, [&](auto domain) { return is_or_under(name, domain); });
}

bool is_metadata_name(std::string_view name) {
  return std::ranges::any_of(kMetadata, [&](auto each) { return is_or_under(name, each); });
}

}  // namespace beckon::egress
