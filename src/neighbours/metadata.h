// A signal's metadata from other systems' data, which is never refused because of its size.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "neighbours/message.h"

namespace beckon::neighbours {

// Builds an object of at most intake::kMetadataBytes and intake::kMetadataDepth. What does not fit is left out (of a
// list, its last elements), and marked by `"_cut":true`. Confined to its caller.
class Metadata {
 public:
  // Of several members with the same name, the first counts.
  void add(std::string_view name, std::string_view text);
  void add(std::string_view name, const json::Value& value);
  // Adds the members of an object, those without nested members first.
  void add_all(const json::Value* object);
  // The same for data about a page: URLs lose their query, which may contain secrets.
  void add_page(const json::Value* object);

  std::string take() &&;                                                         // empty if nothing was added
  const std::vector<std::string_view>& cut_names() const { return cut_names_; }  // of those added that did not fit

 private:
  bool begin(std::string_view name);
  void add_list(std::string_view name, const json::Value& list, std::size_t before);
  bool fits() const;
  void leave_out(std::string_view name, std::size_t before);

  std::string out_;
  std::vector<std::string_view> names_;
  std::vector<std::string_view> cut_names_;
};

// Call once the message has its key: completes its signal with the metadata.
void complete(Message& message, Metadata metadata);

}  // namespace beckon::neighbours
