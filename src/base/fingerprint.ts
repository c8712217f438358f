// Short names for long or secret texts. Not cryptographic, and meant so: node:crypto costs a megabyte of memory, and
// nobody gains by a collision.

/** 16 hex digits that are the same for the same text: two FNV-1a hashes of 32 bits, from different offsets. */
export const fingerprint = (text: string): string => fnv1a(text, 0x811c9dc5) + fnv1a(text, 0x01234567)

function fnv1a(text: string, offset: number): string {
  let hash = offset
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
