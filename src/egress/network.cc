#include "egress/network.h"

#include <optional>

namespace beckon::egress {

Answer fetch(Order order, const Clock& clock, const NetworkSettings& settings) {
  Network network(clock, settings);
  std::optional<Answer> answer;
  const auto at_most = order.limits.whole;
  network.egress().send(std::move(order), [&](Answer came) { answer = std::move(came); });
  while (!answer) network.egress().poll(at_most);
  return std::move(*answer);
}

}  // namespace beckon::egress
