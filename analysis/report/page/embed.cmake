# SPDX-License-Identifier: Apache-2.0
# cmake -D OUT=FILE.cpp -D STYLE=... -D ... -P embed.cmake: text files as the constants of
# page_source.h. A list of files becomes one text.
function(embed name files)
  set(text "")
  foreach(file IN LISTS files)
    file(READ ${file} content)
    string(APPEND text "${content}")
  endforeach()
  file(APPEND ${OUT} "const std::string_view ${name} = R\"~embed~(${text})~embed~\";\n")
endfunction()

file(WRITE ${OUT} "#include \"analysis/report/page/page_source.h\"\nnamespace dcnsim::page {\n")
embed(kTemplate "${TEMPLATE}")
embed(kStyle "${STYLE}")
embed(kScript "${SCRIPT}")
embed(kRender "${RENDER}")
embed(kGlossary "${GLOSSARY}")
embed(kD3 "${D3}")
embed(kD3Licence "${D3_LICENCE}")
file(APPEND ${OUT} "}\n")
