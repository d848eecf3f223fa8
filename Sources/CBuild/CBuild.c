#include "CBuild.h"

#define TEXT(word) #word
#define QUOTED(word) TEXT(word)

// A word without quotes: quotes would have to survive every program between Package.swift and here.
#ifdef BYOL_COMMIT
const char *byol_build_commit(void) { return QUOTED(BYOL_COMMIT); }
#else
const char *byol_build_commit(void) { return ""; }
#endif
