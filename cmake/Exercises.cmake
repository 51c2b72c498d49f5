# Exercises are found, not listed: a folder in exercises/ with an exercise.toml is one.

file(GLOB manifests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/exercises/*/exercise.toml)
set(assay_slugs)
foreach(manifest ${manifests})
  get_filename_component(folder ${manifest} DIRECTORY)
  get_filename_component(slug ${folder} NAME)
  list(APPEND assay_slugs ${slug})
endforeach()

# One library per grader, and a generated registry that names them all.
function(assay_graders)
  cmake_parse_arguments(GRADERS "" "" "USES" ${ARGN})
  set(declarations "")
  set(entries "")
  set(libraries "")
  foreach(slug ${assay_slugs})
    set(folder ${PROJECT_SOURCE_DIR}/harness/graders/${slug})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
    if(NOT sources)
      message(FATAL_ERROR "exercises/${slug} has no grader: add harness/graders/${slug}/grader.cpp")
    endif()
    add_library(assay_grader_${slug} STATIC ${sources})
    # A folder at a time is compiled as one, so that names need to be unique in a folder only.
    set_target_properties(assay_grader_${slug} PROPERTIES UNITY_BUILD_MODE GROUP)
    foreach(source ${sources})
      get_filename_component(group ${source} DIRECTORY)
      string(MD5 group ${group})
      set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
    endforeach()
    assay_include_root(assay_grader_${slug} graders/${slug} ${folder})
    assay_uses(assay_grader_${slug} ${GRADERS_USES})
    list(APPEND libraries assay_grader_${slug})
    string(APPEND declarations
      "namespace assay::graders::${slug} { grade::Grader make_grader(); }\n")
    string(APPEND entries "  if (slug == \"${slug}\") return ${slug}::make_grader();\n")
  endforeach()
  configure_file(${PROJECT_SOURCE_DIR}/harness/graders/registry.cpp.in
                 ${PROJECT_BINARY_DIR}/generated/graders.cpp @ONLY)
  add_library(assay_graders STATIC ${PROJECT_BINARY_DIR}/generated/graders.cpp)
  assay_include_root(assay_graders graders/registry.hpp
                     ${PROJECT_SOURCE_DIR}/harness/graders/registry.hpp)
  assay_uses(assay_graders ${GRADERS_USES})
  target_link_libraries(assay_graders PRIVATE ${libraries})
endfunction()

# The hosts of an exercise: what is linked with a solution to make a subject of it. They see the
# contract and the kit, and nothing of the grader's. Each flavour goes with a way to compile the
# solution:
#   host_<slug>             as it is
#   host_<slug>_scheduled   -fsanitize=thread, but linked without the sanitizer: host/threads takes
#                           its place and decides which thread runs
#   host_<slug>_thread      -fsanitize=thread, linked with it
#   host_<slug>_address     -fsanitize=address,undefined, linked with it
set(assay_host_flavours plain scheduled thread address)
set(assay_host_flags_plain -O2)
set(assay_host_flags_scheduled -O1 -fsanitize=thread)
set(assay_host_flags_thread -O1 -fsanitize=thread)
set(assay_host_flags_address -O1 -fsanitize=address,undefined)

# What all exercises share is compiled once for each flavour.
function(assay_common_hosts)
  file(GLOB common CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/harness/host/*.cpp)
  file(GLOB threads CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/harness/host/threads/*.cpp)
  foreach(flavour ${assay_host_flavours})
    add_library(assay_host_${flavour} OBJECT ${common})
    assay_include_root(assay_host_${flavour} host ${PROJECT_SOURCE_DIR}/harness/host)
    assay_include_root(assay_host_${flavour} kit ${PROJECT_SOURCE_DIR}/exercises/kit)
    target_compile_options(assay_host_${flavour} PRIVATE ${assay_host_flags_${flavour}} -g)
    target_link_libraries(assay_host_${flavour} PRIVATE assay_warnings)
  endforeach()
  # The scheduler, and what asks for a round of it, are never scheduled themselves.
  target_sources(assay_host_scheduled PRIVATE ${threads})
  assay_include_root(assay_host_scheduled threads ${PROJECT_SOURCE_DIR}/harness/host/threads)
  target_compile_definitions(assay_host_scheduled PRIVATE ASSAY_SCHEDULED)
  target_compile_options(assay_host_scheduled PRIVATE -O2 -g0 -fno-sanitize=thread)
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL x86_64)
    set_source_files_properties(${PROJECT_SOURCE_DIR}/harness/host/threads/atomics.cpp
                                PROPERTIES COMPILE_OPTIONS -mcx16)
  endif()
endfunction()

# The contract of an exercise is included by the names of its headers.
function(assay_include_contract host slug)
  file(GLOB contracts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/exercises/${slug}/*.hpp)
  foreach(contract ${contracts})
    get_filename_component(name ${contract} NAME)
    assay_include_root(${host} ${name} ${contract})
  endforeach()
endfunction()

function(assay_hosts)
  assay_common_hosts()
  foreach(slug ${assay_slugs})
    file(GLOB own CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/harness/host/${slug}/*.cpp)
    if(NOT own)
      message(FATAL_ERROR "exercises/${slug} has no host: add harness/host/${slug}/host.cpp")
    endif()
    foreach(flavour ${assay_host_flavours})
      string(REPLACE _plain "" host host_${slug}_${flavour})
      add_library(${host} STATIC ${own} $<TARGET_OBJECTS:assay_host_${flavour}>)
      assay_include_root(${host} host ${PROJECT_SOURCE_DIR}/harness/host)
      assay_include_root(${host} kit ${PROJECT_SOURCE_DIR}/exercises/kit)
      assay_include_contract(${host} ${slug})
      target_compile_options(${host} PRIVATE ${assay_host_flags_${flavour}} -g)
      target_link_libraries(${host} PRIVATE assay_warnings)
      list(APPEND hosts ${host})
    endforeach()
  endforeach()
  set(assay_hosts ${hosts} PARENT_SCOPE)
endfunction()
