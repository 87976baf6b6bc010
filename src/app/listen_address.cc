#include "app/listen_address.h"

#include <charconv>

#include "base/ip_address.h"

namespace beckon::app {

bool ListenAddress::is_loopback() const { return host.starts_with("127.") || host == "::1"; }

std::optional<ListenAddress> parse_listen(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view port = text.substr(colon + 1);
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  ListenAddress address{.host = std::string(host)};
  if (host.empty()) address.host = "0.0.0.0";
  if (host == "localhost") address.host = "127.0.0.1";
  const auto [end, fault] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (fault != std::errc{} || end != port.data() + port.size() || port.empty()) return std::nullopt;
  if (!IpAddress::parse(address.host)) return std::nullopt;
  return address;
}

std::optional<std::string> refused_to_listen(const Settings& settings) {
  for (const std::string* where : {&settings.listen, &settings.metrics_listen, &settings.node_listen}) {
    if (where->empty()) continue;
    const auto address = parse_listen(*where);
    if (!address) return "\"" + *where + "\" is not HOST:PORT with an IP address; for example 127.0.0.1:8080";
    if (address->is_loopback()) continue;
    if (settings.dev) return "--dev serves loopback only, not " + *where;
    if (where == &settings.listen && settings.master_key_file.empty())
      return *where +
             " is reachable from outside, so a master key for the stored secrets is required. Create one:\n"
             "  head -c 32 /dev/urandom | base64 > master.key && chmod 600 master.key\n"
             "and start with --master-key-file master.key";
  }
  return std::nullopt;
}

}  // namespace beckon::app
