// SPDX-License-Identifier: Apache-2.0
#include "generator/history/sqlite.hpp"

#include <sqlite3.h>

#include <cassert>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace dgx::history::sqlite {
namespace {

// Bytes that mean something in a URI's path; '/' stays.
std::string uri_path(const std::filesystem::path& file) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string uri;
  for (const char character : file.string()) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte > 0x20 && byte < 0x7F && std::strchr("%?#", character) == nullptr) {
      uri += character;
    } else {
      uri += '%';
      uri += kHex[byte >> 4];
      uri += kHex[byte & 15];
    }
  }
  return uri;
}

std::string seconds_text(std::chrono::milliseconds waits) {
  const auto count = waits.count();
  if (count % 1000 == 0) return std::to_string(count / 1000) + " s";
  return std::to_string(count) + " ms";
}

bool means_no_room(int system_error) {
  return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

// The errno of the last failure on the database, its journal or its log; 0 where there was none.
// sqlite3_system_errno() stays 0 when it is a write to the log that fails (seen with 3.40).
int system_error_of(sqlite3* handle) {
  int of_database = 0;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &of_database);
  int of_log = 0;
  sqlite3_file* log = nullptr;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (log != nullptr && log->pMethods != nullptr) {
    log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &of_log);
  }
  for (const int error : {sqlite3_system_errno(handle), of_log, of_database}) {
    if (error != 0) return error;
  }
  return 0;
}

Error no_room(const std::string& name) {
  return {ErrorCode::kDiskFull, "there is no room on the disk for " + name};
}

Error input_or_output_error(const std::string& name, sqlite3* handle, int code) {
  const bool by_system = (code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN;
  const int cause = by_system && handle != nullptr ? system_error_of(handle) : 0;
  // SHMSIZE: the -shm file could not grow, of which SQLite keeps no errno.
  if (means_no_room(cause) || code == SQLITE_IOERR_SHMSIZE) return no_room(name);
  std::string message = "cannot read or write " + name + ": " + sqlite3_errstr(code);
  if (cause != 0) message += std::string(" (") + std::strerror(cause) + ")";
  if (code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY) {
    message +=
        "; a program that was writing it ended abruptly, and opening it for writing mends it";
  }
  return {ErrorCode::kIo, message};
}

}  // namespace

void CloseConnection::operator()(sqlite3* connection) const noexcept {
  sqlite3_close_v2(connection);
}

void FinalizeStatement::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Error damaged(const std::filesystem::path& file, const std::string& report) {
  // SQLite's reports begin with a line that says only which database they are about.
  const std::string finding = report.substr(report.rfind('\n') + 1);
  return {ErrorCode::kCorrupt, "the history database " + file.string() + " cannot be used (" +
                                   finding +
                                   "); nothing was changed in it: move it away or restore it from "
                                   "a backup"};
}

Error error_of(const Connection& connection, int code) {
  sqlite3* handle = connection.handle.get();
  const std::string name = "the history database " + connection.file.string();
  const std::string detail = handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle);
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {ErrorCode::kUnavailable, name + " was kept locked by another program for " +
                                           seconds_text(connection.waits) +
                                           "; nothing was changed, try again"};
    case SQLITE_FULL:
      return no_room(name);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // Our statements are constants: one that fails has met another schema.
      return damaged(connection.file, detail);
    case SQLITE_CONSTRAINT:
      return {ErrorCode::kConflict, name + " refuses it: " + detail};
    case SQLITE_NOMEM:
      return {ErrorCode::kOutOfMemory, "not enough memory to use " + name};
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return input_or_output_error(name, handle, code);
    default:
      return {ErrorCode::kInternal, name + ": " + detail};
  }
}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      statement_(std::exchange(other.statement_, nullptr)),
      bind_code_(other.bind_code_) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  // The code repeats the failure of the last step, which step() has reported.
  static_cast<void>(sqlite3_reset(statement_));
  sqlite3_clear_bindings(statement_);
}

Result<bool> Statement::step() {
  if (bind_code_ != SQLITE_OK) return error_of(*connection_, bind_code_);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return error_of(*connection_, code);
}

Status Statement::finish() {
  for (;;) {
    const Result<bool> row = step();
    if (!row) return row.error();
    if (!*row) return ok();
  }
}

std::string Statement::text(int column) const {
  const unsigned char* data = sqlite3_column_text(statement_, column);
  if (data == nullptr) {
    if (sqlite3_column_type(statement_, column) != SQLITE_NULL) throw std::bad_alloc();
    return {};
  }
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return {reinterpret_cast<const char*>(data), size};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_, column);
}

void Statement::bind_text(int position, std::string_view value) {
  // An empty view may have no address, which SQLite would take for NULL.
  const char* data = value.data() == nullptr ? "" : value.data();
  const int code =
      sqlite3_bind_text64(statement_, position, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

void Statement::bind_integer(int position, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_, position, value);
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

void Statement::bind_real(int position, double value) {
  const int code = sqlite3_bind_double(statement_, position, value);
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

void Statement::bind_null(int position) {
  const int code = sqlite3_bind_null(statement_, position);
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

Database::Database(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

Result<Database> Database::open(const std::filesystem::path& file, Access access,
                                std::chrono::milliseconds waits) {
  auto connection = std::make_unique<Connection>();
  connection->file = file;
  connection->waits = waits;
  // A URI always: a build of SQLite may read plain names as URIs, too, and would then take a '?'
  // in a folder's name for a parameter.
  std::string uri = "file:" + uri_path(std::filesystem::absolute(file));
  if (access == Access::kImmutable) uri += "?immutable=1";
  // Never SQLITE_OPEN_CREATE: whoever creates the file decides its mode and that it is new.
  const int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (access == Access::kReadWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(uri.c_str(), &handle, flags, nullptr);
  connection->handle.reset(handle);
  if (code != SQLITE_OK) return error_of(*connection, code);
  // What may not be written SQLite opens for reading, and would say so at the first change only.
  if (access == Access::kReadWrite && sqlite3_db_readonly(handle, "main") == 1) {
    return error_of(*connection, SQLITE_READONLY);
  }
  sqlite3_busy_timeout(handle, static_cast<int>(waits.count()));
  return Database(std::move(connection));
}

Result<std::string> Database::first_bytes(std::size_t count) {
  sqlite3_file* opened = nullptr;
  sqlite3_file_control(connection_->handle.get(), "main", SQLITE_FCNTL_FILE_POINTER, &opened);
  std::string bytes(count, '\0');
  const int code = opened->pMethods->xRead(opened, bytes.data(), static_cast<int>(count), 0);
  if (code == SQLITE_OK || code == SQLITE_IOERR_SHORT_READ) return bytes;
  return error_of(*connection_, code);
}

Status Database::execute(const char* sql) {
  const int code = sqlite3_exec(connection_->handle.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(*connection_, code);
  return ok();
}

Result<Statement> Database::statement(std::string_view sql) {
  auto found = prepared_.find(sql);
  if (found == prepared_.end()) {
    sqlite3_stmt* prepared = nullptr;
    const int code =
        sqlite3_prepare_v3(connection_->handle.get(), sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    if (code != SQLITE_OK) return error_of(*connection_, code);
    found = prepared_.emplace(std::string(sql), prepared).first;
  }
  // Two uses of one statement at the same time would read each other's rows.
  assert(sqlite3_stmt_busy(found->second.get()) == 0);
  return Statement(*connection_, found->second.get());
}

Status Database::copy_to(Database& copy) {
  sqlite3* target = copy.connection_->handle.get();
  sqlite3_backup* backup = sqlite3_backup_init(target, "main", connection_->handle.get(), "main");
  if (backup == nullptr) return error_of(*copy.connection_, sqlite3_extended_errcode(target));
  constexpr int kAllPages = -1;
  const int code = sqlite3_backup_step(backup, kAllPages);
  sqlite3_backup_finish(backup);
  if (code == SQLITE_DONE) return ok();
  // Damage is the original's; all else, such as a lack of room, concerns the copy.
  return error_of((code & 0xFF) == SQLITE_CORRUPT ? *connection_ : *copy.connection_, code);
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(connection_->handle.get());
}

std::int64_t Database::last_row() const {
  return sqlite3_last_insert_rowid(connection_->handle.get());
}

std::string Database::last_message() const {
  return sqlite3_errmsg(connection_->handle.get());
}

bool Database::in_transaction() const {
  return sqlite3_get_autocommit(connection_->handle.get()) == 0;
}

void Database::set_checkpoint_on_close(bool on) {
  sqlite3_db_config(connection_->handle.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on ? 0 : 1,
                    nullptr);
}

Result<Transaction> Transaction::begin(Database& database, Kind kind) {
  const Status begun = database.run(kind == Kind::kRead ? "BEGIN" : "BEGIN IMMEDIATE");
  if (!begun) return begun.error();
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  if (database_ == nullptr || !database_->in_transaction()) return;
  // A rollback that fails leaves the transaction to the log's recovery; the failure that led here
  // is the one to report.
  static_cast<void>(database_->run("ROLLBACK"));
}

Status Transaction::commit() {
  return database_->run("COMMIT");
}

}  // namespace dgx::history::sqlite
