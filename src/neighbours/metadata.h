// A signal's metadata out of what others send, which is never refused for its size.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace beckon::neighbours {

// Makes an object of at most intake::kMetadataBytes and intake::kMetadataDepth. What does not fit is left out, of a
// list its last elements, and `"_cut":true` says so. Confined to its caller.
class Metadata {
 public:
  // Of members with one name the first counts.
  void add(std::string_view name, std::string_view text);
  void add(std::string_view name, const json::Value& value);
  // The members of an object, those without members of their own first.
  void add_all(const json::Value* object);
  // The same of what is said of a page: of URLs only what is in front of their query, which may have secrets in it.
  void add_page(const json::Value* object);

  std::string take() &&;  // empty where nothing was added

 private:
  bool begin(std::string_view name);
  void add_list(const json::Value& list, std::size_t before);
  bool fits() const;

  std::string out_;
  std::vector<std::string_view> names_;
  bool cut_ = false;
};

}  // namespace beckon::neighbours
