# The store alone: committing series, reading blocks, each against rows of a narrow table.
add_executable(bench-ingest ingest_bench.c series_data.c)
target_link_libraries(bench-ingest PRIVATE gw-store gw-crypt tmp-postgres PkgConfig::LIBPQ)
add_executable(bench-read read_bench.c series_data.c)
target_link_libraries(bench-read PRIVATE gw-store gw-crypt tmp-postgres PkgConfig::LIBPQ)
