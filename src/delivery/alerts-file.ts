// Alerts in the state folder, so that those not yet delivered survive memmon, and the next one knows those that are firing. If
// the disk fails, only this is lost.
import { join } from 'node:path'
import { removeFile, replaceFile } from '../base/atomic-file.ts'
import { readOwnFile } from '../base/own-file.ts'
import type { Entry } from './alert-board.ts'

const ALERTS_FILE = 'alerts.json'
const VERSION = 1
const MOST_BYTES = 8 * 1024 * 1024

/** By the key of the Alertmanager. */
export type KeptAlerts = ReadonlyMap<string, readonly Entry[]>

/** The contents; empty if the file is missing or cannot be read. Never rejects. */
export async function readAlerts(folder: string): Promise<KeptAlerts> {
  try {
    const text = await readOwnFile(join(folder, ALERTS_FILE), MOST_BYTES)
    const { version, alerts } = JSON.parse(text ?? '{}') as { version?: unknown; alerts?: unknown }
    if (version !== VERSION || typeof alerts !== 'object' || alerts === null) return new Map()
    return new Map(
      Object.entries(alerts).map(([key, entries]) => [
        key,
        Array.isArray(entries) ? entries.filter(isEntry) : [],
      ]),
    )
  } catch {
    return new Map()
  }
}

/** Removes the file if there is nothing to keep. Rejects if the disk fails. */
export async function writeAlerts(folder: string, kept: KeptAlerts): Promise<void> {
  const path = join(folder, ALERTS_FILE)
  const alerts = Object.fromEntries([...kept].filter(([, entries]) => entries.length > 0))
  if (Object.keys(alerts).length === 0) await removeFile(path)
  else await replaceFile(path, `${JSON.stringify({ version: VERSION, alerts })}\n`)
}

/** Whether a file holds one: it may hold anything. */
function isEntry(value: unknown): value is Entry {
  const { alert, isSent, endedAtMs } = fieldsOf(value)
  const { labels, annotations, namespec, run, startsAtMs, untilMs, isEvent } = fieldsOf(alert)
  const { pid, startSeconds } = fieldsOf(run)
  return (
    typeof isSent === 'boolean' &&
    isTime(endedAtMs, true) &&
    areTexts(labels) &&
    typeof fieldsOf(labels).alertname === 'string' &&
    areTexts(annotations) &&
    typeof namespec === 'string' &&
    (run === undefined || (typeof pid === 'number' && typeof startSeconds === 'number')) &&
    isTime(startsAtMs) &&
    isTime(untilMs, true) &&
    typeof isEvent === 'boolean'
  )
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}

const areTexts = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every(one => typeof one === 'string')

/** A time that a JavaScript Date can have. */
const isTime = (value: unknown, mayMiss = false): boolean =>
  value === undefined ? mayMiss : typeof value === 'number' && Math.abs(value) <= 8.64e15
