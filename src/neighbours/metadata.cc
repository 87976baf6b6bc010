#include "neighbours/metadata.h"

#include <algorithm>

#include "intake/signal_reader.h"

namespace beckon::neighbours {
namespace {

constexpr std::string_view kCut = "_cut", kCutMember = "\"_cut\":true";

}  // namespace

bool Metadata::fits() const {
  return out_.size() + std::string_view(",}").size() + kCutMember.size() <= intake::kMetadataBytes;
}

// False where the name has its value already.
bool Metadata::begin(std::string_view name) {
  if (name == kCut || std::ranges::find(names_, name) != names_.end()) return false;
  out_ += out_.empty() ? '{' : ',';
  json::append_string(out_, name);
  out_ += ':';
  return true;
}

void Metadata::add(std::string_view name, std::string_view text) {
  const std::size_t before = out_.size();
  if (text.empty() || !begin(name)) return;
  json::append_string(out_, text);
  if (fits()) return names_.push_back(name);
  cut_ = true;
  out_.resize(before);
}

void Metadata::add(std::string_view name, const json::Value& value) {
  const std::size_t before = out_.size();
  if (value.is_null() || !begin(name)) return;
  const bool is_deep = (value.is_object() || value.is_array()) && json::depth(value) + 1 > intake::kMetadataDepth;
  if (!is_deep && value.is_array()) return add_list(value, before), names_.push_back(name);
  if (!is_deep) json::append(out_, value);
  if (!is_deep && fits()) return names_.push_back(name);
  cut_ = true;
  out_.resize(before);
}

// As many of its first elements as fit.
void Metadata::add_list(const json::Value& list, std::size_t before) {
  out_ += '[';
  const std::size_t first = out_.size();
  for (const json::Value& item : list.items()) {
    const std::size_t end = out_.size();
    if (end > first) out_ += ',';
    json::append(out_, item);
    out_ += ']';
    if (!fits()) {
      cut_ = true;
      out_.resize(end);
      break;
    }
    out_.pop_back();
  }
  out_ += ']';
  if (!fits() || (out_.size() == first + 1 && !list.items().empty())) out_.resize(before);
}

void Metadata::add_all(const json::Value* object) {
  if (!object) return;
  for (const bool scalars : {true, false})
    for (const json::Member& member : object->members())
      if ((member.value.is_object() || member.value.is_array()) != scalars) add(member.key, member.value);
}

void Metadata::add_page(const json::Value* object) {
  if (!object) return;
  names_.push_back("search");
  for (const json::Member& member : object->members())
    if (const std::string_view text = member.value.is_string() ? member.value.text() : ""; text.starts_with("http"))
      add(member.key, text.substr(0, text.find_first_of("?#")));
  add_all(object);
}

std::string Metadata::take() && {
  if (out_.empty() && !cut_) return {};
  if (cut_) (out_ += out_.empty() ? '{' : ',') += kCutMember;
  out_ += '}';
  return std::move(out_);
}

}  // namespace beckon::neighbours
