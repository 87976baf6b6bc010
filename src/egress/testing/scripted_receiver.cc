#include "egress/testing/scripted_receiver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "base/check.h"
#include "base/ip_address.h"
#include "net/socket_address.h"

namespace beckon::egress::testing {
namespace {

int family_of(std::string_view address) { return address.find(':') == std::string_view::npos ? AF_INET : AF_INET6; }

// The length that the head announces, or 0.
std::size_t body_size(std::string head) {
  std::ranges::transform(head, head.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto at = head.find("\r\ncontent-length:");
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + 17));
}

}  // namespace

long ScriptedReceiver::Connection::read_some(char* to, std::size_t size) {
  return tls_ != nullptr ? SSL_read(tls_, to, static_cast<int>(size)) : recv(fd_, to, size, 0);
}

std::optional<std::string> ScriptedReceiver::Connection::read_request() {
  const auto whole = [this]() -> std::size_t {
    const auto end = unread_.find("\r\n\r\n");
    if (end == std::string::npos) return 0;
    const auto size = end + 4 + body_size(unread_.substr(0, end + 2));
    return unread_.size() >= size ? size : 0;
  };
  while (whole() == 0) {
    char piece[4096];
    const auto got = read_some(piece, sizeof piece);
    if (got <= 0) return std::nullopt;
    unread_.append(piece, static_cast<std::size_t>(got));
  }
  auto request = unread_.substr(0, whole());
  unread_.erase(0, request.size());
  const std::lock_guard lock(receiver_->mutex_);
  receiver_->requests_.push_back(request);
  receiver_->changed_.notify_all();
  return request;
}

bool ScriptedReceiver::Connection::write(std::string_view text) {
  while (!text.empty()) {
    const long sent = tls_ != nullptr ? SSL_write(tls_, text.data(), static_cast<int>(text.size()))
                                      : send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool ScriptedReceiver::Connection::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(receiver_->mutex_);
  return !receiver_->changed_.wait_for(lock, time, [this] { return receiver_->stopping_; });
}

void ScriptedReceiver::Connection::wait_for_the_end() {
  char piece[4096];
  while (recv(fd_, piece, sizeof piece, 0) > 0) {}
}

void ScriptedReceiver::Connection::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

ScriptedReceiver::ScriptedReceiver(Script script, const Identity* identity, const char* address)
    : script_(std::move(script)),
      identity_(identity),
      listener_(socket(family_of(address), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  sockaddr_storage at{};
  at.ss_family = static_cast<sa_family_t>(family_of(address));
  void* place = &at;
  const bool is_v6 = at.ss_family == AF_INET6;
  CHECK(inet_pton(at.ss_family, address,
                  is_v6 ? static_cast<void*>(&static_cast<sockaddr_in6*>(place)->sin6_addr)
                        : static_cast<void*>(&static_cast<sockaddr_in*>(place)->sin_addr)) == 1);
  auto* generic = static_cast<sockaddr*>(place);
  socklen_t size = is_v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  CHECK(bind(listener_, generic, size) == 0 && listen(listener_, 64) == 0 && pipe(stop_) == 0);
  CHECK(getsockname(listener_, generic, &size) == 0);
  port_ = net::port_of(generic);
  thread_ = std::thread([this] { run(); });
}

ScriptedReceiver::~ScriptedReceiver() {
  CHECK(::write(stop_[1], "x", 1) == 1);
  thread_.join();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
    for (int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  for (auto& worker : workers_) worker.join();
  for (int fd : {listener_, stop_[0], stop_[1]}) close(fd);
}

ScriptedReceiver::Script ScriptedReceiver::answering(std::string text) {
  return [text](Connection& connection) {
    while (connection.read_request() && connection.write(text)) {}
  };
}

std::string ScriptedReceiver::url(std::string_view host, std::string_view path) const {
  return (identity_ != nullptr ? "https://" : "http://") + std::string(host) + ":" + std::to_string(port_) +
         std::string(path);
}

int ScriptedReceiver::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

std::vector<std::string> ScriptedReceiver::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void ScriptedReceiver::wait_for_requests(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return requests_.size() >= count; });
}

void ScriptedReceiver::wait_until_closed() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return open_.empty(); });
}

void ScriptedReceiver::run() {
  while (true) {
    pollfd both[2] = {{listener_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    ::poll(both, 2, -1);
    if (both[1].revents != 0) return;
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    const std::lock_guard lock(mutex_);
    ++connections_;
    open_.push_back(fd);
    workers_.emplace_back([this, fd] { serve(fd); });
  }
}

void ScriptedReceiver::serve(int fd) {
  Connection connection;
  connection.receiver_ = this;
  connection.fd_ = fd;
  SSL_CTX* context = nullptr;
  bool ready = true;
  if (identity_ != nullptr) {
    context = identity_->server_context();
    connection.tls_ = SSL_new(context);
    SSL_set_fd(connection.tls_, fd);
    ready = SSL_accept(connection.tls_) == 1;
  }
  if (ready) script_(connection);
  SSL_free(connection.tls_);
  SSL_CTX_free(context);
  const std::lock_guard lock(mutex_);
  open_.remove(fd);
  close(fd);
  changed_.notify_all();
}

}  // namespace beckon::egress::testing
