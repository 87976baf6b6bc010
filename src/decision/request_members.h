// Members common to requests to append, resolve and prefetch: contract section 4. Each reader adds its faults to
// `issues`. Thread-safe.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault.h"
#include "base/id.h"
#include "base/json.h"
#include "commit/tenant.h"
#include "ledger/session.h"

namespace beckon::decision {

inline constexpr std::size_t kContextKeys = 32;  // not a setting of a handle
inline constexpr std::size_t kAnonymousIdBytes = 128;

// `in_path`: the handle from the route; std::nullopt if the body must name it.
std::string_view read_handle(const json::Value& root, std::optional<std::string_view> in_path, Issues& issues);
// `with_role`: the caller is a server of the handle; only it may name sessions that derive from a visitorId alone.
SessionId read_session(const json::Value& root, bool with_role, Issues& issues,
                       const std::string& member = "sessionId");
// Whether the id is "sg:u:…" or "sg:w:…", with any two letters: signals of servers and pages for a visitor without a
// known browser (neighbours/message.h). Anyone who knows the visitor's id can construct it.
inline bool is_of_visitor_alone(std::string_view session) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return session.size() > 5 && is_letter(session[0]) && is_letter(session[1]) && session[2] == ':' &&
         (session[3] == 'u' || session[3] == 'w') && session[4] == ':';
}
// std::nullopt if not given, or null. May be empty, which every handle blocks.
std::optional<VisitorId> read_visitor(const json::Value& root, Issues& issues);
// The browser's own id; empty if not given, or null.
std::string read_anonymous(const json::Value& root, Issues& issues);
ledger::Context read_context(const json::Value& root, Issues& issues);  // sorted by key
// One member of the context, added at the end.
void read_context_member(const json::Member& member, ledger::Context& context, Issues& issues);

// The text of `visitorProof`; std::nullopt if not given, or null.
std::optional<std::string_view> read_proof(const json::Value& root, Issues& issues);

// Codes of parts of the request that had no effect, although the rest was processed.
using Warnings = std::vector<std::string_view>;
inline constexpr std::string_view kVisitorIdBlocked = "visitor_id_blocked";
inline constexpr std::string_view kProofInvalid = "visitor_proof_invalid";
inline constexpr std::string_view kProofMissing = "visitor_proof_missing";
inline constexpr std::string_view kTooManyDevices = "too_many_devices";

// Adds the member to an open object, unless there are no warnings.
void write_warnings(json::Writer& out, const Warnings& warnings);

// The given visitor; empty, with a warning, if the id is blocked.
VisitorId admitted(std::optional<VisitorId> said, const commit::BlockedIds& blocked, Warnings& warnings);

// How far to trust that a request comes from the visitor it names, who is already admitted. Without a proof
// that the handle requires, `visitor` is cleared, with a warning; an invalid proof adds a warning and counts as
// none.
commit::Trust trust_in(const commit::Tenant& tenant, VisitorId& visitor, std::optional<std::string_view> proof,
                       bool with_role, Instant now, Warnings& warnings);

}  // namespace beckon::decision
