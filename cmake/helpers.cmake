# simdb_module(NAME SOURCES ... [LINKS ...] [THIRD_PARTIES ...])
# A static library simdb::NAME. LINKS are simdb's own modules, seen by users of this one; THIRD_PARTIES are linked
# privately: their types appear in no public header.
function(simdb_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;THIRD_PARTIES" ${ARGN})
  add_library(simdb_${name} STATIC ${ARG_SOURCES})
  add_library(simdb::${name} ALIAS simdb_${name})
  set_target_properties(simdb_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(simdb_${name} PUBLIC cxx_std_20)
  target_include_directories(
    simdb_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                         $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                         $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(simdb_${name} PUBLIC ${ARG_LINKS} PRIVATE ${ARG_THIRD_PARTIES}
                                      PRIVATE $<BUILD_INTERFACE:simdb_settings>)
  set_property(GLOBAL APPEND PROPERTY SIMDB_MODULES simdb_${name})
endfunction()

# simdb_program(NAME SOURCES ... LINKS ...): an executable that lands in build/PRESET/bin.
function(simdb_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} simdb_settings)
endfunction()

# simdb_tests(FOLDER SOURCES ... LINKS ... [LABEL name] [WHOLE])
# One GoogleTest program FOLDER_tests. WHOLE runs it as one ctest (start-up is slow where LibTorch is linked).
function(simdb_tests folder)
  cmake_parse_arguments(ARG "WHOLE" "LABEL" "SOURCES;LINKS" ${ARGN})
  simdb_program(${folder}_tests SOURCES ${ARG_SOURCES} LINKS ${ARG_LINKS} GTest::gtest_main GTest::gmock)
  set(label ${folder} ${ARG_LABEL})
  if(ARG_WHOLE)
    add_test(NAME ${folder}_tests COMMAND ${folder}_tests)
    set_tests_properties(${folder}_tests PROPERTIES LABELS "${label}" TIMEOUT 600)
  else()
    include(GoogleTest)
    gtest_discover_tests(${folder}_tests TEST_PREFIX "${folder}." DISCOVERY_TIMEOUT 60
                         PROPERTIES LABELS "${label}" TIMEOUT 120)
  endif()
endfunction()

# simdb_embed(TARGET FOLDER FILE SYMBOL): adds a source to TARGET in which simdb::FOLDER::SYMBOL, a std::string_view
# declared in FOLDER/embedded_files.h, holds the text of FILE.
function(simdb_embed target folder file symbol)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${CMAKE_CURRENT_SOURCE_DIR}/${file} -DOUTPUT=${output} -DSYMBOL=${symbol} -DFOLDER=${folder}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake
    DEPENDS ${file} ${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake
    COMMENT "Embedding ${file}"
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()

# simdb_fault_tests(NAME SOURCES ... LINKS ... [TIMEOUT seconds] [FULL_TIMEOUT seconds] [CI_ONLY] [SANITIZED_FULL])
# A program NAME_faults of tests that break things, run as one ctest `fault.NAME` (label fault) and, with the numbers that
# docs/reliability.md promises, as `fault.NAME.full` (label long; not if CI_ONLY). Under sanitizers only a short one, unless
# SANITIZED_FULL.
function(simdb_fault_tests name)
  cmake_parse_arguments(ARG "CI_ONLY;SANITIZED_FULL" "TIMEOUT;FULL_TIMEOUT" "SOURCES;LINKS" ${ARGN})
  simdb_program(${name}_faults SOURCES ${ARG_SOURCES} LINKS ${ARG_LINKS} simdb_fault_test_main)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 600)
  endif()
  if(NOT ARG_FULL_TIMEOUT)
    set(ARG_FULL_TIMEOUT 3600)
  endif()
  set(amount ci)
  if(SIMDB_SANITIZE)
    set(amount short)
  endif()
  set(table ${PROJECT_BINARY_DIR}/fault_table)
  add_test(NAME fault.${name} COMMAND ${name}_faults --amount ${amount} --table ${table})
  set_tests_properties(fault.${name} PROPERTIES LABELS fault TIMEOUT ${ARG_TIMEOUT})
  if(NOT ARG_CI_ONLY AND (NOT SIMDB_SANITIZE OR ARG_SANITIZED_FULL))
    add_test(NAME fault.${name}.full COMMAND ${name}_faults --amount full --table ${table})
    set_tests_properties(fault.${name}.full
      PROPERTIES LABELS long TIMEOUT ${ARG_FULL_TIMEOUT})
  endif()
endfunction()
