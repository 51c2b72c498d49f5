# The page of a run has its style sheet and script inside: they are put into a source, and known to
# the page's security policy by their digests.

set(page_folder ${PROJECT_SOURCE_DIR}/harness/report/html)
foreach(asset style_sheet=page.css script=page.js)
  string(REPLACE "=" ";" parts ${asset})
  list(GET parts 0 name)
  list(GET parts 1 file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page_folder}/${file})
  file(READ ${page_folder}/${file} ${name})
  file(SHA256 ${page_folder}/${file} ${name}_sha256)
endforeach()
configure_file(${page_folder}/assets.cpp.in ${PROJECT_BINARY_DIR}/generated/page_assets.cpp @ONLY)

assay_part(page FOLDER report/html USES report grade base)
target_sources(assay_page PRIVATE ${PROJECT_BINARY_DIR}/generated/page_assets.cpp)
