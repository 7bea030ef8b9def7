// expect: no viable conversion .*ForeignText' to function return type 'std::string'
#include <string>
#include "base/foreign_text.h"

std::string text(const base::ForeignText& foreign) { return foreign; }
