#include "egress/cares_resolver.h"

#include <sys/socket.h>

#include <optional>

namespace beckon::egress {
namespace {

using std::chrono::steady_clock;

}  // namespace

// One lookup; lives until both queries have ended inside c-ares, which cannot cancel one.
struct CaresResolver::Pending {
  Ticket ticket = 0;
  SteadyTime started;
  Completion completion;  // empty once it has run or was canceled
  EventLoop::Timer deadline;
  int open = 2;
  bool timed_out = false, failed = false, no_name = false;
  std::vector<IpAddress> addresses;
};

CaresResolver::CaresResolver(EventLoop& loop, ResolverSettings settings)
    : loop_(loop), settings_(std::move(settings)), servers_({settings_.watched_file}, settings_.watch_each) {
  channels_.push_back(std::make_unique<CaresChannel>(loop_, settings_));
}

CaresResolver::~CaresResolver() {
  for (auto& [ticket, pending] : pending_) {
    loop_.cancel(pending->deadline);
    pending->completion = nullptr;
  }
}

Resolver::Ticket CaresResolver::start(const std::string& name, Duration at_most, Completion completion) {
  renew_channel();
  auto pending = std::make_shared<Pending>();
  pending->ticket = next_++;
  pending->started = steady_clock::now();
  pending->completion = std::move(completion);
  pending->deadline = loop_.at(pending->started + at_most, [this, pending] {
    pending->timed_out = true;
    finish(*pending);
  });
  pending_.emplace(pending->ticket, pending);
  for (const int family : {AF_INET, AF_INET6})
    channels_.back()->ask(name, family, [this, pending](Lookup::Outcome outcome, std::vector<IpAddress> addresses) {
      told(pending, outcome, std::move(addresses));
    });
  return pending->ticket;
}

void CaresResolver::cancel(Ticket ticket) {
  const auto found = pending_.find(ticket);
  if (found == pending_.end()) return;
  loop_.cancel(found->second->deadline);
  found->second->completion = nullptr;
  pending_.erase(found);
}

void CaresResolver::told(const std::shared_ptr<Pending>& pending, Lookup::Outcome outcome,
                         std::vector<IpAddress> addresses) {
  --pending->open;
  if (!pending->completion) return;  // too late, or canceled
  pending->timed_out = pending->timed_out || outcome == Lookup::Outcome::kTimeout;
  pending->failed = pending->failed || outcome == Lookup::Outcome::kFailed;
  pending->no_name = pending->no_name || outcome == Lookup::Outcome::kNoName;
  pending->addresses.insert(pending->addresses.end(), addresses.begin(), addresses.end());
  const bool only_v6_is_open = !addresses.empty() && !addresses.front().is_v6();
  if (pending->open > 0 && !only_v6_is_open) return;
  // Through the event loop, because this may run inside start(), and always runs inside c-ares.
  const auto until = steady_clock::now() + (pending->open > 0 ? settings_.v6_grace : Duration{0});
  if (until >= pending->deadline.first) return;
  loop_.cancel(pending->deadline);
  pending->deadline = loop_.at(until, [this, pending] { finish(*pending); });
}

void CaresResolver::finish(Pending& pending) {
  Lookup lookup{.addresses = std::move(pending.addresses)};
  lookup.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - pending.started);
  if (!lookup.addresses.empty())
    lookup.outcome = Lookup::Outcome::kFound;
  else if (pending.timed_out)
    lookup.outcome = Lookup::Outcome::kTimeout;
  else if (pending.failed)
    lookup.outcome = Lookup::Outcome::kFailed;
  else
    lookup.outcome = pending.no_name ? Lookup::Outcome::kNoName : Lookup::Outcome::kNoAddress;
  auto completion = std::exchange(pending.completion, nullptr);
  pending_.erase(pending.ticket);
  completion(std::move(lookup));
}

// c-ares reads its servers once per channel, so a changed file needs a new channel.
void CaresResolver::renew_channel() {
  if (servers_.changed()) channels_.push_back(std::make_unique<CaresChannel>(loop_, settings_));
  if (channels_.size() == 1) return;
  const auto* newest = channels_.back().get();
  std::erase_if(channels_, [newest](const auto& channel) { return channel.get() != newest && channel->open() == 0; });
}

}  // namespace beckon::egress
