// The operator's commands: what each of them does to the world, how long it takes, and how it fails.

import type { CommandResult } from '../../src/base/pipe-command.ts'
import type { RestartRequest } from '../../src/rules/outcome.ts'
import { sameRun } from '../../src/rules/process.ts'
import type { Hand } from './program.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { Supervisord } from './supervisord.ts'

export type HookTrouble = 'fails' | 'postpones' | 'slow' | 'hangs' | 'stops only' | 'does nothing'
/** The commands' words in memmon.conf. */
export type HookWord = 'pre' | 'post' | 'restart' | 'drain' | 'idle'

export interface HookCall {
  readonly word: HookWord
  readonly request: RestartRequest
  /** False once memmon has been killed. */
  readonly isHeard: () => boolean
  readonly onEnd: (result: CommandResult) => void
}

export interface HookWorld {
  readonly supervisord: Supervisord
  /** Whose a deed of memmon's is when it takes effect. */
  readonly handOf: () => () => Hand
  readonly onDone: (word: HookWord, namespec: string, ok: boolean) => void
}

const OK: CommandResult = { ok: true }
const exit = (exitCode: number): CommandResult => ({ ok: false, why: `exit code ${exitCode}`, exitCode })
/** 30 s, TERM, KILL. */
const TIMEOUT_MS = 32_000

export class Hooks {
  trouble: { readonly word: HookWord; readonly kind: HookTrouble; readonly untilTick: number } | undefined
  readonly #scheduler: Scheduler
  readonly #random: Random
  readonly #world: HookWorld

  constructor(scheduler: Scheduler, random: Random, world: HookWorld) {
    this.#scheduler = scheduler
    this.#random = random
    this.#world = world
  }

  run(call: HookCall): void {
    const how = this.#how(call.word)
    if (how === 'hangs') {
      this.#scheduler.after(TIMEOUT_MS, () => {
        if (call.isHeard()) this.#world.onDone(call.word, call.request.process.namespec, false)
        call.onEnd({ ok: false, why: 'it did not end within 30 s' })
      })
      return
    }
    const ms = how === 'slow' ? this.#random.between(1_000, 25_000) : this.#random.between(5, 300)
    const by = this.#world.handOf()
    this.#scheduler.after(ms, () => {
      // A command outlives a memmon that is killed, or does not.
      if (!call.isHeard() && this.#random.chance(0.5)) return
      const result = this.#do(call, how, by())
      this.#world.onDone(call.word, call.request.process.namespec, result.ok)
      call.onEnd(result)
    })
  }

  #do({ word, request }: HookCall, how: HookTrouble | undefined, by: Hand): CommandResult {
    if (how === 'fails') return exit(1)
    const program = this.#world.supervisord.programs.get(request.process.namespec)
    switch (word) {
      case 'pre':
        return how === 'postpones' ? exit(75) : OK
      case 'drain':
        // It is told which process is meant.
        if (program?.run && sameRun(program.run, request.process)) program.tell(program.run)
        return OK
      case 'idle':
        return program?.run?.hasFinished ? OK : exit(1)
      case 'restart':
        if (how === 'does nothing') return OK
        program?.stop(by)
        if (how === 'stops only') return exit(1)
        this.#startWhenStopped(request.process.namespec, by)
        return OK
      default:
        return OK
    }
  }

  #startWhenStopped(namespec: string, by: Hand): void {
    this.#scheduler.after(200, () => {
      const program = this.#world.supervisord.programs.get(namespec)
      if (!program || program.isUp) return
      if (program.run) this.#startWhenStopped(namespec, by)
      else if (!this.#world.supervisord.isLeaving) program.start(by)
    })
  }

  #how(word: HookWord): HookTrouble | undefined {
    const { trouble } = this
    return trouble?.word === word && trouble.untilTick > this.#scheduler.now ? trouble.kind : undefined
  }
}
