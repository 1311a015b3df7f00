# cmake --install: the programs, the libraries, their headers as <simdb/...> and the package for find_package(simdb).
include(CMakePackageConfigHelpers)

set(simdb_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/simdb)
set(simdb_libraries core index storage database encoder)

# simdb::simdb, all that a program needs to open a database and to encode images for it. The program is called simdb,
# so the target can't be.
add_library(simdb_everything INTERFACE)
add_library(simdb::simdb ALIAS simdb_everything)
set_target_properties(simdb_everything PROPERTIES EXPORT_NAME simdb)
target_link_libraries(simdb_everything INTERFACE simdb::database simdb::encoder)

list(TRANSFORM simdb_libraries PREPEND simdb_ OUTPUT_VARIABLE simdb_targets)
install(TARGETS ${simdb_targets} simdb_everything EXPORT simdb_targets)
install(TARGETS simdb simdb-try-model)
if(SIMDB_BUILD_TRAINING)
  install(TARGETS simdb-train)
endif()
install(FILES cli/simdb.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME simdb)

# Inside the project an include starts at the root ("core/error.h"). Users shall have one name on their include path
# (<simdb/core/error.h>), so the installed copies are rewritten.
set(simdb_include_dir ${CMAKE_INSTALL_INCLUDEDIR}/simdb)
foreach(library IN LISTS simdb_libraries)
  install(DIRECTORY ${library} DESTINATION ${simdb_include_dir}
          FILES_MATCHING PATTERN *.h PATTERN *_internal.h EXCLUDE PATTERN training EXCLUDE)
endforeach()
list(JOIN simdb_libraries "|" simdb_folders)
install(CODE "
  cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_PREFIX NORMALIZE OUTPUT_VARIABLE prefix)
  file(GLOB_RECURSE headers \"\$ENV{DESTDIR}\${prefix}/${simdb_include_dir}/*.h\")
  foreach(header IN LISTS headers)
    file(READ \"\${header}\" text)
    string(REGEX REPLACE \"#include \\\"(${simdb_folders})/\" \"#include \\\"simdb/\\\\1/\" text \"\${text}\")
    file(WRITE \"\${header}\" \"\${text}\")
  endforeach()")

install(EXPORT simdb_targets NAMESPACE simdb:: DESTINATION ${simdb_package_dir} FILE simdbTargets.cmake)
configure_package_config_file(cmake/simdbConfig.cmake.in ${PROJECT_BINARY_DIR}/simdbConfig.cmake
                              INSTALL_DESTINATION ${simdb_package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/simdbConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/simdbConfig.cmake ${PROJECT_BINARY_DIR}/simdbConfigVersion.cmake
              cmake/imageLibraries.cmake
        DESTINATION ${simdb_package_dir})
