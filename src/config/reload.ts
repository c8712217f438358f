// memmon.conf is read again when it changes, and on SIGHUP: taken whole if it is right, left out whole if it is not, and
// then tried again at each tick, since what mends it need not change the file.

import { UsageError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { doubtful } from '../base/log-facts.ts'
import { formatServerUrl } from '../base/server-url.ts'
import { isIdle, type Settings } from './settings.ts'

export interface ReadSettings {
  readonly settings: Settings
  /** What should be mended, though the settings are accepted. */
  readonly warnings: readonly string[]
}

export interface SettingsSource {
  /** Of the first settings. */
  readonly warnings: readonly string[]
  /** The settings as flags and memmon.conf say now; throws a UsageError. */
  readonly readSettings: () => ReadSettings
  /** True if a file that the last reading has looked at is another one since. */
  readonly haveChanged: () => boolean
}

export interface ReloadPorts extends SettingsSource {
  /** Takes them whole, and says why; throws a UsageError and takes nothing if a secret is missing. */
  readonly use: (settings: Settings, why: string) => void
  readonly log: Log
  readonly mail: (subject: string, text: string) => void
}

export class SettingsReload {
  readonly #initial: Settings
  readonly #ports: ReloadPorts
  /** The error that was told last, so that it is not told at every tick; '' since the settings were taken. */
  #told = ''

  constructor(initial: Settings, ports: ReloadPorts) {
    this.#initial = initial
    this.#ports = ports
  }

  /** At each tick: one look at the files' times, and no more if they are the same and were taken. */
  look(): void {
    const { configPath } = this.#initial
    if (configPath === undefined) return
    const hasChanged = this.#ports.haveChanged()
    if (hasChanged || this.#told !== '') this.#reload(configPath, hasChanged)
  }

  /** SIGHUP. */
  now(): void {
    const { configPath } = this.#initial
    if (configPath === undefined) this.#ports.log('INFO', 'SIGHUP ignored: memmon runs without --config')
    else this.#reload(configPath, true)
  }

  #reload(configPath: string, hasChanged: boolean): void {
    const { readSettings, use, log } = this.#ports
    try {
      const { settings, warnings } = readSettings()
      if (isIdle(settings)) throw new UsageError(`${configPath}: it has no rule`)
      use(settings, `${configPath} reloaded`)
      this.#told = ''
      for (const warning of warnings) log('WARN', warning, doubtful)
      for (const key of this.#fixed(settings))
        log('WARN', `${key} has changed; it takes effect when memmon is restarted`, doubtful)
    } catch (thrown) {
      if (!(thrown instanceof UsageError)) throw thrown
      if (this.#isNews(thrown, hasChanged)) this.#tell(configPath, thrown)
    }
  }

  /** Where no file has changed, memmon's own size may have; and what only lacks something for a moment adds nothing. */
  #isNews({ message, isTransient }: UsageError, hasChanged: boolean): boolean {
    if (this.#told === '') return true
    if (isTransient) return false
    return hasChanged ? message !== this.#told : withoutSizes(message) !== withoutSizes(this.#told)
  }

  #tell(configPath: string, { message, isTransient }: UsageError): void {
    const { log, mail } = this.#ports
    this.#told = message
    const next = isTransient
      ? 'The current settings stay in force; memmon tries again at each tick'
      : 'The current settings stay in force'
    for (const line of message.split('\n')) log('ERRO', `${line}. ${next}`, () => ({ event: 'settings' }))
    mail(
      `${configPath} ${isTransient ? 'cannot be read at the moment' : 'is invalid'}; the current settings stay in force`,
      isTransient
        ? `${message}\n\nmemmon continues with its current settings, and tries again at each tick.\n`
        : `${message}\n\nmemmon continues with its current settings. It reloads the file when it is valid.\n`,
    )
  }

  /** What is used once, at the start. */
  #fixed(settings: Settings): string[] {
    const before = this.#initial
    const url = ({ serverUrl }: Settings) => serverUrl && formatServerUrl(serverUrl)
    return [
      ...(settings.stateDir === before.stateDir ? [] : ['state_dir']),
      ...(url(settings) === url(before) ? [] : ['server_url']),
      ...(settings.sampler === before.sampler ? [] : ['sampler']),
      ...(settings.logFormat === before.logFormat ? [] : ['log_format']),
      ...(settings.stopWaitSeconds === before.stopWaitSeconds ? [] : ['stop_wait']),
    ]
  }
}

const withoutSizes = (text: string): string => text.replace(/\b[\d.]+[KMGTP]?B\b/g, '')
