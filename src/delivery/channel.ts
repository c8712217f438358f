// A message on its way, and what carries it.
import type { BriefHistory } from '../history/brief.ts'

/** Made once, delivered by each channel, kept in the outbox as JSON. */
export interface Outgoing {
  /** The local part of the Message-ID, and the id of the webhook's document. */
  readonly id: string
  readonly subject: string
  readonly text: string
  /** The webhook's document, versioned: see docs/notifications.md. */
  readonly event: Readonly<Record<string, unknown>>
  /** What messages about one process have in common; '' for those about several. */
  readonly thread: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  /** Of the process that it is about: a mail has charts of it. */
  readonly history?: BriefHistory
}

/** What became of one try. `said` is what the server answered, or ''. */
export type Delivery =
  | { readonly ok: true; readonly said: string }
  /** `permanent`: the same message will not be taken another time, either. */
  | { readonly ok: false; readonly why: string; readonly permanent: boolean }

/** The same message may be taken another time. */
export const failedTry = (why: string): Delivery => ({ ok: false, why, permanent: false })

export interface Channel {
  /** Stays the same over restarts and holds no secret: names the channel in the outbox. */
  readonly key: string
  /** What a log line calls a message by this channel, such as `mail "..." to bob@example.com`; no secrets. */
  readonly whatText: (subject: string) => string
  /** What carries it, such as `smtp://mail.example.com:587`; no secrets. */
  readonly by: string
  /** One try; never rejects, and ends in bounded time. */
  deliver(message: Outgoing): Promise<Delivery>
  /** Ends the tries that are running, where they would go on without memmon. */
  abandon?(): void
}
