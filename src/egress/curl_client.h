// The HTTP client over libcurl's multi interface. HTTP/1.1, connections pooled by scheme, host, port and address.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "egress/curl_pool.h"
#include "egress/curl_transfer.h"
#include "egress/http_client.h"
#include "egress/own_addresses.h"

namespace beckon::egress {

inline constexpr const char* kDebianCaFile = "/etc/ssl/certs/ca-certificates.crt";

struct CurlSettings {
  Limits limits;
  std::string ca_file = kDebianCaFile;
  std::string extra_ca_file;  // PEM, trusted beside ca_file; empty for none
};

// Confined to the reactor's thread but for wake(). `reactor` and `clock` outlive it.
class CurlClient final : public HttpClient {
 public:
  CurlClient(Reactor& reactor, const Clock& clock, CurlSettings settings);
  ~CurlClient() override;

  Ticket start(HttpRequest request, Completion completion) override;
  void cancel(Ticket ticket) override;
  void poll(Duration at_most) override;
  void wake() override { reactor_.wake(); }

 private:
  struct Running {
    std::unique_ptr<CurlTransfer> transfer;
    CurlPool* pool;
  };
  CurlPool& pool_for(const PolicySnapshot& policy);
  std::unique_ptr<CurlTransfer> take_idle();
  void put_idle(std::unique_ptr<CurlTransfer> transfer);
  void done(CurlPool& pool, CurlTransfer& transfer, CURLcode code);
  void drop_unused_pools();

  Reactor& reactor_;
  const Clock& clock_;
  CurlSettings settings_;
  int ca_bundle_ = -1;   // a memory file of both CA files, if there are two
  std::string ca_path_;
  OwnAddresses own_;
  Ticket next_ = 1;
  std::vector<std::unique_ptr<CurlPool>> pools_;  // the newest last; the others end with their last transfer
  std::unordered_map<Ticket, Running> running_;
  std::vector<std::unique_ptr<CurlTransfer>> idle_;
};

}  // namespace beckon::egress
