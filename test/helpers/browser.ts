// Debian's Chromium, headless, over the DevTools protocol: what a page looks like, what it became, what a screen reader
// is told. By pipe: no port, and it ends with whoever started it.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'

const OPTIONS = [
  '--headless=new',
  '--remote-debugging-pipe',
  '--no-sandbox', // the tests may run as root; the page is their own
  '--disable-gpu',
  '--disable-dev-shm-usage', // small in containers
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-extensions',
  '--no-first-run',
  '--no-pings',
  '--hide-scrollbars',
]

export interface View {
  readonly width: number
  readonly height: number
  readonly scheme: 'light' | 'dark'
  readonly media?: 'screen' | 'print'
}

type Answer = Record<string, unknown>

export class Browser {
  readonly #folder = mkdtempSync(join(tmpdir(), 'memmon-browser-'))
  readonly #child: ChildProcess
  readonly #awaited = new Map<number, (message: Answer) => void>()
  #said = ''
  #unread = ''
  #sent = 0
  #session: string | undefined
  /** Why there is nobody to answer any more. */
  #gone: string | undefined

  constructor() {
    const folder = join(this.#folder, 'user')
    this.#child = spawn('chromium', [...OPTIONS, `--user-data-dir=${folder}`, 'about:blank'], {
      // A group of its own: it starts processes which would outlive it.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, HOME: this.#folder },
    })
    this.#child.stderr?.setEncoding('utf8').on('data', text => {
      this.#said += text
    })
    const answers = this.#child.stdio[4] as Readable
    answers.setEncoding('utf8').on('data', text => this.#read(text))
    const gone = (why: string) => {
      this.#gone = `${why}: ${this.#said}`
      for (const settle of this.#awaited.values()) settle({ error: { message: this.#gone } })
      this.#awaited.clear()
    }
    this.#child.on('error', error => gone(error.message))
    this.#child.on('exit', code => gone(`chromium ended with ${code}`))
    ;(this.#child.stdio[3] as Writable).on('error', () => {}) // it has ended, which is told above
  }

  /** Opens it as a file. */
  async open(html: string): Promise<void> {
    const path = join(this.#folder, 'page.html')
    writeFileSync(path, html)
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true })
    this.#session = String(sessionId)
    await this.send('Page.enable')
    await this.send('Page.navigate', { url: pathToFileURL(path).href })
    await this.evaluate(
      "new Promise(done => document.readyState === 'complete' ? done() : addEventListener('load', done))",
    )
  }

  async show({ width, height, scheme, media = 'screen' }: View): Promise<void> {
    await this.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    })
    const features = [{ name: 'prefers-color-scheme', value: scheme }]
    await this.send('Emulation.setEmulatedMedia', { media, features })
  }

  /** What is shown, as a PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' })
    return Buffer.from(String(data), 'base64')
  }

  /** The value of an expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const options = { expression, returnByValue: true, awaitPromise: true }
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', options)
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`)
    return (result as { value?: unknown }).value
  }

  /** A command of the DevTools protocol. */
  async send(method: string, params: object = {}): Promise<Answer> {
    if (this.#gone !== undefined) throw new Error(`${method}: ${this.#gone}`)
    const id = ++this.#sent
    const answered = new Promise<Answer>(resolve => this.#awaited.set(id, resolve))
    const session = this.#session ? { sessionId: this.#session } : {}
    ;(this.#child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...session })}\0`)
    const { result, error } = await answered
    if (error) throw new Error(`${method}: ${(error as { message: string }).message}`)
    return (result ?? {}) as Answer
  }

  async close(): Promise<void> {
    const ended = new Promise(resolve => this.#child.once('close', resolve))
    const isRunning = this.#child.exitCode === null && this.#child.signalCode === null
    if (this.#child.pid !== undefined) killGroup(this.#child.pid)
    if (isRunning && this.#child.pid !== undefined) await ended
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }

  #read(text: string): void {
    const messages = (this.#unread + text).split('\0')
    this.#unread = messages.pop() ?? ''
    for (const message of messages.map(one => JSON.parse(one) as Answer)) {
      const id = Number(message.id)
      this.#awaited.get(id)?.(message)
      this.#awaited.delete(id)
    }
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
