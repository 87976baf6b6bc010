#include "http/routes/event_catalog.h"

#include "base/check.h"
#include "http/text.h"

namespace beckon::http {
namespace {

const json::Value& at(const json::Value& value, std::string_view key) {
  const json::Value* found = value.find(key);
  CHECK(found != nullptr);
  return *found;
}

// The target of a reference such as "#/components/schemas/Handle".
const json::Value& referred(std::string_view reference, const json::Value& root) {
  CHECK(reference.starts_with("#/"));
  reference.remove_prefix(2);
  const json::Value* here = &root;
  while (!reference.empty()) here = &at(*here, take_until(reference, '/'));
  return *here;
}

void append_members(std::string& out, const json::Value& value, const json::Value& over, const json::Value& root,
                    bool& first) {
  for (const json::Member& member : value.members()) {
    if (member.key == "$ref" || (&value != &over && over.find(member.key))) continue;
    if (!std::exchange(first, false)) out += ',';
    json::append_string(out, member.key);
    out += ':';
    append_inlined(out, member.value, root);
  }
}

}  // namespace

void append_inlined(std::string& out, const json::Value& value, const json::Value& root) {
  bool first = true;
  if (value.is_array()) {
    out += '[';
    for (const json::Value& item : value.items()) {
      if (!std::exchange(first, false)) out += ',';
      append_inlined(out, item, root);
    }
    out += ']';
  } else if (value.is_object()) {
    const json::Value* reference = value.find("$ref");
    const bool refers = reference && reference->is_string();
    if (refers && value.members().size() == 1) return append_inlined(out, referred(reference->text(), root), root);
    out += '{';
    if (refers) append_members(out, referred(reference->text(), root), value, root, first);
    append_members(out, value, value, root, first);
    out += '}';
  } else {
    json::append(out, value);
  }
}

std::string event_catalog(std::string_view openapi) {
  const auto document = json::parse(std::string(openapi));
  CHECK(document.has_value());
  const json::Value& root = document->root();
  std::string out = "[";
  for (const json::Member& event : at(root, "webhooks").members()) {
    const json::Value& post = at(event.value, "post");
    const json::Value& body = at(at(at(post, "requestBody"), "content"), "application/json");
    std::string schema;
    append_inlined(schema, at(body, "schema"), root);
    if (out.size() > 1) out += ',';
    json::Writer(out)
        .begin_object()
        .member("type", event.key)
        .member("description", at(post, "description").text())
        .member_raw("schema", schema)
        .member_raw("example", json::to_text(at(body, "example")))
        .end_object();
  }
  return out + "]";
}

}  // namespace beckon::http
