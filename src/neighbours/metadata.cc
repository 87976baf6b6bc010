#include "neighbours/metadata.h"

#include <algorithm>

#include "intake/signal_reader.h"

namespace beckon::neighbours {
namespace {

constexpr std::string_view kCut = "_cut", kCutMember = "\"_cut\":true";

// A URL without the user and password in it.
std::string without_user(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t authority = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t at = url.substr(0, url.find('/', authority)).rfind('@');
  if (authority == 0 || at == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, authority)).append(url.substr(at + 1));
}

}  // namespace

bool Metadata::fits() const {
  return out_.size() + std::string_view(",}").size() + kCutMember.size() <= intake::kMetadataBytes;
}

// False if the name already has a value.
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
  fits() ? names_.push_back(name) : leave_out(name, before);
}

void Metadata::add(std::string_view name, const json::Value& value) {
  const std::size_t before = out_.size();
  if (value.is_null() || !begin(name)) return;
  const bool is_deep = (value.is_object() || value.is_array()) && json::depth(value) + 1 > intake::kMetadataDepth;
  if (!is_deep && value.is_array()) return add_list(name, value, before), names_.push_back(name);
  if (!is_deep) json::append(out_, value);
  const bool is_kept = !is_deep && fits();
  is_kept ? names_.push_back(name) : leave_out(name, before);
}

void Metadata::leave_out(std::string_view name, std::size_t before) {
  cut_names_.push_back(name);
  out_.resize(before);
}

// As many of its first elements as fit.
void Metadata::add_list(std::string_view name, const json::Value& list, std::size_t before) {
  out_ += '[';
  const std::size_t first = out_.size();
  for (const json::Value& item : list.items()) {
    const std::size_t end = out_.size();
    if (end > first) out_ += ',';
    json::append(out_, item);
    out_ += ']';
    if (!fits()) {
      leave_out(name, end);
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
    if (const std::string_view text = member.value.is_string() ? member.value.text() : "";
        text.starts_with("http") || text.starts_with('/'))
      add(member.key, without_user(without_query(text)));
  add_all(object);
}

std::string Metadata::take() && {
  if (out_.empty() && cut_names_.empty()) return {};
  if (!cut_names_.empty()) (out_ += out_.empty() ? '{' : ',') += kCutMember;
  out_ += '}';
  return std::move(out_);
}

void complete(Message& message, Metadata metadata) {
  for (const std::string_view name : metadata.cut_names()) message.cut_names.push_back(name);
  message.metadata = std::move(metadata).take();
  message.signal.key = message.key;
  message.signal.metadata = message.metadata;
}

}  // namespace beckon::neighbours
