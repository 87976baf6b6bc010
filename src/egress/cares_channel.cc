#include "egress/cares_channel.h"

#include <netdb.h>
#include <sys/time.h>

#include <memory>

#include "base/check.h"
#include "net/socket_address.h"

namespace beckon::egress {
namespace {

using std::chrono::steady_clock;

void set_up_cares() {
  static const int done = ares_library_init(ARES_LIB_INIT_ALL);
  CHECK(done == ARES_SUCCESS);
}

Lookup::Outcome outcome_of(int status) {
  if (status == ARES_SUCCESS) return Lookup::Outcome::kFound;
  if (status == ARES_ENOTFOUND) return Lookup::Outcome::kNoName;
  if (status == ARES_ENODATA) return Lookup::Outcome::kNoAddress;
  return status == ARES_ETIMEOUT ? Lookup::Outcome::kTimeout : Lookup::Outcome::kFailed;
}

}  // namespace

CaresChannel::CaresChannel(EventLoop& loop, const ResolverSettings& settings) : loop_(loop) {
  set_up_cares();
  std::string lookups = settings.hosts_file ? "fb" : "b";
  ares_options options{};
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
  options.timeout = static_cast<int>(settings.try_each.count());
  options.tries = 2;
  options.ndomains = 0;
  options.lookups = lookups.data();
  options.sock_state_cb = &CaresChannel::on_socket;
  options.sock_state_cb_data = this;
  const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS |
                   ARES_OPT_SOCK_STATE_CB;
  CHECK(ares_init_options(&channel_, &options, mask) == ARES_SUCCESS);
  if (!settings.servers.empty()) CHECK(ares_set_servers_ports_csv(channel_, settings.servers.c_str()) == ARES_SUCCESS);
}

CaresChannel::~CaresChannel() {
  ares_destroy(channel_);  // ends all queries and closes all sockets, through the callbacks below
  if (timer_) loop_.cancel(*timer_);
}

void CaresChannel::ask(const std::string& name, int family, Told told) {
  ares_addrinfo_hints hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = ARES_AI_NOSORT;
  ++open_;
  auto question = std::make_unique<Question>(Question{this, std::move(told)});
  ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, &CaresChannel::on_answer, question.release());
  arm_timer();
}

void CaresChannel::on_answer(void* question, int status, int, ares_addrinfo* answer) {
  const std::unique_ptr<Question> asked(static_cast<Question*>(question));
  const std::unique_ptr<ares_addrinfo, decltype(&ares_freeaddrinfo)> owned(answer, &ares_freeaddrinfo);
  std::vector<IpAddress> addresses;
  for (const auto* node = answer == nullptr ? nullptr : answer->nodes; node != nullptr; node = node->ai_next)
    if (const auto address = net::address_of(node->ai_addr)) addresses.push_back(*address);
  --asked->self->open_;
  asked->told(outcome_of(status), std::move(addresses));
}

void CaresChannel::on_ready(int fd, EventLoop::Ready ready) {
  ares_process_fd(channel_, ready.readable ? fd : ARES_SOCKET_BAD, ready.writable ? fd : ARES_SOCKET_BAD);
  arm_timer();
}

void CaresChannel::on_socket(void* self, ares_socket_t fd, int readable, int writable) {
  auto& channel = *static_cast<CaresChannel*>(self);
  channel.loop_.watch(fd, readable != 0, writable != 0, channel);
}

void CaresChannel::arm_timer() {
  if (timer_) loop_.cancel(*timer_);
  timer_.reset();
  timeval wait{};
  if (ares_timeout(channel_, nullptr, &wait) == nullptr) return;
  const auto until = steady_clock::now() + std::chrono::seconds{wait.tv_sec} + std::chrono::microseconds{wait.tv_usec};
  timer_ = loop_.at(until, [this] {
    timer_.reset();
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    arm_timer();
  });
}

}  // namespace beckon::egress
