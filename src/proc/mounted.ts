// Whether Linux shows its processes at all: without /proc neither memmon nor pidusage can measure one.
import { existsSync } from 'node:fs'

export const isProcMissing = (): boolean => process.platform === 'linux' && !existsSync('/proc/self/stat')
