// The style sheet and the script of a page, as they lie beside this file, put into the program by
// the build; and what the page's security policy knows them by.
#pragma once

#include <string_view>

namespace assay::report {

extern const std::string_view style_sheet;
extern const std::string_view style_sheet_sha256_hex;
extern const std::string_view script;
extern const std::string_view script_sha256_hex;

}  // namespace assay::report
