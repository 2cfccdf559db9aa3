# Makes C out of the SQL of this folder, at build time:  cmake -DSOURCE=<folder> -DOUT=<folder> -P embed.cmake
#
# sql_ids.h       enum sql_id, one name for each "-- name: statement_name" line of sql/*.sql
# sql_bytes.inc   the files' bytes one after another; statement.c cuts them at those lines
# migrations.inc  one row {version, name, bytes} for each migrations/NNNN_name.sql
# Bytes, not string literals: nothing in the SQL has to be escaped, and no compiler's limit is met.

cmake_minimum_required(VERSION 3.25)

include(${CMAKE_CURRENT_LIST_DIR}/../../cmake/bytes.cmake)

file(GLOB statements ${SOURCE}/sql/*.sql)
list(SORT statements)
set(ids "")
set(names "")
set(bytes "")
foreach(file IN LISTS statements)
  file(STRINGS ${file} lines REGEX "^-- name: [a-z0-9_]+$")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^-- name: " "" name "${line}")
    string(TOUPPER ${name} upper)
    string(APPEND ids "    SQL_${upper},\n")
    string(APPEND names "\"${name}\",\n")
  endforeach()
  as_bytes(${file} more)
  string(APPEND bytes "${more}0x0a,\n")
endforeach()
file(CONFIGURE OUTPUT ${OUT}/sql_ids.h CONTENT
"/* Made by embed.cmake from sql/. */
#ifndef GW_STORE_SQL_IDS_H
#define GW_STORE_SQL_IDS_H

enum sql_id {
@ids@    SQL_COUNT
};

#endif
" @ONLY)
file(CONFIGURE OUTPUT ${OUT}/sql_names.inc CONTENT "@names@" @ONLY)
file(CONFIGURE OUTPUT ${OUT}/sql_bytes.inc CONTENT "@bytes@" @ONLY)

file(GLOB migrations ${SOURCE}/migrations/[0-9][0-9][0-9][0-9]_*.sql)
list(SORT migrations)
set(rows "")
set(arrays "")
foreach(file IN LISTS migrations)
  get_filename_component(name ${file} NAME_WE)
  string(SUBSTRING ${name} 0 4 version)
  string(REGEX REPLACE "^0+" "" number ${version})
  as_bytes(${file} more)
  string(APPEND arrays "static const char migration_${version}[] = {\n${more}0};\n")
  string(APPEND rows "{${number}, \"${name}\", migration_${version}},\n")
endforeach()
file(CONFIGURE OUTPUT ${OUT}/migrations.inc CONTENT
"@arrays@static const struct migration migrations[] = {\n@rows@};\n" @ONLY)
