// The page of a history that was judged: the verdict, and of a violation the smallest part that
// shows it, as a picture and in words. Pure.
#pragma once

#include "check/command.hpp"
#include "report/html/document.hpp"

namespace assay::report {

Document page_of(const check::Finding& finding);

}  // namespace assay::report
