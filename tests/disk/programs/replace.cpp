// Keeps all lines so far in data.txt, which it replaces by a rename: the new file is synced before,
// and with "folder" the folder after. Prints "ok LINE" then. With "audit" it prints what is there.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

int main(int count, char** arguments) {
  const std::string how = count > 1 ? arguments[1] : "";
  if (how == "audit") {
    std::cout << std::ifstream("data.txt").rdbuf();
    return 0;
  }
  std::string all;
  const int folder = ::open(".", O_RDONLY | O_DIRECTORY);
  for (std::string line; std::getline(std::cin, line);) {
    all += line + '\n';
    const int file = ::open("data.new", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (::write(file, all.data(), all.size()) != static_cast<ssize_t>(all.size())) return 1;
    ::fsync(file);
    ::close(file);
    if (std::rename("data.new", "data.txt") != 0) return 1;
    if (how == "folder") ::fsync(folder);
    std::cout << "ok " << line << std::endl;
  }
}
