// `memmon status --json`, as documented in docs/status.md. Pure.
import { stateName, uptimeSecondsOf } from '../rules/process.ts'
import { headline, listenerText } from '../status/headline.ts'
import type { Hearing } from '../status/hearing.ts'
import { downOf, exitCodeOf, overOf, standingOf } from '../status/standing.ts'
import type { ListenerStatus, Status } from '../status/status.ts'
import { budgetJson, processJson } from './check-json.ts'

/** Raised when a field changes its meaning, but not when fields are added. */
const STATUS_VERSION = 1

export function statusDocument(status: Status) {
  const exitCode = exitCodeOf(status)
  return {
    version: STATUS_VERSION,
    at: isoTime(status.atMs),
    well: exitCode === 0,
    exit_code: exitCode,
    summary: headline(status),
    server: status.server,
    unanswered: status.unanswered ?? null,
    memory: {
      total_bytes: status.memory?.totalBytes ?? null,
      available_bytes: status.memory?.availableBytes ?? null,
    },
    listeners: status.listeners.map(one => listenerJson(one, status.atMs)),
    problems: status.problems,
  }
}

function listenerJson(one: ListenerStatus, nowMs: number) {
  const { process, assessment, outbox } = one
  return {
    section: one.section,
    path: one.path,
    standing: standingOf(one),
    summary: listenerText(one, nowMs),
    state: process ? stateName(process.state) : null,
    pid: one.pid ?? null,
    uptime_seconds: process && one.pid !== undefined ? uptimeSecondsOf(process) : null,
    tick: tickJson(one.hearing, nowMs),
    failing: one.failing ? { since: isoTime(one.failing.sinceMs), why: one.failing.why } : null,
    own: { rss_bytes: one.ownBytes ?? null, limit_bytes: one.ownLimitBytes },
    state_dir: one.statePath ?? null,
    as_of: one.asOfMs === undefined ? null : isoTime(one.asOfMs),
    by: one.by,
    unreadable: one.unreadable ?? null,
    watched: one.watched.size,
    over: overOf(one).map(({ process: { namespec } }) => namespec),
    down: downOf(one).map(({ process: { namespec } }) => namespec),
    begun: one.begun,
    processes:
      assessment?.processes.map(each => ({
        ...processJson(each),
        is_watched: one.watched.has(each.process.namespec),
      })) ?? [],
    budgets: assessment?.budgets.map(budgetJson) ?? [],
    restarts: one.restarts.map(({ namespec, atMs, reason }) => ({
      namespec,
      at: isoTime(atMs),
      reason: reason ?? null,
    })),
    outbox: outbox
      ? { messages: outbox.count, since: outbox.sinceMs === undefined ? null : isoTime(outbox.sinceMs) }
      : null,
    mutes: one.mutes.map(({ namespec, untilMs }) => ({ namespec, until: isoTime(untilMs) })),
    agents: one.agents ?? null,
    problems: one.problems,
  }
}

/** `heard` is null if nothing is known about ticks. */
function tickJson(hearing: Hearing, nowMs: number) {
  const atMs = hearing.kind === 'hears' || hearing.kind === 'silent' ? hearing.tickAtMs : undefined
  return {
    at: atMs === undefined ? null : isoTime(atMs),
    age_seconds: atMs === undefined ? null : Math.max(0, Math.round((nowMs - atMs) / 1000)),
    period_seconds: hearing.kind === 'hears' ? hearing.periodSeconds : null,
    heard: hearing.kind === 'unknown' ? null : hearing.kind !== 'silent',
  }
}

const isoTime = (atMs: number): string => new Date(atMs).toISOString()
