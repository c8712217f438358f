// What the people's door needs from the listener: somebody who does what they ask memmon itself.
import type { Act } from './acts.ts'
import type { Answer } from './protocol.ts'

export interface Desk {
  /** Never rejects. Calls `onProgress` with the progress so far; what has begun goes on when `signal` aborts. */
  act(act: Act, onProgress: (text: string) => void, signal: AbortSignal): Promise<Answer>
  /** What memmon says about itself. */
  listener(): object
}
