#include "http/mcp/message.h"

#include <algorithm>
#include <array>
#include <vector>

#include "system/encoding.h"

namespace beckon::mcp {
namespace {

using json::Value;

// Newest first: the version offered to a client with an unknown one.
constexpr std::array<std::string_view, 3> kVersions2025{"2025-11-25", "2025-06-18", "2025-03-26"};
constexpr std::string_view kVersion2026 = "2026-07-28";

constexpr std::string_view kVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view kServerKey = "io.modelcontextprotocol/serverInfo";

bool is_of_2025(std::string_view version) { return std::ranges::find(kVersions2025, version) != kVersions2025.end(); }

void write_versions(json::Writer& out) {
  out.begin_array().string(kVersion2026);
  for (const std::string_view version : kVersions2025) out.string(version);
  out.end_array();
}

void write_server_info(json::Writer& out) {
  out.begin_object().member("name", "beckon").member("title", "Beckon").member("version", BECKON_VERSION).end_object();
}

std::string_view version_in(const Value* params) {
  const Value* meta = params ? params->find("_meta") : nullptr;
  return meta ? meta->text_of(kVersionKey) : std::string_view{};
}

// Decodes a header value that may be encoded: "=?base64?…?=".
std::string decoded(std::string_view header) {
  static constexpr std::string_view kBegin = "=?base64?", kEnd = "?=";
  if (header.size() < kBegin.size() + kEnd.size() || !header.starts_with(kBegin) || !header.ends_with(kEnd))
    return std::string(header);
  header.remove_prefix(kBegin.size());
  header.remove_suffix(kEnd.size());
  return from_base64(header).value_or(std::string());
}

// The member of `params` that the header mcp-name repeats; empty if none.
std::string_view named_by(std::string_view method) {
  if (method == "tools/call" || method == "prompts/get") return "name";
  if (method == "resources/read") return "uri";
  return {};
}

using Fault2026 = std::optional<Refusal>;

Fault2026 refused(int code, std::string message, std::string data = {}) {
  return Refusal{.code = code, .message = std::move(message), .data = std::move(data)};
}

Fault2026 fault_of_meta(const Value* params) {
  const Value* meta = params ? params->find("_meta") : nullptr;
  if (!meta || !meta->is_object()) return refused(code::kParams, "params._meta is required: an object.");
  std::string missing;
  if (const Value* version = meta->find(kVersionKey); !version || !version->is_string()) missing = kVersionKey;
  if (const Value* own = meta->find(kCapabilitiesKey); !own || !own->is_object())
    missing += (missing.empty() ? "" : " and ") + std::string(kCapabilitiesKey);
  if (missing.empty()) return std::nullopt;
  return refused(code::kParams, "params._meta must have " + missing + ".");
}

Fault2026 fault_of_version(const http::Request& request, const Value* params) {
  const std::string_view header = request.header("mcp-protocol-version"), said = version_in(params);
  if (header.empty()) return refused(code::kHeader, "The header MCP-Protocol-Version is required.");
  if (!said.empty() && said != header)
    return refused(code::kHeader, "The header MCP-Protocol-Version and params._meta name different versions.");
  if (header == kVersion2026) return std::nullopt;
  std::string data;
  json::Writer writer(data);
  writer.begin_object().key("supported");
  write_versions(writer);
  writer.member("requested", header).end_object();
  return refused(code::kVersion, "This server does not speak this version of the protocol.", std::move(data));
}

Fault2026 fault_of_headers(const http::Request& request, const Message& message) {
  const std::string_view method = request.header("mcp-method");
  if (method != message.method)
    return refused(code::kHeader, method.empty() ? "The header Mcp-Method is required."
                                                 : "The header Mcp-Method must be the method of the body.");
  const std::string_view member = named_by(message.method);
  if (member.empty()) return std::nullopt;
  const std::string_view name = request.header("mcp-name");
  if (name.empty()) return refused(code::kHeader, "The header Mcp-Name is required with this method.");
  if (decoded(name) != message.text_param(member))
    return refused(code::kHeader, "The header Mcp-Name must be params." + std::string(member) + " of the body.");
  return std::nullopt;
}

Fault2026 fault_of_2026(const http::Request& request, const Message& message) {
  if (auto fault = fault_of_version(request, message.params)) return fault;
  if (!message.id.empty())
    if (auto fault = fault_of_meta(message.params)) return fault;
  return fault_of_headers(request, message);
}

Era era_of(const http::Request& request, const Value* params) {
  const std::string_view header = request.header("mcp-protocol-version");
  const bool says_2025 = version_in(params).empty() && (header.empty() || is_of_2025(header));
  return says_2025 ? Era::k2025 : Era::k2026;
}

// Null if it is valid. `id` is set as far as it could be parsed.
const char* fault_of_shape(const Value& root, std::string& id) {
  if (root.is_array()) return "Batches are not supported; send each message as a request of its own.";
  if (!root.is_object() || root.text_of("jsonrpc") != "2.0") return "The body must be one JSON-RPC 2.0 message.";
  if (const Value* given = root.find("id")) {
    if (!given->is_string() && !given->integer()) return "The id must be a string or a whole number.";
    id = json::to_text(*given);
  }
  if (root.text_of("method").empty())
    return "The body must be a request or a notification; this server asks nothing, so it takes no responses.";
  return nullptr;
}

}  // namespace

std::string Message::progress_token() const {
  const Value* meta = param("_meta");
  const Value* token = meta ? meta->find("progressToken") : nullptr;
  return token && (token->is_string() || token->integer()) ? json::to_text(*token) : std::string();
}

Result<Message, Refusal> read_message(http::Request& request) {
  auto document = json::parse(std::move(request.body));
  if (!document) return unexpected(Refusal{.code = code::kParse, .message = document.error().message});
  Message message{.document = std::move(*document), .id = {}, .method = {}};
  const auto refuse = [&](Refusal refusal) {
    if (!message.id.empty()) refusal.id = message.id;
    return unexpected(std::move(refusal));
  };
  const Value& root = message.document.root();
  if (const char* why = fault_of_shape(root, message.id)) return refuse({.code = code::kRequest, .message = why});
  message.method = root.text_of("method");
  if (const Value* params = root.find("params")) {
    if (!params->is_object()) return refuse({.code = code::kParams, .message = "params must be an object."});
    message.params = params;
  }
  message.era = era_of(request, message.params);
  if (message.era == Era::k2026)
    if (auto fault = fault_of_2026(request, message)) return refuse(std::move(*fault));
  return message;
}

Refusal unknown_method(const Message& message) {
  return {.status = message.era == Era::k2026 ? 404 : 200,
          .code = code::kMethod,
          .message = "This server does not have the method " + std::string(message.method) + ".",
          .id = message.id};
}

Refusal invalid_params(const Message& message, std::string why) {
  return {.status = 200, .code = code::kParams, .message = std::move(why), .id = message.id};
}

http::Response to_response(const Refusal& refusal) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object()
      .member("jsonrpc", "2.0")
      .member_raw("id", refusal.id)
      .key("error")
      .begin_object()
      .member("code", refusal.code)
      .member("message", refusal.message);
  if (!refusal.data.empty()) writer.member_raw("data", refusal.data);
  writer.end_object().end_object();
  return {.status = refusal.status, .body = std::move(body)};
}

std::string result_text(const Message& message, const std::function<void(json::Writer&)>& write) {
  std::string text;
  json::Writer writer(text);
  writer.begin_object().member("jsonrpc", "2.0").member_raw("id", message.id).key("result").begin_object();
  if (message.era == Era::k2026) {
    writer.member("resultType", "complete").key("_meta").begin_object().key(kServerKey);
    write_server_info(writer);
    writer.end_object();
  }
  write(writer);
  writer.end_object().end_object();
  return text;
}

http::Response result(const Message& message, const std::function<void(json::Writer&)>& write) {
  return {.status = 200, .body = result_text(message, write)};
}

void write_caching(json::Writer& out, const Message& message, std::int64_t ttl_ms, bool is_public) {
  if (message.era == Era::k2026) out.member("ttlMs", ttl_ms).member("cacheScope", is_public ? "public" : "private");
}

void write_server(json::Writer& out, const Message& message, std::string_view instructions) {
  if (message.era == Era::k2026) {
    out.key("supportedVersions");
    write_versions(out);
  } else {
    const std::string_view asked = message.text_param("protocolVersion");
    out.member("protocolVersion", is_of_2025(asked) ? asked : kVersions2025.front()).key("serverInfo");
    write_server_info(out);
  }
  out.key("capabilities").begin_object();
  for (const std::string_view offered : {"tools", "resources"}) out.key(offered).begin_object().end_object();
  out.end_object();
  out.member("instructions", instructions);
}

}  // namespace beckon::mcp
