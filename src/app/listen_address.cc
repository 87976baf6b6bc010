#include "app/listen_address.h"

namespace beckon::app {
namespace {

bool is_loopback(const IpAddress& address) {
  const std::string text = address.text();
  return text.starts_with("127.") || text == "::1";
}

}  // namespace

std::optional<net::Endpoint> parse_listen(std::string_view text) {
  constexpr std::string_view kLocal = "localhost:";
  if (text.starts_with(':')) return net::Endpoint::parse("0.0.0.0" + std::string(text));
  if (text.starts_with(kLocal)) return net::Endpoint::parse("127.0.0.1:" + std::string(text.substr(kLocal.size())));
  return net::Endpoint::parse(text);
}

std::optional<std::string> refused_to_listen(const Settings& settings) {
  for (const std::string* where : {&settings.listen, &settings.metrics_listen, &settings.node_listen}) {
    if (where->empty()) continue;
    const auto address = parse_listen(*where);
    if (!address) return "\"" + *where + "\" is not HOST:PORT with an IP address; for example 127.0.0.1:8080";
    if (is_loopback(address->address)) continue;
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
