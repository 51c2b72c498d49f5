// Level 1 over HTTP: accounts and entries. Thread-safe: the ledger is asked by one at a time.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "api.hpp"
#include "kit/http.hpp"

namespace payment_ledger::host {

class Books {
 public:
  // From now on a new ledger. Throws kit::NotImplemented if the solution has none.
  void make_anew();

  // Nothing if there is no such resource. Throws Refused.
  std::optional<kit::HttpResponse> answer(const kit::HttpRequest& request);

 private:
  kit::HttpResponse open(std::string_view body);
  kit::HttpResponse post(std::string_view body);
  kit::HttpResponse totals(std::string_view account);

  std::mutex mutex_;
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace payment_ledger::host
