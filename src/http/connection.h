// One client's connection: reads requests, has them handled one after the other, writes the responses in order.
//
//   kHandshake ──done──▶ kHead                    (only on a listener with certificates; without, kHead is first)
//   kHead ──head complete──▶ kBody ──body complete──▶ kHandling ──answer──▶ kHead     (keep-alive, pipelining)
//     │                        │                          ├──stream──▶ kStream ──end──▶ kClosing
//     └───── refused ──────────┴───▶ kClosing ◀───────────┘ answer with "connection: close"
//   kHead ──head of a route that needs a role, its body still to come──▶ kHandling ──authorized──▶ kBody
//   kClosing ──all written──▶ kLinger (our side is shut down; what still arrives is discarded, so that the client can
//   read the response before a reset) ──end of the client or 2 s──▶ kClosed
//
// It works in the turns that its io thread gives it: it reads once, handles complete requests, and writes at the end.
// Confined to that thread, except answer() and answer_failed(), which any thread may call. The object outlives its
// socket while a Respond or a Stream refers to it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "http/chunked.h"
#include "http/head.h"
#include "http/io_thread.h"
#include "http/stream.h"
#include "http/transport.h"

namespace beckon::http {

class Connection : public std::enable_shared_from_this<Connection>, public net::EventLoop::Watcher {
 public:
  Connection(std::shared_ptr<IoThread> thread, net::Descriptor socket, const IpAddress& peer);
  ~Connection() override;

  void on_ready(int fd, net::EventLoop::Ready ready) override;
  void begin_turn();                   // reads and handles
  void end_turn();                     // writes
  void sweep(Steady::time_point now);  // closes, or answers 408, when a deadline has passed
  void drain();
  void close();
  const IpAddress& peer() const { return peer_; }
  bool is_idle() const;

  void answer(Response&& response);  // any thread
  void answer_failed();              // any thread: 500
  void receive(Mail&& mail);         // sent by answer() or a Stream on another thread
  IoThread& thread() { return *thread_; }

 private:
  friend class IoThread;
  enum class State : std::uint8_t { kHandshake, kHead, kBody, kHandling, kStream, kClosing, kLinger, kClosed };

  enum class Turn : std::uint8_t { kNone, kGiven, kUnderWay };

  // The handshake.
  void shake_hands();
  void give_up_handshake(HandshakeFault fault);

  // Reading.
  bool wants_bytes() const;
  void want_turn();
  bool advance();  // one step; false if bytes, a response or room to write are missing
  bool advance_head();
  bool advance_body();
  bool take_head(std::size_t size);
  void forget_request();
  void identify_client();
  std::optional<Fault> fault_of_path();
  FaultCode too_large() const;                 // the fault for a body beyond the limit
  std::optional<Fault> fault_of_body() const;  // according to the head
  bool begin_body();
  bool receive_body();
  bool keep_body_within_limits();  // false: refused, as all bodies together are too large
  void release_body();
  std::string body_client() const;
  std::string_view security_line() const;  // Strict-Transport-Security, or empty
  std::string_view unread() const { return {in_.data() + begin_, end_ - begin_}; }
  void read();
  void take(std::size_t size);  // bytes that were read
  void make_space();

  // Handling.
  bool dispatch();
  bool count_in_flight();  // false: 503, the server is overloaded
  void end_in_flight();
  bool authorize_before_body(const Route& route, std::optional<Fault> of_body);
  bool may_wait_for_control();      // false: 503, its share of waiting requests is taken
  void turn_away(const char* why);  // 503
  void preflight();
  void deliver(Response&& response);
  bool refuse(const Refusal& refusal);  // answers and closes
  bool reject(const Fault& fault);      // answers; closes if a body is unread
  void begin_stream(std::move_only_function<void(Stream)> stream);
  void take_stream(std::string&& piece);

  // Writing.
  void flush();
  void writable();
  void wait_writable();
  void begin_linger();

  std::shared_ptr<IoThread> thread_;
  Transport transport_;
  const IpAddress peer_;
  std::list<std::shared_ptr<Connection>>::iterator place_;
  bool listed_idle_ = false;

  State state_ = State::kHead;
  Turn turn_ = Turn::kNone;
  bool readable_ = false;       // there may be bytes, the end or an error to read
  bool ended_ = false;          // the client has shut down its side, or is gone
  bool writing_ = false;        // waits until the client accepts more
  bool held_back_ = false;      // a request waits for room to write
  bool close_after_ = false;    // the current response is the last one
  bool counted_ = false;        // in Shared::in_flight
  Steady::time_point since_;    // of the state, for its deadline
  Steady::time_point read_at_;  // when the newest bytes arrived
  Steady::time_point write_since_;

  std::vector<char> in_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  HeadScan scan_;
  std::string head_;  // of the current request; its views point here
  Framing framing_;
  ChunkedDecoder chunks_;
  std::uint64_t received_ = 0;    // bytes of the body since `since_`; while lingering, bytes discarded
  std::size_t body_charged_ = 0;  // in Shared::body_bytes, and in its client's share
  std::string body_client_;       // whose share that is
  std::size_t body_limit_ = 0;
  Request request_;
  const std::string* allow_ = nullptr;

  std::string out_;
  std::size_t sent_ = 0;
  std::shared_ptr<ConnectionSink> sink_;
};

}  // namespace beckon::http
