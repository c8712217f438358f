// The user and the password in a URL, which are sent decoded: no error repeats them.

/** Throws an Error if they cannot be decoded: Node does not connect with such a URL. */
export function refuseUndecodable({ username, password }: URL): void {
  try {
    decodeURIComponent(`${username}:${password}`)
  } catch {
    throw new Error('its user or password has a bare %: write % as %25')
  }
}

/** A URL that cannot be read, as an error shows it: without them, whatever is wrong, since either may hold any character. */
export const withoutUser = (text: string): string => text.replace(/^(\w+:\/\/)?.*@/s, '$1***@')
