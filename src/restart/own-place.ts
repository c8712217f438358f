// memmon's place for the run: which supervisord it is, whose children it may then read quietly, and its state folder.
import { monotonicMs } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { trouble } from '../base/log-facts.ts'
import { formatServerUrl, type ServerAddress } from '../base/server-url.ts'
import { findPlace, type PlacePorts } from './place.ts'
import type { JournalPlace } from './restarts.ts'
import type { StateFolder } from './state-folder.ts'

export interface OwnPlacePorts {
  readonly getPid: PlacePorts['getPid']
  readonly runOf: PlacePorts['runOf']
  readonly address: ServerAddress
  readonly stateDir: string | undefined
  /** True if its children can be read from /proc, so that a quiet check asks nobody. */
  readonly onSupervisord: (pid: number) => boolean
  /** The state folder is memmon's. */
  readonly onFolder: (folder: StateFolder) => void
  readonly log: Log
  readonly sleep: (ms: number) => Promise<void>
}

export interface OwnPlace {
  /** Throws an Error that says why there is no place for a journal. */
  find(): Promise<JournalPlace>
  /** Makes the state folder free for the next memmon. */
  release(): Promise<void>
}

export function createOwnPlace(ports: OwnPlacePorts): OwnPlace {
  const { getPid, runOf, log } = ports
  let folder: StateFolder | undefined
  let isEnding = false
  return {
    find: () =>
      findPlace({
        getPid,
        runOf,
        serverUrl: formatServerUrl(ports.address),
        stateDir: ports.stateDir,
        environment: process.env,
        onSupervisord: pid => log('INFO', childrenText(pid, ports.onSupervisord(pid))),
        isEnding: () => isEnding,
        onFolder: claimed => {
          folder = claimed
          ports.onFolder(claimed)
        },
        tell: text => log('WARN', text, trouble('journal')),
        sleep: ports.sleep,
        tick: monotonicMs,
      }),
    async release() {
      isEnding = true
      await folder?.release()
    },
  }
}

const childrenText = (pid: number, isReadable: boolean): string =>
  isReadable
    ? `Checks read the sizes from /proc and ask supervisord (pid ${pid}) only when its processes change`
    : `The children of supervisord (pid ${pid}) are not visible in /proc: each check asks supervisord for them`
