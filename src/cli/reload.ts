// memmon.conf is read again when it changes, and on SIGHUP: taken whole if it is right, left out whole if it is not.
import { statSync } from 'node:fs'
import type { Settings } from '../config/settings.ts'
import { messageOf, UsageError } from '../core/errors.ts'
import { formatServerUrl } from '../core/server-url.ts'
import type { Log } from '../observe/log.ts'

export interface ReloadPorts {
  /** Throws a UsageError. */
  readonly readSettings: () => Settings
  /** Takes them whole, and says why; throws a UsageError and takes nothing if a secret is not to be had. */
  readonly use: (settings: Settings, why: string) => void
  readonly log: Log
  readonly mail: (subject: string, text: string) => void
}

export class SettingsReload {
  readonly #initial: Settings
  readonly #ports: ReloadPorts
  #mark: string
  /** The error that was told last, so that it is not told at every tick. */
  #told = ''

  constructor(initial: Settings, ports: ReloadPorts) {
    this.#initial = initial
    this.#ports = ports
    this.#mark = markOf(initial.configPath)
  }

  /** At each tick: one look at the file's times, and no more if they are the same. */
  look(): void {
    if (this.#initial.configPath === undefined) return
    const mark = markOf(this.#initial.configPath)
    if (mark === this.#mark) return
    this.#mark = mark
    this.now()
  }

  /** SIGHUP. */
  now(): void {
    const { configPath } = this.#initial
    const { readSettings, use, log, mail } = this.#ports
    if (configPath === undefined) {
      log('INFO', 'SIGHUP: there is no --config that could be read again')
      return
    }
    this.#mark = markOf(configPath)
    try {
      const settings = readSettings()
      if (settings.rules.length + settings.budgets.length === 0)
        throw new UsageError(`${configPath}: it has no rule`)
      use(settings, `${configPath} is read again and taken`)
      this.#told = ''
      for (const key of this.#fixed(settings))
        log('WARN', `${key} has changed, and counts when memmon is restarted`)
    } catch (thrown) {
      if (!(thrown instanceof UsageError)) throw thrown
      const text = messageOf(thrown)
      if (text === this.#told) return
      this.#told = text
      for (const line of text.split('\n')) log('ERRO', `${line}. The settings stay as they were`)
      mail(
        `${configPath} is wrong, the settings stay as they were`,
        `${text}\n\nmemmon goes on with the settings that it had. It reads the file again when it changes.\n`,
      )
    }
  }

  /** What is used once, at the start. */
  #fixed(settings: Settings): string[] {
    const before = this.#initial
    const url = ({ serverUrl }: Settings) => serverUrl && formatServerUrl(serverUrl)
    return [
      ...(settings.stateDir === before.stateDir ? [] : ['state_dir']),
      ...(url(settings) === url(before) ? [] : ['server_url']),
      ...(settings.stopWaitSeconds === before.stopWaitSeconds ? [] : ['stop_wait']),
    ]
  }
}

/** Changes with the file; '' while it cannot be seen. */
function markOf(path: string | undefined): string {
  try {
    const { mtimeMs, size, ino } = statSync(path ?? '')
    return `${mtimeMs} ${size} ${ino}`
  } catch {
    return '' // not there, or in a folder that may not be looked into
  }
}
