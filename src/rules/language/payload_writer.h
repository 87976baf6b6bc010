// Writes a payload from its template.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "rules/language/payload_parts.h"

namespace beckon::rules {

// Confined to one thread; what it was given outlives it.
class PayloadWriter {
 public:
  // `decided`: the values of decision.… are known; else they are null.
  PayloadWriter(const PayloadParts& parts, const PayloadValues& values, const Zone* zone, bool decided)
      : parts_(parts), values_(values), zone_(zone), decided_(decided) {}

  // Appends all of the payload, or, where it is too large, some of it. What is missing is null.
  void write() { write(parts_.program, {}); }
  bool is_too_large() const { return out_.size() - of_decision_ > payload_limits::kRenderedBytes; }
  std::string take() { return std::move(out_); }

 private:
  void write(const PayloadProgram& program, std::string_view element);
  void insert(const PayloadPiece& piece, const PayloadPlaceholder& placeholder, std::string_view element);
  void insert(const PayloadEach& list);
  void append_characters(std::string_view text);  // inside a JSON string
  std::optional<std::string_view> read(const PayloadPath& path, std::string& room) const;

  const PayloadParts& parts_;
  const PayloadValues& values_;
  const Zone* zone_;
  bool decided_;
  std::string out_;
  std::size_t of_decision_ = 0;  // bytes of out_
};

}  // namespace beckon::rules
