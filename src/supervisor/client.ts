// The calls to supervisord that memmon makes, typed; each throws a SupervisorFault and nothing else.
import { SupervisorFault } from '../base/errors.ts'
import { namespecOf, type ProcessInfo } from '../rules/process.ts'
import type { HttpCaller } from './http-call.ts'
import { encodeCall, isStruct, type XmlRpcValue } from './xmlrpc.ts'
import { decodeReply } from './xmlrpc-reply.ts'

export interface SupervisorClient {
  getAllProcessInfo(): Promise<ProcessInfo[]>
  getProcessInfo(namespec: string): Promise<ProcessInfo>
  /** Without waiting: true as soon as the signal is sent. */
  stopProcess(namespec: string): Promise<void>
  /** Without waiting: STARTING may still end in BACKOFF or FATAL. */
  startProcess(namespec: string): Promise<void>
  /** By its name without SIG; supervisord takes it in RUNNING, STARTING and STOPPING. */
  signalProcess(namespec: string, signal: string): Promise<void>
  /** The namespecs whose configuration looks like that of an event listener. */
  getListenerNamespecs(): Promise<Set<string>>
  /** priority= of the process and its group as configured; undefined if supervisord does not know it. */
  getPriorities(namespec: string): Promise<Priorities | undefined>
  /** The last bytes that supervisord has logged of its stdout. */
  readStdoutTail(namespec: string, bytes: number): Promise<string>
  /** supervisord's own state: RUNNING, RESTARTING, SHUTDOWN, FATAL. */
  getState(): Promise<string>
  getPid(): Promise<number>
  close(): void
}

export interface Priorities {
  readonly group: number
  readonly process: number
}

/** How often a read is made again when a kept connection turns out to be closed, as after a reload. */
const READ_ATTEMPTS = 2

/** supervisord needs 10 s for 3,000 programs on an idle machine, and the square of that number counts. */
const MOST_TABLE_TIMEOUT_MS = 120_000

/**
 * `tableTimeoutMs` is for the calls about all processes: it doubles, up to 2 minutes, each time it was too short. The
 * caller's own is for all others.
 */
export function createClient(caller: HttpCaller, tableTimeoutMs?: number): SupervisorClient {
  let longerMs = tableTimeoutMs
  const call = async (method: string, ...params: (string | number | boolean)[]): Promise<XmlRpcValue> => {
    const timeoutMs = method.startsWith('getAll') ? longerMs : undefined
    try {
      return await decodeReply(await caller.post(encodeCall(`supervisor.${method}`, params), timeoutMs))
    } catch (thrown) {
      if (timeoutMs !== undefined && thrown instanceof SupervisorFault && thrown.kind === 'timeout')
        longerMs = Math.min(2 * timeoutMs, MOST_TABLE_TIMEOUT_MS)
      throw thrown
    }
  }

  // Only reads are repeated: a stop or start that broke off may have taken effect.
  const read = async (method: string, ...params: (string | number)[]): Promise<XmlRpcValue> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call(method, ...params)
      } catch (thrown) {
        const broken = thrown instanceof SupervisorFault && thrown.kind === 'unreachable'
        if (!broken || attempt === READ_ATTEMPTS) throw thrown
      }
    }
  }

  return {
    getAllProcessInfo: async () =>
      structsOf(await read('getAllProcessInfo')).flatMap(item => processInfoFrom(item) ?? []),
    getProcessInfo: async namespec => {
      const info = processInfoFrom(await read('getProcessInfo', namespec))
      if (info) return info
      throw new SupervisorFault('reply', `the answer about ${namespec} lacks its name, state, pid or start`)
    },
    stopProcess: async namespec => {
      await call('stopProcess', namespec, false)
    },
    startProcess: async namespec => {
      await call('startProcess', namespec, false)
    },
    signalProcess: async (namespec, signal) => {
      await call('signalProcess', namespec, signal)
    },
    getListenerNamespecs: async () => {
      const listeners = structsOf(await read('getAllConfigInfo')).filter(looksLikeListener)
      return new Set(listeners.map(config => namespecOf(String(config.group), String(config.name))))
    },
    getPriorities: async namespec => {
      const config = structsOf(await read('getAllConfigInfo')).find(
        ({ group, name }) => namespecOf(String(group), String(name)) === namespec,
      )
      return config && { group: Number(config.group_prio), process: Number(config.process_prio) }
    },
    readStdoutTail: async (namespec, bytes) =>
      String(await read('readProcessStdoutLog', namespec, -bytes, 0)),
    getState: async () => {
      const state = await read('getState')
      if (isStruct(state) && typeof state.statename === 'string') return state.statename
      throw new SupervisorFault('reply', 'the answer to getState has no statename')
    },
    getPid: async () => {
      const pid = await read('getPID')
      if (typeof pid === 'number') return pid
      throw new SupervisorFault('reply', 'the answer to getPID is not a number')
    },
    close: () => caller.close(),
  }
}

function structsOf(value: XmlRpcValue): { readonly [name: string]: XmlRpcValue }[] {
  if (Array.isArray(value)) return value.filter(isStruct)
  throw new SupervisorFault('reply', 'the answer is not a list of processes')
}

/** undefined if anything that memmon needs is missing. */
function processInfoFrom(value: XmlRpcValue): ProcessInfo | undefined {
  if (!isStruct(value)) return undefined
  const { name, group, state, pid, start, now, spawnerr } = value
  if (typeof name !== 'string' || typeof group !== 'string') return undefined
  if (typeof state !== 'number' || typeof pid !== 'number' || typeof start !== 'number') return undefined
  return {
    group,
    name,
    namespec: namespecOf(group, name),
    state,
    pid,
    startSeconds: start,
    nowSeconds: typeof now === 'number' ? now : start,
    spawnError: typeof spawnerr === 'string' ? spawnerr : '',
  }
}

/**
 * supervisord does not say what is an event listener. But it gives a listener's group priority -1 where none is
 * written, and its process 999 (options.py, eventlisteners_from_config and processes_from_section); a program that
 * is written with priority=-1 has it in both.
 */
const looksLikeListener = (config: { readonly [name: string]: XmlRpcValue }): boolean =>
  config.group_prio === -1 && config.process_prio !== -1
