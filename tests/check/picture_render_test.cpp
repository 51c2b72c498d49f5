// Looks at a picture in headless Chromium, in light and in dark: nothing is cut off, no two texts
// lie on each other, text can be told from what is behind it, and each bar has the colour it
// should. Left out where there is no Chromium.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "check/check.hpp"
#include "check/picture.hpp"
#include "support/text_history.hpp"

namespace assay::check {
namespace {

// Judges the picture in the page and leaves its findings in the document, which Chromium prints.
constexpr std::string_view judge = R"(
  const svg = document.querySelector('svg'), box = svg.getBoundingClientRect(), found = [];
  const texts = [...svg.querySelectorAll('text')], bars = [...svg.querySelectorAll('rect.bar')];
  const all = texts.concat(bars).map(e => [e, e.getBoundingClientRect()]);
  for (const [e, r] of all)
    if (r.left < box.left || r.right > box.right || r.top < box.top || r.bottom > box.bottom)
      found.push('cut off: ' + (e.textContent || e.tagName));
  all.forEach(([a, r], i) => all.slice(i + 1).forEach(([b, s]) => {
    if (r.left < s.right - 1 && s.left < r.right - 1 &&
        r.top < s.bottom - 4 && s.top < r.bottom - 4)
      found.push('on each other: ' + a.textContent + ' / ' + b.textContent);
  }));
  const rgb = e => getComputedStyle(e).fill.match(/\d+/g).map(Number);
  const light = c => { const [r, g, b] = c.map(v => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const paper = light(rgb(svg.querySelector('.paper')));
  for (const e of texts.concat(bars)) {
    const l = light(rgb(e)), contrast = (Math.max(l, paper) + 0.05) / (Math.min(l, paper) + 0.05);
    if (contrast < (e.tagName == 'text' ? 4.5 : 3)) found.push('faint: ' + e.textContent);
  }
  const wrong = svg.querySelectorAll('.wrong').length;
  document.body.setAttribute('data-found',
    bars.length + ' bars, ' + wrong + ' wrong, ' + (paper > 0.5 ? 'light' : 'dark') + '; ' +
    found.join('; '));
)";

std::string chromium() {
  for (const char* path :
       {"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"}) {
    if (std::filesystem::exists(path)) return path;
  }
  return "";
}

std::string look_at(const std::string& svg, bool dark) {
  std::string name = (std::filesystem::temp_directory_path() / "assay-picture-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return "no folder";
  const std::filesystem::path folder = name;
  std::ofstream(folder / "page.html")
      << "<!doctype html><meta charset=utf-8><body>" << svg << "<script>" << judge << "</script>";
  const std::string command = "HOME=" + name + " timeout 60 " + chromium() +
                              " --headless --no-sandbox --disable-gpu --dump-dom " +
                              (dark ? "--blink-settings=preferredColorScheme=0 "
                                    : "--blink-settings=preferredColorScheme=1 ") +
                              "--user-data-dir=" + name + "/profile file://" + name +
                              "/page.html 2>/dev/null";
  std::string dom;
  if (std::FILE* pipe = ::popen(command.c_str(), "r")) {
    std::array<char, 4096> buffer{};
    while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
      dom.append(buffer.data(), got);
    }
    ::pclose(pipe);
  }
  std::filesystem::remove_all(folder);
  const std::size_t begin = dom.find("data-found=\"");
  if (begin == dom.npos) return "nothing drawn: " + dom.substr(0, 500);
  return dom.substr(begin + 12, dom.find('"', begin + 12) - begin - 12);
}

TEST(PictureInChromium, IsReadable) {
  if (chromium().empty()) GTEST_SKIP() << "Chromium is not installed";
  const History history = support::brief(R"(
      0 write(1) 0-6
      1 cas([1, 2]) 1-7 -> true
      2 read() 8-9 -> 2
      2 write("a text & <much> longer than its bar is wide") 10-19
      3 read() 20-21 -> "a text & <much> longer than its bar is wide"
      3 read() 22-23 -> 2)");
  const Judgement judgement = check(history, parse_choice("register"), {}, true);
  ASSERT_TRUE(judgement.verdict.explanation);
  const Explanation& explanation = *judgement.verdict.explanation;
  const std::string svg = picture_of(history, explanation);
  const std::string drawn = std::to_string(explanation.operations.size()) + " bars, 1 wrong, ";
  EXPECT_EQ(look_at(svg, false), drawn + "light; ");
  EXPECT_EQ(look_at(svg, true), drawn + "dark; ");
}

}  // namespace
}  // namespace assay::check
