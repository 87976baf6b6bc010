// The client for outgoing requests and its pool, over sockets of this process and with a simulated clock: requests
// start, responses arrive in pieces, deadlines pass and peers close, in any order. A request must never be sent on a
// connection that has unread data or was closed by its peer, must never be sent twice, and its response must be what
// the peer sent from then on.
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/check.h"
#include "egress/socket_client.h"
#include "input.h"
#include "net/socket_address.h"
#include "system/clock.h"

namespace {
std::chrono::steady_clock::time_point the_time;
}  // namespace

// The system's functions, which the linker replaces by those at the end of this file.
extern "C" {
ssize_t __real_send(int fd, const void* bytes, std::size_t size, int flags);
int __real_close(int fd);
}

// Replaces the library's function: time advances as the input says.
std::chrono::steady_clock::time_point std::chrono::steady_clock::now() noexcept { return the_time; }

namespace beckon::egress {
namespace {

using State = AnswerReader::State;

constexpr Limits kLimits{
    .idle = Duration{30'000}, .header_bytes = 256, .body_bytes = 64, .kept_bytes = 16, .idle_connections = 2};
constexpr std::size_t kMostInFlight = 4, kMostLines = 20, kLargeBody = 20'000;

constexpr std::array<std::string_view, 8> kAnswers{
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.1 204\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n",
    "HTTP/1.1 100\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\nto the end",
    "HTTP/1.1 503 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
    "HTTP/1.1 500 No\r\nContent-Length: 1\r\n\r\nx"};

// A connection, from the peer's side.
struct Line {
  int client = -1;
  int peer = -1;  // -1 if closed by the peer
  IpAddress address;
  bool connects = true;
  std::string received, sent, still_to_send;
  std::size_t begins = 0;     // in `received`: start of the newest request, or of the next one
  std::size_t sent_then = 0;  // in `sent`, when the newest request arrived
  std::uint64_t newest = 0;   // its number; 0 if none yet
  std::string host;           // of all its requests
  std::chrono::steady_clock::time_point idle_since{};
  bool wrote = false;  // the client, since the last read
  bool left = false;   // the client has closed it
};

struct Ordered {
  IpAddress address, other;
  std::string host;
  Line* line = nullptr;  // on which it was sent
};

class World {
 public:
  explicit World(fuzz::Input input) : input_(input) {}

  void run();
  int socket(int type);
  int connect(int fd, const sockaddr* to);
  bool connects(int fd) { return line_of(fd)->connects; }
  void wrote(int fd) { line_of(fd)->wrote = true; }
  void closed(int fd) {
    if (Line* line = line_of(fd)) line->left = true;
  }

 private:
  void step(SocketClient& client);
  void start(SocketClient& client);
  void speak(Line& line);
  void read_all();
  void take(Line& line);
  void note(Line& line);
  void ended(std::uint64_t number, const Answer& answer);
  void check_answer(const Line& line, const Answer& answer) const;
  void check_idle() const;
  Line* line_of(int fd);
  Line* some_line();
  void send(Line& line, std::string_view bytes);

  fuzz::Input input_;
  std::deque<Line> lines_;
  std::map<std::uint64_t, Ordered> in_flight_;
  std::map<std::uint64_t, HttpClient::Ticket> tickets_;
  std::set<std::uint64_t> seen_;
  std::uint64_t next_ = 1;
  bool starting_ = false;
};

World* the_world = nullptr;

class FixedClock final : public Clock {
 public:
  Instant now() const override { return instant_ms(1'772'020'800'000); }
};

int World::socket(int type) {
  int pair[2];
  CHECK(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, pair) == 0);
  const int room = 4096;  // less than the large body
  setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  lines_.push_back({.client = pair[0], .peer = pair[1]});
  return pair[0];
}

int World::connect(int fd, const sockaddr* to) {
  Line& line = *line_of(fd);
  line.address = net::address_of(to).value();
  const auto way = input_.below(8);
  line.connects = way != 7;
  if (way < 3) return 0;
  errno = way == 6 ? ECONNREFUSED : EINPROGRESS;
  return -1;
}

Line* World::line_of(int fd) {
  for (auto line = lines_.rbegin(); line != lines_.rend(); ++line)
    if (line->client == fd && !line->left) return &*line;
  return nullptr;
}

Line* World::some_line() {
  if (lines_.empty()) return nullptr;
  Line& line = lines_[lines_.size() - 1 - input_.byte() % lines_.size()];
  return line.peer < 0 ? nullptr : &line;
}

void World::run() {
  the_world = this;
  the_time = std::chrono::steady_clock::time_point(std::chrono::hours{1});
  {
    const FixedClock clock;
    EventLoop loop;
    SocketClient client(loop, clock, {.limits = kLimits, .ca_file = "", .guarded = false});
    for (int steps = 0; steps < 150 && !input_.empty(); ++steps) step(client);
  }
  the_world = nullptr;
  for (Line& line : lines_) {
    CHECK(line.left && "a connection outlives the client");
    if (line.peer >= 0) __real_close(line.peer);
  }
}

void World::step(SocketClient& client) {
  switch (input_.below(10)) {
    case 0: return start(client);
    case 1:
    case 2:
      client.poll(Duration{0});
      read_all();
      return check_idle();
    case 3:
      if (Line* line = some_line()) send(*line, input_.take(input_.below(48)));
      return;
    case 4:
    case 5:
      if (Line* line = some_line()) send(*line, kAnswers[input_.below(kAnswers.size())]);
      return;
    case 6:
      if (Line* line = some_line()) speak(*line);
      return;
    case 7:
      if (Line* line = some_line()) {
        if (input_.below(4) == 0) {
          shutdown(line->peer, SHUT_WR);
        } else {
          __real_close(std::exchange(line->peer, -1));
        }
      }
      return;
    case 8:
      the_time += std::chrono::milliseconds{std::array{1, 100, 260, 3'000, 10'000, 31'000}[input_.below(6)]};
      return;
    case 9:
      if (tickets_.empty()) return;
      const auto chosen = std::next(tickets_.begin(), static_cast<std::ptrdiff_t>(input_.below(tickets_.size())));
      const auto number = chosen->first;
      client.cancel(chosen->second);
      tickets_.erase(number);
      in_flight_.erase(number);
      return read_all();
  }
}

// Sends part of a response now and the rest later.
void World::speak(Line& line) {
  if (line.still_to_send.empty()) line.still_to_send = kAnswers[input_.below(kAnswers.size())];
  const auto size = std::min<std::size_t>(1 + input_.below(40), line.still_to_send.size());
  send(line, line.still_to_send.substr(0, size));
  line.still_to_send.erase(0, size);
}

void World::send(Line& line, std::string_view bytes) {
  const auto size = __real_send(line.peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (size > 0) line.sent.append(bytes.substr(0, static_cast<std::size_t>(size)));
}

void World::start(SocketClient& client) {
  if (in_flight_.size() >= kMostInFlight || lines_.size() >= kMostLines) return;
  const auto number = next_++;
  const auto choice = input_.byte();
  Ordered ordered{.address = IpAddress::v4(127, 0, 0, choice & 1 ? 2 : 1),
                  .other = IpAddress::v4(127, 0, 0, 3),
                  .host = choice & 2 ? "a.example" : "b.example"};
  HttpRequest request{.method = choice & 4 ? Method::kGet : Method::kPost,
                      .target = {.url = parse_url("http://" + ordered.host + "/" + std::to_string(number)).value()},
                      .addresses = {ordered.address},
                      .whole = Duration{std::array{10'000, 10'000, 50, 0}[choice >> 3 & 3]},
                      .body_bytes = kLimits.body_bytes,
                      .kept_bytes = kLimits.kept_bytes};
  if (choice & 32) request.addresses.push_back(ordered.other);
  if (choice >> 6 == 3)
    request.body = std::make_shared<const std::string>(kLargeBody, 'b');
  else if (choice >> 6 != 0)
    request.body = std::make_shared<const std::string>("{}");
  const auto before = lines_.size();
  in_flight_.emplace(number, ordered);
  starting_ = true;
  tickets_[number] = client.start(std::move(request), [this, number](const Answer& answer) { ended(number, answer); });
  starting_ = false;
  read_all();
  CHECK((seen_.contains(number) || lines_.size() > before) && "a request was written where nobody reads");
}

void World::read_all() {
  for (Line& line : lines_) take(line);
}

void World::take(Line& line) {
  static std::array<char, 8 * 1024> buffer;
  while (line.peer >= 0 && line.wrote) {
    const auto size = recv(line.peer, buffer.data(), buffer.size(), 0);
    if (size <= 0) {
      line.wrote = false;
      return;
    }
    const bool new_request = line.received.size() == line.begins;
    line.received.append(buffer.data(), static_cast<std::size_t>(size));
    if (new_request) note(line);
    const auto head = line.received.find("\r\n\r\n", line.begins);
    CHECK(head != std::string::npos);
    const auto length = line.received.find("Content-Length: ", line.begins);
    const std::size_t body = length < head ? std::stoul(line.received.substr(length + 16, 10)) : 0;
    const std::size_t end = head + 4 + body;
    CHECK(line.received.size() <= end && "two requests at once");
    if (line.received.size() == end) line.begins = end;
  }
}

// A request has begun to arrive.
void World::note(Line& line) {
  const std::string_view text = std::string_view(line.received).substr(line.begins);
  const std::uint64_t number = std::stoull(std::string(text.substr(text.find('/') + 1, 8)));
  CHECK(seen_.insert(number).second && "a request went out twice");
  const auto host = text.find("Host: ") + 6;
  const std::string named(text.substr(host, text.find('\r', host) - host));
  CHECK(line.host.empty() || line.host == named);
  if (line.newest != 0) {
    Answer answer;
    AnswerReader reader;
    reader.begin(answer, kLimits.header_bytes, kLimits.body_bytes, kLimits.kept_bytes);
    const auto state = reader.feed(std::string_view(line.sent).substr(line.sent_then));
    CHECK(state == State::kWhole && reader.reusable() && "a connection with something unread was used again");
    line.sent_then = line.sent.size();
  }
  line.host = named;
  line.newest = number;
  const auto ordered = in_flight_.find(number);
  CHECK(ordered != in_flight_.end());
  CHECK(ordered->second.host == named);
  CHECK(line.address == ordered->second.address || line.address == ordered->second.other);
  ordered->second.line = &line;
}

void World::ended(std::uint64_t number, const Answer& answer) {
  CHECK(!starting_);
  read_all();
  const auto found = in_flight_.find(number);
  CHECK(found != in_flight_.end() && "a request was answered twice, or after it was cancelled");
  if (answer.outcome == Outcome::kStatus) {
    if (found->second.line != nullptr)
      check_answer(*found->second.line, answer);
    else  // for a peer that refuses and closes before reading anything
      CHECK(answer.status / 100 != 2);
  }
  if (found->second.line != nullptr) found->second.line->idle_since = the_time;
  in_flight_.erase(found);
  tickets_.erase(number);
}

void World::check_answer(const Line& line, const Answer& answer) const {
  Answer expected;
  AnswerReader reader;
  reader.begin(expected, kLimits.header_bytes, kLimits.body_bytes, kLimits.kept_bytes);
  auto state = reader.feed(std::string_view(line.sent).substr(line.sent_then));
  if (state == State::kMore) state = reader.end();
  CHECK(reader.has_head() && expected.status == answer.status && expected.headers == answer.headers);
  if (!answer.is_whole()) return;
  CHECK(state != State::kBroken && expected.body == answer.body && expected.body_cut == answer.body_cut);
}

void World::check_idle() const {
  std::size_t idle = 0;
  for (const Line& line : lines_) {
    if (line.peer < 0 || line.left || line.newest == 0 || in_flight_.contains(line.newest)) continue;
    ++idle;
    CHECK(the_time < line.idle_since + kLimits.idle && "a connection was idle for too long");
  }
  CHECK(idle <= kLimits.idle_connections && "too many idle connections");
}

}  // namespace
}  // namespace beckon::egress

// The system calls of egress/stream.cc, answered by the input's world (--wrap in CMakeLists.txt).
extern "C" {
int __wrap_socket(int, int type, int) { return beckon::egress::the_world->socket(type); }
int __wrap_connect(int fd, const sockaddr* to, socklen_t) { return beckon::egress::the_world->connect(fd, to); }
int __wrap_getsockopt(int fd, int, int, void* value, socklen_t*) {
  *static_cast<int*>(value) = beckon::egress::the_world->connects(fd) ? 0 : ECONNREFUSED;
  return 0;
}
ssize_t __wrap_send(int fd, const void* bytes, std::size_t size, int flags) {
  beckon::egress::the_world->wrote(fd);
  return __real_send(fd, bytes, size, flags);
}
int __wrap_close(int fd) {
  if (beckon::egress::the_world) beckon::egress::the_world->closed(fd);
  return __real_close(fd);
}
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  beckon::egress::World(beckon::fuzz::Input(data, size)).run();
  return 0;
}
}
