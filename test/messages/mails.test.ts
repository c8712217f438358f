// Mails as they arrive, byte for byte, in test/messages/mails. After a change on purpose: npx vitest run test/messages -u.
import { afterAll, expect, test } from 'vitest'
import { buildMail } from '../../src/delivery/mail-text.ts'
import { digestOf } from '../../src/messages/digest.ts'
import { type Message, messageOf } from '../../src/messages/message.ts'
import { tooLowText } from '../../src/restart/low-limits.ts'
import type { Capped, Noticed, RestartOutcome } from '../../src/rules/outcome.ts'
import { failed, MB, outgoing, processNamed, requestFor, restarted } from '../helpers/values.ts'

const ZONE = process.env.TZ
process.env.TZ = 'UTC'
afterAll(() => {
  if (ZONE === undefined) delete process.env.TZ
  else process.env.TZ = ZONE
})

const AT = Date.UTC(2026, 10, 21, 12)
const CONTEXT = { host: 'web1', name: undefined, mailUptimeSeconds: undefined }
const TO = { to: ['bob@example.com'], from: 'memmon@web1', host: 'web1' }

const request = requestFor(processNamed('shop:web'), 251 * MB, '-p', 'web=200MB')
const past = { restartsLastHour: 3, smallestBytes: 180 * MB }
const evidence = {
  path: '/var/lib/memmon/memmon-6f8d1c02/evidence/memmon-20261121T115958138Z-shop_web-4711.json',
  sentences: [
    '187 of 200 threads wait in a futex (a lock, or a queue without work)',
    "190MB of 251MB is anonymous memory in 38 pieces of 64MB: arenas of glibc's malloc; MALLOC_ARENA_MAX=2 keeps them few",
  ],
}
const DISK_FULL = 'ENOSPC: no space left on device, write: free some space or inodes there'
const soft = {
  ...request,
  breach: {
    ...request.breach,
    rule: 'soft_limit 150MB of -p web=200MB',
    ruleId: 'program web soft',
    limit: 150 * MB,
    value: 151 * MB,
  },
}
const warning = {
  ...request,
  breach: { ...request.breach, rule: 'warn 160MB of -p web=200MB', limit: 160 * MB, value: 165 * MB },
}
const leak = {
  ...request,
  breach: {
    ...request.breach,
    rule: '-p web=500MB',
    limit: 500 * MB,
    growth: {
      forSeconds: 6 * 3600,
      fromBytes: 180 * MB,
      slopeBytesPerHour: 12 * MB,
      secondsToLimit: 20 * 3600,
      sureness: 0.9,
      isOverBelowBytes: 215 * MB,
    },
  },
}
const reported = {
  ...request,
  breach: {
    ...request.breach,
    rule: 'monitor cpu-time',
    ruleId: 'monitor /etc/memmon/cpu-time.mjs',
    reason: 'it has used 31s of CPU time in the last minute',
    limit: Number.POSITIVE_INFINITY,
    isOfMonitor: true as const,
  },
}
const counted = {
  ...reported,
  breach: { ...reported.breach, metric: 'threads' as const, value: 200, limit: 150 },
}
const { growth: _, ...over } = leak.breach
const levelled = { ...leak, breach: over }
const budget = { id: 'budget total', whom: 'all processes together', victim: 'the largest is shop:web' }
const total = {
  process: processNamed('total', { namespec: 'total', pid: 0 }),
  breach: { ...request.breach, rule: '--total 2GB', limit: 2048 * MB, value: 2300 * MB, budget },
}
const noticed = (what: Noticed['what'], detail: string, about = request): Noticed => ({
  kind: 'noticed',
  what,
  request: about,
  occurredAt: AT,
  detail,
})
const capped: Capped = { kind: 'capped', request, occurredAt: AT, cap: '3/1h', until: AT + 3_600_000, past }
const start = failed(request, 'start', 'SPAWN_ERROR: shop:web (fault 50)')

const messageFor = (outcome: RestartOutcome): Message => {
  const message = messageOf(outcome, CONTEXT)
  if (!message) throw new Error('no mail is due')
  return message
}

const rawOf = async (message: Message): Promise<string> =>
  String(await buildMail(outgoing('', { ...message, createdAt: AT }), TO))

test.each<[file: string, outcome: RestartOutcome]>([
  ['restarted', restarted(request, { past, evidence })],
  ['restarted-hook-failed', restarted(request, { hookFault: 'exit code 1; it said: lb says no' })],
  [
    'failed-to-start',
    {
      ...start,
      heldUp: 2,
      evidence: { problem: DISK_FULL, sentences: evidence.sentences },
    } as RestartOutcome,
  ],
  ['failed-to-drain', failed(soft, 'drain', 'drain_command: exit code 1; it said: no such queue')],
  ['draining', noticed('draining', 'Asked to finish by SIGTSTP; restarts at 2026-11-21 12:15:00,000', soft)],
  ['alerted', noticed('alerted', '')],
  ['budget-alerted', noticed('alerted', '', total)],
  ['capped', capped],
  ['capped-drain', { ...capped, request: soft }],
  ['drained', restarted(soft)],
  ['warned', noticed('warned', '', warning)],
  [
    'postponed',
    noticed(
      'postponed',
      'It has waited since 2026-11-21 11:00:00,000: pre_restart_command postponed it to a later check (exit code 75), 60 times in a row',
    ),
  ],
  [
    'leaking',
    noticed(
      'leaking',
      'Left running (growth = alert); another message follows when it no longer leaks',
      leak,
    ),
  ],
  ['leak-over', noticed('leak_over', 'it has levelled off at 250MB', levelled)],
  ['leak-restarted', restarted(leak)],
  ['monitor-restarted', restarted(reported)],
  ['monitor-restarted-for-a-figure', restarted(counted)],
  ['monitor-alerted', noticed('alerted', '', reported)],
  ['monitor-relieved', noticed('relieved', '', reported)],
  ['monitor-capped', { ...capped, request: reported }],
  ['limit-too-low', noticed('limit_too_low', tooLowText(380 * MB))],
])('%s', async (file, outcome) => {
  await expect(await rawOf(messageFor(outcome))).toMatchFileSnapshot(`mails/${file}.txt`)
})

/** One after the other, 4 seconds apart: two that are down, an alert, 57 restarts, one with a long name. */
const sixty = Array.from({ length: 60 }, (_, at): RestartOutcome => {
  const name = at === 42 ? `shop:image-resizer-${'for-the-catalogue-'.repeat(3)}01` : `shop:worker_${at}`
  const one = requestFor(processNamed(name, { pid: 4000 + at }), (200 + at) * MB, '-g', 'shop=200MB')
  const occurredAt = AT + at * 4_000
  if (at === 7 || at === 31) return { ...failed(one, 'start', 'SPAWN_ERROR (fault 50)'), occurredAt }
  if (at === 50) return { ...noticed('alerted', '', one), occurredAt }
  return restarted(one, { occurredAt, newPid: 5000 + at })
})

test('a digest of 60', async () => {
  const gathered = { messages: sixty.map(messageFor), lines: [], dropped: 0 }
  const digest = digestOf(gathered, CONTEXT, AT + 300_000)
  await expect(await rawOf(digest as Message)).toMatchFileSnapshot('mails/digest-of-60.txt')
})
