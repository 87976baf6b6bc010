// A client that sends raw bytes over a real socket, for tests.
#pragma once
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string>
#include <string_view>

namespace beckon::http {

struct Answer {
  int status = 0;  // 0: the connection ended before a response
  std::string head;
  std::string body;

  std::string header(std::string_view name) const {
    const std::string key = "\r\n" + std::string(name) + ": ";
    const std::size_t at = head.find(key);
    return at == std::string::npos ? "" : head.substr(at + key.size(), head.find("\r\n", at + 2) - at - key.size());
  }
  bool closes() const { return header("connection") == "close"; }
};

// Every wait fails the test after 20 s; nothing waits for a fixed time.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const timeval patience{.tv_sec = 20};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in to{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool is_connected() const { return connected_; }

  RawClient& send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return *this;
  }

  // The next response; for HEAD, only its head.
  Answer answer(bool without_body = false) {
    Answer answer;
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return answer;
    }
    answer.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    answer.status = number(answer.head.substr(9, 3));
    const int length = without_body ? 0 : number(answer.header("content-length"));
    while (buffer_.size() < static_cast<std::size_t>(length) && receive()) {}
    answer.body = buffer_.substr(0, static_cast<std::size_t>(length));
    buffer_.erase(0, static_cast<std::size_t>(length));
    return answer;
  }

  // Everything until the server closes the connection.
  std::string rest() {
    while (receive()) {}
    return std::exchange(buffer_, {});
  }

  bool is_closed_by_server() { return rest().empty() && !timed_out_; }

  // Everything up to and including `text`.
  std::string until(std::string_view text) {
    std::size_t at = 0;
    while ((at = buffer_.find(text)) == std::string::npos) {
      if (!receive()) return std::exchange(buffer_, {});
    }
    std::string found = buffer_.substr(0, at + text.size());
    buffer_.erase(0, at + text.size());
    return found;
  }

  void shut() { ::shutdown(fd_, SHUT_WR); }

  void reset() {  // so that the server sees an error rather than an end
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(fd_);
    fd_ = -1;
  }

 private:
  static int number(std::string_view text) {
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }

  bool receive() {
    std::array<char, 16384> piece{};
    const ssize_t size = ::recv(fd_, piece.data(), piece.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      timed_out_ = true;
      ADD_FAILURE() << "nothing received in 20 s";
    }
    if (size <= 0) return false;
    buffer_.append(piece.data(), static_cast<std::size_t>(size));
    return true;
  }

  int fd_;
  bool connected_ = false;
  bool timed_out_ = false;
  std::string buffer_;
};

}  // namespace beckon::http
