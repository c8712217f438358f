// The threads of the process: those that run JavaScript with their stacks, all of them by name and state. Node's whole
// report goes to a file.
import type { Answer } from './answer.ts'
import type { Line } from './conversation.ts'
import { fileName, writeWhole } from './files.ts'
import { osThreads } from './os-threads.ts'
import { processReport, type Stack } from './process-report.ts'

const MOST_WORKERS = 100

export function dumpThreads(line: Line): Answer {
  const report = processReport()
  const workers = (report.workers ?? []).slice(0, MOST_WORKERS).map(({ header, javascriptStack }) => ({
    thread_id: header?.threadId ?? null,
    stack: stackOf(javascriptStack),
  }))
  const threads = osThreads()
  const path = writeWhole(line.folder, fileName('threads', 'json', new Date()), JSON.stringify(report))
  return {
    data: {
      path,
      // It is here, answering: what it does otherwise shows only when it hangs.
      main: { active_resources: process.getActiveResourcesInfo().length },
      workers,
      thread_count: threads.length,
      threads,
    },
  }
}

const stackOf = ({ message = '', stack = [] }: Stack = {}): string[] =>
  [message, ...stack].filter(line => line !== '').slice(0, 50)
