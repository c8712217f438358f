// The log that README.md shows and the lines that docs/logs.md explains are those that memmon writes.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type FaultKind, SupervisorFault } from '../../src/base/errors.ts'
import { remediedText } from '../../src/base/fault-remedy.ts'
import { looseText } from '../../src/base/loose-file.ts'
import { parseDuration } from '../../src/base/units.ts'
import { type Blind, blindLines } from '../../src/check/unmeasured.ts'
import { refuseLoose } from '../../src/config/deciding-files.ts'
import { inForce, refuseFaults } from '../../src/config/in-force.ts'
import { unknownZoneText } from '../../src/config/unknown-zone.ts'
import { warningsOf } from '../../src/config/warnings.ts'
import type { Channel, Delivery } from '../../src/delivery/channel.ts'
import { logChannels } from '../../src/delivery/channels.ts'
import { Outbox } from '../../src/delivery/outbox.ts'
import { createSendmailChannel } from '../../src/delivery/sendmail.ts'
import { createWebhookChannel } from '../../src/delivery/webhook.ts'
import { HISTORY_VERSION } from '../../src/history/history-lines.ts'
import { leftOutText, unreadText, unwrittenText, writtenAgainText } from '../../src/history/history-texts.ts'
import { askedText, mutedText, unmutedText } from '../../src/messages/by-hand-text.ts'
import { evidenceLines } from '../../src/messages/evidence-text.ts'
import { outcomeText, requestText } from '../../src/messages/outcome-text.ts'
import { hiddenTexts } from '../../src/messages/start-lines.ts'
import { CapacityReload } from '../../src/proc/capacity-reload.ts'
import { Journal, noticeText } from '../../src/restart/journal.ts'
import { headerLine, JOURNAL_VERSION, jobLine } from '../../src/restart/journal-lines.ts'
import { unprotectedText } from '../../src/restart/journal-writer.ts'
import { tooLowText } from '../../src/restart/low-limits.ts'
import type { Growth } from '../../src/rules/growth.ts'
import type { FailurePhase, Noticed, Restarted, RestartRequest } from '../../src/rules/outcome.ts'
import { foreignText, type Sight } from '../../src/rules/pid-namespace.ts'
import { ProcessState } from '../../src/rules/process.ts'
import type { Breach } from '../../src/rules/rule.ts'
import { largestText, type Member, nobodyText } from '../../src/rules/victim.ts'
import {
  COUNTED_IN_BYTES_TEXT,
  createUnreadableLog,
  STALLED_TEXT,
} from '../../src/supervisor/event-trouble.ts'
import { type NoTickClues, noTickLine } from '../../src/supervisor/no-tick.ts'
import { blocksOf, ROOT, readDocument, templateRegex } from '../helpers/documents.ts'
import { FakeDisk } from '../helpers/fake-disk.ts'
import { stopping } from '../helpers/jobs.ts'
import { splitWords } from '../helpers/python.ts'
import { MEMMON } from '../helpers/supervisord.ts'
import { breachFor, outgoing, settingsFrom } from '../helpers/values.ts'

const EXAMPLE =
  'Restarting web:web (pid 7, up 1m 42s): 302.6MB RSS (317288448 bytes), over -a 200MB by 102.6MB'
const request = requestFrom(EXAMPLE)
const failed =
  (phase: FailurePhase, fault = 'SPAWN_ERROR (fault 50)') =>
  () =>
    outcomeText({ kind: 'failed', request, occurredAt: 0, phase, fault })

const noticed =
  (what: Noticed['what'], detail = 'SIGUSR1') =>
  () => {
    const { breach } = request
    const of = what === 'warned' || what === 'eased' ? { rule: `warn 160MB of ${breach.rule}` } : {}
    const under = what === 'eased' || what === 'relieved' ? { value: 1 } : {}
    const told = { ...request, breach: { ...breach, ...of, ...under } }
    return outcomeText({ kind: 'noticed', what, request: told, occurredAt: 0, detail })
  }
const BUDGET: Breach = {
  ...request.breach,
  metric: 'pss',
  budget: { id: 'x', whom: 'the group web', victim: 'with 160MB USS it has the most of 3' },
}

const MEMBER: Member = { process: request.process, privateBytes: 1, sharedBytes: 0, mayRestart: true }
const NOBODY = (missing: string): string => nobodyText(missing, [])
const budgetNoticed = (what: Noticed['what'], value: number, isFree: boolean, victim: string) => () =>
  outcomeText({
    kind: 'noticed',
    what,
    request: {
      process: { ...request.process, pid: 0 },
      breach: { ...BUDGET, value, budget: { id: 'x', whom: 'the group web', victim, isFree } },
    },
    occurredAt: 0,
    detail: '',
  })
const [LITTLE, MUCH] = [1, 2 ** 40]

const leaking = (growth: Partial<Growth>) => () =>
  outcomeText({
    kind: 'noticed',
    what: 'leaking',
    request: {
      ...request,
      breach: {
        ...request.breach,
        growth: { forSeconds: 7200, fromBytes: 1, isOverBelowBytes: 1, ...growth },
      },
    },
    occurredAt: 0,
    detail: '',
  })

const OF_MONITOR: RestartRequest = {
  ...request,
  breach: {
    ...request.breach,
    rule: 'monitor cpu-time',
    reason: 'it has used 97% of a CPU',
    limit: Number.POSITIVE_INFINITY,
    isOfMonitor: true,
  },
}
const BY_HAND: Breach = {
  ...request.breach,
  rule: 'memmon restart',
  limit: Number.POSITIVE_INFINITY,
  isByHand: true,
}
const noticedOf = (breach: Breach, what: Noticed['what'], detail: string) => () =>
  outcomeText({ kind: 'noticed', what, request: { ...request, breach }, occurredAt: 0, detail })
const reported = (what: Noticed['what'], detail = '') =>
  outcomeText({ kind: 'noticed', what, request: OF_MONITOR, occurredAt: 0, detail })

const foreign =
  (sight: Sight | undefined, isOwnProc = true) =>
  () =>
    foreignText({ kind: 'foreign', parentPid: 7, witness: { process: request.process, sight } }, isOwnProc)

const MAIL = (subject: string): string => `mail "${subject}" to bob@example.com`
const POSTPONED = 'pre_restart_command postponed it to a later check (exit code 75), 2 times in a row'
const UNREADY =
  'pre_restart_command waits for a later check, since it could not be run: Cannot find package shlex, 2 times in a row'
const PAST = { restartsLastHour: 3, smallestBytes: 1 }

const historyFile = (version: number | undefined) => () =>
  leftOutText(
    { version, leftOut: 1, tracked: new Map(), atMs: 0 },
    '/state/history.jsonl',
    'history.jsonl.x',
  ) ?? ''

/** The lines about a restart and its mail, as memmon makes them. */
const lines: readonly (() => string | Promise<string>)[] = [
  () => requestText(request),
  ...[
    { path: '/e.json', sentences: ['187 of 200 threads wait in a futex'] },
    { path: '/e.json', sentences: [] },
    { sentences: ['187 of 200 threads wait in a futex'] },
    { problem: 'ENOSPC', sentences: [] },
    { command: { isOk: true, text: 'its output is in /x.txt' }, sentences: [] },
    { command: { isOk: false, text: 'exit code 3' }, sentences: [] },
  ].map(evidence => () => evidenceLines(request, evidence)[0]?.text ?? ''),
  () => outcomeText(restartedFrom(request, 'is now pid 8, after 1.4 s')),
  () => outcomeText({ ...restartedFrom(request, 'is now pid 8, after 1.4 s'), startedBy: 'other' }),
  () => outcomeText({ kind: 'skipped', request, occurredAt: 0, reason: 'removed', detail: 'it has gone' }),
  ...(['warned', 'eased', 'alerted', 'relieved', 'signalled', 'executed'] as const).map(what =>
    noticed(what),
  ),
  noticed('would', 'restart'),
  noticed('draining', 'Asked to finish by SIGTSTP; restarts at 2026-11-21 12:00:00,000'),
  noticed('recovered', ''),
  noticed('held', 'It exceeds its limit again'),
  noticed('postponed', `It has waited since 2026-11-21 12:00:00,000: ${POSTPONED}`),
  noticed('limit_too_low', tooLowText(2 ** 30)),
  () => requestText(OF_MONITOR),
  () => reported('alerted'),
  () => reported('relieved'),
  () => reported('postponed', `It has waited: ${POSTPONED}`),
  leaking({ slopeBytesPerHour: 12e6, secondsToLimit: 3600 }),
  noticed('leak_over', 'it has levelled off at 48MB'),
  noticed('undrained', 'it is back under its soft limit'),
  noticed('undrained', 'it has ended by itself, and is started again if supervisord does not'),
  noticed('undrained', 'it was removed from supervisord'),
  failed('drain'),
  failed('stopping', 'it has been STOPPING for 5 minutes'),
  failed('command'),
  ...['its grace of 7s is over', 'it has finished, after 3m'].map(
    reason => () => requestText({ ...request, breach: { ...request.breach, reason } }),
  ),
  () => requestText({ ...request, breach: { ...request.breach, together: 'web:a' } }),
  () => requestText({ ...request, breach: BY_HAND }),
  () => requestText({ ...request, breach: { ...BY_HAND, together: 'web:a' } }),
  noticedOf(
    { ...BY_HAND, rule: 'memmon drain' },
    'draining',
    'Asked to finish by SIGTSTP; restarts at 2026-11-21 12:00:00,000',
  ),
  () => askedText('web:a'),
  () => mutedText({ namespec: 'web:a', untilMs: 0 }),
  () => unmutedText('web:a'),
  () => outcomeText({ kind: 'skipped', request, occurredAt: 0, reason: 'postponed', detail: POSTPONED }),
  () => outcomeText({ kind: 'skipped', request, occurredAt: 0, reason: 'postponed', detail: UNREADY }),
  failed('signal'),
  failed('exec'),
  () => requestText({ ...request, breach: BUDGET }),
  budgetNoticed('alerted', MUCH, false, largestText(MEMBER, 3)),
  budgetNoticed('alerted', MUCH, false, NOBODY('50MB above the limit')),
  budgetNoticed('relieved', LITTLE, false, ''),
  budgetNoticed('alerted', LITTLE, true, NOBODY('50MB that are missing')),
  budgetNoticed('relieved', MUCH, true, ''),
  failed('check'),
  failed('stop'),
  failed('start'),
  failed('removed', 'it was removed from supervisord after memmon had stopped it'),
  () => outcomeText({ ...restartedFrom(request, 'is now pid 8, after 1.4 s'), past: PAST }),
  () => outcomeText({ kind: 'capped', request, occurredAt: 0, cap: '3/1h', until: 0 }),
  () => unwrittenText('ENOSPC'),
  () => writtenAgainText('/state/history.jsonl'),
  () => unreadText('EIO'),
  ...[HISTORY_VERSION, undefined, HISTORY_VERSION + 1].map(historyFile),
  foreign({ parentPid: 2, startSeconds: 0 }),
  foreign({ parentPid: 7, startSeconds: 9 }),
  foreign(undefined),
  foreign({ parentPid: 2, startSeconds: 0 }, false),
  () => blindLine('hidden', 2),
  () => blindLine('zombie', 1),
  () =>
    refuseLoose(settingsFrom('-a', '1MB'), [looseText('/x', { uid: 7, mode: 0o666 }, 7) ?? ''], 7)[0] ?? '',
  () =>
    refuseLoose(settingsFrom('-a', '1MB'), [looseText('/x', { uid: 8, mode: 0o600 }, 7) ?? ''], 7)[0] ?? '',
  doubt('-a', '200'),
  doubt('-p', 'web==200MB'),
  doubt('-p', 'web=1GB', '--soft-limit', '1MB'),
  doubt('-a', '1MB', '--threshold-size', '1MB'),
  doubt('-a', '1MB', '--ignore', '*'),
  doubt('-a', '1MB', '--on-alert-command', '/nowhere/page-me'),
  doubt('-a', '1MB', '--on-alert-command', 'page-me'),
  doubt('-a', '1MB', '-m', 'a@b.c', '-s', '/nowhere/sendmail'),
  doubt('-a', '1MB', '-m', ''),
  doubt('-a', '1MB', '--memory-sample', '30s'),
  () => unknownZoneText(':/etc/localtime', new Date()),
  () => hiddenTexts({ bytes: 2 ** 34, source: '/proc/meminfo (MemTotal)', hiddenGroup: '/a.slice' })[0] ?? '',
  () => remedied('fault', 'UNKNOWN_METHOD (fault 1)'),
  ...['unix:///s: ENOENT', 'unix:///s: EACCES', 'http://h:1: ECONNREFUSED', 'http://h:1: ENOTFOUND'].map(
    at => () => remedied('unreachable', `no answer from supervisord at ${at}`),
  ),
  () => remedied('unauthorized', 'supervisord at http://h:1 refused the user name or password (HTTP 401)'),
  () => capacityLine(undefined),
  () => capacityLine(2 ** 41),
  () => unprotectedText('ENOSPC'),
  () => journalLine(headerLine('S1', 'B1').replace(`${JOURNAL_VERSION}`, '1')),
  () => journalLine(headerLine('S0', 'B1') + jobLine(stopping())),
  ...[
    { priorities: { group: 999, process: 999 } },
    { priorities: { group: 999, process: 5 } },
    { stdout: 'Loading profile\nREADY\n' },
    { hasHeard: true },
    { refusal: 'no' },
    { silentSeconds: 3680 },
    {},
    { isOneOfMany: true },
  ].map(clues => () => noTickText(clues)),
  () => STALLED_TEXT,
  () => COUNTED_IN_BYTES_TEXT,
  () => unreadableLine(1),
  () => unreadableLine(3),
  () => mailerLine('cat > /dev/null'),
  () => mailerLine('exit 127'),
  () => outboxLine({ by: 'smtp://mail:587', whatText: MAIL }, { ok: true, said: '250 ok' }),
  () => outboxLine({ by: 'smtp://mail:587', whatText: MAIL }, { ok: false, why: '550 no', permanent: true }),
  () =>
    outboxLine({ by: 'webhook hooks.example.com', whatText: s => `"${s}"` }, { ok: true, said: 'HTTP 200' }),
  () => {
    let line = ''
    const url = new URL('https://hooks.example.com/x')
    const channel = createWebhookChannel({ url, allowHttp: false, timeoutMs: 1 })
    logChannels([channel], settingsFrom('-a', '1MB'), (_, text) => {
      line = text
    })
    return line
  },
]

/** What is warned of, of these settings. */
function doubt(...args: string[]): () => string {
  return () => warningsOf(settingsFrom(...args), [], { PATH: '/nowhere' }, 'listener')[0] ?? ''
}

const remedied = (kind: FaultKind, message: string): string =>
  remediedText(new SupervisorFault(kind, message), { kind: 'listener', user: 'bob (1)' })

/** What the mailer logs of one mail that it hands to the command. */
async function mailerLine(command: string): Promise<string> {
  const terms = { to: ['bob@example.com'], from: 'memmon@shop', host: 'shop' }
  return await lineOf(createSendmailChannel(command, terms))
}

/** What is said of a journal of this text when it is read. */
async function journalLine(text: string): Promise<string> {
  const disk = new FakeDisk()
  disk.text = text
  const never = () => new Promise<void>(() => {})
  const ports = { disk, supervisord: 'S1', boot: 'B1', nowMs: () => 0, tick: () => 0, sleep: never }
  const { notices } = await new Journal({ ...ports, tell: () => {} }).read()
  return noticeText(notices[0] ?? '')
}

/** What is said when so much memory is there, where there was half a terabyte. */
function capacityLine(bytes: number | undefined): string {
  let line = ''
  const settings = settingsFrom('-a', '50%', '--hard-limit', '512GB')
  new CapacityReload({
    current: () => ({ bytes: 2 ** 39, source: 'memory.max' }),
    isNeeded: () => true,
    read: () => (bytes === undefined ? undefined : { bytes, source: 'memory.max' }),
    use: () =>
      refuseFaults(inForce(settings, () => (bytes === undefined ? undefined : { bytes, source: 'a test' }))),
    log: (_, text) => {
      line = text
    },
    mail: () => {},
  }).look()
  return line
}

/** The line about so many processes that cannot be measured. */
const blindLine = (why: Blind, count: number): string =>
  blindLines(Array.from({ length: count }, () => ({ process: request.process, why })))[0] ?? ''

/** Of a listener of which nothing else is known to be wrong. */
function noTickText(clues: Partial<NoTickClues>): string {
  const priorities = { group: -1, process: 999 }
  const usual = { silentSeconds: 80, hasHeard: false, priorities, stdout: 'READY\n', isOneOfMany: false }
  return noTickLine({ ...usual, ...clues })[1]
}

/** The last line about so many headers, one every half hour. */
function unreadableLine(headers: number): string {
  let line = ''
  let nowMs = 0
  const log = (_: string, text: string) => {
    line = text
  }
  const onUnreadable = createUnreadableLog(log, () => nowMs)
  for (let count = 0; count < headers; count++, nowMs += 1_800_000) onUnreadable('what is this')
  return line
}

const outboxLine = (names: Pick<Channel, 'by' | 'whatText'>, delivery: Delivery): Promise<string> =>
  lineOf({ ...names, key: 'x', deliver: async () => delivery })

/** What the outbox logs of one message by this channel. */
async function lineOf(channel: Channel): Promise<string> {
  let logged = ''
  const outbox = new Outbox({
    channels: () => [channel],
    log: (_, text) => {
      logged = text
    },
    nowMs: Date.now,
    tick: () => 0,
    random: () => 0,
  })
  outbox.add(outgoing('memmon: process web:web restarted'))
  await outbox.whenIdle()
  outbox.close()
  return logged
}

describe('the log in README.md', () => {
  const [block] = blocksOf('log')
  const lines = (block?.text ?? '').trimEnd().split('\n')
  const facts = lines.map(line => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO /, ''))

  test('is of the restart that the first block brings about', () => {
    const command = /^command=memmon (.*)$/m.exec(blocksOf('ini')[0]?.text ?? '')?.[1] ?? ''
    const environment = { PATH: process.env.PATH, SUPERVISOR_SERVER_URL: 'unix:///run/supervisor.sock' }
    const args = [MEMMON, ...splitWords(command)]
    const { stderr } = spawnSync(process.execPath, args, { env: environment, input: '', encoding: 'utf8' })
    for (const fact of facts.slice(0, 3)) expect(stderr).toContain(`INFO ${fact}\n`)
  })

  test('tells the restart as memmon tells it', () => {
    const request = requestFrom(facts[3] ?? '')
    expect(requestText(request)).toBe(facts[3])
    const [, path = '', words = ''] = / is in (\S+): (.*)$/.exec(facts[4] ?? '') ?? []
    expect(evidenceLines(request, { path, sentences: [words] })[0]?.text).toBe(facts[4])
    expect(outcomeText(restartedFrom(request, facts[5] ?? ''))).toBe(facts[5])
    expect(facts[6]).toBe(
      `Sent mail "memmon: process ${request.process.namespec} restarted" to bob@example.com`,
    )
  })
})

describe('the log lines in docs/logs.md', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => readFileSync(join(ROOT, 'src', name), 'utf8'))
    .join('\n')
  const headings = [...readDocument('docs/logs.md').matchAll(/^#{3,4} (`.*`)$/gm)].map(
    ([, text = '']) => text,
  )
  const templates = headings.flatMap(heading =>
    [...heading.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text),
  )

  test.each(lines)('explain line %#', async line => {
    const written = await line()
    expect(
      templates.filter(template => templateRegex(template).test(written)),
      written,
    ).not.toHaveLength(0)
  })

  // supervisord's own words and the system's aside. A line that is made of several pieces is among those above.
  test.each(templates.filter(text => !text.includes('(fault ')))('are written: %s', async template => {
    const pieces = template
      .split(/<[^>]*>|: E[A-Z]+$/)
      .map(piece => piece.replace(/^[\s:;.,]+/, '').trim())
      .filter(piece => /[a-z]{3}/i.test(piece))
    const missing = pieces.filter(piece => !sources.includes(piece))
    const written = await Promise.all(lines.map(line => line()))
    expect(written.some(line => templateRegex(template).test(line)) ? [] : missing).toEqual([])
  })

  test('and the events of --log-format json that are no outcomes are those of its tables', () => {
    const [, part = ''] = readDocument('docs/logs.md').split(/^## For machines$|^## At the start$/m)
    const cells = [...part.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)].map(([, cell = '']) => cell)
    const told = cells.flatMap(cell => cell.replaceAll('`', '').split(', '))
    const found = [
      ...sources.matchAll(/\bevent: ('\w+'(?: \| '\w+')*)|(?:requestFacts|silenceFacts)\('(\w+)'/g),
    ]
    const written = found.flatMap(([, several = '', one]) => one ?? several.replaceAll("'", '').split(' | '))
    const common = ['time', 'level', 'message', 'event']
    expect(told.sort()).toEqual([...common, ...new Set(written)].sort())
  })

  test('and the parts that trouble may be about are those of its table', () => {
    const [, row = ''] =
      /^\| `trouble` \| `part` \| .*; `part` is (.*) \|$/m.exec(readDocument('docs/logs.md')) ?? []
    const [, type = ''] = /export type Part =([\s\S]*?)\n\n/.exec(sources) ?? []
    const parts = [...type.matchAll(/'(\w+)'/g)].map(([, part]) => part)
    expect([...row.matchAll(/`(\w+)`/g)].map(([, part]) => part)).toEqual(parts)
    expect(parts.length).toBeGreaterThan(5)
  })

  test('and the levels are those of the log', () => {
    const named = /The levels are supervisord's: ([A-Z, ]+)\./.exec(readDocument('docs/logs.md'))?.[1]
    const levels = named?.split(', ').map(level => `'${level}'`)
    expect(sources).toContain(`type Level = ${levels?.join(' | ')}`)
  })
})

/** The values that a line `Restarting ...` tells. */
function requestFrom(line: string): RestartRequest {
  const [, namespec = '', pid, uptime = '', sizeBytes, written = ''] =
    /^Restarting (\S+) \(pid (\d+), up (.*?)\): .* \((\d+) bytes\), over (.*) by /.exec(line) ?? []
  const [group = '', name = ''] = namespec.split(':')
  const nowSeconds = uptime.split(' ').reduce((sum, part) => sum + parseDuration(part), 0)
  const run = { state: ProcessState.RUNNING, pid: Number(pid), startSeconds: 0, nowSeconds, spawnError: '' }
  return {
    process: { group, name, namespec, ...run },
    breach: breachFor(Number(sizeBytes), ...splitWords(written)),
  }
}

/** The outcome that a line `Restarted ...` tells. */
function restartedFrom(request: RestartRequest, line: string): Restarted {
  const [, newPid, seconds] = / is now pid (\d+), after ([\d.]+) s$/.exec(line) ?? []
  const how = { startedBy: 'memmon', failedStarts: 0 } as const
  const durationMs = Number(seconds) * 1000
  return { kind: 'restarted', request, occurredAt: 0, newPid: Number(newPid), durationMs, ...how }
}
