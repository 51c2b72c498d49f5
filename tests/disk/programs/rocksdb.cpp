// Puts each line into RocksDB, and prints "ok LINE" once that is done. Its argument says whether
// writes are synced. With "audit" it prints what is there.
#include <rocksdb/db.h>

#include <iostream>
#include <memory>
#include <string>

namespace {

std::unique_ptr<rocksdb::DB> open() {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* database = nullptr;
  const auto status = rocksdb::DB::Open(options, ".", &database);
  if (!status.ok()) {
    std::cerr << status.ToString() << '\n';
    std::exit(1);
  }
  return std::unique_ptr<rocksdb::DB>(database);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string how = count > 1 ? arguments[1] : "sync";
  const auto database = open();
  if (how == "audit") {
    const std::unique_ptr<rocksdb::Iterator> each(database->NewIterator({}));
    for (each->SeekToFirst(); each->Valid(); each->Next()) {
      std::cout << each->key().ToString() << '\n';
    }
    return 0;
  }
  rocksdb::WriteOptions options;
  options.sync = how == "sync";
  for (std::string line; std::getline(std::cin, line);) {
    if (!database->Put(options, line, "there").ok()) return 1;
    std::cout << "ok " << line << std::endl;
  }
}
