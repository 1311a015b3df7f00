#include <string>

#include "core/shared_library.h"
#include "postgres/libpq_internal.h"
#include "simdb/error.h"

namespace simdb::postgres {

const Libpq& libpq() {
  static const Libpq loaded = [] {
    SharedLibrary library(SIMDB_LIBPQ_SONAME);
    Libpq pq{};
    library.load(pq.clear, "PQclear");
    library.load(pq.command_of, "PQcmdStatus");
    library.load(pq.changed_rows, "PQcmdTuples");
    library.load(pq.connect, "PQconnectdbParams");
    library.load(pq.consume_input, "PQconsumeInput");
    library.load(pq.database, "PQdb");
    library.load(pq.enter_pipeline_mode, "PQenterPipelineMode");
    library.load(pq.error_message, "PQerrorMessage");
    library.load(pq.escape_identifier, "PQescapeIdentifier");
    library.load(pq.exec, "PQexec");
    library.load(pq.exec_params, "PQexecParams");
    library.load(pq.exit_pipeline_mode, "PQexitPipelineMode");
    library.load(pq.finish, "PQfinish");
    library.load(pq.free_memory, "PQfreemem");
    library.load(pq.next_result, "PQgetResult");
    library.load(pq.is_null, "PQgetisnull");
    library.load(pq.length, "PQgetlength");
    library.load(pq.value, "PQgetvalue");
    library.load(pq.host, "PQhost");
    library.load(pq.next_notification, "PQnotifies");
    library.load(pq.rows, "PQntuples");
    library.load(pq.pipeline_status, "PQpipelineStatus");
    library.load(pq.pipeline_sync, "PQpipelineSync");
    library.load(pq.port, "PQport");
    library.load(pq.put_copy_data, "PQputCopyData");
    library.load(pq.end_copy, "PQputCopyEnd");
    library.load(pq.error_field, "PQresultErrorField");
    library.load(pq.result_status, "PQresultStatus");
    library.load(pq.send_query, "PQsendQuery");
    library.load(pq.send_query_params, "PQsendQueryParams");
    library.load(pq.server_version, "PQserverVersion");
    library.load(pq.set_notice_receiver, "PQsetNoticeReceiver");
    library.load(pq.socket, "PQsocket");
    library.load(pq.status, "PQstatus");
    library.load(pq.transaction_status, "PQtransactionStatus");
    if (!library.is_complete()) {
      throw Error(ErrorCode::kUsage, "databases in PostgreSQL need " SIMDB_LIBPQ_SONAME
                                     " (Debian: libpq5), which can't be loaded: " +
                                         library.problem());
    }
    return pq;
  }();
  return loaded;
}

}  // namespace simdb::postgres
