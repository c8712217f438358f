// The user that this process runs as, for people.
import { userInfo } from 'node:os'

/** 'bob (1000)', or the number alone where it has no name. */
export function ownUser(): string {
  const uid = process.geteuid?.()
  try {
    const own = userInfo() // of the effective user
    return uid === undefined ? own.username : `${own.username} (${uid})`
  } catch {
    return String(uid ?? 'unknown')
  }
}
