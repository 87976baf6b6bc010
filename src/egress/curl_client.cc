#include "egress/curl_client.h"

#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/check.h"
#include "base/log.h"
#include "egress/curl_options.h"

namespace beckon::egress {
namespace {

constexpr std::size_t kIdleTransfers = 256;  // handles kept for the next requests, some 10 KiB each

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) log::error("ca_file_unreadable").add("path", path);
  return (std::ostringstream() << file.rdbuf()).str();
}

// libcurl keeps one CA file parsed, and only a file: so two become one in memory.
int joined(const std::string& first, const std::string& second) {
  const auto text = contents(first) + "\n" + contents(second);
  const int fd = memfd_create("ca-bundle", MFD_CLOEXEC);
  CHECK(fd >= 0);
  for (std::size_t written = 0; written < text.size();) {
    const auto size = write(fd, text.data() + written, text.size() - written);
    CHECK(size > 0);
    written += static_cast<std::size_t>(size);
  }
  return fd;
}

}  // namespace

CurlClient::CurlClient(Reactor& reactor, const Clock& clock, CurlSettings settings)
    : reactor_(reactor), clock_(clock), settings_(std::move(settings)), ca_path_(settings_.ca_file) {
  set_up_curl();
  if (settings_.extra_ca_file.empty()) return;
  ca_bundle_ = joined(settings_.ca_file, settings_.extra_ca_file);
  ca_path_ = "/proc/self/fd/" + std::to_string(ca_bundle_);
}

CurlClient::~CurlClient() {
  for (auto& [ticket, running] : running_) running.pool->remove(*running.transfer);
  running_.clear();
  pools_.clear();
  if (ca_bundle_ >= 0) close(ca_bundle_);
}

HttpClient::Ticket CurlClient::start(HttpRequest request, Completion completion) {
  CHECK(request.policy != nullptr);
  auto& pool = pool_for(request.policy);
  auto transfer = take_idle();
  const auto ticket = next_++;
  transfer->begin(ticket, std::move(request), std::move(completion));
  pool.add(*transfer);
  running_.emplace(ticket, Running{std::move(transfer), &pool});
  return ticket;
}

void CurlClient::cancel(Ticket ticket) {
  const auto found = running_.find(ticket);
  if (found == running_.end()) return;
  found->second.pool->remove(*found->second.transfer);
  running_.erase(found);
}

void CurlClient::poll(Duration at_most) {
  reactor_.poll(at_most);
  drop_unused_pools();
}

CurlPool& CurlClient::pool_for(const PolicySnapshot& policy) {
  if (pools_.empty() || pools_.back()->policy() != *policy)
    pools_.push_back(std::make_unique<CurlPool>(
        reactor_, policy, settings_.limits,
        [this](CurlPool& pool, CurlTransfer& transfer, CURLcode code) { done(pool, transfer, code); }));
  return *pools_.back();
}

std::unique_ptr<CurlTransfer> CurlClient::take_idle() {
  if (idle_.empty()) return std::make_unique<CurlTransfer>(ca_path_, settings_.limits, own_, reactor_);
  auto transfer = std::move(idle_.back());
  idle_.pop_back();
  return transfer;
}

void CurlClient::put_idle(std::unique_ptr<CurlTransfer> transfer) {
  if (idle_.size() < kIdleTransfers) idle_.push_back(std::move(transfer));
}

void CurlClient::done(CurlPool& pool, CurlTransfer& transfer, CURLcode code) {
  const auto found = running_.find(transfer.ticket());
  CHECK(found != running_.end());
  auto owned = std::move(found->second.transfer);
  running_.erase(found);
  auto completion = owned->take_completion();
  auto answer = owned->finish(code, clock_.now());
  pool.remove(*owned);
  put_idle(std::move(owned));
  completion(std::move(answer));
}

// A pool that a new policy has replaced goes with its last transfer, the present one after the idle time.
void CurlClient::drop_unused_pools() {
  const auto idle_since = std::chrono::steady_clock::now() - settings_.limits.idle;
  const auto* newest = pools_.empty() ? nullptr : pools_.back().get();
  std::erase_if(pools_, [&](const auto& pool) {
    return pool->active() == 0 && (pool.get() != newest || pool->last_used() < idle_since);
  });
}

}  // namespace beckon::egress
