#include "http/connection_count.h"

#include "base/check.h"
#include "base/random.h"
#include "system/random.h"

namespace beckon::http {
namespace {

std::string random_key() {
  std::string key(16, '\0');
  SystemRandom{}.fill(std::as_writable_bytes(std::span{key}));
  return key;
}

}  // namespace

ConnectionCount::ConnectionCount() : by_address_(0, Hash{KeyedHash(random_key())}) {}

std::size_t ConnectionCount::Hash::operator()(const IpAddress& address) const {
  const auto bytes = address.mapped().bytes();
  return keyed({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void ConnectionCount::add(const IpAddress& peer) {
  const std::lock_guard lock(mutex_);
  ++by_address_[peer.client()];
  ++all_;
}

void ConnectionCount::remove(const IpAddress& peer) {
  const std::lock_guard lock(mutex_);
  const auto at = by_address_.find(peer.client());
  CHECK(at != by_address_.end());
  if (--at->second == 0) by_address_.erase(at);
  --all_;
}

std::size_t ConnectionCount::of(const IpAddress& peer) const {
  const std::lock_guard lock(mutex_);
  const auto at = by_address_.find(peer.client());
  return at == by_address_.end() ? 0 : at->second;
}

}  // namespace beckon::http
