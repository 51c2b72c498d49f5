// Inserts each line into a table of its own transaction, and prints "ok LINE" once it is committed.
// Arguments: the journal's mode, and how often SQLite syncs. With "audit" it prints the rows.
#include <sqlite3.h>

#include <iostream>
#include <string>

namespace {

int print_row(void* /*unused*/, int /*columns*/, char** values, char** /*names*/) {
  std::cout << values[0] << '\n';
  return 0;
}

class Database {
 public:
  Database() {
    if (sqlite3_open("data.db", &handle_) != SQLITE_OK) fail();
  }
  ~Database() { sqlite3_close(handle_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void run(const std::string& sql) {
    if (sqlite3_exec(handle_, sql.c_str(), print_row, nullptr, nullptr) != SQLITE_OK) fail();
  }
  void configure(const std::string& sql) {
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }

 private:
  [[noreturn]] void fail() {
    std::cerr << sqlite3_errmsg(handle_) << '\n';
    std::exit(1);
  }
  sqlite3* handle_ = nullptr;
};

}  // namespace

int main(int count, char** arguments) {
  const std::string journal = count > 1 ? arguments[1] : "wal";
  Database database;
  if (journal == "audit") {
    database.run("SELECT line FROM data");
    return 0;
  }
  database.configure("PRAGMA journal_mode=" + journal);
  database.configure(std::string("PRAGMA synchronous=") + (count > 2 ? arguments[2] : "full"));
  database.configure("CREATE TABLE IF NOT EXISTS data (line TEXT)");
  for (std::string line; std::getline(std::cin, line);) {
    database.run("INSERT INTO data VALUES ('" + line + "')");
    std::cout << "ok " << line << std::endl;
  }
}
