#include "decision/request_members.h"

#include <algorithm>

#include "base/utf8.h"
#include "system/plain_text.h"

namespace beckon::decision {

using json::Value;

std::string_view read_handle(const Value& root, std::optional<std::string_view> in_path, Issues& issues) {
  if (in_path) return *in_path;
  const Value* value = root.find("handle");
  if (!value) return issues.add("handle", "is required"), std::string_view{};
  if (!value->is_string() || !is_handle(value->text()))
    return issues.add("handle",
                      "must be a handle: 2 to 63 characters from a-z, 0-9, _ and -, starting with a letter or digit"),
           std::string_view{};
  return value->text();
}

SessionId read_session(const Value& root, bool with_role, Issues& issues, const std::string& member) {
  const Value* value = root.find(member);
  if (!value) return issues.add(member, "is required"), SessionId{};
  if (!value->is_string() || !is_session_id(value->text()))
    return issues.add(member, "must be 1 to 128 characters from A-Z, a-z, 0-9, . _ : and -"), SessionId{};
  if (value->text() == "." || value->text() == "..")  // clients remove such a segment from a path
    return issues.add(member, "must not be \".\" or \"..\""), SessionId{};
  if (!with_role && is_of_visitor_alone(value->text()))
    return issues.add(member, "is an id that only servers use"), SessionId{};
  return SessionId{value->text()};
}

std::optional<VisitorId> read_visitor(const Value& root, Issues& issues) {
  const Value* value = root.find("visitorId");
  if (!value || value->is_null()) return std::nullopt;
  auto id = value->is_string() ? commit::parse_visitor_id(value->text()) : std::nullopt;
  if (!id) issues.add("visitorId", "must be a text of 1 to 256 bytes without control characters");
  return id;
}

std::string read_anonymous(const Value& root, Issues& issues) {
  const Value* value = root.find("anonymousId");
  if (!value || value->is_null()) return {};
  auto id = value->is_string() ? plain_text(value->text(), kAnonymousIdBytes) : std::nullopt;
  if (id && !id->empty()) return std::move(*id);
  issues.add("anonymousId", "must be a text of 1 to 128 bytes without control characters");
  return {};
}

void write_warnings(json::Writer& out, const Warnings& warnings) {
  if (warnings.empty()) return;
  out.key("warnings").begin_array();
  for (const std::string_view code : warnings) out.begin_object().member("code", code).end_object();
  out.end_array();
}

VisitorId admitted(std::optional<VisitorId> said, const commit::BlockedIds& blocked, Warnings& warnings) {
  if (!said) return {};
  if (!blocked.contains(*said)) return std::move(*said);
  if (std::ranges::find(warnings, kVisitorIdBlocked) == warnings.end()) warnings.push_back(kVisitorIdBlocked);
  return {};
}

std::optional<std::string_view> read_proof(const Value& root, Issues& issues) {
  const Value* value = root.find("visitorProof");
  if (!value || value->is_null()) return std::nullopt;
  if (!value->is_string()) issues.add("visitorProof", "must be a text");
  return value->text();
}

commit::Trust trust_in(const commit::Tenant& tenant, VisitorId& visitor, std::optional<std::string_view> proof,
                       bool with_role, Instant now, Warnings& warnings) {
  const bool proven = proof && !visitor.empty() && tenant.identity_keys->prove(visitor, *proof, now);
  if (proof && !proven) warnings.push_back(kProofInvalid);
  if (with_role) return commit::Trust::kRole;
  if (proven) return commit::Trust::kProof;
  switch (tenant.settings.proof) {
    case commit::ProofPolicy::kOff: return commit::Trust::kAssumed;
    case commit::ProofPolicy::kReads: break;
    case commit::ProofPolicy::kRequired:
      if (!visitor.empty() && !proof) warnings.push_back(kProofMissing);
      visitor = {};
      break;
  }
  return commit::Trust::kNone;
}

ledger::Context read_context(const Value& root, Issues& issues) {
  ledger::Context context;
  const Value* value = root.find("context");
  if (!value) return context;
  if (!value->is_object()) return issues.add("context", "must be an object"), context;
  if (value->members().size() > kContextKeys) return issues.add("context", "must have at most 32 keys"), context;
  for (const json::Member& member : value->members()) read_context_member(member, context, issues);
  std::ranges::sort(context);
  return context;
}

void read_context_member(const json::Member& member, ledger::Context& context, Issues& issues) {
  const std::string path = "context." + std::string(member.key);
  if (!is_signal_key(member.key)) {
    issues.add(path, "must have a name of 1 to 64 characters from A-Z, a-z, 0-9, . _ : and -");
  } else if (member.value.is_object() || member.value.is_array()) {
    issues.add(path, "must be a string, a number, a boolean, or null to remove it");
  } else if (characters(member.value.text()) > 256 || member.value.text().find('\0') != std::string_view::npos) {
    issues.add(path, "must be at most 256 characters");
  } else {
    context.emplace_back(member.key, member.value.is_null() ? "" : member.value.text());
  }
}

}  // namespace beckon::decision
