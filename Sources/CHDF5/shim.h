// HDF5, and as functions those of its macros that Swift cannot import.

#include <hdf5.h>

static inline unsigned h5_truncate(void) { return H5F_ACC_TRUNC; }

static inline hid_t h5_file_access_class(void) { return H5P_FILE_ACCESS; }
static inline hid_t h5_file_create_class(void) { return H5P_FILE_CREATE; }
static inline hid_t h5_group_create_class(void) { return H5P_GROUP_CREATE; }
static inline hid_t h5_dataset_create_class(void) { return H5P_DATASET_CREATE; }

static inline hid_t h5_text(void) { return H5T_C_S1; }
static inline hid_t h5_int8(void) { return H5T_STD_I8LE; }
static inline hid_t h5_int16(void) { return H5T_STD_I16LE; }
static inline hid_t h5_int32(void) { return H5T_STD_I32LE; }
static inline hid_t h5_int64(void) { return H5T_STD_I64LE; }
static inline hid_t h5_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t h5_uint16(void) { return H5T_STD_U16LE; }
static inline hid_t h5_uint32(void) { return H5T_STD_U32LE; }
static inline hid_t h5_uint64(void) { return H5T_STD_U64LE; }
static inline hid_t h5_float32(void) { return H5T_IEEE_F32LE; }
static inline hid_t h5_float64(void) { return H5T_IEEE_F64LE; }

/// Stops HDF5 from printing errors in this thread: they are thrown instead.
static inline void h5_be_quiet(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

/// The error stack of this thread, outermost call first.
static inline herr_t h5_walk_errors(H5E_walk2_t visit, void *context) {
  return H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, visit, context);
}

/// Leaves files unlocked, where the version can: some network file systems have no locks.
static inline herr_t h5_without_locks(hid_t access) {
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
  return H5Pset_file_locking(access, 0, 1);
#else
  (void)access;
  return 0;
#endif
}
