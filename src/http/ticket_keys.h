// Keys for TLS session tickets, which let clients resume a session without another key exchange. Private to this
// process, never stored, and replaced every hour, so that a stolen key exposes little.
#pragma once
#include <array>
#include <chrono>
#include <mutex>
#include <optional>

struct ssl_ctx_st;

namespace beckon::http {

// Internally locked. Outlives the contexts that use it.
class TicketKeys {
 public:
  static constexpr std::chrono::hours kEach{1};  // tickets are valid this long, and accepted for as long again

  // Makes the context issue and accept tickets.
  void serve(ssl_ctx_st* context);

  struct Key {
    std::array<unsigned char, 16> name;
    std::array<unsigned char, 32> cipher;
    std::array<unsigned char, 32> mac;
  };
  // The key for new tickets; replaced first if it is older than kEach.
  Key current(std::chrono::steady_clock::time_point now);
  // The key with that name, if it is the current one (`renew` false) or the previous one (true).
  std::optional<Key> find(const unsigned char* name, std::chrono::steady_clock::time_point now, bool& renew);

 private:
  struct Made {
    Key key;
    std::chrono::steady_clock::time_point at;
  };
  std::mutex mutex_;
  std::optional<Made> current_, before_;
};

}  // namespace beckon::http
