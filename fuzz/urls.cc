// The URL guard: an accepted URL is what it says, libcurl sees the same host in it, and nothing that no allowlist may
// admit is ever admitted.
#include <string>
#include <vector>

#include "base/check.h"
#include "egress/reserved_name.h"
#include "egress/testing/second_opinion.h"
#include "input.h"

namespace beckon::egress {
namespace {

// The operator's policy: admits everything that can be admitted, and the input's entry.
Policy policy_of(std::string_view entry) {
  Policy policy{.admit_http = true, .admit_loopback = true};
  Issues issues;
  const std::vector<std::string> entries{"0.0.0.0/0", "::/0", "hooks.internal", "receiver", std::string(entry)};
  read_allowlist(entries, policy, issues);
  for (const HostEntry& host : policy.hosts) {
    std::string name;
    std::optional<IpAddress> address;
    CHECK(!read_host(host.host, name, address) && !address && name == host.host);
    CHECK(!is_metadata_name(name));
  }
  for (const RangeEntry& range : policy.ranges) {
    CHECK(!never_admitted(range.range));
    CHECK(IpRange::parse(range.range.text()) == range.range);
    CHECK(range.range.contains(range.range.first) && range.range.contains(range.range.last()));
  }
  return policy;
}

void check_under(const Policy& policy, const std::string& text) {
  const auto target = check_url(text, policy);
  if (!target) return;
  CHECK(parse_url(text) == target->url);
  if (!target->url.address) {
    CHECK(!is_metadata_name(target->url.host));
    return;
  }
  CHECK(standing_of(*target->url.address) != Standing::kNever);
  const auto order = classify(std::vector{*target->url.address, *target->url.address}, *target, policy);
  CHECK(order && *order == std::vector{*target->url.address});
}

// An address is judged the same however it is written, and so is one that embeds another.
void check_address(std::string_view bytes) {
  if (bytes.size() < 16) return;
  std::array<std::uint8_t, 16> raw{};
  std::ranges::copy(bytes.substr(0, 16), raw.begin());
  for (const IpAddress& address : {IpAddress::v6(raw), IpAddress::v4(raw[0], raw[1], raw[2], raw[3])}) {
    CHECK(IpAddress::parse(address.text()) == address);
    CHECK(address.unmapped().mapped() == address.mapped());
    const auto url = parse_url("https://" + address.host_text() + "/");
    CHECK(url && url->address == address && url->host == address.text());
    const bool admitted = check_url("https://" + address.host_text() + "/", {}).has_value();
    CHECK(admitted == (standing_of(address) == Standing::kPublic));
    CHECK(testing::fault_of("https://" + address.host_text() + "/").empty());
  }
}

}  // namespace
}  // namespace beckon::egress

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beckon::egress;
  beckon::fuzz::Input input(data, size);
  const std::uint8_t choice = input.byte();
  if (choice == 1) {
    check_address(input.rest());
    return 0;
  }
  const std::string text(input.rest().substr(0, input.rest().find('\n')));
  const auto fault = testing::fault_of(text);
  if (!fault.empty()) std::fprintf(stderr, "%s: %s\n", text.c_str(), fault.c_str());
  CHECK(fault.empty());
  if (choice == 0) return 0;
  const std::string entry(input.rest().substr(std::min(text.size() + 1, input.rest().size())));
  check_under(policy_of(entry), text);
  return 0;
}
