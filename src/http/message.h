// A request and its answer, as handlers see them.
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

#include "base/id.h"
#include "base/instant.h"
#include "base/ip_address.h"

namespace beckon::http {

struct Route;

// A method that no route can have is kOther: 405 on a known path.
enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };
std::string_view to_text(Method method);  // "GET"; kOther is "OTHER"

struct Field {
  std::string_view name;
  std::string_view value;  // without the white space around it
};

// Confined to whoever handles it; alive, with every view into it, until its Respond was called or dropped.
struct Request {
  Method method = Method::kGet;                                  // HEAD arrives at a handler of GET as kHead
  std::string_view target;                                       // as sent: path and query
  std::string_view path;                                         // as sent, without the query
  std::string_view query;                                        // without the '?'
  std::vector<Field> fields;                                     // in the order sent
  std::string body;                                              // complete; a handler may move it out
  IpAddress client;                                              // after trusted proxies; unmapped
  RequestId id;                                                  // the x-request-id of the answer
  Instant received;                                              // when its last byte had come
  const Route* route = nullptr;                                  // what the router found
  std::vector<std::pair<std::string_view, std::string>> params;  // what the pattern captured, percent-decoded
  std::any principal;  // what the Authorize hook left here: an access principal, or nothing on public routes

  // The first field of that name, in any case of letters; empty if there is none.
  std::string_view header(std::string_view name) const;

  // What `{name}` of the route's pattern captured. A name that the pattern has not is a bug (CHECK).
  const std::string& param(std::string_view name) const;

  // The first `name=` of the query, percent-decoded ('+' is a space). Nothing if it is absent or badly encoded.
  std::optional<std::string> query_param(std::string_view name) const;
};

// What goes on after the head of an answer (Server-Sent Events). Copies share one stream; internally locked.
class Stream {
 public:
  class Sink;
  Stream() = default;
  explicit Stream(std::shared_ptr<Sink> sink) : sink_(std::move(sink)) {}

  // Queues bytes. False when the client has gone or is further behind than HttpLimits::stream_backlog: stop then.
  bool write(std::string bytes) const;
  // Whether anybody may still read it.
  bool is_open() const;
  // Ends the answer and closes the connection.
  void close() const;

 private:
  std::shared_ptr<Sink> sink_;
};

// x-request-id, content-length, date and connection are put by the front door. A control character in `headers` is a
// bug of the handler: 500 is sent in place of the answer.
struct Response {
  int status = 200;
  std::string body;
  std::string_view content_type = "application/json";  // static text; not sent with 204 and 304
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string_view preset = {};  // whole header lines of our own, each with its CRLF; static text

  // When set, `body` is only the beginning: called once on the io thread when the head is on its way. It must not
  // block.
  std::move_only_function<void(Stream)> stream = {};
};

// Answers one request. Callable once, from any thread; on the connection's own io thread it writes at once. When the
// connection has gone, nothing happens. Dropped without a call, it answers 500: no request is left without an answer.
using Respond = std::move_only_function<void(Response&&)>;

// May keep the Request by reference until it calls its Respond; must not touch it afterwards. An exception that leaves
// a handler is answered 500.
using Handler = std::function<void(Request&, Respond)>;

}  // namespace beckon::http
