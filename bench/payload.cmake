# From payload bytes to committed series, against a raw COPY.
add_executable(bench-payload payload_bench.c)
target_link_libraries(bench-payload PRIVATE gw-ingest tmp-postgres PkgConfig::LIBPQ)
