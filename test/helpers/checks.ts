// Waiting for memmon's checks by what supervisord itself notes: the events that memmon has answered.
import type { Supervisord } from './supervisord.ts'
import { waitFor } from './wait.ts'

/** Waits until the listener has answered `count` ticks that supervisord sends from now on. */
export async function waitForChecks(
  supervisord: Supervisord,
  count: number,
  listener = 'memmon',
): Promise<void> {
  const before = ticksOf(supervisord, listener)
  // One that is open now began before.
  const wanted = before.answered + (before.isOpen ? 1 : 0) + count
  await waitFor(
    () => `${listener} to answer ${count} ticks\n${supervisord.memmonLog()}`,
    () => ticksOf(supervisord, listener).answered >= wanted,
  )
}

/** By supervisord's debug log: supervisor/process.py, dispatchers.py. */
function ticksOf(supervisord: Supervisord, listener: string) {
  const log = supervisord.log()
  const occurs = (text: string): number => log.split(text).length - 1
  const answered = occurs(`${listener}: event was processed\n`)
  return {
    answered,
    isOpen:
      log.lastIndexOf(` sent to listener ${listener}\n`) >
      log.lastIndexOf(`${listener}: event was processed\n`),
  }
}
