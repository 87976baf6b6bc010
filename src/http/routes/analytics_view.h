// Analytics responses as JSON.
#pragma once
#include "base/json.h"
#include "http/routes/analytics_rows.h"

namespace beckon::http {

enum class WithPoints : bool { kNo, kYes };  // whether series include each bucket, or only totals

// Writes the members timeToConvert, triggers and rules into an open object.
void write_series(json::Writer& out, const AnalyticsRows& rows, WithPoints points);

}  // namespace beckon::http
