#include "outbox/reduced_body.h"

#include <utility>

#include "base/json.h"

namespace beckon::outbox {
namespace {

using json::Value;

// The position of an object in one of our bodies.
enum class Place { kTop, kPayload, kSignal, kOther, kAnywhere };

class Reducer {
 public:
  explicit Reducer(std::string& out) : out_(out) {}

  bool changed() const { return changed_; }

  void write(const Value& value, Place place) {
    if (value.is_array() && place == Place::kAnywhere) return write_items(value);
    if (!value.is_object() || place == Place::kOther) return json::append(out_, value);
    char before = '{';
    for (const auto& [key, member] : value.members()) {
      if (goes(key, place)) {
        changed_ = true;
        continue;
      }
      out_ += std::exchange(before, ',');
      json::append_string(out_, key);
      out_ += ':';
      if (key == "metadata" && (place == Place::kSignal || place == Place::kAnywhere)) {
        if (!member.is_object() || !member.members().empty()) changed_ = true;
        out_ += "{}";
      } else {
        write(member, inside(key, place));
      }
    }
    if (before == '{') out_ += '{';
    out_ += '}';
  }

 private:
  void write_items(const Value& list) {
    out_ += '[';
    bool first = true;
    for (const Value& item : list.items()) {
      if (!std::exchange(first, false)) out_ += ',';
      write(item, Place::kAnywhere);
    }
    out_ += ']';
  }

  static bool goes(std::string_view key, Place place) {
    if (place == Place::kPayload && key == "proven") return true;
    return (place == Place::kPayload || place == Place::kAnywhere) &&
           (key == "visitorId" || key == "anonymousId" || key == "explanation");
  }

  static Place inside(std::string_view key, Place place) {
    if (place == Place::kAnywhere) return Place::kAnywhere;
    if (place == Place::kTop && key == "payload") return Place::kPayload;
    if (place == Place::kPayload && key == "signal") return Place::kSignal;
    return Place::kOther;
  }

  std::string& out_;
  bool changed_ = false;
};

}  // namespace

std::optional<std::string> reduced_body(std::string_view body, std::string_view cause) {
  const auto read = json::parse(std::string(body));
  if (!read) return std::nullopt;
  std::string out;
  out.reserve(body.size());
  Reducer reducer(out);
  reducer.write(read->root(), cause.starts_with(R"({"edited")") ? Place::kAnywhere : Place::kTop);
  if (!reducer.changed()) return std::nullopt;
  return out;
}

}  // namespace beckon::outbox
