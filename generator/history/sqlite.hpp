// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

// SQLite's C interface, wrapped once. Nothing outside this folder includes it, and nothing but
// sqlite.cpp includes sqlite3.h.
namespace dgx::history::sqlite {

struct CloseConnection {
  void operator()(sqlite3* connection) const noexcept;
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const noexcept;
};

/// What every call on one database shares. `waits` is how long a lock of another process is waited
/// for before the call is kUnavailable.
struct Connection {
  std::filesystem::path file{};
  std::chrono::milliseconds waits{};
  std::unique_ptr<sqlite3, CloseConnection> handle{};
};

/// The kCorrupt that every kind of damage becomes: names the file, says what is wrong and what to
/// do about it.
Error damaged(const std::filesystem::path& file, const std::string& report);

/// The Error that an SQLite result code stands for, by the connection's last failure:
/// BUSY -> kUnavailable, FULL -> kDiskFull, CORRUPT and NOTADB -> kCorrupt, CONSTRAINT ->
/// kConflict, NOMEM -> kOutOfMemory, READONLY, IOERR, CANTOPEN and PERM -> kIo, else kInternal.
Error error_of(const Connection& connection, int code);

/// One use of a prepared statement: bind, step, read; at the end of the scope it is reset, so that
/// it holds neither a lock nor a snapshot. Belongs to its Database and may not outlive it.
class Statement {
 public:
  Statement(const Connection& connection, sqlite3_stmt* statement)
      : connection_(&connection), statement_(statement) {}
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  /// Binds ?1, ?2, ... in order. Strings are copied; an empty optional is NULL. A failure (out of
  /// memory) comes out of the next step().
  template <typename... Values>
  void bind(const Values&... values) {
    int position = 0;
    (bind_value(++position, values), ...);
  }

  /// True while there is a row to read.
  Result<bool> step();
  /// Steps to the end, whatever rows come.
  Status finish();

  // Columns of the current row, from 0. NULL reads as "" or 0; std::bad_alloc where a text has no
  // room in memory.
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;

 private:
  void bind_text(int position, std::string_view value);
  void bind_integer(int position, std::int64_t value);
  void bind_real(int position, double value);
  void bind_null(int position);

  template <std::integral Value>
  void bind_value(int position, Value value) {
    bind_integer(position, static_cast<std::int64_t>(value));
  }
  void bind_value(int position, double value) { bind_real(position, value); }
  void bind_value(int position, const char* value) { bind_text(position, value); }
  void bind_value(int position, std::string_view value) { bind_text(position, value); }
  void bind_value(int position, const std::string& value) { bind_text(position, value); }
  template <typename Value>
  void bind_value(int position, const std::optional<Value>& value) {
    value ? bind_value(position, *value) : bind_null(position);
  }

  const Connection* connection_;
  sqlite3_stmt* statement_;
  int bind_code_ = 0;
};

/// An open database and its prepared statements, each prepared once and kept. Owns the connection.
/// Threads: one at a time.
class Database {
 public:
  enum class Access {
    kReadWrite,
    kReadOnly,
    /// Reads the file as it lies there: no lock, no -wal or -shm file beside it. What another
    /// process writes meanwhile reads as damage, so whoever uses it has to look whether one did.
    kImmutable,
  };

  static Result<Database> open(const std::filesystem::path& file, Access access,
                               std::chrono::milliseconds waits);

  /// The beginning of the file, through SQLite's own descriptor: opening the file a second time
  /// and closing it again would release the locks this process holds on it, as POSIX has it.
  Result<std::string> first_bytes(std::size_t count);

  /// Any number of statements without parameters.
  Status execute(const char* sql);
  /// `sql` is kept as the key of the prepared statement: pass constants, bind what varies.
  Result<Statement> statement(std::string_view sql);

  /// One statement with its parameters, run to its end.
  template <typename... Values>
  Status run(std::string_view sql, const Values&... values) {
    Result<Statement> prepared = statement(sql);
    if (!prepared) return prepared.error();
    prepared->bind(values...);
    return prepared->finish();
  }

  /// The first column of the first row, 0 where there is none.
  template <typename... Values>
  Result<std::int64_t> number(std::string_view sql, const Values&... values) {
    Result<Statement> prepared = statement(sql);
    if (!prepared) return prepared.error();
    prepared->bind(values...);
    const Result<bool> row = prepared->step();
    if (!row) return row.error();
    return *row ? prepared->integer(0) : 0;
  }

  /// Makes `copy` the same, page by page (SQLite's backup API). Within a read transaction it is the
  /// state that this sees; without one it begins again whenever somebody writes.
  Status copy_to(Database& copy);

  /// Rows that the last statement inserted, updated or deleted.
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] std::int64_t last_row() const;
  /// SQLite's own words for the last failure.
  [[nodiscard]] std::string last_message() const;
  /// True between BEGIN and the end of the transaction; SQLite ends it by itself on some failures.
  [[nodiscard]] bool in_transaction() const;
  /// Whether the last one to close moves the log into the file and removes it. Off while nobody
  /// knows yet whether the file may be touched.
  void set_checkpoint_on_close(bool on);
  [[nodiscard]] const std::filesystem::path& file() const { return connection_->file; }

 private:
  explicit Database(std::unique_ptr<Connection> connection);

  std::unique_ptr<Connection> connection_;  // Statements point at it, so it may not move.
  std::map<std::string, std::unique_ptr<sqlite3_stmt, FinalizeStatement>, std::less<>> prepared_{};
};

/// A transaction that is rolled back unless it was committed.
class Transaction {
 public:
  enum class Kind {
    kRead,   ///< One snapshot for all that is read
    kWrite,  ///< The write lock from the start, so that nothing can change between read and write
  };

  static Result<Transaction> begin(Database& database, Kind kind);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace dgx::history::sqlite
