// By which rules `memmon check` and `memmon explain` look: those that they are given, else those of the listeners in
// supervisord.conf; and at which supervisord.

import { messageOf, UsageError } from '../base/errors.ts'
import { createRedactor } from '../base/redact.ts'
import { environmentSecrets } from '../base/secrets.ts'
import { formatServerUrl, parseServerUrl, type ServerAddress } from '../base/server-url.ts'
import { type ListenerSection, listenerSections } from '../config/listener-sections.ts'
import type { SplitCommand } from '../config/memmon-command.ts'
import { isIdle, type Settings } from '../config/settings.ts'
import { addressesIn, serverIn } from '../config/supervisor-conf.ts'
import {
  ADVICE,
  type Environment,
  readSupervisorConf,
  SEARCHED,
  type SupervisorConf,
  type SupervisorSources,
} from '../config/supervisor-files.ts'
import type { Credentials } from '../supervisor/http-call.ts'

/** What was asked for by hand; read anew at each look, as the listener does. */
export interface Asked {
  readonly ownSettings: () => ReadRules
  /** Those that the arguments of a listener give in its environment; undefined for --help and --version. */
  readonly settingsOf: (args: readonly string[], environment: Environment) => ReadRules | undefined
  /** -C. */
  readonly supervisorConf: string | undefined
  readonly sources: SupervisorSources
  readonly split: SplitCommand
}

export interface ReadRules {
  readonly settings: Settings
  /** About files that others may write. */
  readonly warnings: readonly string[]
}

export interface RuleSource {
  readonly settings: Settings
  readonly environment: Environment
  /** undefined: the options of this command. */
  readonly section?: Pick<ListenerSection, 'name' | 'group' | 'path'>
}

export interface Basis {
  readonly server: { readonly address: ServerAddress; readonly credentials: Credentials | undefined }
  /** Is --server-url given? It may be a supervisord of another machine. */
  readonly isByUrl: boolean
  readonly sources: readonly RuleSource[]
  readonly notes: readonly string[]
  /** Why there are no listeners whose rules would count; undefined if there are, or if none are asked for. */
  readonly noListener?: string
  /** Rules that hold and cannot be read here: what is shown is not all. */
  readonly faults: readonly string[]
  readonly warnings: readonly string[]
}

/** Throws a UsageError. */
export function basisOf(asked: Asked): Basis {
  const { environment } = asked.sources
  const { settings, warnings } = asked.ownSettings()
  const hasOwn = !isIdle(settings) || settings.configPath !== undefined
  const given = givenAddress(settings, asked)
  const read = hasOwn && given ? {} : confFor(asked, given)
  const found: FoundRules = hasOwn
    ? { ...NOTHING, sources: [{ settings, environment }] }
    : listenersIn(read, asked)
  return {
    server: given
      ? {
          address: given,
          credentials: credentialsIn([environment, ...found.sources.map(({ environment: own }) => own)]),
        }
      : serverOf(read.conf, environment, found),
    isByUrl: settings.serverUrl !== undefined,
    ...found,
    warnings: [...warnings, ...found.warnings],
  }
}

interface ReadConf {
  readonly conf?: SupervisorConf
  /** Why there is none, or none that counts. */
  readonly why?: string
}

type FoundRules = Pick<Basis, 'sources' | 'notes' | 'noListener' | 'faults' | 'warnings'>

const NOTHING: FoundRules = { sources: [], notes: [], faults: [], warnings: [] }

/** --server-url, or SUPERVISOR_SERVER_URL unless -C names a file. */
function givenAddress(
  { serverUrl }: Settings,
  { supervisorConf, sources }: Asked,
): ServerAddress | undefined {
  const url = sources.environment.SUPERVISOR_SERVER_URL
  if (serverUrl) return serverUrl
  return url && supervisorConf === undefined ? addressOf(url, 'SUPERVISOR_SERVER_URL') : undefined
}

/** An address that was given has to be one of the file's: another supervisord's rules would be wrong. */
function confFor({ supervisorConf, sources }: Asked, given: ServerAddress | undefined): ReadConf {
  const none = `no supervisord.conf was found (${SEARCHED.join(', ')})`
  if (!given || supervisorConf !== undefined) {
    const conf = readSupervisorConf(supervisorConf, sources)
    if (conf) return { conf }
    throw new UsageError(`${none}: ${ADVICE}`)
  }
  try {
    const conf = readSupervisorConf(undefined, sources)
    if (!conf) return { why: none }
    const own = [...new Set(addressesIn(conf, sources.environment).map(sameHost))]
    if (own.includes(sameHost(formatServerUrl(given)))) return { conf }
    return {
      why: `${conf.file} is of another supervisord (${own.join(', ') || 'without a server'}); name yours with -C`,
    }
  } catch (thrown) {
    if (thrown instanceof UsageError) return { why: thrown.message }
    throw thrown
  }
}

const sameHost = (url: string): string => url.replace('//localhost', '//127.0.0.1')

const GIVE_SOME = 'Give rules as in memmon check -a 200MB'

function listenersIn({ conf, why }: ReadConf, asked: Asked): FoundRules {
  if (!conf) return { ...NOTHING, ...noListener(why ?? '') }
  const unread = conf.unread.map(text => `Not read: ${text}`)
  const sections = listenerSections(conf, { ...asked.sources, split: asked.split })
  if (sections.length === 0) {
    return {
      ...NOTHING,
      ...noListener(`no [eventlistener:*] section of ${conf.file} runs memmon`),
      faults: unread,
    }
  }
  const all = sections.map(section => rulesOf(section, asked))
  return {
    sources: all.flatMap(({ sources }) => sources),
    notes: unread,
    faults: all.flatMap(({ faults }) => faults),
    warnings: all.flatMap(({ warnings }) => warnings),
  }
}

const noListener = (why: string) => ({ notes: [`No rules: ${why}. ${GIVE_SOME}`], noListener: why })

function rulesOf({ run, ...section }: ListenerSection, { settingsOf }: Asked): FoundRules {
  const unreadable = (why: string) => ({
    ...NOTHING,
    faults: [`Rules of [${section.name}] in ${section.path} cannot be read: ${why}`],
  })
  if (run.kind === 'unreadable') return unreadable(run.why)
  const { args, environment } = run
  try {
    const read = settingsOf(args, environment)
    if (!read) return NOTHING
    return {
      ...NOTHING,
      sources: [{ settings: read.settings, environment, section }],
      warnings: read.warnings,
    }
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    return unreadable(createRedactor(environmentSecrets(environment)).redact(thrown.message))
  }
}

function serverOf(
  conf: SupervisorConf | undefined,
  environment: Environment,
  { sources }: FoundRules,
): Basis['server'] {
  if (!conf) throw new UsageError(`no supervisord.conf was found: ${ADVICE}`)
  const { url, username, password = '' } = serverIn(conf, environment)
  const address = addressOf(url, conf.file)
  if (username !== undefined) return { address, credentials: { username, password } }
  return { address, credentials: credentialsIn([environment, ...sources.map(({ environment: own }) => own)]) }
}

/** The first that has a user name. */
function credentialsIn(environments: readonly Environment[]): Credentials | undefined {
  const own = environments.find(({ SUPERVISOR_USERNAME }) => SUPERVISOR_USERNAME)
  return own && { username: own.SUPERVISOR_USERNAME ?? '', password: own.SUPERVISOR_PASSWORD ?? '' }
}

function addressOf(url: string, where: string): ServerAddress {
  try {
    return parseServerUrl(url)
  } catch (thrown) {
    throw new UsageError(`${where}: ${messageOf(thrown)}`)
  }
}
