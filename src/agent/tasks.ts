// What an agent does on request, by the names that its hello gives. This is loaded with the first request.
import type { Task } from './answer.ts'
import { dumpGc } from './dump-gc.ts'
import { dumpHeap } from './dump-heap.ts'
import { dumpScheduler } from './dump-scheduler.ts'
import { dumpThreads } from './dump-threads.ts'
import { sample } from './sample.ts'

export const TASKS: Readonly<Record<string, Task>> = {
  sample,
  'dump heap': dumpHeap,
  'dump threads': dumpThreads,
  'dump gc': dumpGc,
  'dump scheduler': dumpScheduler,
}
