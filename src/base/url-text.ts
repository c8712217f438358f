// A URL that cannot be read, as an error shows it.

/** Without name and password, whatever is wrong: either may hold any character, also a slash. */
export const withoutUser = (text: string): string => text.replace(/^(\w+:\/\/)?.*@/s, '$1***@')
