// The size of a memory page, which /proc/<pid>/statm counts in.
import { readAuxv } from './auxv.ts'

const AT_PAGESZ = 6

/** undefined where the kernel does not tell. */
export const readPageBytes = (procRoot = '/proc', arch: string = process.arch): number | undefined =>
  readAuxv(AT_PAGESZ, procRoot, arch)
