#pragma once

#include <libpq-fe.h>

namespace simdb::postgres {

/// The functions of libpq that are used. It is loaded when the first connection is made: few
/// databases are in PostgreSQL, and with Kerberos and LDAP behind it every program would start
/// later.
struct Libpq {
  decltype(&PQclear) clear;
  decltype(&PQcmdStatus) command_of;
  decltype(&PQcmdTuples) changed_rows;
  decltype(&PQconnectdbParams) connect;
  decltype(&PQconsumeInput) consume_input;
  decltype(&PQdb) database;
  decltype(&PQenterPipelineMode) enter_pipeline_mode;
  decltype(&PQerrorMessage) error_message;
  decltype(&PQescapeIdentifier) escape_identifier;
  decltype(&PQexec) exec;
  decltype(&PQexecParams) exec_params;
  decltype(&PQexitPipelineMode) exit_pipeline_mode;
  decltype(&PQfinish) finish;
  decltype(&PQfreemem) free_memory;
  decltype(&PQgetResult) next_result;
  decltype(&PQgetisnull) is_null;
  decltype(&PQgetlength) length;
  decltype(&PQgetvalue) value;
  decltype(&PQhost) host;
  decltype(&PQnotifies) next_notification;
  decltype(&PQntuples) rows;
  decltype(&PQpipelineStatus) pipeline_status;
  decltype(&PQpipelineSync) pipeline_sync;
  decltype(&PQport) port;
  decltype(&PQputCopyData) put_copy_data;
  decltype(&PQputCopyEnd) end_copy;
  decltype(&PQresultErrorField) error_field;
  decltype(&PQresultStatus) result_status;
  decltype(&PQsendQuery) send_query;
  decltype(&PQsendQueryParams) send_query_params;
  decltype(&PQserverVersion) server_version;
  decltype(&PQsetNoticeReceiver) set_notice_receiver;
  decltype(&PQsocket) socket;
  decltype(&PQstatus) status;
  decltype(&PQtransactionStatus) transaction_status;
};

/// Throws Error(kUsage), naming the package, where there is no libpq. Thread-safe.
const Libpq& libpq();

}  // namespace simdb::postgres
