// measure_table: the measures of the rule language as JSON, for script/measures and tests/measures.test.mjs.
#include <cstdio>

#include "rules/language/measure_definition.h"

int main() { std::puts(beckon::rules::measures_json().c_str()); }
