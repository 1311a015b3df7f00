#include <poll.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "postgres/connection_internal.h"

namespace simdb::postgres {
namespace {

// More at a time would have to lie in memory twice.
constexpr std::size_t kCopyPiece = std::size_t{1} << 24;

struct Meaning {
  std::string_view state;  // what the SQLSTATE begins with
  ErrorCode code;
  const char* remedy;
};

// The first that fits.
constexpr Meaning kMeanings[] = {
    {"3D000", ErrorCode::kNotFound, "make that database with PostgreSQL's createdb"},
    {"3F000", ErrorCode::kNotFound, "there is no gallery; 'simdb init --db' makes one"},
    {"42P01", ErrorCode::kNotFound, "there is no gallery; 'simdb init --db' makes one"},
    {"42501", ErrorCode::kIo, "have the role be given access: see docs/scaling.md"},
    {"42704", ErrorCode::kBadInput, "the database lacks pgvector: CREATE EXTENSION vector"},
    {"0A000", ErrorCode::kBadInput, "see docs/scaling.md for what the server must be able to do"},
    {"25006", ErrorCode::kIo, "the server only reads: connect to the primary to change something"},
    {"55P03", ErrorCode::kBusy, "another writer holds the gallery; try again"},
    {"57014", ErrorCode::kBusy,
     "the server's statement_timeout is too short, or it was told to stop"},
    {"57P", ErrorCode::kIo, "the server is stopping or starting; try again"},
    {"08", ErrorCode::kIo, "try again when the server can be reached"},
    {"40", ErrorCode::kBusy, "other transactions are in the way; try again"},
    {"53", ErrorCode::kIo, "give the server more of what it lacks"},
    {"58", ErrorCode::kIo, "see the server's log"},
    {"28", ErrorCode::kIo, "check user and password (PGPASSFILE, service file)"},
    {"22", ErrorCode::kBadInput, "the value can't be kept in PostgreSQL"},
    {"XX00", ErrorCode::kCorruption, "restore the database from a copy"},
};
constexpr Meaning kLost = {"", ErrorCode::kIo, "try again when the server can be reached"};
constexpr Meaning kUnknown = {"", ErrorCode::kInternal, "see the server's log"};

std::string first_line(const char* message) {
  const std::string_view text(message == nullptr ? "" : message);
  std::string_view line = text.substr(0, text.find('\n'));
  for (const char* word : {"ERROR:  ", "FATAL:  "}) {
    if (line.starts_with(word)) line.remove_prefix(std::string_view(word).size());
  }
  return std::string(line);
}

// Whether the server ends the session with such a word.
bool ends_session(std::string_view state) {
  return state.starts_with("08") || state == "57P01" || state == "57P02" || state == "57P03" ||
         state == "57P05" || state == "25P03";
}

void ignore_notice(void* /*argument*/, const PGresult* /*notice*/) {}

}  // namespace

bool ServerError::is_transient() const noexcept {
  return is_lost_ || state_ == "40001" || state_ == "40P01";
}

std::vector<std::byte> Result::bytes(std::size_t row, int column) const {
  const std::string_view view = text(row, column);
  const auto* first = reinterpret_cast<const std::byte*>(view.data());
  return {first, first + view.size()};
}

void Result::vector(std::size_t row, int column, std::span<float> values) const {
  decode_vector(text(row, column), values);
}

std::size_t Result::changed_rows() const {
  const std::string digits = libpq().changed_rows(result_.get());
  return digits.empty() ? 0 : std::stoull(digits);
}

Connection::Connection(const std::string& address) {
  // What comes before the address can be said otherwise there.
  constexpr std::array names = {"connect_timeout", "fallback_application_name", "dbname",
                                "client_encoding", static_cast<const char*>(nullptr)};
  const std::array values = {"10", "simdb", address.c_str(), "UTF8",
                             static_cast<const char*>(nullptr)};
  connection_.reset(libpq().connect(names.data(), values.data(), /*expand_dbname=*/1));
  if (!connection_) throw Error(ErrorCode::kInternal, "there is no memory for a connection");
  if (libpq().status(connection_.get()) != CONNECTION_OK) {
    // What libpq says of an address that it can't read may show a part of it.
    const bool is_read = libpq().database(connection_.get()) != nullptr;
    if (!is_read) {
      throw Error(ErrorCode::kUsage,
                  "can't read the address of the PostgreSQL database (it is not shown, as it may "
                  "hold a password); give postgresql://USER@HOST/DATABASE");
    }
    const std::string reason = libpq().error_message(connection_.get());
    const bool no_database = reason.find("does not exist") != std::string::npos &&
                             reason.find("database \"") != std::string::npos;
    throw ServerError(no_database ? ErrorCode::kNotFound : ErrorCode::kIo,
                      "can't connect to " + place() + ": " + first_line(reason.c_str()) +
                          (no_database ? "; make it with PostgreSQL's createdb"
                                       : "; check that the server runs, and user and password"),
                      "", !no_database);
  }
  libpq().set_notice_receiver(connection_.get(), ignore_notice, nullptr);
}

std::string Connection::place() const {
  const auto word = [](const char* text) { return std::string(text == nullptr ? "" : text); };
  return "postgresql://" + word(libpq().host(connection_.get())) + ":" +
         word(libpq().port(connection_.get())) + "/" + word(libpq().database(connection_.get()));
}

std::string Connection::quoted_name(const std::string& name) const {
  char* const quoted = libpq().escape_identifier(connection_.get(), name.data(), name.size());
  if (quoted == nullptr) fail(nullptr);
  std::string result = quoted;
  libpq().free_memory(quoted);
  return result;
}

// Takes what has not been waited for. A lost connection shows with the next statement.
void Connection::drain() {
  if (!std::exchange(is_ending_, false)) return;
  while (PGresult* const left = libpq().next_result(connection_.get())) libpq().clear(left);
}

Result Connection::run(const char* sql, const Params& params) {
  drain();
  if (std::exchange(begins_with_next_, false)) return run_in_snapshot(sql, params);
  const std::vector<int> formats(static_cast<std::size_t>(params.size()), 1);
  PGresult* const result =
      libpq().exec_params(connection_.get(), sql, params.size(), nullptr, params.pointers().data(),
                          params.lengths().data(), formats.data(), /*resultFormat=*/1);
  return checked(result);
}

Result Connection::run_in_snapshot(const char* sql, const Params& params) {
  PGconn* const server = connection_.get();
  const std::vector<int> formats(static_cast<std::size_t>(params.size()), 1);
  const bool is_sent =
      libpq().enter_pipeline_mode(server) == 1 &&
      libpq().send_query_params(server, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", 0,
                                nullptr, nullptr, nullptr, nullptr, 1) == 1 &&
      libpq().send_query_params(server, sql, params.size(), nullptr, params.pointers().data(),
                                params.lengths().data(), formats.data(), 1) == 1 &&
      libpq().pipeline_sync(server) == 1;
  if (!is_sent) fail(nullptr);
  checked(libpq().next_result(server), PGRES_COMMAND_OK);
  libpq().clear(libpq().next_result(server));  // null: the end of what BEGIN gives
  Result rows = checked(libpq().next_result(server));
  libpq().clear(libpq().next_result(server));
  checked(libpq().next_result(server), PGRES_PIPELINE_SYNC);
  if (libpq().exit_pipeline_mode(server) != 1) fail(nullptr);
  return rows;
}

void Connection::end_snapshot() {
  begins_with_next_ = false;
  is_ending_ = libpq().send_query(connection_.get(), "COMMIT") == 1;
}

void Connection::copy(const char* sql, const CopyRows& rows) {
  if (rows.empty()) return;
  checked(libpq().exec(connection_.get(), sql), PGRES_COPY_IN);
  const std::string bytes = rows.bytes() + "\xFF\xFF";
  for (std::size_t at = 0; at < bytes.size(); at += kCopyPiece) {
    const auto piece = static_cast<int>(std::min(kCopyPiece, bytes.size() - at));
    if (libpq().put_copy_data(connection_.get(), bytes.data() + at, piece) != 1) fail(nullptr);
  }
  if (libpq().end_copy(connection_.get(), nullptr) != 1) fail(nullptr);
  const Result done = checked(libpq().next_result(connection_.get()), PGRES_COMMAND_OK);
  while (PGresult* const more = libpq().next_result(connection_.get())) libpq().clear(more);
}

std::vector<std::string> Connection::notifications(std::chrono::milliseconds longest) {
  drain();
  std::vector<std::string> payloads;
  for (bool is_first = true;; is_first = false) {
    if (libpq().consume_input(connection_.get()) != 1) fail(nullptr);
    while (PGnotify* const told = libpq().next_notification(connection_.get())) {
      payloads.emplace_back(told->extra);
      libpq().free_memory(told);
    }
    if (!payloads.empty() || !is_first) return payloads;
    pollfd socket{libpq().socket(connection_.get()), POLLIN, 0};
    if (::poll(&socket, 1, static_cast<int>(longest.count())) <= 0) return payloads;
  }
}

void Connection::commit() {
  const Result done = checked(libpq().exec(connection_.get(), "COMMIT"), PGRES_COMMAND_OK);
  if (!done.is_command("COMMIT")) {
    throw ServerError(ErrorCode::kInternal, place() + " has taken back a change", "40000", false);
  }
}

bool Connection::reset() noexcept {
  begins_with_next_ = false;
  if (libpq().status(connection_.get()) != CONNECTION_OK) return false;
  if (is_ending_) return true;
  const PGTransactionStatusType status = libpq().transaction_status(connection_.get());
  if (status == PQTRANS_INTRANS || status == PQTRANS_INERROR) {
    libpq().clear(libpq().exec(connection_.get(), "ROLLBACK"));
  }
  return libpq().transaction_status(connection_.get()) == PQTRANS_IDLE &&
         libpq().pipeline_status(connection_.get()) == PQ_PIPELINE_OFF;
}

// With rows or without.
Result Connection::checked(PGresult* result) const {
  const bool has_none = libpq().result_status(result) == PGRES_COMMAND_OK;
  return checked(result, has_none ? PGRES_COMMAND_OK : PGRES_TUPLES_OK);
}

Result Connection::checked(PGresult* result, ExecStatusType expected) const {
  Result owned(result);
  if (result == nullptr || libpq().result_status(result) != expected) fail(result);
  return owned;
}

void Connection::fail(const PGresult* result) const {
  const char* const field =
      result == nullptr ? nullptr : libpq().error_field(result, PG_DIAG_SQLSTATE);
  const std::string state = field == nullptr ? "" : field;
  const bool is_lost = libpq().status(connection_.get()) != CONNECTION_OK || ends_session(state);
  const auto known = std::ranges::find_if(
      kMeanings, [&](const Meaning& meaning) { return state.starts_with(meaning.state); });
  const Meaning& meaning = known != std::end(kMeanings) && !state.empty() ? *known
                           : is_lost                                      ? kLost
                                                                          : kUnknown;
  const char* primary =
      result == nullptr ? nullptr : libpq().error_field(result, PG_DIAG_MESSAGE_PRIMARY);
  throw ServerError(meaning.code,
                    place() + ": " +
                        (primary == nullptr ? first_line(libpq().error_message(connection_.get()))
                                            : std::string(primary)) +
                        "; " + meaning.remedy,
                    state, is_lost);
}

}  // namespace simdb::postgres
