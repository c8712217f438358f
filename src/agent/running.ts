// The one task that an agent carries out at a time: its progress, its end before time.
import type { Answer, Control } from './answer.ts'
import type { Line } from './conversation.ts'

export interface Running {
  readonly id: number
  readonly end: (how: 'cancel' | 'finish') => void
}

/** `say` gets every line of it, the answer last. */
export function runTask(id: number, task: () => Promise<Answer>, say: (line: Line) => void): void {
  task().then(
    answer => say('data' in answer ? { id, finished: true, ...answer } : { id, failed: true, ...answer }),
    (thrown: unknown) => say({ id, failed: true, error: `the agent failed: ${textOf(thrown)}` }),
  )
}

/** A task that can be ended, and what it sees of that. */
export function controlled(id: number, say: (line: Line) => void): { running: Running; control: Control } {
  let stop: 'cancel' | 'finish' | undefined
  let wake = (): void => {}
  const sleep = (ms: number): Promise<void> =>
    new Promise(resolve => {
      if (stop !== undefined) return resolve()
      setTimeout(resolve, ms).unref()
      wake = resolve
    })
  const control: Control = {
    progress: (text, leftMs) =>
      say({ id, progress: { text, ...(leftMs === undefined ? {} : { left_ms: Math.round(leftMs) }) } }),
    sleep,
    stop: () => stop,
  }
  const end = (how: 'cancel' | 'finish'): void => {
    stop ??= how
    wake()
  }
  return { running: { id, end }, control }
}

const textOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))
