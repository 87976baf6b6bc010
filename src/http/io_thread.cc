#include "http/io_thread.h"

#include <boost/asio/detail/socket_option.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "http/connection.h"
#include "http/response_head.h"

namespace beckon::http {
namespace {

using ReusePort = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
constexpr int kAcceptedAtOnce = 64;  // before others have their turn

std::string random_key() {
  std::string key(16, '\0');
  SystemRandom{}.fill(std::as_writable_bytes(std::span{key}));
  return key;
}

ClientAddress address_of(const Tcp::endpoint& endpoint) {
  const auto address = endpoint.address();
  const auto v6 = address.is_v4() ? boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, address.to_v4())
                                  : address.to_v6();
  return {v6.to_bytes()};
}

}  // namespace

ConnectionCount::ConnectionCount() : by_address_(0, Hash{KeyedHash(random_key())}) {}

std::size_t ConnectionCount::Hash::operator()(const ClientAddress& address) const {
  return keyed({reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()});
}

void ConnectionCount::add(const ClientAddress& peer) {
  const std::lock_guard lock(mutex_);
  ++by_address_[peer];
  ++all_;
}

void ConnectionCount::remove(const ClientAddress& peer) {
  const std::lock_guard lock(mutex_);
  const auto at = by_address_.find(peer);
  CHECK(at != by_address_.end());
  if (--at->second == 0) by_address_.erase(at);
  --all_;
}

std::size_t ConnectionCount::of(const ClientAddress& peer) const {
  const std::lock_guard lock(mutex_);
  const auto at = by_address_.find(peer);
  return at == by_address_.end() ? 0 : at->second;
}

thread_local const IoThread* IoThread::current_ = nullptr;

// The reactor is used by this thread alone; only post() comes from others.
IoThread::IoThread(std::shared_ptr<Shared> shared, std::uint64_t seed)
    : shared_(std::move(shared)),
      io_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      acceptor_(io_.get_executor()),
      timer_(io_.get_executor()),
      random_(seed) {}

std::expected<std::uint16_t, std::string> IoThread::listen(const Tcp::endpoint& at) try {
  acceptor_.open(at.protocol());
  acceptor_.set_option(boost::asio::socket_base::reuse_address(true));
  acceptor_.set_option(ReusePort(true));
  acceptor_.bind(at);
  acceptor_.listen(boost::asio::socket_base::max_listen_connections);
  acceptor_.non_blocking(true);
  return acceptor_.local_endpoint().port();
} catch (const boost::system::system_error& error) {
  return std::unexpected("cannot listen on " + at.address().to_string() + ":" + std::to_string(at.port()) + ": " +
                         error.code().message());
}

void IoThread::start() {
  thread_ = std::thread([this] { run(); });
}

void IoThread::join() {
  if (thread_.joinable()) thread_.join();
}

void IoThread::run() {
  current_ = this;
  wait_for_clients();
  wait_for_sweep();
  io_.run();  // until the acceptor, the timer and all connections are closed
  {
    const std::lock_guard lock(mail_mutex_);
    mail_closed_ = true;
  }
  mail_.clear();  // what is dropped here may call mail() again: not under the lock
  const std::lock_guard lock(shared_->running_mutex);
  --shared_->running;
  shared_->running_changed.notify_all();
}

void IoThread::mail(Mail mail) {
  const std::lock_guard lock(mail_mutex_);
  if (mail_closed_) return;
  mail_.push_back(std::move(mail));
  if (mail_.size() == 1) boost::asio::post(io_, [this] { read_mail(); });
}

void IoThread::read_mail() {
  std::vector<Mail> taken;
  {
    const std::lock_guard lock(mail_mutex_);
    taken.swap(mail_);
  }
  for (Mail& mail : taken) {
    const auto to = std::move(mail.to);
    to->receive(std::move(mail));
  }
}

void IoThread::wait_for_clients() {
  accept_paused_ = false;
  acceptor_.async_wait(Acceptor::wait_read, [this](const boost::system::error_code& error) {
    if (error || draining_) return;
    accept_all();
    if (!accept_paused_) wait_for_clients();
  });
}

void IoThread::accept_all() {
  for (int i = 0; i < kAcceptedAtOnce; ++i) {
    Tcp::endpoint peer;
    boost::system::error_code error;
    Socket socket = acceptor_.accept(peer, error);
    if (error == boost::asio::error::would_block) return;
    if (error == boost::asio::error::connection_aborted || error == boost::asio::error::interrupted) continue;
    if (error) {
      log::warn("accept_failed").add("reason", error.message());
      close_oldest_idle(nullptr);
      accept_paused_ = true;
      return;
    }
    admit(std::move(socket), peer);
  }
}

bool IoThread::make_room(const ClientAddress& peer) {
  const auto& trusted = shared_->options.trusted_proxies;
  const bool exempt = std::any_of(trusted.begin(), trusted.end(), [&](const auto& range) { return range.contains(peer); });
  while (!exempt && shared_->connections.of(peer) >= limits().connections_per_address) {
    if (!close_oldest_idle(&peer)) return false;
  }
  while (shared_->connections.all() >= limits().connections) {
    if (!close_oldest_idle(nullptr)) return false;
  }
  return true;
}

void IoThread::admit(Socket socket, const Tcp::endpoint& endpoint) {
  const ClientAddress peer = address_of(endpoint);
  if (!make_room(peer)) return;
  boost::system::error_code ignored;
  socket.set_option(Tcp::no_delay(true), ignored);
  shared_->connections.add(peer);
  const auto connection = std::make_shared<Connection>(shared_from_this(), std::move(socket), peer);
  connection->place_ = idle_.insert(idle_.end(), connection);
  connection->listed_idle_ = true;
  connection->start();
}

bool IoThread::close_oldest_idle(const ClientAddress* only) {
  for (const auto& connection : idle_) {
    if (only && connection->peer() != *only) continue;
    const auto kept = connection;
    kept->close();
    return true;
  }
  return false;
}

void IoThread::set_idle(Connection& connection) {
  idle_.splice(idle_.end(), connection.listed_idle_ ? idle_ : busy_, connection.place_);
  connection.listed_idle_ = true;
}

void IoThread::set_busy(Connection& connection) {
  if (!connection.listed_idle_) return;
  busy_.splice(busy_.end(), idle_, connection.place_);
  connection.listed_idle_ = false;
}

void IoThread::remove(Connection& connection) {
  shared_->connections.remove(connection.peer());
  (connection.listed_idle_ ? idle_ : busy_).erase(connection.place_);
  if (draining_ && idle_.empty() && busy_.empty()) timer_.cancel();
}

void IoThread::wait_for_sweep() {
  timer_.expires_after(limits().sweep);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) sweep();
    if (!draining_ || !idle_.empty() || !busy_.empty()) wait_for_sweep();
  });
}

void IoThread::sweep() {
  const auto now = Steady::now();
  for (const Connections& list : {std::cref(busy_), std::cref(idle_)}) {
    for (auto at = list.begin(); at != list.end();) {
      const auto connection = *at++;
      connection->sweep(now);
    }
  }
  shared_->metrics.connections().Set(static_cast<double>(shared_->connections.all()));
  shared_->metrics.in_flight().Set(static_cast<double>(shared_->in_flight.load(std::memory_order_relaxed)));
  if (accept_paused_ && !draining_) wait_for_clients();
}

void IoThread::drain() {
  boost::asio::post(io_, [this] { begin_drain(); });
}

void IoThread::begin_drain() {
  if (draining_) return;
  draining_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (const Connections& list : {std::cref(busy_), std::cref(idle_)}) {
    for (auto at = list.begin(); at != list.end();) {
      const auto connection = *at++;
      connection->drain();
    }
  }
  if (idle_.empty() && busy_.empty()) timer_.cancel();
}

void IoThread::cut() {
  boost::asio::post(io_, [this] {
    begin_drain();
    while (!busy_.empty() || !idle_.empty()) {
      const auto connection = busy_.empty() ? idle_.front() : busy_.front();
      connection->close();
    }
  });
}

std::string IoThread::make_request_id(Instant at) { return make_ulid("req_", at, random_); }

const std::string& IoThread::date_line(Instant at) {
  const auto second = std::chrono::floor<std::chrono::seconds>(at);
  if (second != date_at_ || date_line_.empty()) {
    date_at_ = second;
    date_line_ = to_date_line(at);
  }
  return date_line_;
}

}  // namespace beckon::http
