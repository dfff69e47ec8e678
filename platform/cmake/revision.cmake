# SPDX-License-Identifier: Apache-2.0
# cmake -DSOURCE=... -DOUTPUT=... -P revision.cmake: writes the source that says of which revision
# of git SOURCE is, if it says something else.
execute_process(
  COMMAND git --git-dir=.git --work-tree=. describe --always --dirty
  WORKING_DIRECTORY ${SOURCE}
  OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(revision unknown)
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT
     "#include \"analysis/cli/revision.h\"\n
namespace dcnsim::cli {
const char* revision() { return \"${revision}\"; }
}  // namespace dcnsim::cli
")
