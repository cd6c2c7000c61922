/** Bounds of metadata, the same at both ends. Constants of their own, which bundlers write in place. */
export const maxMetadataEntries = 64;
export const maxKeyBytes = 128;
export const maxValueBytes = 8_192;
/** Of all keys and values together. */
export const maxTotalBytes = 16_384;
