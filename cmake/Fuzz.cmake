# A fixed number of inputs to something that reads what strangers write, where clang's libFuzzer is
# installed. The reader is compiled for it, with AddressSanitizer and UndefinedBehaviorSanitizer.

find_program(ASSAY_FUZZ_COMPILER NAMES clang++-14 clang++)
find_file(ASSAY_FUZZ_RUNTIME libclang_rt.fuzzer-x86_64.a
          PATHS /usr/lib/llvm-14/lib/clang/14.0.6/lib/linux NO_DEFAULT_PATH)

# assay_fuzz(<name> SOURCES <file>... [HEADERS <file>...] ROOTS <target>... RUNS <number>
#            [OPTIONS <libFuzzer option>...]): the test <name>, of fuzz/<last part of name>.cpp and
# the inputs in fuzz/corpus, beside the list file that calls it.
function(assay_fuzz name)
  cmake_parse_arguments(FUZZ "" "RUNS" "SOURCES;HEADERS;ROOTS;OPTIONS" ${ARGN})
  if(NOT ASSAY_FUZZ_COMPILER OR NOT ASSAY_FUZZ_RUNTIME)
    return()
  endif()
  string(REGEX REPLACE ".*\\." "" program ${name})
  string(REPLACE . _ target ${name})
  set(entry ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/${program}.cpp)
  set(fuzz ${CMAKE_CURRENT_BINARY_DIR}/${program})
  list(TRANSFORM FUZZ_ROOTS PREPEND -I${PROJECT_BINARY_DIR}/roots/)
  add_custom_command(OUTPUT ${fuzz}
    COMMAND ${ASSAY_FUZZ_COMPILER} -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined
            -fno-sanitize-recover=undefined ${FUZZ_ROOTS} ${entry} ${FUZZ_SOURCES} -o ${fuzz}
    DEPENDS ${entry} ${FUZZ_SOURCES} ${FUZZ_HEADERS} VERBATIM)
  add_custom_target(${target} ALL DEPENDS ${fuzz})
  # What it finds worth keeping is dropped before the next run, so that all runs are the same.
  set(found ${CMAKE_CURRENT_BINARY_DIR}/found)
  add_test(NAME ${name}
    COMMAND sh -c "rm -rf ${found} && mkdir ${found} && exec \"$@\"" sh
            ${fuzz} -runs=${FUZZ_RUNS} -seed=1 -timeout=10 -rss_limit_mb=2048 -verbosity=0
            ${FUZZ_OPTIONS} ${found} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus)
endfunction()
