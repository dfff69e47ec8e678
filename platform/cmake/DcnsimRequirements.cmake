# SPDX-License-Identifier: Apache-2.0
# What building dcnsim and building with it need. Each function leaves in OUT a sentence that says
# what is wrong and what to do, or nothing.

# SystemC's library has one symbol for its version and C++ standard, which every object file asks
# for: with another standard nothing links.
function(dcnsim_cxx_standard_problem out)
  set(${out} "" PARENT_SCOPE)
  if(DEFINED CMAKE_CXX_STANDARD AND NOT CMAKE_CXX_STANDARD EQUAL 17)
    set(${out} "CMAKE_CXX_STANDARD: ${CMAKE_CXX_STANDARD}, expected 17: SystemC links only with \
the C++ standard it was built for. Set CMAKE_CXX_STANDARD to 17 or leave it unset." PARENT_SCOPE)
  endif()
endfunction()

# The version of what the target SystemC::systemc stands for and its include directory, as far as
# they can be seen.
function(dcnsim_systemc_version out include_dir)
  set(${out} "" PARENT_SCOPE)
  get_target_property(dirs SystemC::systemc INTERFACE_INCLUDE_DIRECTORIES)
  foreach(dir IN LISTS dirs)
    string(REGEX REPLACE "^\\$<BUILD_INTERFACE:(.*)>$" "\\1" dir "${dir}")
    if(EXISTS ${dir}/sysc/kernel/sc_ver.h)
      file(STRINGS ${dir}/sysc/kernel/sc_ver.h lines REGEX "define SC_VERSION_(MAJOR|MINOR|PATCH) ")
      string(REGEX REPLACE "[^0-9;]" "" version "${lines}")
      list(JOIN version "." version)
      set(${out} ${version} PARENT_SCOPE)
      set(${include_dir} ${dir} PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

# BUILT_WITH: the version that dcnsim's library was built with, where there is one.
function(dcnsim_systemc_problem out built_with)
  set(${out} "" PARENT_SCOPE)
  set(remedy "or set SYSTEMC_HOME or SystemCLanguage_ROOT to where one is.")
  dcnsim_systemc_version(version include_dir)
  if(version AND version VERSION_LESS 2.3.3)
    set(${out} "SystemC: ${version} in ${include_dir}, expected 2.3.3 or later. Install a later \
one, ${remedy}" PARENT_SCOPE)
    return()
  endif()
  if(version AND built_with AND NOT version VERSION_EQUAL built_with)
    set(${out} "SystemC: ${version} in ${include_dir}, expected ${built_with}, with which this \
dcnsim was built: two versions do not link. Build dcnsim with yours, ${remedy}" PARENT_SCOPE)
    return()
  endif()

  get_target_property(library SystemC::systemc IMPORTED_LOCATION)
  if(EXISTS "${library}")
    file(STRINGS ${library} symbols REGEX "sc_api_version_[0-9_]+_cxx[0-9]+L")
    if(symbols AND NOT symbols MATCHES "_cxx201703L")
      string(REGEX MATCH "_cxx([0-9]+)L" symbol "${symbols}")
      set(${out} "SystemC: ${library} was built for __cplusplus ${CMAKE_MATCH_1}, expected 201703. \
Build it with CMAKE_CXX_STANDARD 17, ${remedy}" PARENT_SCOPE)
    endif()
  endif()
endfunction()
