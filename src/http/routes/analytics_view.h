// Analytics in responses, as JSON.
#pragma once
#include "base/json.h"
#include "http/routes/analytics_rows.h"

namespace beckon::http {

enum class WithPoints : bool { kNo, kYes };  // whether series show each bucket, or their totals alone

// The members timeToConvert, triggers and rules of an object.
void write_series(json::Writer& out, const AnalyticsRows& rows, WithPoints points);

}  // namespace beckon::http
