# What speaks HTTP: Asio and Beast behind net/'s own headers. The part of Asio that needs compiling
# only once is in asio_impl.cpp; all that links with it has the same definitions from here. Of Beast
# one source needs a parser: compiling all of it once would take 7 s, to save 2 there. It is
# part of `product` as far as an exercise has a level that serves HTTP.

add_library(assay_boost INTERFACE)
target_compile_definitions(assay_boost INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_include_directories(assay_boost SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})

assay_part(net BUT ${assay_sockets} USES sockets boost OPTIMISED)
# Each unit takes seconds: as one, they would keep one core busy while the other waits.
set_target_properties(assay_net PROPERTIES UNITY_BUILD OFF EXCLUDE_FROM_ALL ON)
assay_include_root(assay_net kit ${PROJECT_SOURCE_DIR}/exercises/kit)

# What is linked with a C++ solution that serves HTTP: all that it needs is in the one archive.
function(assay_http_host)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/harness/host/http/*.cpp)
  add_library(host_http STATIC EXCLUDE_FROM_ALL ${sources} $<TARGET_OBJECTS:assay_net>
                               $<TARGET_OBJECTS:assay_sockets>)
  assay_include_root(host_http host ${PROJECT_SOURCE_DIR}/harness/host)
  assay_uses(host_http net sockets)
  target_compile_options(host_http PRIVATE -O2 -g)
  # The flavour http of each exercise that has one.
  foreach(slug ${assay_slugs})
    file(GLOB own CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/harness/host/${slug}/http/*.cpp)
    if(own)
      set(host host_${slug}_http)
      add_library(${host} STATIC ${own} $<TARGET_OBJECTS:host_http> $<TARGET_OBJECTS:assay_net>
                                 $<TARGET_OBJECTS:assay_sockets>)
      assay_include_root(${host} host ${PROJECT_SOURCE_DIR}/harness/host)
      assay_include_contract(${host} ${slug})
      assay_uses(${host} net sockets)
      target_compile_options(${host} PRIVATE -O2 -g)
      list(APPEND hosts ${host})
    endif()
  endforeach()
  set(assay_http_hosts ${hosts} PARENT_SCOPE)
endfunction()
