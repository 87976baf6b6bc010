#include "http/io_thread.h"

#include <fcntl.h>

#include <algorithm>

#include "http/client_address.h"
#include "http/connection.h"
#include "http/response_head.h"
#include "http/sockets.h"
#include "system/log.h"

namespace beckon::http {
namespace {

constexpr int kAcceptedAtOnce = 64;  // before other work gets its turn

}  // namespace

thread_local const IoThread* IoThread::current_ = nullptr;

IoThread::IoThread(std::shared_ptr<Shared> shared, std::uint64_t seed)
    : shared_(std::move(shared)), turn_began_(Steady::now()), next_sweep_(turn_began_), random_(seed) {}

bool IoThread::listen(const net::Descriptor& socket) {
  listening_ = net::Descriptor(::fcntl(socket.number(), F_DUPFD_CLOEXEC, 0));
  clients_wait_ = true;
  return listening_.is_open() && loop_.watch_changes(listening_.number(), *this);
}

void IoThread::start() {
  thread_ = std::thread([this] { run(); });
}

void IoThread::join() {
  if (thread_.joinable()) thread_.join();
}

void IoThread::run() {
  current_ = this;
  while (!draining_ || !idle_.empty() || !busy_.empty()) turn();
  ready_.clear();
  {
    const std::lock_guard lock(mail_mutex_);
    mail_closed_ = true;
  }
  mail_.clear();  // destroying these may call mail() again: not under the lock
  const std::lock_guard lock(shared_->running_mutex);
  --shared_->running;
  shared_->running_changed.notify_all();
}

void IoThread::turn() {
  const bool waits = ready_.empty() && !clients_wait_;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_sweep_ - Steady::now());
  loop_.poll(waits ? left : Duration{0});  // gives each affected connection its turn; none closes meanwhile
  turn_began_ = Steady::now();
  turn_at_ = shared_->clock.now();
  read_mail();
  give_turns();
  if (clients_wait_) accept_some();
  if (turn_began_ >= next_sweep_) sweep();
}

void IoThread::on_ready(int, net::EventLoop::Ready) { clients_wait_ = true; }

void IoThread::give_turn(Connection& connection) { ready_.push_back(*connection.place_); }

void IoThread::give_turns() {
  in_turn_.swap(ready_);
  for (const auto& connection : in_turn_) connection->begin_turn();
  for (const auto& connection : in_turn_) connection->end_turn();
  in_turn_.clear();
}

void IoThread::mail(Mail mail) {
  const std::lock_guard lock(mail_mutex_);
  if (mail_closed_) return;
  mail_.push_back(std::move(mail));
  if (mail_.size() == 1) loop_.wake();
}

void IoThread::read_mail() {
  Asked asked = Asked::kNothing;
  {
    const std::lock_guard lock(mail_mutex_);
    read_.swap(mail_);
    asked = asked_;
  }
  if (asked == Asked::kRetire) stop_accepting();
  if (asked == Asked::kDrain || asked == Asked::kCut) begin_drain();
  for (Mail& mail : read_) {
    const auto to = std::move(mail.to);
    to->receive(std::move(mail));
  }
  read_.clear();
  if (asked == Asked::kCut) close_all();
}

void IoThread::accept_some() {
  for (int i = 0; i < kAcceptedAtOnce && listening_.is_open(); ++i) {
    auto accepted = accept_from(listening_);
    if (accepted) {
      admit(std::move(accepted->socket), accepted->peer);
      continue;
    }
    if (accepted.error() == std::errc::connection_aborted || accepted.error() == std::errc::interrupted) continue;
    clients_wait_ = false;
    if (accepted.error() == std::errc::operation_would_block) return;
    log::warn("accept_failed").add("reason", std::make_error_code(accepted.error()).message());
    close_oldest_idle(nullptr);  // out of descriptors; the sweep tries again
    return;
  }
}

bool IoThread::make_room(const IpAddress& peer) {
  const bool exempt = is_trusted(peer, shared_->options.trusted_proxies);
  while (!exempt && shared_->connections.of(peer) >= limits().connections_per_address) {
    ++shared_->metrics.refusals().connections_of_address;
    if (!close_oldest_idle(&peer)) return false;
  }
  while (shared_->connections.all() >= limits().connections) {
    ++shared_->metrics.refusals().connections;
    if (!close_oldest_idle(nullptr)) return false;
  }
  return true;
}

void IoThread::admit(net::Descriptor socket, const IpAddress& peer) {
  if (!make_room(peer)) return;
  const auto connection = std::make_shared<Connection>(shared_from_this(), std::move(socket), peer);
  if (!loop_.watch_changes(connection->transport_.socket().number(), *connection)) return;
  shared_->connections.add(peer);
  shared_->metrics.connections().Increment();
  connection->place_ = idle_.insert(idle_.end(), connection);
  connection->listed_idle_ = true;
}

bool IoThread::close_oldest_idle(const IpAddress* only) {
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
  shared_->metrics.connections().Decrement();
  (connection.listed_idle_ ? idle_ : busy_).erase(connection.place_);
}

void IoThread::sweep() {
  for (const Connections& list : {std::cref(busy_), std::cref(idle_)}) {
    for (auto at = list.begin(); at != list.end();) {
      const auto connection = *at++;
      connection->sweep(turn_began_);
    }
  }
  shared_->metrics.in_flight().Set(static_cast<double>(shared_->in_flight.load(std::memory_order_relaxed)));
  clients_wait_ = listening_.is_open();
  next_sweep_ = turn_began_ + limits().sweep;
}

void IoThread::retire() { ask(Asked::kRetire); }
void IoThread::drain() { ask(Asked::kDrain); }
void IoThread::cut() { ask(Asked::kCut); }

void IoThread::ask(Asked what) {
  const std::lock_guard lock(mail_mutex_);
  asked_ = what;
  loop_.wake();
}

void IoThread::stop_accepting() {
  if (!listening_.is_open()) return;
  clients_wait_ = false;
  unwatch(listening_);
  listening_.close();
}

void IoThread::begin_drain() {
  if (draining_) return;
  draining_ = true;
  stop_accepting();
  for (const Connections& list : {std::cref(busy_), std::cref(idle_)}) {
    for (auto at = list.begin(); at != list.end();) {
      const auto connection = *at++;
      connection->drain();
    }
  }
}

void IoThread::close_all() {
  while (!busy_.empty() || !idle_.empty()) {
    const auto connection = busy_.empty() ? idle_.front() : busy_.front();
    connection->close();
  }
}

void IoThread::make_request_id(std::string& id, Instant at) { make_ulid(id, "req_", at, random_); }

const std::string& IoThread::date_line(Instant at) {
  const auto second = std::chrono::floor<std::chrono::seconds>(at);
  if (second != date_at_ || date_line_.empty()) {
    date_at_ = second;
    date_line_ = to_date_line(at);
  }
  return date_line_;
}

}  // namespace beckon::http
