// A receiver on loopback that behaves as its script says, over TCP or TLS. For tests only.
#pragma once
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "egress/testing/authority.h"

namespace beckon::egress::testing {

class ScriptedReceiver {
 public:
  // One connection, as the script sees it. Confined to the script's thread.
  class Connection {
   public:
    std::optional<std::string> read_request();   // head and body; std::nullopt if the peer is gone
    bool write(std::string_view text);           // false if the peer is gone
    bool pause(std::chrono::milliseconds time);  // false when the receiver is being stopped
    void wait_for_the_end();                     // until the peer closes, or the receiver is being stopped
    void reset();                                // closes with RST

   private:
    friend class ScriptedReceiver;
    long read_some(char* to, std::size_t size);
    ScriptedReceiver* receiver_ = nullptr;
    int fd_ = -1;
    ssl_st* tls_ = nullptr;
    std::string unread_;
  };
  using Script = std::function<void(Connection&)>;

  // Listens on `address` (a loopback one) and any port. With an identity it speaks TLS.
  explicit ScriptedReceiver(Script script, const Identity* identity = nullptr, const char* address = "127.0.0.1");
  ~ScriptedReceiver();

  // Answers each request with this text, as long as the connection lasts.
  static Script answering(std::string text);

  int port() const { return port_; }
  std::string url(std::string_view host = "127.0.0.1", std::string_view path = "/hook") const;
  int connections() const;
  std::vector<std::string> requests() const;
  void wait_for_requests(std::size_t count);
  void wait_until_closed();  // until this side has closed every connection so far

 private:
  void run();
  void serve(int fd);

  Script script_;
  const Identity* identity_;
  int listener_;
  int stop_[2]{};
  int port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  int connections_ = 0;
  std::vector<std::string> requests_;
  std::list<int> open_;
  std::vector<std::thread> workers_;
  std::thread thread_;
};

}  // namespace beckon::egress::testing
