#include <simdb/core/digest.h>
#include <simdb/encoder/image/image_codec.h>

// Calls into the installed libraries, so that they must link and load.
int main() {
  const simdb::Sha256 digest = simdb::sha256({});
  const bool is_image = simdb::sniff_image_format({}).has_value();
  return simdb::sha256_from_hex(simdb::to_hex(digest)) == digest && !is_image ? 0 : 1;
}
