// A DNS server on loopback UDP that returns what the test sets. For tests only. Thread-safe.
#pragma once
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/ip_address.h"

namespace beckon::egress::testing {

class FakeDns {
 public:
  FakeDns();  // knows no name: NXDOMAIN for all
  ~FakeDns();

  std::string server() const;  // "127.0.0.1:port", for ResolverSettings::servers
  void answer(const std::string& name, const std::vector<std::string>& addresses);
  void stay_silent(const std::string& name);
  void stay_silent_on_v6(const std::string& name);
  void fail(const std::string& name);  // SERVFAIL
  void talk_nonsense(const std::string& name);
  int asked(const std::string& name) const;  // questions so far, of both kinds
  void wait_until_asked(const std::string& name, int times);

 private:
  struct Record {
    std::vector<IpAddress> addresses;
    bool silent = false, silent_on_v6 = false, fails = false, nonsense = false;
  };
  void run();
  std::string reply_to(const std::string& question);

  int socket_;
  int stop_[2]{};
  mutable std::mutex mutex_;
  std::condition_variable asked_;
  std::map<std::string, Record> records_;
  std::map<std::string, int> questions_;
  std::thread thread_;
};

}  // namespace beckon::egress::testing
