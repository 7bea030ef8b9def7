// expect: no matching constructor for initialization of 'base::Field'
#include "base/log.h"
#include "base/foreign_text.h"

base::Field field(const base::ForeignText& text) { return base::Field("name", text); }
