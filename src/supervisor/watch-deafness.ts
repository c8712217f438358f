// Whether supervisord still sends memmon events: looked at by the clock, since a tick that does not come wakes nobody.
import { monotonicMs } from '../base/clock.ts'
import { faultOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { SupervisorClient } from './client.ts'
import { DeafnessWatch, LOOK_EVERY_MS } from './deafness.ts'
import { reportNoTick, silenceFacts } from './no-tick.ts'

export interface DeafnessTerms {
  readonly client: SupervisorClient
  readonly log: Log
  /** memmon has to end, so that supervisord restarts it; why is in the log. */
  readonly onUnfit: () => void
  /** An event of any kind has come. */
  readonly hasHeard: () => boolean
}

export interface Deafness {
  onTick(periodSeconds: number): void
  /** Looks no more. */
  close(): void
}

export function watchDeafness({ client, log, onUnfit, hasHeard }: DeafnessTerms): Deafness {
  const deafness = new DeafnessWatch({
    getState: () => client.getState().catch(faultOf),
    onDeaf: silentSeconds => {
      log('CRIT', deafText(silentSeconds), () => silenceFacts('deaf', silentSeconds))
      onUnfit()
    },
    onUnheard: (silentSeconds, fault) => {
      void reportNoTick(silentSeconds, fault, { client, environment: process.env, hasHeard, log })
    },
    monotonicMs,
  })
  const looks = setInterval(() => void deafness.look(), LOOK_EVERY_MS)
  return {
    onTick: periodSeconds => deafness.onTick(periodSeconds),
    close: () => clearInterval(looks),
  }
}

const deafText = (silentSeconds: number): string =>
  `No tick has come for ${Math.round(silentSeconds)} s though supervisord answers: it no longer sends memmon events. memmon ends, so that supervisord restarts it`
