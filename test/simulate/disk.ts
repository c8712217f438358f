// The disk that the journal is on: full, read-only, unreadable, slow, deleted under it; and what a kill leaves of a
// write that was under way.
import type { JournalDisk } from '../../src/restart/journal.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

export type DiskTrouble = 'full' | 'read-only' | 'unreadable' | 'gone' | 'slow'

export class Disk {
  /** What is on it; undefined: there is no file. */
  text: string | undefined
  trouble: { readonly kind: DiskTrouble; readonly untilTick: number } | undefined
  /** False while the last thing that was to be written is not there: a kill would lose it. */
  isCurrent = true
  readonly #scheduler: Scheduler
  readonly #random: Random
  /** Whoever has opened an earlier file writes into nothing. */
  #file = 0
  #writing: (() => void) | undefined

  constructor(scheduler: Scheduler, random: Random) {
    this.#scheduler = scheduler
    this.#random = random
  }

  delete(): void {
    this.text = undefined
    this.#file++
    this.isCurrent = false
  }

  /** memmon is killed: of what it was writing, some is there. */
  onKill(): void {
    this.#writing?.()
    this.#writing = undefined
  }

  /** The disk as one memmon sees it; `effect` is asked before each call and answered only if it lives. */
  open(
    effect: (what: 'read' | 'append' | 'replace') => boolean,
    isAlive: () => boolean,
    onUnreadable: () => void,
  ): JournalDisk {
    let file = -1
    const call = <T>(what: 'read' | 'append' | 'replace', torn: (() => void) | undefined, run: () => T) =>
      new Promise<T>((resolve, reject) => {
        if (!effect(what)) return
        this.#writing = torn
        this.#scheduler.after(this.#ms(), () => {
          if (!isAlive()) return
          this.#writing = undefined
          try {
            resolve(run())
          } catch (thrown) {
            this.isCurrent = false
            if (what === 'read') onUnreadable()
            reject(thrown)
          }
        })
      })
    return {
      read: () => call('read', undefined, () => this.#read()),
      setAside: async () => 'aside',
      replace: text =>
        call('replace', this.#torn('replace', text), () => {
          this.#write(text)
          file = this.#file
        }),
      append: text =>
        call('append', this.#torn('append', text), () => {
          if (file !== this.#file) throw new Error('ENOENT: the journal was deleted')
          this.#append(text)
        }),
    }
  }

  #torn(what: 'append' | 'replace', text: string): (() => void) | undefined {
    const file = this.#file
    return () => {
      if (this.#trouble() !== undefined || file !== this.#file) return
      if (what === 'append') this.text = (this.text ?? '') + text.slice(0, this.#random.int(0, text.length))
      else if (this.#random.chance(0.5)) this.text = text
    }
  }

  #ms(): number {
    return this.#trouble() === 'slow' ? this.#random.between(50, 6_000) : this.#random.between(0.1, 2)
  }

  #read(): string {
    if (this.#trouble() === 'unreadable') throw new Error('EACCES: permission denied')
    return this.text ?? ''
  }

  #write(text: string): void {
    this.#fail()
    this.text = text
    this.isCurrent = true
  }

  #append(text: string): void {
    if (this.#trouble() === 'full')
      this.text = (this.text ?? '') + text.slice(0, this.#random.int(0, text.length))
    this.#fail()
    this.text = (this.text ?? '') + text
  }

  #fail(): void {
    const trouble = this.#trouble()
    if (trouble === 'full') throw new Error('ENOSPC: no space left on device')
    if (trouble === 'read-only' || trouble === 'unreadable') throw new Error('EROFS: read-only file system')
    if (trouble === 'gone') throw new Error('ENOENT: no such file or directory')
  }

  #trouble(): DiskTrouble | undefined {
    return this.trouble && this.trouble.untilTick > this.#scheduler.now ? this.trouble.kind : undefined
  }
}
