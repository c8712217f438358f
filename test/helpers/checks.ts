// Waiting for memmon's checks by what supervisord itself counts: the events it has sent.

import type { Supervisord } from './supervisord.ts'
import { waitFor } from './wait.ts'

/** Waits until supervisord has seen `count` more of its five-second ticks go by, each with time for a check. */
export async function waitForChecks(supervisord: Supervisord, count: number): Promise<void> {
  const { nowSeconds } = await anyProcess(supervisord)
  const until = (Math.floor(nowSeconds / 5) + count) * 5 + 2
  await waitFor(
    `${count} ticks`,
    async () => (await anyProcess(supervisord)).nowSeconds >= until,
    (count + 4) * 5_000,
  )
}

async function anyProcess(supervisord: Supervisord) {
  const [first] = await supervisord.client.getAllProcessInfo()
  if (!first) throw new Error('supervisord has no process')
  return first
}
