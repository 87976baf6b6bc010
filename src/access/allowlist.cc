#include "access/allowlist.h"

#include <algorithm>

namespace beckon::access {
namespace {

std::string element(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

// The items of a list within the size limit; otherwise empty, with an issue.
std::span<const json::Value> items_of(const json::Value& list, std::string_view name, Issues& issues) {
  if (!list.is_array()) {
    issues.add(std::string(name), "must be an array of strings");
  } else if (list.items().size() > Allowlist::kMostEntries) {
    issues.add(std::string(name), "must have at most 1000 entries");
  } else {
    return list.items();
  }
  return {};
}

void read_handles(const json::Value& list, Allowlist& allowlist, Issues& issues) {
  allowlist.every_handle = false;
  std::size_t index = 0;
  for (const json::Value& item : items_of(list, "handles", issues)) {
    const std::string_view name = item.is_string() ? item.text() : std::string_view{};
    if (name == "*") {
      allowlist.every_handle = true;
    } else if (is_handle(name)) {
      allowlist.handles.emplace_back(name);
    } else {
      issues.add(element("handles", index), "must be the name of a handle, or \"*\"");
    }
    ++index;
  }
  std::ranges::sort(allowlist.handles);
  const auto again = std::ranges::unique(allowlist.handles);
  allowlist.handles.erase(again.begin(), again.end());
}

void read_egress(const json::Value& list, Allowlist& allowlist, Issues& issues) {
  std::size_t index = 0;
  for (const json::Value& item : items_of(list, "egress", issues)) {
    if (item.is_string() && !item.text().empty() && item.text().size() <= Allowlist::kLongestEgressEntry) {
      allowlist.egress.emplace_back(item.text());
    } else {
      issues.add(element("egress", index), "must be a host or an address range of 1 to 255 characters");
    }
    ++index;
  }
}

}  // namespace

bool Allowlist::admits(const Handle& handle) const {
  return every_handle || std::ranges::binary_search(handles, handle);
}

std::string Allowlist::to_json() const {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("handles").begin_array();
  if (every_handle) writer.string("*");
  for (const Handle& handle : handles) writer.string(handle.view());
  writer.end_array().key("egress").begin_array();
  for (const std::string& entry : egress) writer.string(entry);
  writer.end_array().end_object();
  return out;
}

Result<Allowlist> parse_allowlist(const json::Value& value) {
  if (!value.is_object())
    return unexpected(Fault{.code = FaultCode::kInvalidPayload,
                            .message = R"(Send a JSON object such as {"handles":["*"],"egress":[]}.)"});
  Allowlist allowlist;
  Issues issues;
  for (const json::Member& member : value.members()) {
    if (member.key == "handles") {
      read_handles(member.value, allowlist, issues);
    } else if (member.key == "egress") {
      read_egress(member.value, allowlist, issues);
    } else {
      issues.add(std::string(member.key), "is unknown; the fields are handles and egress");
    }
  }
  // A list omitted by mistake must not open the product to everyone.
  if (value.find("handles") == nullptr) issues.add("handles", "is required; use [\"*\"] to allow every handle");
  if (!issues.empty()) return unexpected(issues.fault());
  return allowlist;
}

Result<Allowlist> parse_allowlist(std::string text) {
  if (text.empty()) return Allowlist{};
  const auto document = json::parse(std::move(text));
  if (!document) return unexpected(document.error());
  return parse_allowlist(document->root());
}

}  // namespace beckon::access
