#include <string>

#include "net/request_reader.h"
#include "tests/test.h"

TEST_CASE("A byte of a field value is judged alike wherever it stands") {
  constexpr size_t kLength = 20;  // More than two words of eight bytes.
  const net::ServerLimits limits;
  int wrong = 0;
  for (size_t place = 0; place < kLength; ++place) {
    for (int byte = 0; byte < 256; ++byte) {
      if (byte == '\r' || byte == '\n') continue;  // They end a line, or are no end of one.
      std::string value(kLength, 'x');
      value[place] = static_cast<char>(byte);
      net::RequestReader reader(limits);
      reader.feed("GET / HTTP/1.1\r\nHost: a\r\nX: <" + value + ">\r\n\r\n");
      const bool allowed = byte == '\t' || (byte >= 0x20 && byte != 0x7F);
      if ((reader.state() == net::RequestReader::State::kComplete) != allowed) ++wrong;
    }
  }
  CHECK(wrong == 0);
}
