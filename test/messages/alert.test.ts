// Which alerts each outcome fires and which it ends.
import { expect, test } from 'vitest'
import { ALERTS, type Alert, alertChanges } from '../../src/messages/alert.ts'
import type { FailurePhase, Noticed, RestartOutcome } from '../../src/rules/outcome.ts'
import { processNamed, requestFor } from '../helpers/values.ts'

const AT = Date.UTC(2026, 10, 21, 12)
const HOST = { host: 'web1', name: undefined }
const request = requestFor(processNamed('shop:web'), 2 ** 21, '-a', '1MB')

const outcome = (more: object): RestartOutcome =>
  ({ request, occurredAt: AT, detail: '', ...more }) as RestartOutcome

/** '+Name' for what is fired, '-Name' for what is ended, '-*' for all of its process. */
const said = (more: object): string[] =>
  alertChanges(outcome(more), HOST).flatMap(change => {
    if (change.kind === 'fire') return `+${change.alert.labels.alertname}`
    return change.names?.map(name => `-${name}`) ?? ['-*']
  })

const failed = (phase: FailurePhase) => ({ kind: 'failed', phase, fault: 'SPAWN_ERROR' })
const noticed = (what: Noticed['what']) => ({ kind: 'noticed', what })

test.each<[more: object, changes: string[]]>([
  [
    { kind: 'restarted', newPid: 8, durationMs: 1, startedBy: 'memmon', failedStarts: 0 },
    ['-*', '+MemmonProcessRestarted'],
  ],
  [failed('start'), ['-*', '+MemmonProcessDown']],
  [failed('stopping'), ['-*', '+MemmonProcessDown']],
  [failed('removed'), ['-*', '+MemmonProcessDown']],
  ...(['check', 'stop', 'command', 'signal', 'exec', 'drain'] as const).map((phase): [object, string[]] => [
    failed(phase),
    ['+MemmonRestartFailed'],
  ]),
  [{ kind: 'capped', cap: '3/1h', until: AT + 1000 }, ['+MemmonRestartsCapped']],
  [
    { kind: 'skipped', reason: 'recovered' },
    ['-MemmonProcessDown', '-MemmonRestartFailed', '-MemmonRestartPostponed'],
  ],
  [noticed('alerted'), ['+MemmonProcessOverLimit']],
  [noticed('relieved'), ['-MemmonProcessOverLimit']],
  [noticed('warned'), ['+MemmonProcessNearLimit']],
  [noticed('eased'), ['-MemmonProcessNearLimit']],
  [noticed('leaking'), ['+MemmonProcessLeaking']],
  [noticed('leak_over'), ['-MemmonProcessLeaking']],
  [noticed('postponed'), ['+MemmonRestartPostponed']],
  [noticed('limit_too_low'), ['+MemmonLimitTooLow']],
  ...(['would', 'signalled', 'executed', 'draining', 'undrained', 'recovered', 'held'] as const).map(
    (what): [object, string[]] => [noticed(what), []],
  ),
])('%j', (more, changes) => expect(said(more)).toEqual(changes))

test('a budget is about no process: it is known by its rule', () => {
  const breach = { ...request.breach, rule: '--total 80%', budget: { id: 'x', whom: 'all', victim: '' } }
  const of = (what: string) =>
    alertChanges(outcome({ ...noticed(what as Noticed['what']), request: { ...request, breach } }), HOST)
  expect(of('alerted')).toMatchObject([
    { alert: { namespec: '', labels: { alertname: 'MemmonBudgetExceeded', rule: '--total 80%' } } },
  ])
  expect(of('relieved')).toEqual([
    { kind: 'end', namespec: '', names: ['MemmonBudgetExceeded'], rule: '--total 80%' },
  ])
})

function alertOf(more: object, context: Parameters<typeof alertChanges>[1] = HOST): Alert {
  const [change] = alertChanges(outcome(more), context).filter(({ kind }) => kind === 'fire')
  if (change?.kind !== 'fire') throw new Error('nothing is fired')
  return change.alert
}

test('labels say which alert, where and about what; annotations what happened', () => {
  expect(alertOf(noticed('alerted'))).toEqual({
    labels: {
      alertname: 'MemmonProcessOverLimit',
      severity: 'warning',
      instance: 'web1',
      group: 'shop',
      name: 'web',
    },
    annotations: {
      summary: 'The process shop:web on web1 exceeds its limit',
      description:
        'shop:web (pid 4711) exceeds its limit and is left running: 2MB RSS (2097152 bytes), over -a 1MB by 1MB',
    },
    namespec: 'shop:web',
    run: { pid: 4711, startSeconds: 1_000_000 },
    startsAtMs: AT,
    untilMs: undefined,
    isEvent: false,
  })
  expect(alertOf(noticed('alerted'), { host: 'web1', name: 'shop' }).labels.memmon).toBe('shop')
  expect(alertOf(failed('start')).labels.severity).toBe('critical')
})

test('no text has a control character, whatever a name holds', () => {
  const odd = requestFor(processNamed('shop:a\n\x1b[31m'), 2 ** 21, '-a', '1MB')
  const { labels, annotations } = alertOf({ ...noticed('alerted'), request: odd })
  expect(labels.name).toBe('a\\x0a\\x1b[31m')
  for (const text of Object.values({ ...labels, ...annotations })) expect(text).not.toMatch(/[\0-\x1f]/)
})

test('what nothing ends is over after a time', () => {
  expect(alertOf({ kind: 'capped', cap: '3/1h', until: AT + 1_800_000 }).untilMs).toBe(AT + 1_800_000)
  expect(alertOf(failed('stop')).untilMs).toBe(AT + 3_600_000)
  expect(alertOf(failed('start')).untilMs).toBeUndefined()
  expect(alertOf(noticed('limit_too_low')).untilMs).toBe(AT + 3_600_000)
})

test('every alert has one of three severities', () =>
  expect(new Set(Object.values(ALERTS))).toEqual(new Set(['critical', 'warning', 'info'])))
