// Offers appends at a fixed rate regardless of responses (open loop), to overload a server. Each request has its own
// connection until it is answered; if none is free another one is opened. Usage: open_loop PORT RATE SECONDS HANDLE
// [CONNECTIONS]. RATE 0: 256 connections in a closed loop, which finds the maximum throughput. Prints a line per
// second: offered, 202, refused with Retry-After (429 or 503), anything else, not offered for lack of a connection, and
// the 99th percentile of the 202 in ms.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSignals = 5;              // per request: a body of about 1 KiB
constexpr unsigned long kActive = 4096;  // active sessions at a time
constexpr unsigned long kOfSession = 8;  // requests per session, which is then not used again
constexpr std::chrono::seconds kReusable{
    25};  // after 30 s of idleness the server closes a connection, perhaps as a request goes out
constexpr int kPerAddress = 900;  // connections of one client address: below the server's limit

struct Connection {
  int fd = -1;
  bool busy = false;
  Clock::time_point since;
  std::string in;
};

struct Second {
  long offered = 0, taken = 0, refused = 0, other = 0, missed = 0;
  std::vector<float> took;  // ms, of accepted requests
};

class Load {
 public:
  Load(int port, std::string handle, std::size_t most)
      : port_(port), handle_(std::move(handle)), epoll_(::epoll_create1(0)), all_(most) {
    for (int i = 0; i < kSignals; ++i)
      signals_ += std::string(i ? "," : "") + R"({"type":"view","signalValue":")" +
                  std::string(160, static_cast<char>('a' + i)) + "\"}";
  }

  void offer(Second& counts) {
    ++counts.offered;
    Connection* free = nullptr;
    while (!idle_.empty() && !free) {
      free = idle_.back();
      idle_.pop_back();
      if (free->fd < 0 || free->busy) {
        free = nullptr;
        continue;
      }  // closed since, and possibly reopened
      if (Clock::now() - free->since < kReusable) continue;
      drop(*free);
      free = nullptr;
    }
    if (!free) free = opened();
    if (!free) {
      ++counts.missed;
      return;
    }
    send(*free, counts);
  }

  // Reads responses; `again`: an answered connection sends the next request immediately.
  void take(Second& counts, int wait_ms, bool again) {
    epoll_event events[512];
    const int ready = ::epoll_wait(epoll_, events, 512, wait_ms);
    for (int i = 0; i < ready; ++i) read(*static_cast<Connection*>(events[i].data.ptr), counts, again);
  }

 private:
  Connection* opened() {
    if (used_ == all_.size() && closed_.empty()) return nullptr;
    const std::size_t index = closed_.empty() ? used_++ : closed_.back();
    if (!closed_.empty()) closed_.pop_back();
    Connection& fresh = all_[index];
    fresh = {.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in from{}, to{};
    from.sin_family = to.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(0x7f010101u + static_cast<unsigned>(index / kPerAddress));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<std::uint16_t>(port_));
    const int one = 1;
    ::setsockopt(fresh.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    ::setsockopt(fresh.fd, SOL_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &one, sizeof one);
    if (::bind(fresh.fd, reinterpret_cast<sockaddr*>(&from), sizeof from) != 0 ||
        ::connect(fresh.fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
      drop(fresh);
      return nullptr;
    }
    ::fcntl(fresh.fd, F_SETFL, O_NONBLOCK);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &fresh}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fresh.fd, &event);
    return &fresh;
  }

  void drop(Connection& gone) {
    if (gone.fd >= 0) ::close(gone.fd);
    gone.fd = -1;
    gone.busy = false;
    closed_.push_back(static_cast<std::size_t>(&gone - all_.data()));
  }

  void send(Connection& to, Second& counts) {
    const std::string body = R"({"handle":")" + handle_ + R"(","sessionId":"sig_)" + std::to_string(next_session()) +
                             R"(","signals":[)" + signals_ + "]}";
    const std::string request =
        "POST /v2/public/chain/signals HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    to.busy = true;
    to.since = Clock::now();
    if (::send(to.fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
      ++counts.other;
      drop(to);
    }
  }

  unsigned long next_session() {
    const unsigned long number = number_++;
    return number / (kActive * kOfSession) * kActive + number % kActive;
  }

  void read(Connection& from, Second& counts, bool again) {
    char bytes[4096];
    const auto size = ::recv(from.fd, bytes, sizeof bytes, 0);
    if (size <= 0) {
      if (size < 0 && errno == EAGAIN) return;
      if (from.busy) ++counts.other;  // closed without a response
      return drop(from);
    }
    from.in.append(bytes, static_cast<std::size_t>(size));
    const auto head = from.in.find("\r\n\r\n");
    if (head == std::string::npos) return;
    std::string fields = from.in.substr(0, head);
    std::ranges::transform(fields, fields.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    const auto length = fields.find("content-length: ");
    const std::size_t body = length == std::string::npos ? 0 : std::strtoul(fields.c_str() + length + 16, nullptr, 10);
    if (from.in.size() < head + 4 + body) return;
    const int status = std::atoi(fields.c_str() + 9);
    if (status == 202) {
      ++counts.taken;
      counts.took.push_back(std::chrono::duration<float, std::milli>(Clock::now() - from.since).count());
    } else if ((status == 503 || status == 429) && fields.find("\r\nretry-after: ") != std::string::npos) {
      ++counts.refused;
    } else {
      ++counts.other;
    }
    from.in.clear();
    from.busy = false;
    if (fields.find("connection: close") != std::string::npos) return drop(from);
    if (again) {
      ++counts.offered;
      send(from, counts);
    } else
      idle_.push_back(&from);
  }

  const int port_;
  const std::string handle_;
  const int epoll_;
  std::string signals_;
  std::vector<Connection> all_;
  std::vector<Connection*> idle_;
  std::vector<std::size_t> closed_;
  std::size_t used_ = 0;
  unsigned long number_ = 0;
};

void print(Second& counts) {
  float worst = 0;
  if (!counts.took.empty()) {
    const auto at = counts.took.begin() + static_cast<std::ptrdiff_t>(counts.took.size() * 99 / 100);
    std::ranges::nth_element(counts.took, at);
    worst = *at;
  }
  std::printf("%ld %ld %ld %ld %ld %.1f\n", counts.offered, counts.taken, counts.refused, counts.other, counts.missed,
              static_cast<double>(worst));
  std::fflush(stdout);
  counts = Second{};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: open_loop PORT RATE SECONDS HANDLE [CONNECTIONS]\n");
    return 2;
  }
  const double rate = std::atof(argv[2]);
  const int seconds = std::atoi(argv[3]);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  Load load(std::atoi(argv[1]), argv[4], argc > 5 ? std::strtoul(argv[5], nullptr, 10) : 6000);
  Second counts;
  const auto began = Clock::now();
  auto next_print = began + std::chrono::seconds{1};
  const auto end = began + std::chrono::seconds{seconds};
  if (rate == 0)
    for (int i = 0; i < 256; ++i) load.offer(counts);
  double offered = 0;
  for (auto now = began; now < end; now = Clock::now()) {
    if (rate > 0) {
      const double due = rate * std::chrono::duration<double>(now - began).count();
      for (int burst = 0; offered < due && burst < 256; ++burst, ++offered) load.offer(counts);
      load.take(counts, offered < due ? 0 : 1, false);
    } else {
      load.take(counts, 100, true);
    }
    if (now >= next_print) {
      print(counts);
      next_print += std::chrono::seconds{1};
    }
  }
}
