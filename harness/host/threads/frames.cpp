#include "threads/frames.hpp"

#include <link.h>
#include <unwind.h>

#include <algorithm>

namespace assay::host::threads {
namespace {

struct Program {
  std::uintptr_t base = 0;
  std::uintptr_t end = 0;
};

// The first object that the loader names is the program itself.
int look_at(dl_phdr_info* object, std::size_t /*size*/, void* given) {
  auto& program = *static_cast<Program*>(given);
  program.base = object->dlpi_addr;
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD) continue;
    program.end = std::max(program.end, program.base + segment.p_vaddr + segment.p_memsz);
  }
  return 1;
}

Program find_program() {
  Program program;
  dl_iterate_phdr(look_at, &program);
  return program;
}

struct Walk {
  Program program;
  std::uintptr_t from = 0;
  bool reached = false;
  Frames frames;
};

_Unwind_Reason_Code step(_Unwind_Context* context, void* given) {
  auto& walk = *static_cast<Walk*>(given);
  const std::uintptr_t at = _Unwind_GetIP(context);
  walk.reached = walk.reached || at == walk.from;
  if (!walk.reached || at < walk.program.base || at >= walk.program.end) return _URC_NO_REASON;
  // A return address may already be on the next line; the byte before is the call.
  walk.frames.offsets.at(walk.frames.count++) = at - 1 - walk.program.base;
  return walk.frames.count < walk.frames.offsets.size() ? _URC_NO_REASON : _URC_END_OF_STACK;
}

}  // namespace

Frames frames_from(const void* pc) {
  static const Program program = find_program();
  Walk walk{program, reinterpret_cast<std::uintptr_t>(pc), false, {}};
  _Unwind_Backtrace(step, &walk);
  return walk.frames;
}

}  // namespace assay::host::threads
