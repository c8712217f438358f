// A heap snapshot for DevTools. The program stands still for it and needs many times its heap, so it is refused where that
// would harm.
import { closeSync, statfsSync, statSync, unlinkSync } from 'node:fs'
import { freemem } from 'node:os'
import { dirname } from 'node:path'
import { writeHeapSnapshot } from 'node:v8'
import type { Answer, Control } from './answer.ts'
import type { Line } from './conversation.ts'
import { createFile, fileName } from './files.ts'

/** Measured on Node 20: 93 MB of heap took 5 s and 1.0 GB of RSS, 982 MB took 89 s and 7.8 GB. */
export const MEMORY_PER_HEAP = 10
const DISK_PER_HEAP = 3
const MS_PER_MB = 90

export function dumpHeap(line: Line, control: Control): Answer {
  const heapBytes = process.memoryUsage().heapUsed
  const { fd, path } = createFile(line.folder, fileName('heap', 'heapsnapshot', new Date()))
  closeSync(fd)
  const refusal = line.force === true ? undefined : refusalOf(heapBytes, freeBytes(dirname(path)))
  if (refusal !== undefined) {
    unlinkSync(path)
    return { error: refusal }
  }
  control.progress('writing a heap snapshot, the program stands still', (heapBytes / 2 ** 20) * MS_PER_MB)
  const startTick = performance.now()
  try {
    writeHeapSnapshot(path)
  } catch (thrown) {
    unlinkSync(path)
    return { error: `the snapshot could not be written: ${(thrown as Error).message}` }
  }
  const tookMs = Math.round(performance.now() - startTick)
  return { data: { path, size_bytes: statSync(path).size, heap_used_bytes: heapBytes, took_ms: tookMs } }
}

interface Free {
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly folder: string
}

/** Of the control group, where Node knows it. */
export const availableBytes = (): number =>
  (process as { availableMemory?: () => number }).availableMemory?.() ?? freemem()

function freeBytes(folder: string): Free {
  const { bavail, bsize } = statfsSync(folder)
  return { memoryBytes: availableBytes(), diskBytes: bavail * bsize, folder }
}

/** Has the figures, so that the caller can decide whether to force it. */
export function refusalOf(heapBytes: number, { memoryBytes, diskBytes, folder }: Free): string | undefined {
  const [needsMemory, needsDisk] = [heapBytes * MEMORY_PER_HEAP, heapBytes * DISK_PER_HEAP]
  const lacks = [
    ...(memoryBytes < needsMemory
      ? [`up to ${inMb(needsMemory)} of memory, and ${inMb(memoryBytes)} are available`]
      : []),
    ...(diskBytes < needsDisk
      ? [`up to ${inMb(needsDisk)} in ${folder}, and ${inMb(diskBytes)} are free there`]
      : []),
  ]
  if (lacks.length === 0) return undefined
  const seconds = Math.ceil(((heapBytes / 2 ** 20) * MS_PER_MB) / 1000)
  return `refused: a snapshot of a heap of ${inMb(heapBytes)} needs ${lacks.join('; it needs ')}. The program would stand still for about ${seconds} s. use --force to take it anyway`
}

const inMb = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`
