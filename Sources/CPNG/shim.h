#include <png.h>

// The macro is an expression of other macros, which Swift does not see.
static inline png_uint_32 synfire_PNG_FORMAT_RGBA(void) { return PNG_FORMAT_RGBA; }
static inline png_uint_32 synfire_PNG_FORMAT_GA(void) { return PNG_FORMAT_GA; }
