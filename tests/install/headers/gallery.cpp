#include <simdb/database.h>
#include <simdb/error.h>

// Vectors without images: opening what is not there is an error of simdb's own.
int main() {
  try {
    simdb::Database::open("/nowhere/at/all");
  } catch (const simdb::Error& error) {
    return error.code() == simdb::ErrorCode::kNotFound ? 0 : 1;
  }
  return 1;
}
