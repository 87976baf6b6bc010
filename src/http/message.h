// A request and its response, as handlers see them.
#pragma once
#include <any>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fault.h"
#include "base/id.h"
#include "base/instant.h"
#include "base/ip_address.h"
#include "base/trace.h"

namespace beckon::http {

struct Route;
class ControlPool;

// kOther is a method that no route can have: 405 on a known path.
enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };
std::string_view to_text(Method method);  // "GET"; kOther is "OTHER"

struct Field {
  std::string_view name;
  std::string_view value;  // without surrounding white space
};

// Confined to its handler; it and all views into it are valid until its Respond has been called or dropped.
struct Request {
  Method method = Method::kGet;                                  // a handler of GET sees HEAD as kHead
  std::string_view target;                                       // as sent: path and query
  std::string_view path;                                         // as sent, without the query
  std::string_view query;                                        // without the '?'
  std::vector<Field> fields;                                     // in the order sent
  std::string body;                                              // complete; a handler may move it out
  IpAddress client;                                              // after trusted proxies; unmapped
  RequestId id;                                                  // the x-request-id of the response
  Instant received;                                              // when its last byte arrived
  const Route* route = nullptr;                                  // the matched route
  std::vector<std::pair<std::string_view, std::string>> params;  // captured by the pattern, percent-decoded
  bool is_placed = false;  // one of several nodes has looked up whose it is: there is no other place to send it to
  std::any principal;      // set by the Authorize hook: an access principal; on public routes, set by their handler

  // The first field of that name (case-insensitive); empty if there is none.
  std::string_view header(std::string_view name) const;

  // Its trace (W3C Trace Context); empty without exactly one valid traceparent. An invalid tracestate, or one longer
  // than kMostTraceState, is left out.
  Trace trace() const;

  // What `{name}` of the route's pattern captured. A name that the pattern does not have is a bug (CHECK).
  const std::string& param(std::string_view name) const;

  // The first `name=` of the query, percent-decoded ('+' is a space). std::nullopt if absent or badly encoded.
  std::optional<std::string> query_param(std::string_view name) const;

  // Runs `rest` on the control pool in its handle's turn, so that a handler that waits for something else, such as a
  // name server, does not occupy a thread meanwhile. Call once, from any thread, with the Respond inside `rest`. An
  // exception from `rest` becomes a 500.
  void resume(std::move_only_function<void()> rest) const;
  // For a public route that must wait for the disk: the same in the turn of `line`. False, and nothing happens, if
  // `most` jobs wait in it.
  [[nodiscard]] bool resume(std::string_view line, std::size_t most, std::move_only_function<void()> rest) const;
  // The line on the control threads: the first capture of the path, which is a handle if it has one.
  std::string_view control_line() const;
  ControlPool* control = nullptr;  // outlives the request
};

// What follows the head of a streamed response (Server-Sent Events). Copies share one stream; internally locked.
class Stream {
 public:
  class Sink;
  Stream() = default;
  explicit Stream(std::shared_ptr<Sink> sink) : sink_(std::move(sink)) {}

  // Queues bytes. False if the client has gone or is further behind than HttpLimits::stream_backlog: stop then.
  bool write(std::string bytes) const;
  // Whether the client may still read it.
  bool is_open() const;
  // Ends the response and closes the connection.
  void close() const;

 private:
  std::shared_ptr<Sink> sink_;
};

// The server adds x-request-id, content-length, date and connection. A control character in `headers` is a bug of the
// handler: 500 is sent instead of the response.
struct Response {
  int status = 200;
  std::string body;
  std::string_view content_type = "application/json";  // static text; not sent with 204 and 304
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string_view preset = {};  // complete header lines, each with its CRLF; static text

  std::optional<RateLimit> limit = {};  // of a 429: which, for the metrics
  bool is_counted = false;              // in the metrics and the log, by the inlet that it came through

  // If set, `body` is only the beginning: called once, on the io thread, after the head was queued. It must not
  // block.
  std::move_only_function<void(Stream)> stream = {};
};

// A status that no client sees: this server does not have the data of the handle or access token that is the body, and
// has done nothing. One of several nodes sends the request to where it is (Api::elsewhere).
inline constexpr int kElsewhere = 421;

// Responds to one request. Call it once, from any thread; on the connection's io thread it writes directly. No effect
// if the connection is gone. If dropped without a call, it sends 500, so that every request gets a response.
using Respond = std::move_only_function<void(Response&&)>;

// May keep a reference to the Request until it calls its Respond, but not use it afterwards. An exception from a
// handler becomes a 500.
using Handler = std::function<void(Request&, Respond)>;

}  // namespace beckon::http
