#include <dlfcn.h>

#include <string>
#include <type_traits>

#include "postgres/libpq_internal.h"
#include "simdb/error.h"

namespace simdb::postgres {

const Libpq& libpq() {
  static const Libpq loaded = [] {
    void* file = ::dlopen(SIMDB_LIBPQ_SONAME, RTLD_NOW | RTLD_LOCAL);
    Libpq pq{};
    bool complete = file != nullptr;
    const auto load = [&](auto& function, const char* name) {
      if (complete) {
        function =
            reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(file, name));
      }
      complete = complete && function != nullptr;
    };
    load(pq.clear, "PQclear");
    load(pq.command_of, "PQcmdStatus");
    load(pq.changed_rows, "PQcmdTuples");
    load(pq.connect, "PQconnectdbParams");
    load(pq.database, "PQdb");
    load(pq.enter_pipeline_mode, "PQenterPipelineMode");
    load(pq.error_message, "PQerrorMessage");
    load(pq.escape_identifier, "PQescapeIdentifier");
    load(pq.exec, "PQexec");
    load(pq.exec_params, "PQexecParams");
    load(pq.exit_pipeline_mode, "PQexitPipelineMode");
    load(pq.finish, "PQfinish");
    load(pq.free_memory, "PQfreemem");
    load(pq.next_result, "PQgetResult");
    load(pq.is_null, "PQgetisnull");
    load(pq.length, "PQgetlength");
    load(pq.value, "PQgetvalue");
    load(pq.host, "PQhost");
    load(pq.rows, "PQntuples");
    load(pq.pipeline_status, "PQpipelineStatus");
    load(pq.pipeline_sync, "PQpipelineSync");
    load(pq.port, "PQport");
    load(pq.put_copy_data, "PQputCopyData");
    load(pq.end_copy, "PQputCopyEnd");
    load(pq.error_field, "PQresultErrorField");
    load(pq.result_status, "PQresultStatus");
    load(pq.send_query, "PQsendQuery");
    load(pq.send_query_params, "PQsendQueryParams");
    load(pq.server_version, "PQserverVersion");
    load(pq.set_notice_receiver, "PQsetNoticeReceiver");
    load(pq.status, "PQstatus");
    load(pq.transaction_status, "PQtransactionStatus");
    if (!complete) {
      throw Error(ErrorCode::kUsage, "databases in PostgreSQL need " SIMDB_LIBPQ_SONAME
                                     " (Debian: libpq5), which can't be loaded: " +
                                         std::string(::dlerror()));
    }
    return pq;
  }();
  return loaded;
}

}  // namespace simdb::postgres
