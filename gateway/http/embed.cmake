# Makes C out of the files of schemas/ and docs/, at build time:  cmake -DSOURCE=<folder> -DOUT=<folder> -P embed.cmake
#
# schemas.inc  one row {name, bytes, length} for each schemas/Name.json, sorted by name
# docs.inc     one row {name, bytes, length} for each file of docs/

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../../cmake/bytes.cmake)

function(embed pattern prefix cut out)
  file(GLOB files ${pattern})
  list(SORT files)
  set(arrays "")
  set(rows "")
  set(number 0)
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME)
    string(REGEX REPLACE "${cut}" "" name ${name})
    as_bytes(${file} bytes)
    string(APPEND arrays "static const unsigned char ${prefix}_${number}[] = {\n${bytes}};\n")
    string(APPEND rows "{\"${name}\", ${prefix}_${number}, sizeof(${prefix}_${number})},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  file(CONFIGURE OUTPUT ${out} CONTENT
"@arrays@static const struct gw_embedded ${prefix}[] = {\n@rows@};\n" @ONLY)
endfunction()

embed("${SOURCE}/schemas/*.json" schemas "\\.json$" ${OUT}/schemas.inc)
embed("${SOURCE}/docs/*" docs_files "^$" ${OUT}/docs.inc)
