// An Alertmanager, with version 2 of its API. Its URL may hold a password: only its host is ever shown.
import { hostname } from 'node:os'
import { parseAlertmanagerUrl } from '../base/alertmanager-url.ts'
import { messageOf, UsageError } from '../base/errors.ts'
import { fingerprint } from '../base/fingerprint.ts'
import type { Redactor } from '../base/redact.ts'
import { secretsOfUrl } from '../base/secret-forms.ts'
import type { PostedAlert } from './alert-board.ts'
import type { Delivery } from './channel.ts'
import { postJson } from './webhook.ts'

const TIMEOUT_MS = 15_000

export interface Alertmanager {
  /** Stays the same over restarts and holds no secret. */
  readonly key: string
  /** No secrets. */
  readonly by: string
  /** One try; never rejects, and ends in bounded time. */
  post(alerts: readonly PostedAlert[]): Promise<Delivery>
}

export interface AlertsTerms {
  readonly alertmanagers: readonly string[]
  readonly places?: ReadonlyMap<string, string>
}

/** Those in the settings and the environment. The redactor learns their secrets. Throws a UsageError. */
export function createAlertmanagers(
  { alertmanagers, places }: AlertsTerms,
  environment: Readonly<Record<string, string | undefined>>,
  redactor: Redactor,
): Alertmanager[] {
  const at = places?.has('alertmanager') ? `${places.get('alertmanager')}: ` : ''
  const fromEnvironment = environment.MEMMON_ALERTMANAGER_URL
  const given = [
    ...alertmanagers.map(text => ({ text, where: `${at}--alertmanager` })),
    ...(fromEnvironment ? [{ text: fromEnvironment, where: 'MEMMON_ALERTMANAGER_URL' }] : []),
  ]
  return given.map(({ text, where }) => {
    try {
      return createAlertmanager(parseAlertmanagerUrl(text), redactor)
    } catch (thrown) {
      throw new UsageError(`${where}: ${messageOf(thrown)}`)
    }
  })
}

function createAlertmanager(url: URL, redactor: Redactor): Alertmanager {
  if (url.password) redactor.learn(secretsOfUrl(url).filter(({ text }) => text !== url.pathname))
  const terms = { timeoutMs: TIMEOUT_MS, redactor }
  return {
    key: `alertmanager ${fingerprint(url.href)}`,
    by: `alertmanager ${url.host}`,
    post: alerts => postJson(url, JSON.stringify(alerts), terms),
  }
}

/** Where alerts go, for the log and for people. */
export const alertmanagerText = ({ by }: Alertmanager): string => `Alerts go to the ${by}`

const TEST_MS = 60_000

/** For test-notify: ends after a minute. */
export const testAlert = (nowMs: number): PostedAlert => ({
  labels: { alertname: 'MemmonTest', severity: 'info', instance: hostname() },
  annotations: {
    summary: `This is a test of memmon on ${hostname()}`,
    description: 'Asked for by memmon test-notify. Nothing has happened.',
  },
  startsAt: new Date(nowMs).toISOString(),
  endsAt: new Date(nowMs + TEST_MS).toISOString(),
})
