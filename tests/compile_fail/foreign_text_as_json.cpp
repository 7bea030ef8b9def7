// expect: no viable conversion .*ForeignText' to function return type 'json::Value'
#include "base/foreign_text.h"
#include "json/value.h"

json::Value value(const base::ForeignText& text) { return text; }
