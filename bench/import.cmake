# An export of Apple Health: the plugin alone, and made-up files of any size.
pkg_check_modules(BENCH_ARCHIVE REQUIRED IMPORTED_TARGET libarchive)
add_executable(bench-import import_bench.c)
target_link_libraries(bench-import PRIVATE gw-host gw-crypt export-text PkgConfig::BENCH_ARCHIVE)
add_executable(aorta-export-generator export_generator.c)
target_link_libraries(aorta-export-generator PRIVATE aorta-flags export-text PkgConfig::BENCH_ARCHIVE)
