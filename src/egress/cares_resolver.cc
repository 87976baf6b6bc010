#include "egress/cares_resolver.h"

#include <netdb.h>
#include <sys/time.h>

#include <algorithm>

#include "base/check.h"

namespace beckon::egress {
namespace {

using std::chrono::steady_clock;

// c-ares is set up once for the process; its own counter makes that safe only under a lock.
void set_up_library() {
  static const int done = ares_library_init(ARES_LIB_INIT_ALL);
  CHECK(done == ARES_SUCCESS);
}

enum class Ended { kAnswered, kNoName, kTimeout, kFailed };

Ended ended(int status) {
  if (status == ARES_SUCCESS) return Ended::kAnswered;
  if (status == ARES_ENOTFOUND || status == ARES_ENODATA) return Ended::kNoName;
  return status == ARES_ETIMEOUT ? Ended::kTimeout : Ended::kFailed;
}

}  // namespace

// One name asked for; lives until both questions have ended inside c-ares, which cannot take one back.
struct CaresResolver::Pending {
  Ticket ticket;
  SteadyTime started;
  Completion completion;  // empty once it has run or was cancelled
  Reactor::Timer deadline;
  int open = 2;
  bool timed_out = false, failed = false;
  std::vector<Address> addresses;
};

struct CaresResolver::Question {
  CaresResolver* self;
  std::shared_ptr<Pending> pending;
};

CaresResolver::CaresResolver(Reactor& reactor, const ResolverSettings& settings) : reactor_(reactor) {
  set_up_library();
  std::string lookups = settings.hosts_file ? "fb" : "b";
  ares_options options{};
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
  options.timeout = static_cast<int>(settings.try_each.count());
  options.tries = 2;
  options.ndomains = 0;
  options.lookups = lookups.data();
  options.sock_state_cb = &CaresResolver::on_socket;
  options.sock_state_cb_data = this;
  const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS |
                   ARES_OPT_SOCK_STATE_CB;
  CHECK(ares_init_options(&channel_, &options, mask) == ARES_SUCCESS);
  if (!settings.servers.empty()) CHECK(ares_set_servers_ports_csv(channel_, settings.servers.c_str()) == ARES_SUCCESS);
}

CaresResolver::~CaresResolver() {
  for (auto& [ticket, pending] : pending_) {
    reactor_.cancel(pending->deadline);
    pending->completion = nullptr;
  }
  ares_destroy(channel_);  // ends all questions and closes all sockets, through the callbacks below
  if (timer_) reactor_.cancel(*timer_);
}

Resolver::Ticket CaresResolver::start(const std::string& name, Duration at_most, Completion completion) {
  auto pending = std::make_shared<Pending>();
  pending->ticket = next_++;
  pending->started = steady_clock::now();
  pending->completion = std::move(completion);
  pending->deadline = reactor_.at(pending->started + at_most, [this, pending] {
    pending->timed_out = pending->timed_out || pending->open > 0;
    finish(*pending);
  });
  pending_.emplace(pending->ticket, pending);
  ask(pending, name, AF_INET);
  ask(pending, name, AF_INET6);
  arm_timer();
  return pending->ticket;
}

void CaresResolver::cancel(Ticket ticket) {
  const auto found = pending_.find(ticket);
  if (found == pending_.end()) return;
  reactor_.cancel(found->second->deadline);
  found->second->completion = nullptr;
  pending_.erase(found);
}

void CaresResolver::ask(const std::shared_ptr<Pending>& pending, const std::string& name, int family) {
  ares_addrinfo_hints hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = ARES_AI_NOSORT;
  ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, &CaresResolver::on_answer, new Question{this, pending});
}

void CaresResolver::on_answer(void* question, int status, int, ares_addrinfo* answer) {
  const std::unique_ptr<Question> asked(static_cast<Question*>(question));
  const std::unique_ptr<ares_addrinfo, decltype(&ares_freeaddrinfo)> owned(answer, &ares_freeaddrinfo);
  auto& pending = *asked->pending;
  --pending.open;
  if (!pending.completion) return;  // too late, or not wanted any more
  switch (ended(status)) {
    case Ended::kAnswered: break;
    case Ended::kNoName: break;
    case Ended::kTimeout: pending.timed_out = true; break;
    case Ended::kFailed: pending.failed = true; break;
  }
  for (const auto* node = answer == nullptr ? nullptr : answer->nodes; node != nullptr; node = node->ai_next)
    if (const auto address = Address::from(node->ai_addr)) pending.addresses.push_back(*address);
  if (pending.open > 0) return;
  // Through the reactor, for this may run inside start(), or inside c-ares.
  auto& reactor = asked->self->reactor_;
  reactor.cancel(pending.deadline);
  pending.deadline =
      reactor.at(steady_clock::now(), [self = asked->self, kept = asked->pending] { self->finish(*kept); });
}

void CaresResolver::finish(Pending& pending) {
  if (!pending.completion) return;
  Lookup lookup{.addresses = std::move(pending.addresses)};
  lookup.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - pending.started);
  if (!lookup.addresses.empty()) lookup.outcome = Lookup::Outcome::kFound;
  else if (pending.timed_out) lookup.outcome = Lookup::Outcome::kTimeout;
  else lookup.outcome = pending.failed ? Lookup::Outcome::kFailed : Lookup::Outcome::kNoName;
  auto completion = std::exchange(pending.completion, nullptr);
  pending_.erase(pending.ticket);
  completion(std::move(lookup));
}

void CaresResolver::on_ready(int fd, bool readable, bool writable) {
  ares_process_fd(channel_, readable ? fd : ARES_SOCKET_BAD, writable ? fd : ARES_SOCKET_BAD);
  arm_timer();
}

void CaresResolver::on_socket(void* self, ares_socket_t fd, int readable, int writable) {
  auto& resolver = *static_cast<CaresResolver*>(self);
  resolver.reactor_.watch(fd, readable != 0, writable != 0, resolver);
}

void CaresResolver::arm_timer() {
  if (timer_) reactor_.cancel(*timer_);
  timer_.reset();
  timeval wait{};
  if (ares_timeout(channel_, nullptr, &wait) == nullptr) return;
  const auto until = steady_clock::now() + std::chrono::seconds{wait.tv_sec} + std::chrono::microseconds{wait.tv_usec};
  timer_ = reactor_.at(until, [this] {
    timer_.reset();
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    arm_timer();
  });
}

Lookup resolve_now(const std::string& name, Duration at_most, const ResolverSettings& settings) {
  Reactor reactor;
  CaresResolver resolver(reactor, settings);
  std::optional<Lookup> found;
  resolver.start(name, at_most, [&](Lookup lookup) { found = std::move(lookup); });
  while (!found) reactor.poll(at_most);
  return std::move(*found);
}

}  // namespace beckon::egress
