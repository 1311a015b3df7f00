# cmake --install: the programs, the libraries, their headers as <simdb/NAME.h> and the package for find_package(simdb).
# By component: `development` unless it says otherwise; see packaging/CMakeLists.txt.
include(CMakePackageConfigHelpers)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME development)

set(simdb_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/simdb)

# The component gallery needs no OpenCV; faiss adds simdb's index as one of FAISS, encoder adds images.
add_library(simdb_gallery INTERFACE)
add_library(simdb::gallery ALIAS simdb_gallery)
set_target_properties(simdb_gallery PROPERTIES EXPORT_NAME gallery)
target_link_libraries(simdb_gallery INTERFACE simdb::decisions)
install(TARGETS simdb_core simdb_index simdb_storage simdb_database simdb_measures simdb_decisions simdb_gallery EXPORT simdb_gallery_targets)
install(TARGETS simdb_faiss_index EXPORT simdb_faiss_targets)
set(simdb_components gallery faiss)

if(SIMDB_BUILD_ENCODER)
  # All of it. The program is called simdb, so the target can't be.
  add_library(simdb_everything INTERFACE)
  add_library(simdb::simdb ALIAS simdb_everything)
  set_target_properties(simdb_everything PROPERTIES EXPORT_NAME simdb)
  target_link_libraries(simdb_everything INTERFACE simdb::pipeline)
  install(TARGETS simdb_encoder simdb_pipeline simdb_everything EXPORT simdb_encoder_targets)
  if(SIMDB_WITH_POSTGRES)
    install(TARGETS simdb_postgres EXPORT simdb_encoder_targets)
  endif()
  list(APPEND simdb_components encoder)

  install(TARGETS simdb simdb-try-model COMPONENT programs)
  if(SIMDB_WITH_LIBHEIF)
    install(TARGETS simdb-decode-heif COMPONENT programs)
  endif()
  # The unit names the program by the path that it has after the installation.
  set(unit ${PROJECT_BINARY_DIR}/simdb.service)
  install(CODE "set(SIMDB_PROGRAM \${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/simdb)
                configure_file(${PROJECT_SOURCE_DIR}/server/systemd/simdb.service.in ${unit} @ONLY)" COMPONENT programs)
  install(FILES ${unit} server/systemd/simdb.socket DESTINATION lib/systemd/system COMPONENT programs)
  install(FILES cli/completion/simdb.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME simdb
          COMPONENT programs)
  install(FILES cli/completion/_simdb DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT programs)
  install(FILES cli/completion/simdb.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT programs)
endif()
if(SIMDB_BUILD_TRAINING)
  install(TARGETS simdb-train COMPONENT training)
endif()

install(DIRECTORY include/simdb DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
foreach(component IN LISTS simdb_components)
  install(EXPORT simdb_${component}_targets NAMESPACE simdb:: DESTINATION ${simdb_package_dir}
          FILE simdb-${component}-targets.cmake)
endforeach()
configure_package_config_file(cmake/simdbConfig.cmake.in ${PROJECT_BINARY_DIR}/simdbConfig.cmake
                              INSTALL_DESTINATION ${simdb_package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/simdbConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/simdbConfig.cmake ${PROJECT_BINARY_DIR}/simdbConfigVersion.cmake
              cmake/imageLibraries.cmake
        DESTINATION ${simdb_package_dir})
if(SIMDB_BUILD_ENCODER)
  add_subdirectory(packaging)
endif()
