# SPDX-License-Identifier: Apache-2.0
# Defines SystemC::systemc. A platform's own SystemC (the target itself, a target systemc, which is
# what SystemC's sources make as a subdirectory, then the CMake package SystemCLanguage) wins, then
# SYSTEMC_HOME, then what the system installs.
if(NOT TARGET SystemC::systemc AND TARGET systemc)
  add_library(SystemC::systemc ALIAS systemc)
endif()
if(NOT TARGET SystemC::systemc)
  find_package(SystemCLanguage CONFIG QUIET GLOBAL)
endif()
if(TARGET SystemC::systemc)
  set(SystemC_FOUND TRUE)
  return()
endif()

find_path(SystemC_INCLUDE_DIR systemc HINTS ENV SYSTEMC_HOME PATH_SUFFIXES include)
find_library(SystemC_LIBRARY systemc HINTS ENV SYSTEMC_HOME
             PATH_SUFFIXES lib lib64 lib-linux64 lib-linux)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SystemC REQUIRED_VARS SystemC_LIBRARY SystemC_INCLUDE_DIR)
mark_as_advanced(SystemC_INCLUDE_DIR SystemC_LIBRARY)
if(SystemC_FOUND)
  add_library(SystemC::systemc UNKNOWN IMPORTED GLOBAL)
  set_target_properties(
    SystemC::systemc PROPERTIES IMPORTED_LOCATION "${SystemC_LIBRARY}"
                                INTERFACE_INCLUDE_DIRECTORIES "${SystemC_INCLUDE_DIR}")
endif()
