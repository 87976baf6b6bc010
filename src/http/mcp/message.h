// One message of the Model Context Protocol over HTTP, in two generations on one address:
//
//   2025-11-25 and before   the client begins with `initialize`; results are plain
//   2026-07-28              no handshake: each request names its version in `params._meta` and mirrors version, method
//                           and name in headers, which must agree with it; results say `resultType`
//
// A request is of the newer one if its `_meta` or its header says so. Neither has a session: no request depends on one
// before it. Pure, thread-safe.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "http/message.h"

namespace beckon::mcp {

enum class Era : std::uint8_t { k2025, k2026 };

struct Message {
  json::Document document;
  Era era = Era::k2025;
  std::string id;                       // as JSON text; empty: a notification, which gets no answer
  std::string_view method;              // such as "tools/call"
  const json::Value* params = nullptr;  // an object; null: none were sent

  const json::Value* param(std::string_view name) const { return params ? params->find(name) : nullptr; }
  std::string_view text_param(std::string_view name) const { return params ? params->text_of(name) : ""; }
  // What progress is reported under, as JSON text; empty: the client did not ask for it.
  std::string progress_token() const;
};

// A JSON-RPC error, and the status of its response.
struct Refusal {
  int status = 400;
  int code = 0;
  std::string message;
  std::string id = "null";  // of the request, as JSON text
  std::string data = {};    // JSON text; empty: none
};

namespace code {
inline constexpr int kParse = -32700;
inline constexpr int kRequest = -32600;  // also a batch, which 2025-06-18 has abolished
inline constexpr int kMethod = -32601;
inline constexpr int kParams = -32602;
inline constexpr int kNoResource = -32002;  // of 2025; in 2026 it is kParams
inline constexpr int kHeader = -32020;      // a header is missing, or says something else than the body
inline constexpr int kVersion = -32022;     // with the versions that this server speaks
}  // namespace code

// Moves the body out of the request.
Result<Message, Refusal> read_message(http::Request& request);

Refusal unknown_method(const Message& message);
Refusal invalid_params(const Message& message, std::string why);

http::Response to_response(const Refusal& refusal);

// The JSON-RPC response with a result, of which `write` adds the members.
std::string result_text(const Message& message, const std::function<void(json::Writer&)>& write);
http::Response result(const Message& message, const std::function<void(json::Writer&)>& write);

// Of what a client may keep, in 2026: for how long, and whether others may be given it.
void write_caching(json::Writer& out, const Message& message, std::int64_t ttl_ms, bool is_public);

// What `initialize` and `server/discover` say.
void write_server(json::Writer& out, const Message& message, std::string_view instructions);

}  // namespace beckon::mcp
