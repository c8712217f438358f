// `memmon top`: what the running listeners know, live in a terminal; in a pipe one snapshot. Carries out the effects of
// src/top's state machine, and draws its picture.
import { UsageError } from '../base/errors.ts'
import type { WidthOf } from '../screen/width.ts'
import { type Canvas, quickWidth } from '../top/canvas.ts'
import { frameOf } from '../top/frame.ts'
import type { Said, TopModel } from '../top/model.ts'
import { pipeLines } from '../top/pipe.ts'
import type { Effect, Evidence, Happening, Target, TopState, View, Wish } from '../top/state.ts'
import { initialState } from '../top/state.ts'
import { step } from '../top/step.ts'
import { endWithReader } from './end-with-reader.ts'
import { type LiveScreen, openLiveScreen } from './live-screen.ts'
import { isAscii } from './plain-text.ts'

const USUAL = { columns: 80, rows: 24 }
/** Until the first picture. */
const NO_VIEW: View = { rows: 1, mostScroll: 0 }

export interface TopPorts {
  /** `before`: the last result. Throws a UsageError. */
  readonly read: (before: TopModel | undefined) => Promise<TopModel>
  /** Never rejects, whatever it finds; nor does the next one. */
  readonly readEvidence: (of: Target, model: TopModel) => Promise<Evidence>
  readonly ask: (wish: Wish, onProgress: (text: string) => void) => Promise<Said>
  /** string-width's. */
  readonly widthOf: WidthOf
  /** Between readings. */
  readonly delayMs: number
}

/** Until a key or a signal ends it; returns the exit code. Throws a UsageError if the first reading fails. */
export async function top(given: TopPorts): Promise<number> {
  const ports = { ...given, widthOf: quickWidth(given.widthOf) }
  const model = await ports.read(undefined)
  if (process.stdout.isTTY && process.env.TERM !== 'dumb') return await onScreen(ports, model)
  endWithReader()
  const lines = pipeLines(model, initialState(), canvasFor(ports.widthOf))
  process.stdout.write(`${lines.join('\n')}\n`)
  return 0
}

/** Ends at once, also during a reading or a request. */
const onScreen = (ports: TopPorts, first: TopModel): Promise<number> =>
  new Promise((resolve, reject) => new TopScreen(ports, first, { resolve, reject }).begin())

interface Ends {
  readonly resolve: (exitCode: number) => void
  readonly reject: (defect: unknown) => void
}

class TopScreen {
  readonly #ports: TopPorts
  readonly #ends: Ends
  readonly #screen: LiveScreen
  #state: TopState & { readonly model: TopModel }
  #view = NO_VIEW
  #timer: NodeJS.Timeout | undefined
  #drawing: NodeJS.Immediate | undefined

  constructor(ports: TopPorts, first: TopModel, ends: Ends) {
    this.#ports = ports
    this.#ends = ends
    this.#state = { ...initialState(), model: first }
    this.#screen = openLiveScreen({
      onKey: key => this.#happen({ kind: 'key', key }),
      onSignal: exitCode => this.#end(() => ends.resolve(exitCode)),
      onRedraw: () => this.#drawSoon(),
    })
  }

  begin(): void {
    this.#draw()
    this.#readLater()
  }

  #happen(happening: Happening): void {
    const { state, effects } = step(this.#state, happening, this.#view)
    this.#state = { ...state, model: state.model ?? this.#state.model }
    this.#drawSoon()
    for (const effect of effects) this.#carryOut(effect)
  }

  #carryOut(effect: Effect): void {
    if (effect.kind === 'quit') this.#end(() => this.#ends.resolve(0))
    else if (effect.kind === 'redraw') this.#screen.forget()
    else if (effect.kind === 'read') this.#readEvidence(effect.of)
    else this.#ask(effect.wish)
  }

  #readEvidence(of: Target): void {
    const found = this.#ports.readEvidence(of, this.#state.model)
    this.#await(found, evidence => ({ kind: 'evidence', evidence }))
  }

  #ask(wish: Wish): void {
    const said = this.#ports.ask(wish, text => this.#happen({ kind: 'progress', text }))
    this.#await(said, answer => ({ kind: 'answer', said: answer }))
  }

  #await<T>(found: Promise<T>, happeningOf: (one: T) => Happening): void {
    found.then(one => this.#happen(happeningOf(one))).catch(this.#fail)
  }

  #readLater(): void {
    this.#timer = setTimeout(() => {
      reading(this.#ports, this.#state.model)
        .then(happening => {
          this.#happen(happening)
          this.#readLater()
        })
        .catch(this.#fail)
    }, this.#ports.delayMs)
  }

  /** Keys pressed together are drawn once. */
  #drawSoon(): void {
    this.#drawing ??= setImmediate(() => this.#draw())
  }

  #draw(): void {
    this.#drawing = undefined
    const { lines, view } = frameOf(this.#state, canvasFor(this.#ports.widthOf))
    this.#view = view
    this.#screen.draw(lines)
  }

  readonly #fail = (defect: unknown): void => this.#end(() => this.#ends.reject(defect))

  #end(settle: () => void): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#drawing)
    this.#screen.leave()
    settle()
  }
}

/** What fails now may work later: memmon.conf is being written, a disk does not answer. */
async function reading({ read }: TopPorts, before: TopModel): Promise<Happening> {
  try {
    return { kind: 'model', model: await read(before) }
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    return { kind: 'fault', why: thrown.message }
  }
}

/** stdout's; columns are 0 if nobody has set them. */
const canvasFor = (widthOf: WidthOf): Canvas => ({
  widthOf,
  columns: process.stdout.columns || USUAL.columns,
  rows: process.stdout.rows || USUAL.rows,
  colour: !process.env.NO_COLOR,
  isAscii: isAscii(process.env),
})
