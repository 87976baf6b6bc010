#include "egress/curl_pool.h"

#include "base/check.h"
#include "egress/curl_transfer.h"

namespace beckon::egress {

CurlPool::CurlPool(Reactor& reactor, PolicySnapshot policy, const Limits& limits, Done done)
    : reactor_(reactor), policy_(std::move(policy)), done_(std::move(done)), multi_(curl_multi_init()),
      last_used_(std::chrono::steady_clock::now()) {
  CHECK(multi_ != nullptr);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlPool::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlPool::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(limits.idle_connections));
}

CurlPool::~CurlPool() {
  CHECK(active_ == 0);
  curl_multi_cleanup(multi_);  // closes the connections, through on_socket
  if (timer_) reactor_.cancel(*timer_);
}

void CurlPool::add(CurlTransfer& transfer) {
  CHECK(curl_multi_add_handle(multi_, transfer.easy()) == CURLM_OK);
  ++active_;
  last_used_ = std::chrono::steady_clock::now();
}

void CurlPool::remove(CurlTransfer& transfer) {
  CHECK(curl_multi_remove_handle(multi_, transfer.easy()) == CURLM_OK);
  --active_;
  last_used_ = std::chrono::steady_clock::now();
}

void CurlPool::on_ready(int fd, bool readable, bool writable) {
  act(fd, (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0));
}

void CurlPool::act(curl_socket_t fd, int events) {
  int running = 0;
  CHECK(curl_multi_socket_action(multi_, fd, events, &running) == CURLM_OK);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto code = message->data.result;  // the message is gone once the handle is removed
    void* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    done_(*this, *static_cast<CurlTransfer*>(transfer), code);
  }
}

int CurlPool::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
  auto& pool = *static_cast<CurlPool*>(self);
  if (what == CURL_POLL_REMOVE) pool.reactor_.rest(fd);  // most often its connection goes into the pool
  else pool.reactor_.watch(fd, (what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0, pool);
  return 0;
}

int CurlPool::on_timer(CURLM*, long wait_ms, void* self) {
  auto& pool = *static_cast<CurlPool*>(self);
  if (pool.timer_) pool.reactor_.cancel(*pool.timer_);
  pool.timer_.reset();
  if (wait_ms < 0) return 0;
  pool.timer_ = pool.reactor_.at(std::chrono::steady_clock::now() + std::chrono::milliseconds{wait_ms}, [&pool] {
    pool.timer_.reset();
    pool.act(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

}  // namespace beckon::egress
