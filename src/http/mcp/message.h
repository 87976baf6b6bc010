// One message of the Model Context Protocol over HTTP, in two generations at the same address:
//
//   2025-11-25 and before   the client begins with `initialize`; results are plain
//   2026-07-28              no handshake: each request names its version in `params._meta` and mirrors version, method
//                           and name in headers, which must agree with it; results say `resultType`
//
// A request belongs to the newer one if its `_meta` or its header says so. Neither has sessions: no request depends on
// an earlier one. Pure, thread-safe.
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
  std::string id;                       // as JSON text; empty: a notification, which gets no response
  std::string_view method;              // such as "tools/call"
  const json::Value* params = nullptr;  // an object; null if none were sent

  const json::Value* param(std::string_view name) const { return params ? params->find(name) : nullptr; }
  std::string_view text_param(std::string_view name) const { return params ? params->text_of(name) : ""; }
  // The token for progress notifications, as JSON text; empty if the client did not ask for them.
  std::string progress_token() const;
};

// A JSON-RPC error, and the status of its response.
struct Refusal {
  int status = 400;
  int code = 0;
  std::string message;
  std::string id = "null";  // of the request, as JSON text
  std::string data = {};    // JSON text; empty if there is none
};

namespace code {
inline constexpr int kParse = -32700;
inline constexpr int kRequest = -32600;  // also a batch, which 2025-06-18 has removed
inline constexpr int kMethod = -32601;
inline constexpr int kParams = -32602;
inline constexpr int kNoResource = -32002;  // of 2025; in 2026 it is kParams
inline constexpr int kHeader = -32020;      // a header is missing or contradicts the body
inline constexpr int kVersion = -32022;     // with the supported versions
}  // namespace code

// Moves the body out of the request.
Result<Message, Refusal> read_message(http::Request& request);

Refusal unknown_method(const Message& message);
Refusal invalid_params(const Message& message, std::string why);

http::Response to_response(const Refusal& refusal);

// The JSON-RPC response with a result, whose members `write` adds.
std::string result_text(const Message& message, const std::function<void(json::Writer&)>& write);
http::Response result(const Message& message, const std::function<void(json::Writer&)>& write);

// Caching in 2026: how long a client may keep a result, and whether it may share it.
void write_caching(json::Writer& out, const Message& message, std::int64_t ttl_ms, bool is_public);

// The server's description for `initialize` and `server/discover`.
void write_server(json::Writer& out, const Message& message, std::string_view instructions);

}  // namespace beckon::mcp
