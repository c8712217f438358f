// Where metrics go, or what keeps them from there, for people: seen from outside, without listening anywhere.
import { statSync } from 'node:fs'
import { createConnection } from 'node:net'
import { networkInterfaces } from 'node:os'
import { dirname } from 'node:path'
import { UsageError } from '../base/errors.ts'
import { errnoOf } from '../base/file-fault.ts'
import { type ListenAddress, listenText } from '../base/listen-address.ts'
import { SecretDenied } from '../config/secret-file.ts'
import { accessOf } from '../metrics/access.ts'
import type { ChannelText } from './channel-texts.ts'
import type { View } from './look.ts'
import type { RuleSource } from './rule-sources.ts'

/** This machine answers at once. */
const CONNECT_WITHIN_MS = 1_000

/** For all memmons. Throws a UsageError if the command's own options are wrong. */
export async function metricsTexts(
  views: readonly Pick<View, 'source' | 'running'>[],
): Promise<ChannelText[]> {
  const texts = views.flatMap(({ source, running }) =>
    source ? [fileText(source), addressText(source, running !== undefined)] : [],
  )
  return (await Promise.all(texts)).flatMap(text => text ?? [])
}

function fileText({ settings: { metricsFile: path } }: RuleSource): ChannelText | undefined {
  if (path === undefined) return undefined
  const why = objectionTo(dirname(path))
  return why === undefined
    ? { ok: true, text: `Metrics go to ${path}` }
    : { ok: false, text: `Metrics cannot be written to ${path}: ${why}` }
}

async function addressText(source: RuleSource, isRunning: boolean): Promise<ChannelText | undefined> {
  const { metricsListen: address } = source.settings
  if (address === undefined) return undefined
  const where = listenText(address)
  const why = whyRefused(source) ?? (await whyNotServed(address, isRunning))
  return why === undefined
    ? { ok: true, text: `Metrics are served at ${where}, path /metrics` }
    : { ok: false, text: `Metrics cannot be served at ${where}: ${why}` }
}

/** What memmon itself would say before it listens. */
function whyRefused({ settings, section }: RuleSource): string | undefined {
  try {
    accessOf(settings)
    return undefined
  } catch (thrown) {
    // As with the secrets of channels: memmon's user may be able to read what this user cannot.
    if (!(thrown instanceof UsageError) || (!section && !(thrown instanceof SecretDenied))) throw thrown
    return thrown.message
  }
}

async function whyNotServed(address: ListenAddress, isRunning: boolean): Promise<string | undefined> {
  if (address.kind === 'unix') {
    const why = objectionTo(dirname(address.path))
    if (why !== undefined) return why
  } else if (isOfAnother(address.host)) return `this machine has no address ${address.host}`
  const answer = await connected(address)
  if (isRunning && answer === 'no') return 'memmon runs, and nothing listens there: its log says why'
  return !isRunning && answer === 'yes' ? 'another process listens there' : undefined
}

/** undefined for a folder, and for a path that this user cannot look at. */
function objectionTo(folder: string): string | undefined {
  try {
    return statSync(folder).isDirectory() ? undefined : `${folder} is not a directory`
  } catch (thrown) {
    return errnoOf(thrown) === 'ENOENT' ? `${folder} does not exist` : undefined
  }
}

const WILDCARDS = ['0.0.0.0', '::']

/** An IP address that no interface has; this looks up no names. */
function isOfAnother(host: string): boolean {
  const isAddress = host.includes(':') || /^[\d.]+$/.test(host)
  const own = Object.values(networkInterfaces()).flatMap(all => all?.map(one => one.address) ?? [])
  return isAddress && !WILDCARDS.includes(host) && !host.startsWith('127.') && !own.includes(host)
}

/** 'unknown' if it cannot be determined here. */
function connected(address: ListenAddress): Promise<'yes' | 'no' | 'unknown'> {
  const target =
    address.kind === 'unix'
      ? { path: address.path }
      : { host: WILDCARDS.includes(address.host) ? '127.0.0.1' : address.host, port: address.port }
  return new Promise(resolve => {
    const socket = createConnection({ ...target, timeout: CONNECT_WITHIN_MS })
    const end = (answer: 'yes' | 'no' | 'unknown') => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end('yes'))
    socket.once('timeout', () => end('unknown'))
    socket.once('error', thrown =>
      end(['ECONNREFUSED', 'ENOENT'].includes(errnoOf(thrown) ?? '') ? 'no' : 'unknown'),
    )
  })
}
