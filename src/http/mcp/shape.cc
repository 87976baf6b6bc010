#include "http/mcp/shape.h"

#include <algorithm>
#include <vector>

namespace beckon::mcp {
namespace {

using json::Value;

class Shaping {
 public:
  explicit Shaping(std::vector<std::string>& cuts) : cuts_(cuts) {}

  void write(json::Writer& out, const Value& value, const Value* schema, const std::string& path) {
    const Value* properties = schema ? schema->find("properties") : nullptr;
    const Value* items = schema ? schema->find("items") : nullptr;
    if (value.is_object() && properties) {
      out.begin_object();
      write_members(out, value, *schema, *properties, path);
      out.end_object();
    } else if (value.is_array() && items) {
      write_items(out, value, *schema, *items, path);
    } else {
      out.raw(json::to_text(value));
    }
  }

  void write_members(json::Writer& out, const Value& value, const Value& schema, const Value& properties,
                     const std::string& path) {
    const Value* others = schema.find("additionalProperties");
    const bool takes_others = others && others->is_boolean() && others->boolean();
    for (const json::Member& member : value.members()) {
      const Value* described = properties.find(member.key);
      if (!described && !takes_others) continue;
      out.key(member.key);
      write(out, member.value, described,
            path.empty() ? std::string(member.key) : path + "." + std::string(member.key));
    }
  }

 private:
  void write_items(json::Writer& out, const Value& list, const Value& schema, const Value& items,
                   const std::string& path) {
    const std::size_t count = list.items().size();
    const Value* limit = schema.find("maxItems");
    const std::size_t most = limit && limit->integer() ? static_cast<std::size_t>(*limit->integer()) : count;
    if (count > most)
      cuts_.push_back(path + ": the first " + std::to_string(most) + " of " + std::to_string(count) + ".");
    out.begin_array();
    for (std::size_t i = 0; i < std::min(count, most); ++i)
      write(out, list.items()[i], &items, path + "[" + std::to_string(i) + "]");
    out.end_array();
  }

  std::vector<std::string>& cuts_;
};

}  // namespace

std::string shaped(const Value& value, const Value& schema) {
  std::vector<std::string> cuts;
  Shaping shaping(cuts);
  std::string text;
  json::Writer out(text);
  const Value* properties = schema.find("properties");
  if (!value.is_object() || !properties) {
    shaping.write(out, value, &schema, "");
    return text;
  }
  out.begin_object();
  shaping.write_members(out, value, schema, *properties, "");
  if (!cuts.empty()) {
    out.key("cut").begin_array();
    for (const std::string& cut : cuts) out.string(cut);
    out.end_array();
  }
  out.end_object();
  return text;
}

}  // namespace beckon::mcp
