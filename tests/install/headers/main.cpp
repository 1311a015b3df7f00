#include <simdb/digest.h>
#include <simdb/image_codec.h>

// Calls into the installed libraries, so that they must link and load.
int main() {
  const simdb::Sha256 digest = simdb::sha256({});
  const bool is_image = simdb::sniff_image_format({}).has_value();
  return simdb::sha256_from_hex(simdb::to_hex(digest)) == digest && !is_image ? 0 : 1;
}
