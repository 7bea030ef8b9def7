// expect: no matching conversion for functional-style cast
#include "base/foreign_text.h"
#include "json/value.h"

json::Value value(const base::ForeignText& text) { return json::Value(text); }
