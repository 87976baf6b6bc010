// One connection between two nodes: TLS, frames in both directions. Confined to the thread of its loop.
#pragma once
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "net/event_loop.h"
#include "net/socket_address.h"
#include "net/tls_session.h"
#include "node/frame.h"

namespace beckon::node {

class Channel final : net::EventLoop::Watcher {
 public:
  // Called from the loop. The channel is not destroyed within a call.
  class User {
   public:
    virtual ~User() = default;
    virtual void opened(Channel& channel) = 0;
    virtual void arrived(Channel& channel, const Frame& frame) = 0;
    // Once; nothing follows. `why`: a sentence for the log.
    virtual void closed(Channel& channel, const std::string& why) = 0;
  };

  // The socket is connected, or connecting. Loop and user outlive the channel, or it is closed before.
  Channel(net::EventLoop& loop, net::Descriptor socket, net::SslSession session, User& user);
  ~Channel() override;

  bool is_open() const { return open_; }  // the other side has shown its certificate, and it is not closed
  bool is_closed() const { return closed_; }
  net::SteadyTime since() const { return since_; }  // it was made

  // Queues frames; flush() sends what is queued, in one write if the socket takes it.
  void send(std::string_view frames) { out_ += frames; }
  void flush();
  std::size_t unsent() const { return out_.size() - sent_; }

  void close(const std::string& why);

 private:
  void on_ready(int fd, net::EventLoop::Ready ready) override;
  void shake_hands();
  void read();
  void watch(bool write);

  net::EventLoop& loop_;
  net::Descriptor socket_;
  net::TlsSession tls_;
  User& user_;
  const net::SteadyTime since_ = std::chrono::steady_clock::now();
  bool open_ = false;
  bool closed_ = false;
  bool writes_ = false;  // waits until the socket takes more
  FrameReader reader_;
  std::string out_;
  std::size_t sent_ = 0;
};

// A socket that is connecting. The error is the system's.
std::expected<net::Descriptor, std::string> connect_to(const net::Endpoint& endpoint);

}  // namespace beckon::node
