// The lines of the log about people's requests through the socket. Pure.
import { timestamp } from '../base/text.ts'

interface Mute {
  readonly namespec: string
  readonly untilMs: number
}

export const askedText = (namespec: string): string => `Somebody asked for a restart of ${namespec}`

export const mutedText = (mute: Mute): string =>
  `${mute.namespec} is muted until ${untilText(mute)}: memmon neither acts on it nor alerts about it`

export const unmutedText = (namespec: string): string => `Unmuted ${namespec}`

/** By the second. */
export const untilText = ({ untilMs }: Pick<Mute, 'untilMs'>): string =>
  timestamp(new Date(untilMs)).slice(0, 19)

/** For machines. */
export const muteFacts = ({ namespec, untilMs }: Mute) => ({
  namespec,
  until: new Date(untilMs).toISOString(),
})
