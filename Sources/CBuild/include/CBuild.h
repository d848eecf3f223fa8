// What the build knows of itself.
#ifndef BYOL_CBUILD_H
#define BYOL_CBUILD_H

/// The commit that was built, as `BYOL_COMMIT` said in the build's environment, or an empty text.
const char *_Nonnull byol_build_commit(void);

#endif
