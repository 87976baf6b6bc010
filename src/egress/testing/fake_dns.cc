#include "egress/testing/fake_dns.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "base/check.h"

namespace beckon::egress::testing {
namespace {

constexpr std::size_t kHead = 12;  // RFC 1035 section 4.1.1
constexpr int kA = 1, kAaaa = 28;

sockaddr* generic(sockaddr_in& in) { return reinterpret_cast<sockaddr*>(&in); }

std::string two(std::size_t value) { return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)}; }

// The first question's name and type, and where it ends.
std::string read_name(const std::string& packet, std::size_t& at) {
  std::string name;
  while (at < packet.size() && packet[at] != 0) {
    const auto size = static_cast<unsigned char>(packet[at]);
    name += (name.empty() ? "" : ".") + packet.substr(at + 1, size);
    at += size + 1u;
  }
  ++at;
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return name;
}

}  // namespace

FakeDns::FakeDns() : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in in{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  CHECK(bind(socket_, generic(in), sizeof in) == 0);
  CHECK(pipe(stop_) == 0);
  thread_ = std::thread([this] { run(); });
}

FakeDns::~FakeDns() {
  CHECK(write(stop_[1], "x", 1) == 1);
  thread_.join();
  for (int fd : {socket_, stop_[0], stop_[1]}) close(fd);
}

std::string FakeDns::server() const {
  sockaddr_in in{};
  socklen_t size = sizeof in;
  CHECK(getsockname(socket_, generic(in), &size) == 0);
  return "127.0.0.1:" + std::to_string(ntohs(in.sin_port));
}

void FakeDns::answer(const std::string& name, const std::vector<std::string>& addresses) {
  Record record;
  for (const auto& text : addresses) record.addresses.push_back(*IpAddress::parse(text));
  const std::lock_guard lock(mutex_);
  records_[name] = record;
}

void FakeDns::stay_silent(const std::string& name) {
  const std::lock_guard lock(mutex_);
  records_[name].silent = true;
}

void FakeDns::stay_silent_on_v6(const std::string& name) {
  const std::lock_guard lock(mutex_);
  records_[name].silent_on_v6 = true;
}

void FakeDns::fail(const std::string& name) {
  const std::lock_guard lock(mutex_);
  records_[name].fails = true;
}

void FakeDns::talk_nonsense(const std::string& name) {
  const std::lock_guard lock(mutex_);
  records_[name].nonsense = true;
}

int FakeDns::asked(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = questions_.find(name);
  return found == questions_.end() ? 0 : found->second;
}

void FakeDns::wait_until_asked(const std::string& name, int times) {
  std::unique_lock lock(mutex_);
  asked_.wait(lock, [&] { return questions_[name] >= times; });
}

std::string FakeDns::reply_to(const std::string& question) {
  std::size_t at = kHead;
  const auto name = read_name(question, at);
  if (at + 4 > question.size()) return {};
  const int type = static_cast<unsigned char>(question[at]) * 256 + static_cast<unsigned char>(question[at + 1]);
  const std::lock_guard lock(mutex_);
  ++questions_[name];
  asked_.notify_all();
  const auto found = records_.find(name);
  const Record record = found == records_.end() ? Record{} : found->second;
  if (record.silent || (record.silent_on_v6 && type == kAaaa)) return {};
  if (record.nonsense) return question.substr(0, 2) + std::string(20, '\xff');

  std::string answers;
  std::size_t count = 0;
  for (const auto& address : record.addresses) {
    if (address.is_v6() != (type == kAaaa)) continue;
    const auto size = static_cast<std::size_t>(address.bits() / 8);
    answers += "\xc0\x0c" + two(static_cast<std::size_t>(type)) + two(1) + two(0) + two(1) + two(size);
    for (std::size_t i = 0; i < size; ++i) answers += static_cast<char>(address.bytes()[i]);
    ++count;
  }
  const std::size_t code = record.fails ? 2 : found == records_.end() ? 3 : 0;
  return question.substr(0, 2) + two(0x8180 | code) + two(1) + two(count) + two(0) + two(0) +
         question.substr(kHead, at + 4 - kHead) + answers;
}

void FakeDns::run() {
  while (true) {
    pollfd both[2] = {{socket_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    ::poll(both, 2, -1);
    if (both[1].revents != 0) return;
    char packet[512];
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const auto got = recvfrom(socket_, packet, sizeof packet, 0, generic(from), &size);
    if (got < static_cast<ssize_t>(kHead)) continue;
    const auto reply = reply_to({packet, static_cast<std::size_t>(got)});
    if (!reply.empty()) sendto(socket_, reply.data(), reply.size(), 0, generic(from), size);
  }
}

}  // namespace beckon::egress::testing
