#include "http/message.h"

#include "base/check.h"
#include "http/text.h"

namespace beckon::http {

std::string_view to_text(Method method) {
  switch (method) {
    case Method::kGet: return "GET";
    case Method::kHead: return "HEAD";
    case Method::kPost: return "POST";
    case Method::kPut: return "PUT";
    case Method::kPatch: return "PATCH";
    case Method::kDelete: return "DELETE";
    case Method::kOptions: return "OPTIONS";
    case Method::kOther: return "OTHER";
  }
  return "";
}

std::string_view Request::header(std::string_view name) const {
  for (const Field& field : fields) {
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return {};
}

Trace Request::trace() const {
  Trace trace;
  int parents = 0;
  for (const Field& field : fields) {
    if (field.name.size() == 11 && equal_ignoring_case(field.name, "traceparent")) {
      ++parents;
      trace.parent = read_traceparent(field.value).value_or(std::string());
    } else if (field.name.size() == 10 && equal_ignoring_case(field.name, "tracestate")) {
      trace.state += trace.state.empty() ? "" : ",";
      trace.state += field.value;
    }
  }
  if (parents != 1 || trace.parent.empty()) return {};
  if (!is_tracestate(trace.state)) trace.state.clear();
  return trace;
}

const std::string& Request::param(std::string_view name) const {
  for (const auto& [key, value] : params) {
    if (key == name) return value;
  }
  CHECK(false && "the route's pattern has no such capture");
  std::abort();
}

std::optional<std::string> Request::query_param(std::string_view name) const { return form_value(query, name); }

std::optional<std::string> form_value(std::string_view form, std::string_view name) {
  while (!form.empty()) {
    std::string_view value = take_until(form, '&');
    const std::string_view key = take_until(value, '=');
    if (percent_decoded(key, true) == name) return percent_decoded(value, true);
  }
  return std::nullopt;
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(text[i] == '+' && plus_is_space ? ' ' : text[i]);
    }
  }
  return out;
}

}  // namespace beckon::http
