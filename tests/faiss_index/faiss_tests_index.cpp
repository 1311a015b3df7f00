// For run_faiss_tests.py: simdb's index where FAISS's Python module finds it.
#include <faiss/IndexIDMap.h>

#include <exception>
#include <string>

#include "simdb/faiss_index.h"

/// Puts a FaissIndex, which nobody frees, into `holder`. Returns what went wrong, or null.
extern "C" const char* simdb_put_faiss_index(faiss::IndexIDMap* holder, std::int64_t dimension,
                                             int metric) {
  static std::string message;
  try {
    holder->index = new simdb::FaissIndex(dimension, static_cast<faiss::MetricType>(metric));
    return nullptr;
  } catch (const std::exception& error) {
    message = error.what();
    return message.c_str();
  }
}
