# The control of push.py.
add_executable(bench-copy copy_control.c series_data.c)
target_link_libraries(bench-copy PRIVATE gw-store gw-crypt tmp-postgres PkgConfig::LIBPQ)
