#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postgres/binary_internal.h"
#include "postgres/libpq_internal.h"
#include "simdb/error.h"

namespace simdb::postgres {

/// What the server, or the way to it, has refused.
class ServerError : public Error {
 public:
  /// `state` is the SQLSTATE, empty where there is no answer.
  ServerError(ErrorCode code, const std::string& message, std::string state, bool is_lost)
      : Error(code, message), state_(std::move(state)), is_lost_(is_lost) {}

  const std::string& state() const noexcept { return state_; }
  /// The connection is gone: what was asked last may have been done or not.
  bool is_lost() const noexcept { return is_lost_; }
  /// The same from the beginning may succeed: the connection was lost, or the server gave way to
  /// another transaction.
  bool is_transient() const noexcept;

 private:
  std::string state_;
  bool is_lost_;
};

/// Rows in binary form. A column must have the type that is asked for.
class Result {
 public:
  explicit Result(PGresult* result) : result_(result) {}

  std::size_t rows() const { return static_cast<std::size_t>(libpq().rows(result_.get())); }
  bool empty() const { return rows() == 0; }
  bool is_null(std::size_t row, int column) const {
    return libpq().is_null(result_.get(), static_cast<int>(row), column) != 0;
  }
  /// Of text, bytea and jsonb (see json()); empty for NULL.
  std::string_view text(std::size_t row, int column) const {
    const int r = static_cast<int>(row);
    return {libpq().value(result_.get(), r, column),
            static_cast<std::size_t>(libpq().length(result_.get(), r, column))};
  }
  std::vector<std::byte> bytes(std::size_t row, int column) const;
  /// Of int2, int4, int8 and boolean.
  std::int64_t number(std::size_t row, int column) const {
    return decode_number(text(row, column));
  }
  ItemId id(std::size_t row, int column) const {
    return ItemId{static_cast<std::uint64_t>(number(row, column))};
  }
  /// Of vector. Throws Error(kCorruption) if it has not as many values as `values`.
  void vector(std::size_t row, int column, std::span<float> values) const;
  /// Whether the statement was this one, for its name.
  bool is_command(std::string_view name) const { return libpq().command_of(result_.get()) == name; }
  /// How many rows a statement has changed.
  std::size_t changed_rows() const;

 private:
  struct Clear {
    void operator()(PGresult* result) const { libpq().clear(result); }
  };
  std::unique_ptr<PGresult, Clear> result_;
};

/// A session with the server, with statements one by one. Never prints, never shows a password.
/// Thread-compatible. Everything throws ServerError.
class Connection {
 public:
  /// `address` as libpq takes it: a URI or "name=value ...".
  explicit Connection(const std::string& address);

  /// One statement with its parameters, $1 and so on, each cast to its type in the statement.
  Result run(const char* sql, const Params& params = {});
  /// The rows of a COPY ... FROM STDIN (FORMAT binary).
  void copy(const char* sql, const CopyRows& rows);
  /// From the next statement on one state is read. It goes to the server together with that one.
  void begin_snapshot() noexcept { begins_with_next_ = true; }
  /// Does not wait for the server.
  void end_snapshot();
  void begin() { run("BEGIN ISOLATION LEVEL READ COMMITTED"); }
  void commit();
  /// Brings it back to where statements can begin; false if it is of no more use.
  bool reset() noexcept;

  /// What NOTIFY has brought to who did LISTEN, its payloads; waits for `longest` if there is
  /// nothing.
  std::vector<std::string> notifications(std::chrono::milliseconds longest);

  /// Of the server, e.g. 150018.
  int server_version() const { return libpq().server_version(connection_.get()); }
  /// Where it leads, for a person.
  std::string place() const;
  std::string quoted_name(const std::string& name) const;

 private:
  struct Finish {
    void operator()(PGconn* connection) const { libpq().finish(connection); }
  };
  Result run_in_snapshot(const char* sql, const Params& params);
  void drain();
  Result checked(PGresult* result) const;
  Result checked(PGresult* result, ExecStatusType expected) const;
  [[noreturn]] void fail(const PGresult* result) const;

  std::unique_ptr<PGconn, Finish> connection_;
  bool begins_with_next_ = false;
  bool is_ending_ = false;  // a snapshot
};

}  // namespace simdb::postgres
