# One interface target holds what every compilation gets, each with its reason.
add_library(aorta-flags INTERFACE)
target_compile_features(aorta-flags INTERFACE c_std_11)
target_compile_options(aorta-flags INTERFACE
  -Wall -Wextra            # the plain sets
  -Wshadow                 # a shadowed name is a bug that compiles
  -Wpointer-arith          # sizes of void are an accident
  -Wstrict-prototypes      # f() is not f(void)
  -Wmissing-prototypes     # what is not static is declared in a header
  -Wwrite-strings          # literals are const
  -Wvla                    # stacks are small: 256 KiB in HTTP threads
  -Wformat=2               # formats are checked, also the indirect ones
  -Wundef                  # a typo in #if is not zero
  $<$<C_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> # outputs stay untouched on failure: the optimiser cannot see that no caller reads them
  -fvisibility=hidden      # what is exported is said
  -fno-common -fno-strict-overflow
  -fstack-protector-strong)
target_compile_definitions(aorta-flags INTERFACE _GNU_SOURCE)
if(AORTA_WERROR)
  target_compile_options(aorta-flags INTERFACE -Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(aorta-flags INTERFACE _FORTIFY_SOURCE=2)
endif()
if(AORTA_SANITIZE)
  # address,undefined or thread; findings end the program
  target_compile_options(aorta-flags INTERFACE -fsanitize=${AORTA_SANITIZE} -fno-sanitize-recover=all
                                               -fno-omit-frame-pointer)
  target_link_options(aorta-flags INTERFACE -fsanitize=${AORTA_SANITIZE})
endif()
