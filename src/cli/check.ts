// `memmon check` and `memmon explain`: what memmon sees now and what it would do, by hand, in any terminal.
import { readFileSync } from 'node:fs'
import type { Settings } from '../config/settings.ts'
import { findServer } from '../config/supervisor-conf.ts'
import { messageOf, SupervisorFault, UsageError } from '../core/errors.ts'
import { nearestNames } from '../core/nearest.ts'
import { parseServerUrl, type ServerAddress } from '../core/server-url.ts'
import { type Assessment, assess, isOver } from '../monitor/assess.ts'
import type { MonitorRules } from '../monitor/monitor.ts'
import type { Log } from '../observe/log.ts'
import { type Capacity, createCapacityReader } from '../sampling/capacity.ts'
import { portableSampler } from '../sampling/portable.ts'
import { openProcfs } from '../sampling/procfs.ts'
import { createClient } from '../supervisor/client.ts'
import { createHttpCaller } from '../supervisor/http-call.ts'
import { createChannels } from './channels.ts'
import { type ChannelText, checkJson, checkTable } from './check-text.ts'
import { explainText } from './explain-text.ts'
import { refuseFaults, resolveSettings, usesCapacity } from './resolve.ts'
import { createTableByHand } from './trust.ts'

const CALL_TIMEOUT_MS = 10_000
const TABLE_TIMEOUT_MS = 30_000
const EXIT_OVER = 1

export interface ByHand {
  readonly settings: Settings
  /** -C: supervisord.conf, to find supervisord by. */
  readonly supervisorConf: string | undefined
  readonly json: boolean
}

interface Seen {
  readonly assessment: Assessment
  readonly rules: MonitorRules
  readonly capacity: Capacity | undefined
}

/** Prints the table, or JSON; 0 if nothing is over a limit, 1 if something is. Throws a UsageError. */
export async function check(asked: ByHand): Promise<number> {
  const { assessment } = await look(asked)
  const { isTTY, columns = 120 } = process.stdout
  const colour = isTTY && !process.env.NO_COLOR
  const channels = channelTexts(asked.settings)
  process.stdout.write(
    asked.json
      ? checkJson(assessment, channels)
      : `${checkTable(assessment, { colour, columns })}${channels.map(({ text }) => `${text}\n`).join('')}`,
  )
  const over = assessment.processes.some(({ findings }) => findings.some(isOver))
  return over || assessment.budgets.some(budget => budget.isOver) ? EXIT_OVER : 0
}

/** Where messages go, and whether the secrets for that can be read. */
function channelTexts(settings: Settings): ChannelText[] {
  try {
    return createChannels(settings, process.env).map(({ key, by }) => ({
      ok: true,
      text: key.startsWith('webhook')
        ? `Messages go to the ${by}`
        : `Mail goes to ${settings.mailTo.join(', ')} by ${by}`,
    }))
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    return [{ ok: false, text: `Messages cannot be sent: ${thrown.message}` }]
  }
}

/** Prints all about one process; 0 if it is under its limits, 1 if it is over one. Throws a UsageError. */
export async function explain(name: string, asked: ByHand): Promise<number> {
  const { assessment, rules, capacity } = await look(asked)
  const found = assessment.processes.filter(
    ({ process: { namespec, name: own } }) => namespec === name || own === name,
  )
  const [one] = found
  if (!one || found.length > 1) throw new UsageError(whichText(name, found.length, assessment))
  process.stdout.write(explainText(one, rules, capacity))
  return one.findings.some(isOver) ? EXIT_OVER : 0
}

async function look({ settings, supervisorConf }: ByHand): Promise<Seen> {
  if (settings.rules.length + settings.budgets.length === 0) {
    throw new UsageError(
      'there is nothing to check: give a limit, as in memmon check -a 200MB, or --config FILE',
    )
  }
  const { address, credentials } = serverOf(settings, supervisorConf)
  const client = createClient(createHttpCaller(address, credentials, CALL_TIMEOUT_MS), TABLE_TIMEOUT_MS)
  const capacityReader = createCapacityReader()
  const capacity = usesCapacity(settings) ? capacityReader.capacity() : undefined
  const rules = resolveSettings(settings, capacity?.bytes)
  refuseFaults(settings, rules)
  const log: Log = (_level, text) => void process.stderr.write(`${text}\n`)
  try {
    const table = await createTableByHand(client, settings.serverUrl !== undefined)()
    const ports = {
      sampler: openProcfs() ?? portableSampler,
      availableBytes: () => capacityReader.available()?.bytes,
      log,
      nowMs: Date.now,
    }
    return { assessment: await assess(table, rules, ports), rules, capacity }
  } catch (thrown) {
    if (thrown instanceof SupervisorFault) throw new UsageError(thrown.message)
    throw thrown
  } finally {
    client.close()
  }
}

function serverOf({ serverUrl }: Settings, supervisorConf: string | undefined) {
  const {
    SUPERVISOR_SERVER_URL: url,
    SUPERVISOR_USERNAME: username,
    SUPERVISOR_PASSWORD: password = '',
  } = process.env
  const credentials = username ? { username, password } : undefined
  if (serverUrl) return { address: serverUrl, credentials }
  if (url && supervisorConf === undefined)
    return { address: addressOf(url, 'SUPERVISOR_SERVER_URL'), credentials }
  const found = findServer(supervisorConf, readIfThere, process.env)
  const own =
    found.username === undefined ? credentials : { username: found.username, password: found.password ?? '' }
  return { address: addressOf(found.url, found.file), credentials: own }
}

function addressOf(url: string, where: string): ServerAddress {
  try {
    return parseServerUrl(url)
  } catch (thrown) {
    throw new UsageError(`${where}: ${messageOf(thrown)}`)
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function whichText(name: string, count: number, { processes }: Assessment): string {
  const names = processes.map(({ process: { namespec } }) => namespec)
  if (count > 1)
    return `"${name}" names ${count} processes: give group:name, as in ${names.find(one => one.endsWith(`:${name}`))}`
  const near = nearestNames(name, [...names, ...processes.map(({ process }) => process.name)], 3)
  return `supervisord has no process "${name}"${near.length > 0 ? `; the nearest names are ${near.join(', ')}` : ''}`
}
