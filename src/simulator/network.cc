#include "simulator/network.h"

#include <charconv>

namespace beckon::simulator {
namespace {

using dispatch::SendResult;
using outbox::AttemptOutcome;

std::string_view behind(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == text.npos) return {};
  text.remove_prefix(at + mark.size());
  return text.substr(0, text.find('"'));
}

template <class Number>
Number number(std::string_view text) {
  Number value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string_view header(const dispatch::SendRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers)
    if (key == name) return value;
  return {};
}

SendResult status(int code) { return {.outcome = AttemptOutcome::kStatus, .status = code, .body = "ok"}; }
SendResult error(AttemptOutcome outcome) { return {.outcome = outcome, .error = "no"}; }

}  // namespace

std::string Network::address(std::size_t subscription, int number) {
  return "https://hooks.example/" + std::to_string(subscription) + "/" + std::to_string(number);
}

Received Network::read(const dispatch::SendRequest& request) const {
  std::string_view path = std::string_view(request.url).substr(std::string_view("https://hooks.example/").size());
  Received received{.subscription = number<std::size_t>(path), .address = number<int>(path.substr(path.find('/') + 1))};
  received.event = header(request, "webhook-id");
  received.attempt = number<int>(header(request, "x-arjun-attempt"));
  received.type = behind(*request.body, "\"type\":\"");
  std::string_view body = *request.body;
  const bool message = received.type == "chain.message.due";
  if (message) body = body.substr(std::min(body.size(), body.find("\"anchor\":")));
  // The message of a delayed rule contains its anchor, but is not about it.
  if (const auto value = behind(body, "\"signalValue\":\"s");
      !value.empty() && (message || received.type.starts_with("signal.")))
    (message ? received.anchor : received.signal) = number<std::size_t>(value);
  received.body = std::hash<std::string>{}(*request.body);
  require(received.event == behind(*request.body, "{\"id\":\""),
          [&] { return "P4: webhook-id and the id in the body differ: " + received.event; });
  return received;
}

void Network::send(dispatch::SendRequest request, Completion done) {
  stage_.moment("as an attempt begins");
  UnderWay one{.request = {}, .body = request.body, .result = {}, .done = std::move(done)};
  one.request = read(request);
  one.request.life = life;
  attempts_.begun(one.request);
  Reply reply = reply_of(outside_.subscriptions[one.request.subscription], request.whole);
  reply.result.total_us = std::chrono::microseconds{reply.behind}.count();
  one.result = std::move(reply.result);
  under_way_.emplace(stage_.time.passed() + reply.behind, std::move(one));
}

// Like the real one: reports what has completed; then the dispatcher runs again at once, or when something is next.
void Network::poll(Duration most) {
  const Duration now = stage_.time.passed();
  bool told = false;
  while (!under_way_.empty() && under_way_.begin()->first <= now) {
    UnderWay one = std::move(under_way_.extract(under_way_.begin()).mapped());
    stage_.moment("as an answer arrives");
    attempts_.ended(one.request, one.result);
    one.done(std::move(one.result));
    told = true;
  }
  next_ = std::exchange(woken_, false) || told ? now : now + most;
  if (!under_way_.empty()) next_ = std::min(next_, under_way_.begin()->first);
}

void Network::wake() {
  woken_ = true;
  next_ = std::min(next_, stage_.time.passed() + stage_.dice.between(0ms, 3ms));
}

Network::Reply Network::reply_of(const KnownSubscription& subscription, Duration whole) {
  Dice& dice = stage_.dice;
  const Duration soon = dice.spread(1ms, 60ms);
  const auto count = [&](Count kind, Reply reply) {
    stage_.counts.add(kind);
    return reply;
  };
  const auto well = [&] { return Reply{status(200), soon}; };
  if (calm) return well();
  switch (subscription.mood) {
    case Mood::kHealthy: return well();
    case Mood::kSlow: return {status(204), dice.spread(100ms, whole - 1ms)};
    case Mood::kFlaky: return dice.one_in(2) ? well() : count(Count::kServerErrors, {status(500), soon});
    case Mood::kDown:
      return count(Count::kConnectFailed, {error(AttemptOutcome::kConnect), dice.one_in(2) ? soon : Duration{3s}});
    case Mood::kReset: return count(Count::kReset, {error(AttemptOutcome::kTls), soon});
    case Mood::kNoName: return count(Count::kDnsFailed, {error(AttemptOutcome::kDns), dice.spread(5ms, 3s)});
    case Mood::kSilent: return count(Count::kTimeouts, {error(AttemptOutcome::kTimeout), whole});
    case Mood::kErrors: return count(Count::kServerErrors, {status(dice.between(500, 504)), dice.spread(1ms, 3s)});
    case Mood::kBusy: {
      Reply busy{status(dice.one_in(2) ? 429 : 503), soon};
      busy.result.retry_after = dice.one_in(3) ? Duration{1'000'000h} : dice.spread(1s, 2h);
      return count(Count::kRetryAfter, std::move(busy));
    }
    case Mood::kTerminal:
      return count(Count::kTerminal, dice.one_in(4) ? Reply{error(AttemptOutcome::kRefused), 0ms}
                                                    : Reply{status(dice.one_in(2) ? 400 : 302), soon});
    case Mood::kGone: return count(Count::kGone, {status(410), soon});
  }
  return well();
}

}  // namespace beckon::simulator
