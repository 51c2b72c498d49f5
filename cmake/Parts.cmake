# Parts of the harness: a static library per folder. A part sees its own headers and those of the
# parts that it USES, and no others: each has an include root of its own, so that including upwards,
# or sideways from one grader to another, does not compile.

add_library(assay_warnings INTERFACE)
target_compile_options(assay_warnings INTERFACE
  -Wall -Wextra -Wpedantic $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local>
  -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Werror)

# An include root from which `folder` is reached as <prefix>/...
function(assay_include_root target prefix folder)
  set(root ${PROJECT_BINARY_DIR}/roots/${target})
  get_filename_component(parent ${root}/${prefix} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${folder} ${root}/${prefix} SYMBOLIC)
  target_include_directories(${target} PUBLIC ${root})
endfunction()

# assay_part(<name> [OPTIMISED] USES <part or target>...): the library assay_<name>, of
# harness/<name>. With FOLDER <folder> and ONLY <name of a source>..., it is a part of a folder;
# with BUT, the rest of it.
function(assay_part name)
  cmake_parse_arguments(PART "OPTIMISED" "FOLDER" "USES;ONLY;BUT" ${ARGN})
  if(NOT PART_FOLDER)
    set(PART_FOLDER ${name})
  endif()
  set(folder ${PROJECT_SOURCE_DIR}/harness/${PART_FOLDER})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  if(PART_ONLY)
    list(TRANSFORM PART_ONLY REPLACE "(.+)" "${folder}/\\1.cpp" OUTPUT_VARIABLE sources)
  endif()
  foreach(source ${PART_BUT})
    list(REMOVE_ITEM sources ${folder}/${source}.cpp)
  endforeach()
  if(NOT sources)  # headers only
    set(sources ${PROJECT_BINARY_DIR}/generated/${name}.cpp)
    file(GENERATE OUTPUT ${sources} CONTENT "")
  endif()
  add_library(assay_${name} STATIC ${sources})
  assay_include_root(assay_${name} ${PART_FOLDER} ${folder})
  assay_uses(assay_${name} ${PART_USES})
  if(PART_OPTIMISED)
    target_compile_options(assay_${name} PRIVATE -O2)
  endif()
endfunction()

function(assay_uses target)
  foreach(used ${ARGN})
    if(TARGET assay_${used})
      target_link_libraries(${target} PUBLIC assay_${used})
    elseif(TARGET ${used})
      target_link_libraries(${target} PUBLIC ${used})
    endif()
  endforeach()
  target_link_libraries(${target} PRIVATE assay_warnings)
endfunction()

function(assay_program name folder)
  cmake_parse_arguments(PROGRAM "" "" "USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/harness/${folder}/*.cpp)
  add_executable(${name} ${sources})
  assay_include_root(${name} ${folder} ${PROJECT_SOURCE_DIR}/harness/${folder})
  assay_uses(${name} ${PROGRAM_USES})
endfunction()

# The guard stands between grader and subject. It is a program of its own, so that nothing of the
# grader's memory is in it, and static, so that it starts in any view of the file system.
function(assay_guard)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/harness/proc/guard/*.cpp)
  add_executable(assay-guard ${sources})
  assay_include_root(assay-guard proc ${PROJECT_SOURCE_DIR}/harness/proc)
  assay_include_root(assay-guard net ${PROJECT_SOURCE_DIR}/harness/net)
  target_link_libraries(assay-guard PRIVATE assay_warnings)
  target_link_options(assay-guard PRIVATE -static)
endfunction()
