// What the people's door needs of the listener: somebody who does what they ask of memmon itself.
import type { Act } from './acts.ts'
import type { Answer } from './protocol.ts'

export interface Desk {
  /** Never rejects. `onProgress` hears what has come of it so far; what has begun goes on when `signal` aborts. */
  act(act: Act, onProgress: (text: string) => void, signal: AbortSignal): Promise<Answer>
  /** What memmon says of itself. */
  listener(): object
}
