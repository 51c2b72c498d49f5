#include "report/html/document.hpp"

#include <string_view>

#include <fmt/format.h>

#include "report/html/assets.hpp"
#include "report/html/markup.hpp"

namespace assay::report {
namespace {

int digit_of(char hex) { return hex <= '9' ? hex - '0' : hex - 'a' + 10; }

// RFC 4648. As a security policy names a digest.
std::string base64_of_hex(std::string_view hex) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  unsigned bits = 0;
  int count = 0;
  for (const char digit : hex) {
    bits = bits << 4U | static_cast<unsigned>(digit_of(digit));
    count += 4;
    if (count >= 6) {
      count -= 6;
      text += letters[bits >> static_cast<unsigned>(count) & 63U];
    }
  }
  if (count > 0) text += letters[bits << static_cast<unsigned>(6 - count) & 63U];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::string source(std::string_view digest_hex) {
  return digest_hex.empty() ? "" : fmt::format(" 'sha256-{}'", base64_of_hex(digest_hex));
}

// Nothing is loaded, and no script runs but the page's own.
std::string security_policy(const ChartLibrary& library) {
  return fmt::format(
      "default-src 'none'; style-src{}{}; script-src{}{}; base-uri 'none'; form-action 'none'",
      source(style_sheet_sha256_hex), source(library.style_sha256_hex), source(script_sha256_hex),
      source(library.script_sha256_hex));
}

void add_head(Markup& page, const Document& document, const ChartLibrary& library) {
  page.open("head").lone("meta", {{"charset", "utf-8"}});
  page.lone("meta",
            {{"http-equiv", "Content-Security-Policy"}, {"content", security_policy(library)}});
  page.lone("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  page.lone("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  page.element("title", document.title);
  if (!library.style.empty()) page.open("style").add(library.style).close();
  page.open("style").add(style_sheet).close().close();
}

void add_header(Markup& page, const Document& document) {
  page.open("header").element("h1", document.heading);
  page.element("p", {{"class", "quiet"}}, document.subtitle);
  page.open("p", {{"class", "tools"}, {"hidden", "hidden"}});
  page.element("button", {{"type", "button"}, {"data-open", "all"}}, "open all");
  page.element("button", {{"type", "button"}, {"data-open", "none"}}, "close all");
  page.close().close();
}

}  // namespace

std::string to_text(const Document& document, const ChartLibrary& library) {
  Markup page;
  page.open("html", {{"lang", "en"}});
  add_head(page, document, library);
  page.open("body").open("main");
  add_header(page, document);
  page.add(document.body).close();
  for (const auto& stored : document.stored) {
    page.open("script", {{"type", "application/json"}, {"class", "result"}});
    page.add(embedded_json(stored)).close();
  }
  if (!library.script.empty()) page.open("script").add(library.script).close();
  page.open("script").add(script).close();
  page.close().close();
  return "<!DOCTYPE html>\n" + page.take() + "\n";
}

}  // namespace assay::report
