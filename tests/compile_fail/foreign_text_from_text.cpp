// expect: no viable conversion .*string.* to function return type 'base::ForeignText'
#include <string>
#include "base/foreign_text.h"

base::ForeignText implicit(std::string text) { return text; }
