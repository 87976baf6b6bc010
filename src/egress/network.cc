#include "egress/network.h"

#include "egress/reserved_name.h"

namespace beckon::egress {

Answer fetch(Order order, const Clock& clock, const NetworkSettings& settings) {
  Network network(clock, settings);
  std::optional<Answer> answer;
  const auto at_most = order.limits.whole;
  network.egress().send(std::move(order), [&](Answer came) { answer = std::move(came); });
  while (!answer) network.egress().poll(at_most);
  return std::move(*answer);
}

std::optional<Refusal> judge_endpoint(std::string_view url, const Policy& policy, const ResolverSettings& settings,
                                      Duration at_most) {
  const auto target = check_url(url, policy);
  if (!target) return target.error();
  if (target->url.address || is_localhost(target->url.host)) return std::nullopt;  // judged with the text
  const auto lookup = resolve_now(target->url.host, at_most, settings);
  if (lookup.outcome != Lookup::Outcome::kFound) return std::nullopt;
  const auto order = classify(lookup.addresses, *target, policy);
  return order ? std::nullopt : std::optional{order.error()};
}

}  // namespace beckon::egress
