# SPDX-License-Identifier: Apache-2.0
# cmake -DFILES=... -DFROM=FOLDER -DTO=FOLDER -DSYSTEMC_VERSION=X.Y.Z -P copy_headers.cmake: the
# files with their includes rooted at the folder above TO, and with the SystemC version that the
# library is built with. What is unchanged keeps its time; what is no longer listed goes.
foreach(file IN LISTS FILES)
  file(READ ${FROM}/${file} text)
  string(REGEX REPLACE "(\n#include \")(analysis|models|platform|workloads)/" "\\1dcnsim/\\2/" text
                       "${text}")
  if(file STREQUAL "models/tlm/systemc.h")
    string(REGEX MATCH "^([0-9]+)\\.([0-9]+)\\.([0-9]+)" match "${SYSTEMC_VERSION}")
    if(match)
      math(EXPR number "${CMAKE_MATCH_1} * 10000 + ${CMAKE_MATCH_2} * 100 + ${CMAKE_MATCH_3}")
      string(REPLACE "DCNSIM_BUILT_WITH_SYSTEMC 0" "DCNSIM_BUILT_WITH_SYSTEMC ${number}" text
                     "${text}")
    endif()
  endif()
  file(WRITE ${TO}.new "${text}")
  cmake_path(GET file PARENT_PATH folder)
  file(MAKE_DIRECTORY ${TO}/${folder})
  file(COPY_FILE ${TO}.new ${TO}/${file} ONLY_IF_DIFFERENT)
endforeach()
file(REMOVE ${TO}.new)

file(GLOB_RECURSE copies RELATIVE ${TO} ${TO}/*)
list(REMOVE_ITEM copies ${FILES})
foreach(copy IN LISTS copies)
  file(REMOVE ${TO}/${copy})
endforeach()
