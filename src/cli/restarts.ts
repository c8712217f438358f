// Everything about restarts, wired: queue, journal, recovery, history and cap.
import type { Settings } from '../config/settings.ts'
import { FaultCode, faultOf, messageOf } from '../core/errors.ts'
import { RestartHistory } from '../core/history.ts'
import type { Failed, RestartOutcome, RestartRequest } from '../core/outcome.ts'
import { requestText } from '../core/outcome-text.ts'
import type { Drain, RestartPlan } from '../core/rules.ts'
import type { Log } from '../observe/log.ts'
import { createCapGate } from '../restart/cap.ts'
import { Drains } from '../restart/drain.ts'
import { RestartHooks, type RunHook } from '../restart/hooks.ts'
import { type Journal, noJournal, unprotectedText } from '../restart/journal.ts'
import { GROUP_WAITS_MS, RestartQueue } from '../restart/queue.ts'
import { type RestarterPorts, restartProcess, resumeRestart, retryDelayMs } from '../restart/restarter.ts'
import { claimStateFolder, releaseStateFolder, stateFolderName, stateRoot } from '../restart/state-folder.ts'
import type { SupervisorClient } from '../supervisor/client.ts'
import { runOf } from '../supervisor/identity.ts'

export interface RestartsPorts {
  readonly client: SupervisorClient
  /** supervisord's address, as a name. */
  readonly serverUrl: string
  /** supervisord's pid is known: told once, before the first restart. */
  readonly onSupervisord: (pid: number) => void
  /** The folder of this memmon, when it is there and ours. */
  readonly onFolder: (folder: string) => void
  readonly measure: (request: RestartRequest) => Promise<number | undefined>
  readonly tell: (outcome: RestartOutcome) => void
  /** What the rule of a request asks for around its restart, and while it is drained. */
  readonly planOf: (request: RestartRequest) => RestartPlan
  readonly drainOf: (request: RestartRequest) => Drain | undefined
  readonly runHook: RunHook
  readonly log: Log
  readonly sleep: (ms: number) => Promise<void>
}

export interface Restarts {
  readonly queue: RestartQueue
  readonly history: RestartHistory
  readonly drains: Drains
  /** Hands over what is over its limit, as far as --max-restarts allows. */
  add(requests: readonly RestartRequest[]): boolean
  /** False for what --max-restarts does not let be restarted now. */
  mayRestart(namespec: string): boolean
  /** Other settings from now on; where the journal is kept stays as it was. */
  use(settings: Settings): void
  /** Opens the journal and finishes what an earlier memmon has begun; beside the listener. */
  recover(): void
  /** Begins no more restarts. */
  end(): void
  /** Resolves when the journal is on disk. */
  flush(): Promise<void>
  /** Lets go of the state folder. */
  close(): Promise<void>
}

export function createRestarts(initial: Settings, ports: RestartsPorts): Restarts {
  const { client, log, sleep } = ports
  let settings = initial
  const history = new RestartHistory()
  const resumed = new Map<RestartRequest, number>()
  /** Ended by themselves while they were drained: to be started if supervisord does not. */
  const ended = new Set<RestartRequest>()
  let journal: Journal = noJournal
  let folder: string | undefined
  let ending = false
  let journalOpened = () => {}
  /** No restart begins before the journal is there to note it. */
  const journalReady = new Promise<void>(resolve => {
    journalOpened = resolve
  })

  /** Outcomes that were told before the queue has them. */
  const told = new WeakSet<RestartOutcome>()
  const tell = (outcome: RestartOutcome) => {
    const { namespec } = outcome.request.process
    if (outcome.kind === 'restarted') history.recordRestart(namespec, outcome.occurredAt)
    ports.tell({ ...outcome, past: history.pastOf(namespec, Date.now()) })
  }

  const restart = async (
    request: RestartRequest,
    report: (failed: Failed) => void,
  ): Promise<RestartOutcome> => {
    await journalReady
    const plan = ports.planOf(request)
    const restarter: RestarterPorts = {
      supervisor: client,
      hooks,
      plan,
      notes: journal,
      measure: ports.measure,
      report,
      isEnding: () => ending,
      sleep,
      nowMs: Date.now,
      random: Math.random,
    }
    const stopAskedAt = resumed.get(request)
    resumed.delete(request)
    const outcome: RestartOutcome =
      stopAskedAt === undefined
        ? await restartProcess(request, restarter)
        : await resumeRestart(request, stopAskedAt, restarter, ended.delete(request))
    drains.settled(outcome)
    // Before a command that may take its time; the rest of the group waits for that.
    tell(outcome)
    told.add(outcome)
    await hooks.after(outcome, plan)
    return outcome
  }

  const hooks = new RestartHooks({
    run: ports.runHook,
    getProcessInfo: client.getProcessInfo,
    log,
    sleep,
    nowMs: Date.now,
  })
  const drains = new Drains({
    signalProcess: client.signalProcess,
    run: ports.runHook,
    ready: journalReady,
    notes: () => journal,
    restart: request => {
      // What --max-restarts does not let through is told, and drained no more.
      if (!add([request]))
        drains.settled({ kind: 'skipped', request, occurredAt: Date.now(), reason: 'recovered', detail: '' })
    },
    startEnded: request => {
      resumed.set(request, Date.now())
      ended.add(request)
      queue.add([request])
    },
    tell: ports.tell,
    nowMs: Date.now,
  })
  /** False if none of them may be restarted now. */
  const add = (requests: readonly RestartRequest[]): boolean => {
    const admitted = gate.admit(
      requests.filter(r => !queue.has(r.process.namespec)),
      Date.now(),
    )
    queue.add(admitted)
    return admitted.length > 0
  }

  const queue = new RestartQueue(
    {
      restart,
      onBegin: request => {
        if (ended.has(request)) return
        if (resumed.has(request)) {
          log('INFO', `Finishing the restart of ${request.process.namespec} that an earlier memmon has begun`)
          return
        }
        history.recordBreach(request)
        log('INFO', requestText(request))
      },
      onOutcome: outcome => {
        if (!told.has(outcome)) tell(outcome)
      },
      onRelease: ({ process }, waiting) => {
        const others = waiting > 0 ? `, the other ${waiting} of the group ${process.group} go on` : ''
        log('WARN', `${process.namespec} is still down after ${GROUP_WAITS_MS / 60_000} minutes${others}`)
      },
      nowMs: Date.now,
      sleep,
    },
    () => settings.maxParallel,
  )
  const gate = createCapGate(() => settings.maxRestarts, history, tell)

  /** Asks until supervisord answers: its HTTP server may start after its listeners. */
  const supervisordRun = async (): Promise<string> => {
    for (let faults = 1; ; faults++) {
      try {
        const pid = await client.getPid()
        ports.onSupervisord(pid)
        // Where its /proc is not to be seen, the pid has to do.
        return runOf(pid) ?? String(pid)
      } catch (thrown) {
        const { kind, code } = faultOf(thrown)
        if (kind === 'fault' && code !== FaultCode.SHUTDOWN_STATE) return 'unknown' // one that does not tell
        await sleep(retryDelayMs(faults, Math.random()))
      }
    }
  }

  const openJournal = async (supervisord: string): Promise<void> => {
    const root = stateRoot(initial.stateDir, process.env, process.getuid?.() ?? 0)
    if (root === undefined) throw new Error('there is no place for it: give one with --state-dir')
    folder = await claimStateFolder(root, stateFolderName(ports.serverUrl, process.env), runOf)
    ports.onFolder(folder)
    const { openJournal: open } = await import('../restart/journal.ts')
    const opened = await open(folder, supervisord, { nowMs: Date.now, tell: text => log('WARN', text) })
    journal = opened.journal
    for (const notice of opened.notices) log('WARN', `Journal in ${folder}: ${notice}`)
    for (const { namespec, at } of opened.restarts) history.recordRestart(namespec, at)
    for (const { request, at, step } of opened.unfinished) {
      if (step !== 'drain') resumed.set(request, at)
      else {
        const drain = ports.drainOf(request)
        if (drain) drains.resume(request, drain, at)
        else await journal.close(request.process.namespec, 'no rule')
      }
    }
    queue.add([...resumed.keys()])
  }

  return {
    queue,
    history,
    drains,
    add,
    mayRestart: namespec =>
      !settings.maxRestarts || history.cappedUntil(namespec, settings.maxRestarts, Date.now()) === undefined,
    use: changed => {
      settings = changed
    },
    recover: () => {
      supervisordRun()
        .then(openJournal)
        .catch((thrown: unknown) => log('WARN', unprotectedText(messageOf(thrown))))
        .finally(journalOpened)
    },
    end: () => {
      ending = true
      queue.dropWaiting()
    },
    flush: () => journal.flush(),
    close: async () => {
      await journal.flush()
      if (folder) await releaseStateFolder(folder)
    },
  }
}
